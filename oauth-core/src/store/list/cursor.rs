//! Where a page goes on.

use super::IssuedId;

/// Where a page goes on: the key of the last row before it, and in a list of names its name. Another text than one that
/// a page gave means the beginning.
#[derive(Clone)]
pub(crate) struct Cursor(String);

impl Cursor {
    pub(crate) fn new(after: Option<&str>) -> Self {
        Self(after.filter(|after| !after.contains('\0')).unwrap_or_default().to_owned())
    }

    /// Of a row; `name` is given in a list of names.
    pub(crate) fn of(id: i64, name: Option<&String>) -> String {
        match name {
            Some(name) => format!("{id}~{}", name.to_ascii_lowercase()),
            None => id.to_string(),
        }
    }

    /// In a list of keys, the newest first.
    pub(crate) fn key(&self) -> i64 {
        self.0.parse().unwrap_or(i64::MAX)
    }

    /// In a list of codes or tokens, the newest first.
    pub(crate) fn issued(&self) -> IssuedId {
        self.0.parse().unwrap_or(IssuedId::BEFORE_ALL)
    }

    /// In a list of names.
    pub(crate) fn name(&self) -> (String, i64) {
        let parts = self.0.split_once('~');
        let parsed = parts.and_then(|(id, name)| Some((name.to_owned(), id.parse().ok()?)));
        parsed.unwrap_or_default()
    }
}
