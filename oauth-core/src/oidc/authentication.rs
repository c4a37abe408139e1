//! When and how a user proved who they are.

use crate::Timestamp;

/// When and how a user proved who they are, as far as the application says. What it does not say is in no ID token, and a
/// client that needs it is refused.
///
/// ```
/// use oauth_core::Authentication;
///
/// let with_a_key = Authentication {
///     auth_time: Some(1_764_000_000),
///     amr: vec!["pwd".to_owned(), "hwk".to_owned()],
///     ..Authentication::default()
/// };
/// assert!(with_a_key.acr.is_none());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authentication {
    /// When, in seconds since 1970: `auth_time` of OpenID Connect Core §2. Without it `prompt=login` and `max_age` are
    /// refused, because nobody could tell whether they were met.
    pub auth_time: Option<Timestamp>,
    /// How, by the names of RFC 8176: `pwd` a password, `otp` a one-time password, `hwk` a hardware key.
    pub amr: Vec<String>,
    /// How well, by a name that the application and its clients agree on.
    pub acr: Option<String>,
    /// What the browser's session is called towards clients: `sid` of OpenID Connect Front-Channel Logout §3. It is random,
    /// and opens nothing. Without it logging out ends no tokens.
    pub sid: Option<String>,
}

impl Authentication {
    /// Whether a new sign-in may have another `acr`: where nothing is known of how users sign in, none would.
    pub(crate) fn may_differ(&self) -> bool {
        self.acr.is_some() && self.auth_time.is_some()
    }
}
