//! What a request asks for, once client and redirect URI are proven: RFC 6749 §3.1, in the order that it makes matter.

use super::{refusal::Refusal, response_mode::ResponseMode, response_type::ResponseType};
use crate::{
    AuthorizationServer, Client, Params, RedirectUri, RequireState, Resources, Scope,
    client_auth::NO_PUBLIC_CLIENTS,
    error::AuthorizationErrorCode as Code,
    oidc::request::OpenIdRequest,
    pkce::Challenge,
    scope_request::{Asking, requested_scopes},
};

/// What of a request is right.
pub(super) struct Judged {
    pub(super) response_type: ResponseType,
    pub(super) scopes: Vec<Scope>,
    pub(super) resources: Resources,
    pub(super) challenge: Option<Challenge>,
    pub(super) openid: OpenIdRequest,
}

impl AuthorizationServer {
    pub(super) async fn judge(
        &self,
        client: &Client,
        redirect_uri: &RedirectUri,
        params: &Params,
    ) -> Result<Judged, Refusal> {
        let malformed = |fault| Refusal::new(Code::InvalidRequest, fault);
        params.check(OBJECTS).and_then(|()| params.check(PARAMETERS)).map_err(malformed)?;
        stands_in_no_object(params)?;
        if client.is_public && !self.settings.public_clients {
            return Err(Refusal::new(Code::UnauthorizedClient, NO_PUBLIC_CLIENTS));
        }
        let response_type = ResponseType::requested(self, client, params)?;
        ResponseMode::requested(params, redirect_uri)?;
        let is_code = response_type.has_code();
        let uses_pkce = is_code && params.get("code_challenge").is_some();
        if params.get("state").is_none() && self.state_is_required(client, uses_pkce) {
            return Err(Refusal::new(Code::InvalidRequest, "state must be included"));
        }
        let resources = match response_type {
            ResponseType::Token => self.requested_resource(params).await?,
            _ => self.requested_resources(params).await?,
        };
        let asking = Asking::ForUser(client);
        let scopes = requested_scopes(self, asking, params, &resources).await?;
        let must_use_pkce = client.require_pkce || self.settings.oauth_2_1;
        let challenge = if is_code { challenge(must_use_pkce, params)? } else { None };
        let openid = OpenIdRequest::read(self, client, &scopes, params).await?;
        if response_type.has_id_token() {
            openid.may_be_told_here()?;
        }
        Ok(Judged { response_type, scopes, resources, challenge, openid })
    }

    fn state_is_required(&self, client: &Client, uses_pkce: bool) -> bool {
        match client.require_state.unwrap_or(self.settings.require_state) {
            RequireState::Always => true,
            RequireState::UnlessPkce => !uses_pkce,
            RequireState::Never => false,
        }
    }
}

/// OpenID Connect Core §3.1.2.6: what a request says in an object (§6) is not read, and what stands beside that is not the whole
/// request. One that was pushed has none of these any more.
fn stands_in_no_object(params: &Params) -> Result<(), Refusal> {
    if params.get("request").is_some() {
        return Err(Refusal::new(Code::RequestNotSupported, NO_OBJECTS));
    }
    if params.get("request_uri").is_some() {
        return Err(Refusal::new(Code::RequestUriNotSupported, NOT_PUSHED));
    }
    Ok(())
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

const OBJECTS: &[&str] = &["request", "request_uri"];
const NO_OBJECTS: &str =
    "request objects are not read here: send each parameter by itself, or push them (RFC 9126)";
const NOT_PUSHED: &str =
    "request_uri is not one that this server gave for a pushed request (RFC 9126)";

/// What this endpoint reads once, beside `resource`; "unrecognized request parameters" it "MUST ignore" (§3.1).
pub(super) const PARAMETERS: &[&str] = &[
    "response_type",
    "response_mode",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "prompt",
];
