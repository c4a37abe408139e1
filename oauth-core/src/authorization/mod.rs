//! The authorization endpoint: RFC 6749 §3.1.
//!
//! The checks stand in the order that the RFC makes matter. Until the client and its redirect URI are proven, a refusal
//! is a page; from there on it is answered at the client. An [`AuthorizationRequest`] exists only when all have passed.

mod decision;
mod pushed;
mod refusal;
mod reply;
mod response_mode;
mod response_type;

use std::sync::Arc;

pub use self::{pushed::Pushed, reply::AuthorizationResponse};
use self::{
    refusal::Refusal, reply::Reply, response_mode::ResponseMode, response_type::ResponseType,
};
use crate::{
    AuthorizationError, AuthorizationServer, Client, PageFault, Params, RedirectUri, RequireState,
    Scope, Scopes, StoreError,
    client_auth::NO_PUBLIC_CLIENTS,
    error::AuthorizationErrorCode as Code,
    pkce::Challenge,
    scope_request::{names, requested_scopes},
    secret::Digest,
};

/// A request that may be put to the resource owner: client, redirect URI, response type, scope and PKCE are right.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    client: Arc<Client>,
    reply: Reply,
    response_type: ResponseType,
    scopes: Vec<Scope>,
    challenge: Option<Challenge>,
    prompts: bool,
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
            Ok((response_type, scopes, challenge)) => {
                let prompts = params
                    .get("prompt")
                    .is_some_and(|prompt| prompt.split(' ').any(|one| one == "consent"));
                Ok(AuthorizationRequest {
                    client,
                    reply,
                    response_type,
                    scopes,
                    challenge,
                    prompts,
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
    /// settings do not say otherwise.
    fn redirect_uri(&self, client: &Client, params: &Params) -> Result<RedirectUri, PageFault> {
        let mut registered = client.metadata.redirect_uris.iter();
        let may_be_left_out = !self.settings.require_redirect_uri;
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

    async fn judge(
        &self,
        client: &Client,
        redirect_uri: &RedirectUri,
        params: &Params,
    ) -> Result<(ResponseType, Vec<Scope>, Option<Challenge>), Refusal> {
        params.check(PARAMETERS).map_err(|fault| Refusal::new(Code::InvalidRequest, fault))?;
        if client.is_public && !self.settings.public_clients {
            return Err(Refusal::new(Code::UnauthorizedClient, NO_PUBLIC_CLIENTS));
        }
        let response_type = ResponseType::requested(self, client, params)?;
        ResponseMode::requested(params, redirect_uri)?;
        let is_code = response_type == ResponseType::Code;
        let uses_pkce = is_code && params.get("code_challenge").is_some();
        if params.get("state").is_none() && self.state_is_required(client, uses_pkce) {
            return Err(Refusal::new(Code::InvalidRequest, "state must be included"));
        }
        let scopes = requested_scopes(self, client, params).await?;
        let must_use_pkce = client.require_pkce || self.settings.oauth_2_1;
        let challenge = if is_code { challenge(must_use_pkce, params)? } else { None };
        Ok((response_type, scopes, challenge))
    }

    fn state_is_required(&self, client: &Client, uses_pkce: bool) -> bool {
        match client.require_state.unwrap_or(self.settings.require_state) {
            RequireState::Always => true,
            RequireState::UnlessPkce => !uses_pkce,
            RequireState::Never => false,
        }
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

    /// Where the answer goes.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.reply.redirect_uri
    }

    /// Whether the client wants the user to be asked in any case: `prompt=consent` (OpenID Connect Core §3.1.2.1).
    pub(crate) fn asks_for_consent(&self) -> bool {
        self.prompts
    }

    pub(crate) fn granted(&self) -> Scopes {
        names(&self.scopes)
    }
}

/// RFC 7636 §4.3, with `S256` alone: an absent method means `plain`, which shows the verifier to who reads the request.
fn challenge(is_required: bool, params: &Params) -> Result<Option<Challenge>, Refusal> {
    let invalid = |description: &'static str| Err(Refusal::new(Code::InvalidRequest, description));
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, None) if is_required => {
            invalid("code_challenge is missing: this client must use PKCE (RFC 7636)")
        }
        (None, None) => Ok(None),
        (None, Some(_)) => invalid("code_challenge is missing beside code_challenge_method"),
        (Some(challenge), Some("S256")) => match Challenge::parse(challenge) {
            Some(challenge) => Ok(Some(challenge)),
            None => invalid(
                "code_challenge must be 43 characters of base64url, the SHA-256 of the verifier",
            ),
        },
        (Some(_), _) => invalid("code_challenge_method must be S256"),
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

/// What this endpoint reads; "unrecognized request parameters" it "MUST ignore" (§3.1).
const PARAMETERS: &[&str] = &[
    "response_type",
    "response_mode",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "prompt",
];
