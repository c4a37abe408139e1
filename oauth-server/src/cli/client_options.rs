//! The options of `register-client`: a client's registration.

use clap::{Args, ValueEnum};
use oauth_core::{
    ApplicationType, ClientSecret, GrantType, Lifetime, NewClient, RequireState, Scopes, Secret,
};

use super::openid_options::OpenIdOptions;

/// A client to be registered: what follows `register-client`.
#[derive(Debug, Args)]
pub struct ClientOptions {
    /// The name that users see
    #[arg(long, visible_alias = "client-name")]
    name: String,
    /// The identifier [default: drawn]
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    client_id: Option<String>,
    /// What users are told about it
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// Its home page
    #[arg(long, value_name = "URL")]
    client_uri: Option<String>,
    /// Its picture
    #[arg(long, value_name = "URL")]
    logo_uri: Option<String>,
    /// What it says of its use of personal data
    #[arg(long, value_name = "URL")]
    policy_uri: Option<String>,
    /// Its terms of service
    #[arg(long, value_name = "URL")]
    tos_uri: Option<String>,
    /// Where it takes answers; may be repeated
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// A grant that it may use.
    #[arg(long = "grant-type", value_name = "GRANT")]
    #[arg(
        help = "A grant that it may use; may be repeated [default: authorization_code, refresh_token]"
    )]
    grant_types: Vec<GrantType>,
    /// A scope that it may ask users for; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<Scopes>,
    /// It may ask users for every scope that the server gives, now and later
    #[arg(long, conflicts_with = "scopes")]
    any_scope: bool,
    /// A scope that it may have for itself, without a user; may be repeated
    #[arg(long = "client-credentials-scope", value_name = "SCOPE")]
    client_credentials_scopes: Vec<Scopes>,
    /// A scope that it gets when it asks for none; may be repeated
    #[arg(long = "default-scope", value_name = "SCOPE")]
    default_scopes: Vec<Scopes>,
    /// Register those of its scopes that the server does not know
    #[arg(long)]
    register_unknown_scopes: bool,
    /// It has no secret: an application in a browser or on a phone
    #[arg(long, conflicts_with = "choose_secret")]
    public: bool,
    /// How it says who it is: none is --public, and with a secret it may do so either way
    #[arg(long, value_name = "METHOD", conflicts_with = "public")]
    token_endpoint_auth_method: Option<AuthMethod>,
    /// Read its secret from the terminal or standard input, in place of drawing one
    #[arg(long)]
    pub(super) choose_secret: bool,
    /// Whether it must use PKCE [default: true]
    #[arg(long, value_name = "BOOL")]
    require_pkce: Option<bool>,
    /// When its requests must carry state.
    #[arg(long, value_name = "WHEN")]
    #[arg(
        help = "When its requests must carry state: always, unless_pkce or never [default: as the server's setting]"
    )]
    state: Option<RequireState>,
    /// Where it runs: web or native (on its user's device)
    #[arg(long, value_name = "TYPE", default_value = "web")]
    application_type: ApplicationType,
    /// Its authorization requests must be pushed first (RFC 9126)
    #[arg(long)]
    require_pushed_authorization_requests: bool,
    /// An origin from which its pages call the endpoints of clients; may be repeated
    #[arg(long = "cors-origin", value_name = "ORIGIN")]
    cors_origins: Vec<String>,
    /// A resource whose tokens it may look at, the issuer for the server's own API; may be repeated
    #[arg(long = "introspects", value_name = "URI")]
    introspects: Vec<String>,
    /// It cannot be answered by a redirect whose Location has a fragment: users go on by a button
    #[arg(long)]
    no_fragment: bool,
    /// Seconds that its access tokens last, or never [default: as the server's setting]
    #[arg(long, value_name = "SECONDS", value_parser = lifetime)]
    token_lifetime: Option<Lifetime>,
    /// Seconds that its refresh tokens last from each rotation, or never [default: as the server's setting]
    #[arg(long, value_name = "SECONDS", value_parser = lifetime)]
    refresh_lifetime: Option<Lifetime>,
    #[command(flatten)]
    openid: OpenIdOptions,
    /// Users are not asked for their consent: only for an application of your own
    #[arg(long)]
    skip_consent: bool,
    /// The user who registers it, of the bundled accounts
    #[arg(long, value_name = "USERNAME")]
    pub(super) owner: Option<String>,
    /// Tokens that it gets for itself act for its owner
    #[arg(long, requires = "owner")]
    acts_as_owner: bool,
}

/// The values of `token_endpoint_auth_method` (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum AuthMethod {
    None,
    ClientSecretBasic,
    ClientSecretPost,
}

impl ClientOptions {
    pub(super) fn is_public(&self) -> bool {
        self.public || self.token_endpoint_auth_method == Some(AuthMethod::None)
    }

    /// The registration, with the subject of the owner and the secret that was chosen.
    pub(super) fn into_client(self, owner: Option<String>, chosen: Option<Secret>) -> NewClient {
        let drawn_or_none =
            if self.is_public() { ClientSecret::None } else { ClientSecret::Generated };
        let defaults = NewClient::new(self.name);
        NewClient {
            client_id: self.client_id,
            description: self.description,
            client_uri: self.client_uri,
            logo_uri: self.logo_uri,
            policy_uri: self.policy_uri,
            tos_uri: self.tos_uri,
            secret: chosen.map_or(drawn_or_none, ClientSecret::Chosen),
            redirect_uris: self.redirect_uris,
            grant_types: if self.grant_types.is_empty() {
                defaults.grant_types
            } else {
                self.grant_types
            },
            scopes: union(&self.scopes),
            any_scope: self.any_scope,
            client_credentials_scopes: union(&self.client_credentials_scopes),
            default_scopes: union(&self.default_scopes),
            register_unknown_scopes: self.register_unknown_scopes,
            require_pkce: self.require_pkce,
            require_state: self.state,
            application_type: self.application_type,
            require_pushed_authorization_requests: self.require_pushed_authorization_requests,
            openid: self.openid.into_metadata(),
            cors_origins: self.cors_origins,
            introspects: self.introspects,
            fragment_supported: !self.no_fragment,
            access_token_lifetime: self.token_lifetime,
            refresh_token_lifetime: self.refresh_lifetime,
            owner,
            skip_consent: self.skip_consent,
            acts_as_owner: self.acts_as_owner,
            name: defaults.name,
        }
    }
}

fn union(scopes: &[Scopes]) -> Scopes {
    scopes.iter().flat_map(Scopes::iter).collect()
}

fn lifetime(text: &str) -> Result<Lifetime, &'static str> {
    match text.parse() {
        Ok(seconds) if seconds > 0 => Ok(Lifetime::Seconds(seconds)),
        _ if text == "never" => Ok(Lifetime::Never),
        _ => Err("a number of seconds, or never"),
    }
}
