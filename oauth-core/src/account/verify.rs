//! Whether a password, or a secret that a person picked, is the right one.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    guess::GuessError,
    meter::{By, Counted, network},
};
use crate::{
    AuthorizationServer, Client, EventKind, GuessLimit, Secret, StoredSecret, User, origin,
    password::{Turn, Unhashed},
    precis,
};

impl AuthorizationServer {
    /// The user of this name and password. An unknown name takes as long as a wrong password; both are told as
    /// [`EventKind::SignInFailed`], and count as a wrong guess by whoever [asks](AuthorizationServer::asked_by).
    ///
    /// # Errors
    /// When too many guesses were wrong before, and when the store fails.
    pub async fn verify_password(
        &self,
        username: &str,
        password: &str,
    ) -> Result<Option<User>, GuessError> {
        let guess = self.guess(username).await?;
        let judged = self.user_of(username, password, guess.turn()).await;
        guess.judged(judged)
    }

    async fn user_of(
        &self,
        username: &str,
        password: &str,
        turn: Turn,
    ) -> Result<Option<User>, GuessError> {
        let known = self.user_named(username).await?;
        let hash = known.as_ref().map(|user| user.password_hash.as_str().to_owned());
        // A hash of before passwords were prepared (RFC 8265 §4.2) is of the text as it came. Where that differs both are
        // tried, of unknown names as well, so that the time tells nothing.
        let prepared = precis::prepared(password);
        let typed = (prepared != password).then_some(password);
        let forms = [&*prepared].into_iter().chain(typed).map(str::to_owned).collect();
        let verified = self.verify_hash(forms, hash, turn).await?;
        if !verified {
            self.sign_in_failed(known.as_ref());
        }
        Ok(known.filter(|_| verified))
    }

    /// The subject of this name and password.
    pub(crate) async fn resource_owner(
        &self,
        username: &str,
        password: &str,
    ) -> Result<Option<String>, GuessError> {
        let Some(verifier) = &self.passwords else {
            let user = self.verify_password(username, password).await?;
            return Ok(user.map(|user| user.id.to_string()));
        };
        let guess = self.guess(username).await?;
        let subject = guess.judged(verifier(username.to_owned(), password.into()).await)?;
        if subject.is_none() {
            self.sign_in_failed(None);
        }
        Ok(subject)
    }

    fn sign_in_failed(&self, known: Option<&User>) {
        let subject = known.map(|user| user.id.to_string());
        origin::note("sign_in_failed", subject.as_deref().unwrap_or("unknown"));
        self.raise(|| EventKind::SignInFailed { subject });
    }

    /// Which of the client's secrets that a person picked is presented: two hashes at most. Nothing bounds the wrong
    /// ones, but who sends many waits behind everybody else.
    pub(crate) async fn verify_chosen_secret<'c>(
        &self,
        client: &'c Client,
        presented: &Secret,
    ) -> Result<Option<&'c StoredSecret>, GuessError> {
        let live = client.live_secrets(self.now());
        let chosen: Vec<_> = live.filter_map(|it| Some((it, it.hash()?.to_owned()))).collect();
        if chosen.is_empty() {
            return Ok(None);
        }
        let by = By::Client(client.id, self.caller.address.map(network));
        let reserved = self.guesses.reserve(&[Counted { by, a_minute: None }], self.now());
        let Ok(reserved) = reserved else { return Ok(None) }; // it has no limit
        let turn = Turn::Stranger(reserved.before);
        for (secret, hash) in chosen {
            let forms = vec![presented.expose().to_owned()];
            let verified = self.verify_hash(forms, Some(hash), turn).await;
            if !matches!(verified, Ok(false)) {
                reserved.give_back();
                return verified.map(|_| Some(secret));
            }
        }
        Ok(None)
    }

    async fn verify_hash(
        &self,
        forms: Vec<String>,
        hash: Option<String>,
        turn: Turn,
    ) -> Result<bool, GuessError> {
        match self.hasher.verify(forms, hash, turn).await {
            Ok(verified) => Ok(verified),
            Err(Unhashed::Failed(error)) => Err(error.into()),
            Err(Unhashed::Full { begun }) => {
                if begun {
                    self.raise_limited(GuessLimit::Hashes, None);
                }
                sleep(PAUSE).await;
                Err(GuessError::TooManyGuesses { retry_after: SOON })
            }
        }
    }
}

/// Seconds in which those who wait now have been answered.
const SOON: i64 = 2;
/// Who does not fit hears it after so long: a flood that waits for its answers takes no more from others than this lets
/// it.
const PAUSE: Duration = Duration::from_secs(1);
