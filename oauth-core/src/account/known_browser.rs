//! Browsers from which a user has signed in before.
//!
//! Their guesses are counted apart, so that nobody locks a user out by guessing at the account. What the browser keeps is
//! a secret of 256 bits, of which the database holds the digest: one for the browser, whoever signs in from it.

use super::GuessError;
use crate::{
    AuthorizationServer, Secret, StoreError, User,
    secret::Digest,
    store::{self, Affected, DbConnection},
};

/// A browser that the user has signed in from, and is not forgotten.
pub(super) struct KnownBrowser {
    pub(super) user_id: i64,
    pub(super) digest: Digest,
}

impl AuthorizationServer {
    /// How long a browser is known after the last sign-in from it, in seconds: 180 days.
    pub const BROWSER_KNOWN_FOR: i64 = 180 * 24 * 3600;

    /// Has the browser that [asks](AuthorizationServer::asked_by) be known as this user's, who has just signed in from
    /// it: what it is to keep for as long as it is [known](Self::BROWSER_KNOWN_FOR). A user has 20 such browsers, and a
    /// change of the password forgets them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remember_browser(&self, user: &User) -> Result<Secret, StoreError> {
        let drawn = Secret::generate();
        let (user, fresh) = (user.clone(), Digest::of(drawn.expose()));
        let presented = self.caller.browser.as_ref().map(|browser| Digest::of(browser.expose()));
        let (now, until) = (self.now(), self.now() + Self::BROWSER_KNOWN_FOR);
        let remember = move |db: &mut DbConnection| {
            if !store::user_password::still_has(db, &user)? {
                return Ok(false);
            }
            let kept = match &presented {
                Some(digest) if store::known_browser::is_anybodys(db, digest, now)? => presented,
                _ => None,
            };
            let digest = kept.as_ref().unwrap_or(&fresh);
            store::known_browser::remember(db, user.id, digest, until)?;
            Ok(kept.is_some())
        };
        let keeps = self.store.write_affecting(Affected::Nothing, remember).await?;
        Ok(self.caller.browser.clone().filter(|_| keeps).unwrap_or(drawn))
    }

    /// The browser that asks, where the user of this name has signed in from it.
    pub(super) async fn known_browser(
        &self,
        username: &str,
    ) -> Result<Option<KnownBrowser>, GuessError> {
        let Some(browser) = &self.caller.browser else { return Ok(None) };
        let (digest, now) = (Digest::of(browser.expose()), self.now());
        // Nobody has this key: so it takes as long where nobody has the name.
        let user_id = self.user_named(username).await?.map_or(0, |user| user.id);
        let is_known =
            move |db: &mut DbConnection| store::known_browser::is_users(db, user_id, &digest, now);
        let known = self.store.read(is_known).await?;
        Ok(known.then_some(KnownBrowser { user_id, digest }))
    }
}
