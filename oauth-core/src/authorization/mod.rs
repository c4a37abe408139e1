//! The authorization endpoint: RFC 6749 §3.1.
//!
//! The checks stand in the order that the RFC makes matter. Until the client and its redirect URI are proven, a refusal
//! is a page; from there on it is answered at the client. An [`AuthorizationRequest`] exists only when all have passed.

mod decision;
mod judge;
mod pushed;
mod refusal;
mod reply;
mod response_mode;
mod response_type;

use std::sync::Arc;

use self::{judge::Judged, refusal::Refusal, reply::Reply, response_type::ResponseType};
pub use self::{pushed::Pushed, reply::AuthorizationResponse};
use crate::{
    AuthorizationError, AuthorizationServer, Client, PageFault, Params, RedirectUri, Resources,
    Scope, Scopes, StoreError,
    error::AuthorizationErrorCode as Code,
    oidc::{OPENID, request::OpenIdRequest},
    pkce::Challenge,
    scope_request::names,
    secret::Digest,
};

/// A request that may be put to the resource owner: client, redirect URI, response type, scope and PKCE are right.
///
/// ```
/// # use oauth_core::AuthorizationRequest;
/// let asks = |request: &AuthorizationRequest| format!("{} asks", request.client().name());
/// ```
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    client: Arc<Client>,
    reply: Reply,
    response_type: ResponseType,
    scopes: Vec<Scope>,
    resources: Resources,
    challenge: Option<Challenge>,
    openid: OpenIdRequest,
    /// Where it was pushed: what it is spent by.
    pushed: Option<Digest>,
}

impl AuthorizationServer {
    /// Judges an authorization request.
    ///
    /// # Errors
    /// When it is refused, with the place where that is answered.
    pub async fn authorization_request(
        &self,
        params: &Params,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        self.judged(params, false).await
    }

    async fn judged(
        &self,
        params: &Params,
        is_pushed: bool,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        let client = match self.requesting_client(params).await {
            Ok(client) => client,
            Err(Unproven::Refused(fault)) => return Err(self.refused_on_page(None, fault)),
            Err(Unproven::Failed(error)) => return Err(error.into()),
        };
        let redirect_uri = self
            .redirect_uri(&client, params)
            .map_err(|fault| self.refused_on_page(Some(&client), fault))?;
        let reply = Reply::to(redirect_uri, params, &self.settings.issuer);
        if client.metadata.require_pushed_authorization_requests && !is_pushed {
            let refusal = Refusal::new(Code::InvalidRequest, MUST_BE_PUSHED);
            return Err(self.refused_at_client(&client, &reply, refusal));
        }

        match self.judge(&client, &reply.redirect_uri, params).await {
            Ok(Judged { response_type, scopes, resources, challenge, openid }) => {
                Ok(AuthorizationRequest {
                    client,
                    reply,
                    response_type,
                    scopes,
                    resources,
                    challenge,
                    openid,
                    pushed: None,
                })
            }
            Err(refusal) => Err(self.refused_at_client(&client, &reply, refusal)),
        }
    }

    async fn requesting_client(&self, params: &Params) -> Result<Arc<Client>, Unproven> {
        params.check(&["client_id", "redirect_uri"]).map_err(PageFault::Malformed)?;
        let client_id = params.get("client_id").ok_or(PageFault::MissingClientId)?;
        Ok(self.client(client_id).await?.ok_or(PageFault::UnknownClient)?)
    }

    /// §3.1.2.3: a client with several redirection endpoints "MUST" name one; the only one may be left out, where the
    /// settings do not say otherwise, and where no ID token is asked for (OpenID Connect Core §3.1.2.1, "REQUIRED").
    fn redirect_uri(&self, client: &Client, params: &Params) -> Result<RedirectUri, PageFault> {
        let mut registered = client.metadata.redirect_uris.iter();
        let scope = params.get("scope").filter(|_| self.settings.openid).unwrap_or_default();
        let is_openid = scope.split(' ').any(|name| name == OPENID);
        let may_be_left_out = !self.settings.require_redirect_uri && !is_openid;
        let requested = match (params.get("redirect_uri"), registered.next(), registered.next()) {
            (Some(requested), ..) => requested,
            (None, Some(only), None) if may_be_left_out => only,
            (None, ..) => return Err(PageFault::MissingRedirectUri),
        };
        self.judged_redirect_uri(client, requested)
    }

    /// A redirection endpoint that answers may be sent to.
    pub(crate) fn judged_redirect_uri(
        &self,
        client: &Client,
        requested: &str,
    ) -> Result<RedirectUri, PageFault> {
        let redirect_uri = RedirectUri::parse(requested)
            .map_err(|invalid| PageFault::InvalidRedirectUri(invalid.0))?;

        if !client.registered(&redirect_uri) {
            let without_slash = requested.trim_end_matches('/');
            let mut registered = client.metadata.redirect_uris.iter();
            let by_a_slash = registered.any(|uri| uri.trim_end_matches('/') == without_slash);
            let problem = if by_a_slash { ANOTHER_SLASH } else { UNREGISTERED };
            return Err(PageFault::InvalidRedirectUri(problem));
        }
        if self.settings.ssl_only && !redirect_uri.is_secure() {
            return Err(PageFault::InvalidRedirectUri("redirect_uri must use TLS"));
        }
        Ok(redirect_uri)
    }
}

impl AuthorizationRequest {
    /// Who asks.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What it asks for.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// What its tokens shall be for: RFC 8707.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Where the answer goes.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.reply.redirect_uri
    }

    /// Whether the client wants the user to be asked in any case: `prompt=consent` (OpenID Connect Core §3.1.2.1).
    pub(crate) fn asks_for_consent(&self) -> bool {
        self.openid.prompt.consent
    }

    /// Whether it may want the user to sign in once more: by `prompt=login`, `max_age`, `acr_values`, an essential `acr`, or by
    /// saying whose session it shall be (OpenID Connect Core §3.1.2.1, §5.5.1.1). What a browser keeps for that is of no use once
    /// the request is answered.
    #[must_use]
    pub fn wants_sign_in(&self) -> bool {
        let openid = &self.openid;
        openid.wants_fresh_sign_in() || openid.names_user() || openid.names_acr()
    }

    pub(crate) fn openid(&self) -> &OpenIdRequest {
        &self.openid
    }

    pub(crate) fn granted(&self) -> Scopes {
        names(&self.scopes)
    }
}

/// A refusal on a page, or a failure: nothing is known yet of where to answer it.
enum Unproven {
    Refused(PageFault),
    Failed(StoreError),
}

impl From<PageFault> for Unproven {
    fn from(fault: PageFault) -> Self {
        Self::Refused(fault)
    }
}

impl From<StoreError> for Unproven {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

const UNREGISTERED: &str = "redirect_uri is not one that the client registered";
/// Some client libraries put one there.
const ANOTHER_SLASH: &str = "redirect_uri is not one that the client registered: they are compared as text, and differ by a slash at the end";
const MUST_BE_PUSHED: &str = "this client must push its authorization requests first (RFC 9126)";
