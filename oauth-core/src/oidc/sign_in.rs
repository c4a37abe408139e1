//! Whether who is signed in may be answered for, or must prove anew who they are: OpenID Connect Core §3.1.2.3.

use super::{authentication::Authentication, subject};
use crate::{
    AuthorizationError, AuthorizationRequest, AuthorizationServer, Secret, StoreError,
    error::AuthorizationErrorCode as Code,
    secret::Digest,
    store::{self, Affected, DbConnection},
};

/// What stands between an authorization request and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignIn {
    /// Nothing: this sign-in will do.
    Holds,
    /// The user has to sign in, again or as somebody else, and comes back to this very request.
    Wanted,
}

impl AuthorizationServer {
    /// Whether the sign-in of this user will do for the request: it is of whom the request hints at, and not older than it
    /// wants. Where it must be newer than the request itself, the request's begin is kept for 10 minutes, under what this
    /// browser alone presents and the query by which it asks: the user who comes back with a newer one has met it.
    ///
    /// # Errors
    /// `login_required` where nobody may be asked (`prompt=none`), or where the application does not say when the user
    /// signed in; both are answered at the client, and so is a failure of the store.
    pub async fn sign_in_for(
        &self,
        request: &AuthorizationRequest,
        subject: &str,
        authentication: &Authentication,
        (browser, query): (&Secret, &str),
    ) -> Result<SignIn, AuthorizationError> {
        let judged = self.judged_sign_in(request, subject, authentication, (browser, query)).await;
        let holds = judged.map_err(|cause| self.failed(request, cause))?;
        match holds {
            Ok(true) => Ok(SignIn::Holds),
            Ok(false) if request.openid().prompt.none => {
                Err(self.refuse_request(request, Code::LoginRequired, NONE))
            }
            Ok(false) => Ok(SignIn::Wanted),
            Err(why) => Err(self.refuse_request(request, Code::LoginRequired, why)),
        }
    }

    /// Nobody is signed in. Keeps when the request began, where it matters.
    ///
    /// # Errors
    /// `login_required` where nobody may be asked (`prompt=none`), and a failure of the store.
    pub async fn sign_in_wanted(
        &self,
        request: &AuthorizationRequest,
        (browser, query): (&Secret, &str),
    ) -> Result<(), AuthorizationError> {
        if request.openid().prompt.none {
            return Err(self.refuse_request(request, Code::LoginRequired, NONE));
        }
        if request.openid().wants_fresh_sign_in() {
            let began = self.began(&digest(browser, query)).await;
            began.map_err(|cause| self.failed(request, cause))?;
        }
        Ok(())
    }

    /// The user has not said yes to this before, and may not be asked: `consent_required`. `None` where the user may be.
    #[must_use]
    pub fn consent_refused(&self, request: &AuthorizationRequest) -> Option<AuthorizationError> {
        let why = "the user has to be asked for consent, and prompt=none forbids that";
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
        (browser, query): (&Secret, &str),
    ) -> Result<Result<bool, &'static str>, StoreError> {
        let asked = request.openid();
        if let Some(hint) = &asked.hint {
            let is_theirs = hint.aud == request.client().client_id;
            if !is_theirs || hint.sub != subject::towards(self, request.client(), subject).await? {
                return Ok(Ok(false));
            }
        }
        if !asked.is_met_by(authentication) {
            return Ok(Err("the user has not signed in by any of the acr that the client needs"));
        }
        if !asked.wants_fresh_sign_in() {
            return Ok(Ok(true));
        }
        let Some(auth_time) = authentication.auth_time else {
            return Ok(Err("this server is not told when its users signed in"));
        };
        let is_young = asked.max_age.is_some_and(|most| self.now() - auth_time <= most);
        if is_young && !asked.prompt.login {
            return Ok(Ok(true));
        }
        if asked.prompt.none {
            return Ok(Ok(false));
        }
        Ok(Ok(auth_time >= self.began(&digest(browser, query)).await?))
    }

    /// When this request began in this browser: now, where it was not seen before.
    async fn began(&self, digest: &Digest) -> Result<i64, StoreError> {
        let (digest, now) = (*digest, self.now());
        let find = move |db: &mut DbConnection| store::pushed_request::began(db, &digest, now);
        if let Some(began) = self.store.read(find).await? {
            return Ok(began);
        }
        let keep = move |db: &mut DbConnection| {
            store::pushed_request::begin(db, &digest, (now, now + KEPT)).map(Some)
        };
        // Another tab may have been faster, by less than a second.
        self.store.insert(keep).await?;
        Ok(now)
    }

    /// The request is about to be answered: the next one of the same words begins anew.
    ///
    /// # Errors
    /// When the store fails; that is answered at the client.
    pub async fn sign_in_met(
        &self,
        request: &AuthorizationRequest,
        (browser, query): (&Secret, &str),
    ) -> Result<(), AuthorizationError> {
        if !request.openid().wants_fresh_sign_in() {
            return Ok(());
        }
        let digest = digest(browser, query);
        let forget = move |db: &mut DbConnection| store::pushed_request::forget(db, &digest);
        let forgotten = self.store.write_affecting(Affected::Nothing, forget).await;
        forgotten.map_err(|cause| self.failed(request, cause))
    }
}

fn digest(browser: &Secret, query: &str) -> Digest {
    Digest::of(&format!("{}?{query}", browser.expose()))
}

const NONE: &str = "the user has to sign in, and prompt=none forbids to ask";
/// In seconds: as long as a request that was pushed waits for its user.
const KEPT: i64 = 600;
