//! How the users of a page's rows are called.

use std::collections::BTreeMap;

use oauth_core::StoreError;

use crate::OAuth;

/// Subjects, and how their users are called: each asked for once.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Asks for those of these subjects.
    pub(super) async fn of(oauth: &OAuth, subjects: Vec<Option<&str>>) -> Result<Self, StoreError> {
        let mut names = BTreeMap::new();
        for subject in subjects.into_iter().flatten() {
            if !names.contains_key(subject)
                && let Some(name) = oauth.users().display_name(subject).await?
            {
                names.insert(subject.to_owned(), name);
            }
        }
        Ok(Self(names))
    }

    /// How the user of this subject is called: by the subject itself, where there is no such user any more.
    pub(super) fn name<'n>(&'n self, subject: &'n str) -> &'n str {
        self.0.get(subject).map_or(subject, String::as_str)
    }
}
