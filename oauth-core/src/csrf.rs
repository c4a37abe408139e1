//! Forms that no other site can have made: RFC 6749 §10.12, RFC 9700 §4.7.

use crate::{Secret, secret::Digest};

/// What the forms of a browser hang on.
///
/// It is derived, so that nothing is kept between a page and its answer, no server needs a key, and any number of tabs
/// are independent of each other.
///
/// ```
/// use oauth_core::{FormKey, Secret};
///
/// let browser = Secret::generate();
/// let alice = FormKey { secret: browser.clone(), subject: Some("1".to_owned()) };
/// let bob = FormKey { secret: browser, subject: Some("2".to_owned()) };
/// assert!(alice.accepts(alice.csrf_token().expose()));
/// assert!(!bob.accepts(alice.csrf_token().expose()));
/// ```
#[derive(Debug, Clone)]
pub struct FormKey {
    /// What the browser alone knows: the id of its session, or a random cookie where it has none.
    pub secret: Secret,
    /// For whom the form is made: one user's is none for another who signs in at the same browser. `None`: nobody is
    /// signed in.
    pub subject: Option<String>,
}

impl FormKey {
    /// What a form carries: it tells nothing of the secret.
    #[must_use]
    pub fn csrf_token(&self) -> Secret {
        let subject = self.subject.as_deref();
        let who = subject.map_or_else(|| "nobody".to_owned(), |subject| format!("user {subject}"));
        let purpose = format!("csrf_token of {who}");
        Secret::derived(self.secret.expose(), b"oauth-core csrf token of session", &purpose)
    }

    /// Whether a form carries this key's token; compared in constant time.
    #[must_use]
    pub fn accepts(&self, csrf_token: &str) -> bool {
        Digest::of(csrf_token).is(Digest::of(self.csrf_token().expose()).as_bytes())
    }
}
