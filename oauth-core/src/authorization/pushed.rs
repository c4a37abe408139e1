//! Pushed authorization requests: RFC 9126.
//!
//! The client sends its request to the server first, and the browser only brings a `request_uri`. Until the authorization
//! endpoint sees that, it lasts a minute; from then on it is that browser's, for ten minutes of signing in and reading,
//! reloads included. It is spent when it is answered, by a code or by an error.

use super::{AuthorizationRequest, Refusal, judge::PARAMETERS};
use crate::{
    AuthorizationError, AuthorizationServer, Client, PageFault, Params, Secret, TokenError,
    error::AuthorizationErrorCode as Code,
    oidc::request as openid,
    secret::Digest,
    store::{self, Affected, DbConnection, pushed_request::PushedRequest},
};

/// What a client gets for a request that it pushed: RFC 9126 §2.2.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pushed {
    /// What the browser brings to the authorization endpoint, beside `client_id`.
    pub request_uri: String,
    /// Seconds until the authorization endpoint has to have seen it.
    pub expires_in: i64,
}

impl Pushed {
    /// Whether a request names one that was pushed here, or may have been, for
    /// [`AuthorizationServer::pushed_request`]. Any other `request_uri` is refused as what it stands beside is judged.
    ///
    /// ```
    /// use oauth_core::{Params, Pushed};
    ///
    /// assert!(!Pushed::is_named_by(&Params::parse(b"request_uri=https://app.example/request.jwt")));
    /// ```
    #[must_use]
    pub fn is_named_by(params: &Params) -> bool {
        params.get("request_uri").is_some_and(|uri| uri.starts_with(PREFIX))
    }
}

impl AuthorizationServer {
    /// Takes a pushed authorization request: `authorization` is the value of that header, `params` the body. It is judged
    /// as the authorization endpoint would (RFC 9126 §2.1), so that whatever is wrong is told to the client at once.
    ///
    /// # Errors
    /// `invalid_client` where the client does not prove who it is; else what is wrong with the request.
    pub async fn push(
        &self,
        authorization: Option<&str>,
        params: &Params,
    ) -> Result<Pushed, TokenError> {
        if let Some(client_id) = params.get("client_id") {
            let fetched = self.fetch_client(client_id, &self.caller_by_address()).await;
            fetched.map_err(|fault| TokenError::InvalidClient(fault.to_string().into()))?;
        }
        let client = self.authenticated(authorization, params, CREDENTIALS).await?;
        let pushed = self.pushed_by(&client, params).await;
        self.told(&client, pushed)
    }

    async fn pushed_by(&self, client: &Client, params: &Params) -> Result<Pushed, TokenError> {
        let invalid = |fault: String| TokenError::InvalidRequest(fault.into());
        params.check(&["redirect_uri", "request_uri"]).map_err(invalid)?;
        if params.has("request_uri") {
            // §2.1: "The request_uri authorization request parameter is one exception, and it MUST NOT be provided".
            return Err(invalid("request_uri must not be pushed".to_owned()));
        }
        let redirect_uri = self.redirect_uri(client, params);
        let redirect_uri = redirect_uri.map_err(|fault| invalid(fault.to_string()))?;
        self.judge(client, &redirect_uri, params).await?;

        let secret = Secret::generate();
        let digest = Digest::of(secret.expose());
        let names = [&["redirect_uri", "resource"], PARAMETERS, openid::PARAMETERS].concat();
        let parameters = params.encoded(&client.client_id, &names);
        let (now, end) = (self.now(), self.now() + UNSEEN);
        let insert = move |db: &mut DbConnection| {
            store::pushed_request::insert(db, &digest, &parameters, (now, end))
        };
        self.store.write_affecting(Affected::Nothing, insert).await?;
        Ok(Pushed { request_uri: format!("{PREFIX}{}", secret.expose()), expires_in: UNSEEN })
    }

    /// Judges the authorization request that this `request_uri` stands for. `browser` is a secret that this browser alone
    /// presents: from the first time on, the request is of no use in any other.
    ///
    /// # Errors
    /// When there is no such request, or it is over, spent, or another browser's: on a page. Else as
    /// [`authorization_request`](Self::authorization_request).
    pub async fn pushed_request(
        &self,
        params: &Params,
        browser: &Secret,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        let digest = self.pushed_digest(params);
        let digest = digest.map_err(|fault| self.refused_on_page(None, fault))?;
        let browser = Digest::of(browser.expose());
        let Some(pushed) = self.bound(digest, browser).await? else {
            return Err(self.refused_on_page(None, PageFault::InvalidRequestUri(GONE)));
        };
        let pushed_params = Params::parse(pushed.parameters.as_bytes());
        if pushed_params.get("client_id") != params.get("client_id") {
            let fault = PageFault::InvalidRequestUri("request_uri is another client's");
            return Err(self.refused_on_page(None, fault));
        }
        let judged = self.judged(&pushed_params, true).await;
        if matches!(judged, Err(AuthorizationError::Client { .. })) {
            self.spend(digest).await?;
        }
        judged.map(|request| AuthorizationRequest { pushed: Some(digest), ..request })
    }

    fn pushed_digest(&self, params: &Params) -> Result<Digest, PageFault> {
        params.check(&["client_id", "request_uri"]).map_err(PageFault::Malformed)?;
        if params.get("client_id").is_none() {
            return Err(PageFault::MissingClientId);
        }
        let secret = params.get("request_uri").and_then(|uri| uri.strip_prefix(PREFIX));
        let unknown = PageFault::InvalidRequestUri("request_uri is not one that this server gave");
        secret.map(Digest::of).ok_or(unknown)
    }

    /// The request, where it is this browser's from now on.
    async fn bound(
        &self,
        digest: Digest,
        browser: Digest,
    ) -> Result<Option<PushedRequest>, AuthorizationError> {
        let now = self.now();
        let find = move |db: &mut DbConnection| store::pushed_request::find(db, &digest, now);
        let is_ours = |pushed: &PushedRequest| {
            pushed.browser.as_deref().is_some_and(|known| known == browser.as_bytes())
        };
        let Some(pushed) = self.store.read(find).await? else { return Ok(None) };
        if pushed.browser.is_some() {
            return Ok(Some(pushed).filter(is_ours));
        }
        let times = (now, now + SEEN);
        let bind =
            move |db: &mut DbConnection| store::pushed_request::bind(db, &digest, &browser, times);
        if self.store.write_affecting(Affected::Nothing, bind).await? {
            return Ok(Some(pushed));
        }
        // Another tab of the same browser may have been faster.
        Ok(self.store.read(find).await?.filter(is_ours))
    }

    /// A pushed request is answered once.
    pub(super) async fn spend_pushed(&self, request: &AuthorizationRequest) -> Result<(), Refusal> {
        let Some(digest) = request.pushed else { return Ok(()) };
        if self.spend(digest).await? {
            return Ok(());
        }
        Err(Refusal::new(Code::InvalidRequest, "request_uri was used before, or is over"))
    }

    async fn spend(&self, digest: Digest) -> Result<bool, crate::StoreError> {
        let now = self.now();
        let spend = move |db: &mut DbConnection| store::pushed_request::spend(db, &digest, now);
        self.store.write_affecting(Affected::Nothing, spend).await
    }
}

/// What is wrong with a request that is not answered at the client.
impl From<Refusal> for TokenError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, description, cause } = refusal;
        if let Some(cause) = cause {
            return Self::Server(cause);
        }
        match code {
            Code::InvalidScope => Self::InvalidScope(description),
            Code::InvalidTarget => Self::InvalidTarget(description),
            Code::UnauthorizedClient => Self::UnauthorizedClient(description),
            Code::UnsupportedResponseType => Self::UnsupportedResponseType(description),
            Code::RequestNotSupported => Self::RequestNotSupported(description),
            _ => Self::InvalidRequest(description),
        }
    }
}

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
const GONE: &str = "request_uri is unknown, over, used before, or was opened in another browser; begin again at the application";
const CREDENTIALS: &[&str] = &["client_id", "client_secret"];
/// Seconds until the authorization endpoint has to have seen it.
const UNSEEN: i64 = 60;
/// Seconds from then on: for signing in, and for reading what is asked.
const SEEN: i64 = 600;
