//! Whether who is signed in may be answered for, or must prove anew who they are: OpenID Connect Core §3.1.2.3.

use super::{authentication::Authentication, subject};
use crate::{
    AuthorizationError, AuthorizationRequest, AuthorizationServer, Secret, StoreError, Timestamp,
    error::AuthorizationErrorCode as Code,
    secret::{Digest, keyed_name},
};

/// What stands between an authorization request and its answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SignIn {
    /// Nothing: this sign-in will do.
    Holds,
    /// The user has to sign in, again or as somebody else, and comes back to this very request. The browser keeps this until
    /// then, for 10 minutes at most: see [`AtBrowser::began`].
    Wanted(Secret),
}

/// An authorization request as a browser brings it.
#[derive(Debug, Clone, Copy)]
pub struct AtBrowser<'a> {
    /// A secret that this browser alone presents.
    pub browser: &'a Secret,
    /// The request's query, as it came.
    pub query: &'a str,
    /// What the browser was given to keep when the request began, if it presents that: the time, which it cannot change.
    pub began: Option<&'a str>,
}

impl AuthorizationServer {
    /// Whether the sign-in of this user will do for the request: it is of whom the request names, and not older than it
    /// wants. Where it must be newer than the request itself, the browser keeps when that began: the user who comes back with
    /// a newer sign-in has met it. Nothing is written for that here.
    ///
    /// # Errors
    /// `login_required` where nobody may be asked (`prompt=none`), where the application does not say when the user signed
    /// in, or where somebody else than whom the request names has just signed in for it;
    /// `unmet_authentication_requirements` where the client cannot do without an `acr` that no sign-in of the user has. All are
    /// answered at the client, and so is a failure of the store.
    pub async fn sign_in_for(
        &self,
        request: &AuthorizationRequest,
        subject: &str,
        authentication: &Authentication,
        at: AtBrowser<'_>,
    ) -> Result<SignIn, AuthorizationError> {
        let judged = self.judged_sign_in(request, subject, authentication, at).await;
        let judged = judged.map_err(|cause| self.failed(request, cause))?;
        judged.map_err(|(code, why)| self.refuse_request(request, code, why))
    }

    /// Nobody is signed in. What the browser keeps until somebody is, where it matters when the request began.
    ///
    /// # Errors
    /// `login_required` where nobody may be asked (`prompt=none`), and a failure of the store.
    pub async fn sign_in_wanted(
        &self,
        request: &AuthorizationRequest,
        at: AtBrowser<'_>,
    ) -> Result<Option<Secret>, AuthorizationError> {
        if request.openid().prompt.none {
            return Err(self.refuse_request(request, NONE.0, NONE.1));
        }
        if !request.wants_sign_in() {
            return Ok(None);
        }
        let begun = self.begun(at).await.map_err(|cause| self.failed(request, cause))?;
        Ok(Some(begun.kept))
    }

    /// The user has not said yes to this before, and may not be asked: `consent_required`. `None` where the user may be.
    #[must_use]
    pub fn consent_refused(&self, request: &AuthorizationRequest) -> Option<AuthorizationError> {
        let why = "the user has to be asked for consent, and prompt=none forbids that; what was allowed before counts \
            for the same redirect_uri, and not for a client without a secret whose redirect_uri is not https";
        request
            .openid()
            .prompt
            .none
            .then(|| self.refuse_request(request, Code::ConsentRequired, why))
    }

    async fn judged_sign_in(
        &self,
        request: &AuthorizationRequest,
        subject: &str,
        authentication: &Authentication,
        at: AtBrowser<'_>,
    ) -> Result<Result<SignIn, Refusal>, StoreError> {
        let asked = request.openid();
        let is_meant = if asked.names_user() {
            asked.is_for(&subject::towards(self, request.client(), subject).await?)
        } else {
            true
        };
        let (auth_time, is_met) = (authentication.auth_time, asked.is_met_by(authentication));
        let may_ask = !asked.prompt.none;
        if is_meant && !is_met && !(may_ask && authentication.may_differ()) {
            return Ok(Err(UNMET));
        }
        if is_meant && asked.needs_auth_time() && auth_time.is_none() {
            return Ok(Err(UNTOLD));
        }
        let age = auth_time.map(|auth_time| self.now() - auth_time);
        let is_young = asked.max_age.is_none_or(|most| age.is_some_and(|age| age <= most));
        // §3.1.2.1: a client that asks for an `acr` by this parameter takes another as well.
        let will_do = is_met && !(may_ask && asked.would_rather(authentication));
        if is_meant && is_young && !asked.wants_login() && will_do {
            return Ok(Ok(SignIn::Holds));
        }
        if !may_ask {
            return Ok(Err(NONE));
        }
        let begun = self.begun(at).await?;
        // What begins only now has not been met yet, not even by a sign-in of the same second.
        let is_newer =
            begun.is_presented && auth_time.is_some_and(|auth_time| auth_time >= begun.at);
        Ok(match (is_newer, is_meant) {
            (true, true) if is_met => Ok(SignIn::Holds),
            (true, true) => Err(UNMET),
            (true, false) => Err(ANOTHER),
            (false, _) => Ok(SignIn::Wanted(begun.kept)),
        })
    }

    /// When this request began in this browser: now, where the browser does not say.
    async fn begun(&self, at: AtBrowser<'_>) -> Result<Begun, StoreError> {
        let salt = self.pairwise_salt().await?;
        let says = |time: Timestamp| {
            let (browser, time) = (at.browser.expose().as_bytes(), time.to_string());
            // No sector begins like this, so that nobody's pairwise name is among these.
            let parts: &[&[u8]] =
                &[b"\0began\0", browser, b"\0", at.query.as_bytes(), b"\0", time.as_bytes()];
            format!("{time}.{}", keyed_name(&salt, parts))
        };
        let now = self.now();
        let presented = at.began.and_then(|kept| {
            let time = kept.split_once('.')?.0.parse().ok()?;
            let is_ours = Digest::of(&says(time)).is(Digest::of(kept).as_bytes());
            (is_ours && (now - KEPT..=now).contains(&time)).then_some(time)
        });
        let time = presented.unwrap_or(now);
        let kept = Secret::from(says(time).as_str());
        Ok(Begun { at: time, is_presented: presented.is_some(), kept })
    }
}

/// When a request began.
struct Begun {
    at: Timestamp,
    /// Whether the browser has kept it.
    is_presented: bool,
    /// What the browser keeps.
    kept: Secret,
}

/// What the client is told, and its developer.
type Refusal = (Code, &'static str);

const NONE: Refusal =
    (Code::LoginRequired, "the user has to sign in, and prompt=none forbids to ask");
const UNTOLD: Refusal = (Code::LoginRequired, "this server is not told when its users signed in");
const ANOTHER: Refusal =
    (Code::LoginRequired, "who has signed in is not whom id_token_hint or claims names");
/// §5.5.1.1, and the code's own specification, Unmet Authentication Requirements §1.
const UNMET: Refusal = (
    Code::UnmetAuthenticationRequirements,
    "the user has not signed in by any of the acr that the client needs",
);
/// In seconds: as long as a request that was pushed waits for its user.
const KEPT: i64 = 600;
