//! The options of `register-client` for OpenID Connect.

use clap::Args;
use oauth_core::{IdTokenResponse, OpenIdMetadata, SigningAlgorithm, SubjectType};

#[derive(Debug, Args)]
#[command(next_help_heading = "OpenID Connect")]
pub(super) struct OpenIdOptions {
    /// A response type that brings an ID token by way of the browser, `code id_token` or `id_token`; may be repeated
    #[arg(long = "response-type", value_name = "TYPE")]
    response_types: Vec<IdTokenResponse>,
    /// How its ID tokens are signed: RS256, PS256, ES256 or Ed25519 (`EdDSA`) [default: RS256]
    #[arg(long, value_name = "ALG")]
    id_token_signed_response_alg: Option<SigningAlgorithm>,
    /// How what it is told of a user is signed [default: not at all, it is JSON]
    #[arg(long, value_name = "ALG")]
    userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// Whether it knows users by the same names as others: public or pairwise
    #[arg(long, value_name = "TYPE", default_value = "public")]
    subject_type: SubjectType,
    /// The URL whose host is the sector of its pairwise names
    #[arg(long, value_name = "URL")]
    sector_identifier_uri: Option<String>,
    /// Seconds that a sign-in may be old where a request says nothing of it
    #[arg(long, value_name = "SECONDS")]
    default_max_age: Option<i64>,
    /// Each ID token must say when its user signed in
    #[arg(long)]
    require_auth_time: bool,
    /// How well users shall have signed in where a request says nothing of it, the best first; may be repeated
    #[arg(long = "default-acr-value", value_name = "ACR")]
    default_acr_values: Vec<String>,
    /// Where a browser may go on to after it signed out; may be repeated
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a user has signed out
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
    /// It is told of which session a user has signed out
    #[arg(long, requires = "backchannel_logout_uri")]
    backchannel_logout_session_required: bool,
}

impl OpenIdOptions {
    pub(super) fn into_metadata(self) -> OpenIdMetadata {
        OpenIdMetadata {
            response_types: self.response_types,
            id_token_signed_response_alg: self.id_token_signed_response_alg,
            userinfo_signed_response_alg: self.userinfo_signed_response_alg,
            subject_type: self.subject_type,
            sector_identifier_uri: self.sector_identifier_uri,
            default_max_age: self.default_max_age,
            require_auth_time: self.require_auth_time,
            default_acr_values: self.default_acr_values,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            backchannel_logout_uri: self.backchannel_logout_uri,
            backchannel_logout_session_required: self.backchannel_logout_session_required,
        }
    }
}
