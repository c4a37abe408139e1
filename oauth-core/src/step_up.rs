//! How well and how recently a user must have signed in for a protected resource: RFC 9470.

use crate::{AccessToken, BearerError, Timestamp, store::openid::OpenId};

/// What a protected resource wants of the sign-in that a token comes from: RFC 9470 §3. Nothing of it, by default.
///
/// ```
/// use oauth_core::RequiredSignIn;
///
/// let recent = RequiredSignIn { max_age: Some(300), ..RequiredSignIn::default() };
/// assert!(recent.acr_values.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequiredSignIn {
    /// The `acr` of which it must have one; any will do where there is none here.
    pub acr_values: Vec<String>,
    /// The seconds that it may be old.
    pub max_age: Option<i64>,
}

impl RequiredSignIn {
    /// Whether the user behind a token has signed in like this. A token that says nothing of that does not do.
    ///
    /// # Errors
    /// `insufficient_user_authentication`, which says what is wanted: with that the client asks for another token.
    pub fn check(&self, token: &AccessToken, now: Timestamp) -> Result<(), BearerError> {
        if *self == Self::default() {
            return Ok(());
        }
        let began = token.began();
        let is_recent = self.max_age.is_none_or(|most| {
            let age = began.auth_time.map(|auth_time| now.saturating_sub(auth_time));
            age.is_some_and(|age| age <= most)
        });
        let has_acr = |acr: &String| self.acr_values.contains(acr);
        if is_recent && (self.acr_values.is_empty() || began.acr.as_ref().is_some_and(has_acr)) {
            return Ok(());
        }
        Err(BearerError::InsufficientUserAuthentication(self.clone()))
    }
}

impl AccessToken {
    /// When the user signed in from whom the token comes (`auth_time`), where that is known: the client asked for `openid`, or
    /// for `max_age` or `acr_values`.
    #[must_use]
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.began().auth_time
    }

    /// How well (`acr`), where that is known.
    #[must_use]
    pub fn acr(&self) -> Option<String> {
        self.began().acr
    }

    /// Read where somebody asks, and not with each token. What does not read says nothing.
    fn began(&self) -> OpenId {
        let began = self.openid.as_deref().and_then(|text| OpenId::parse(text).ok());
        began.unwrap_or_default()
    }
}
