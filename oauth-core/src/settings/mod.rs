//! What an operator may set: djoauth2's names and defaults, made safer where an RFC has become stricter since.

mod check;
mod dynamic_registration;

use std::str::FromStr;

use url::{Host, Url};

pub use self::dynamic_registration::{DynamicRegistration, UnknownDynamicRegistration};

/// The settings of an authorization server. Lifetimes are in seconds.
///
/// ```
/// use oauth_core::Settings;
///
/// let settings = Settings { access_token_lifetime: 600, ..Settings::new("https://id.example") };
/// assert!(settings.ssl_only);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The URL by which clients know this server (RFC 8414 §2), without a trailing slash. It begins with `https` where
    /// `ssl_only` is on.
    pub issuer: String,
    /// Refuse requests that did not come over TLS, and redirect URIs that do not use it (RFC 6749 §3.1, §3.1.2.1).
    /// Loopback and private-use redirect URIs are exempt (RFC 8252). Others of http are not registered then. Default: true.
    pub ssl_only: bool,
    /// When an authorization request must carry `state` (RFC 6749 §10.12). Default: unless it uses PKCE.
    pub require_state: RequireState,
    /// Refuse authorization requests that name no `redirect_uri`, also those of a client that registered exactly one,
    /// which may leave it out otherwise (RFC 6749 §3.1.2.3); OpenID Connect Core §3.1.2.1 requires it. Default: false.
    pub require_redirect_uri: bool,
    /// The `realm` of every challenge (RFC 9110 §11.5). Default: empty.
    pub realm: String,
    /// What codes, tokens and the secrets of clients begin with that are drawn from now on, so that a scanner knows whose
    /// leaked ones are: 1 to 16 ASCII letters and digits. Those of before stay good. Default: `o`.
    pub token_brand: String,
    /// From the issue of a code to its end, at most 600 (RFC 6749 §4.1.2). Default: 60.
    pub authorization_code_lifetime: i64,
    /// From the issue of an access token to its end. Default: 3600.
    pub access_token_lifetime: i64,
    /// Whether clients that may use the refresh grant get refresh tokens. Default: true.
    pub access_tokens_refreshable: bool,
    /// Whether a refresh token needs the scope `offline_access` (OpenID Connect Core §11). Default: false.
    pub refresh_needs_offline_access: bool,
    /// Hold clients to OAuth 2.1: no implicit grant, no password grant, PKCE of every client, no access token in a query,
    /// whatever their registrations say. Default: false.
    pub oauth_2_1: bool,
    /// Whether there are public clients (RFC 6749 §2.1). Where it is off none is registered, and one that is there is
    /// refused wherever it says who it is; what was issued to it before stays good until its end. Default: true.
    pub public_clients: bool,
    /// Let clients log their users in (OpenID Connect Core): the scope `openid`, ID tokens, signing keys, userinfo, discovery
    /// and logout. Default: false.
    pub openid: bool,
    /// Whether clients may register themselves (RFC 7591), and manage that (RFC 7592). Default: off.
    pub dynamic_registration: DynamicRegistration,
    /// From the issue of an ID token to its end, 60 to 86400. Default: 3600.
    pub id_token_lifetime: i64,
    /// From each rotation of a refresh token to the end of the new one; `None` never ends. Default: 30 days.
    pub refresh_token_lifetime: Option<i64>,
    /// From an authorization to the end of everything it led to; `None` never ends. Default: 365 days.
    pub grant_lifetime: Option<i64>,
    /// How long a redeemed refresh token, presented again, still gets its very answer, as long as that was not used:
    /// the client may have lost it on the way. 0 turns it off. Default: 10.
    pub refresh_token_grace: i64,
    /// Whether a consent is remembered, so that the same client is not asked for again with the same scopes. Default:
    /// true.
    pub remember_consent: bool,
    /// From a session's last use to its end. Default: one day.
    pub session_idle: i64,
    /// From a sign-in to the session's end, whatever its use. Default: 14 days.
    pub session_lifetime: i64,
    /// The name of the session's cookie, of at most 64 letters, digits, `-` and `_`; the one that forms hang on adds
    /// `_form`, and over TLS both begin with `__Host-`. A browser keeps cookies by host, whatever the port and whatever
    /// stands there: two providers with one name would sign each other's users out. `None` is a name that differs by
    /// issuer: `oauth_session_` and 8 hexadecimal digits. Default: `None`.
    pub cookie_name: Option<String>,
    /// Whether a client may be known by a document of its own, whose URL is its `client_id` (OAuth Client ID Metadata
    /// Document): it is fetched when a user who is signed in is asked for it, or it pushes a request. Default: false.
    pub client_id_metadata: bool,
    /// The hosts whose documents are fetched, such as `claude.ai`; empty is any. Default: empty.
    pub client_id_metadata_hosts: Vec<String>,
    /// How many wrong passwords are heard at one account: so many at once, and then so many a minute. `None` hears all.
    /// A browser from which the user has signed in before is counted apart. Default: 10.
    pub sign_in_guesses: Option<u32>,
    /// The same from one address, which many people may share; of IPv6, a network of 64 bits is one. Default: 60.
    pub sign_in_guesses_by_address: Option<u32>,
}

/// When an authorization request must carry `state`.
///
/// PKCE protects the code from being injected (RFC 9700 §2.1), so it can stand in for `state`. The implicit grant has
/// no code: `response_type=token` never counts as using PKCE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequireState {
    /// Every request.
    Always,
    /// Every request that does not use PKCE.
    UnlessPkce,
    /// No request.
    Never,
}

impl RequireState {
    /// The name of the policy, as it is stored and set.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::UnlessPkce => "unless_pkce",
            Self::Never => "never",
        }
    }
}

/// A policy that this server does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("state is required always, unless_pkce or never")]
pub struct UnknownRequireState;

impl FromStr for RequireState {
    type Err = UnknownRequireState;

    fn from_str(text: &str) -> Result<Self, UnknownRequireState> {
        let all = [Self::Always, Self::UnlessPkce, Self::Never];
        all.into_iter().find(|policy| policy.as_str() == text).ok_or(UnknownRequireState)
    }
}

impl Settings {
    /// The safe defaults, for a server known as `issuer`.
    #[must_use]
    pub fn new(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            ssl_only: true,
            require_state: RequireState::UnlessPkce,
            require_redirect_uri: false,
            realm: String::new(),
            token_brand: "o".to_owned(),
            authorization_code_lifetime: 60,
            access_token_lifetime: 3600,
            access_tokens_refreshable: true,
            refresh_needs_offline_access: false,
            oauth_2_1: false,
            openid: false,
            dynamic_registration: DynamicRegistration::Off,
            id_token_lifetime: 3600,
            public_clients: true,
            refresh_token_lifetime: Some(30 * 24 * 3600),
            grant_lifetime: Some(365 * 24 * 3600),
            refresh_token_grace: 10,
            remember_consent: true,
            session_idle: 24 * 3600,
            session_lifetime: 14 * 24 * 3600,
            cookie_name: None,
            client_id_metadata: false,
            client_id_metadata_hosts: Vec::new(),
            sign_in_guesses: Some(10),
            sign_in_guesses_by_address: Some(60),
        }
    }

    /// Whether clients know the server by an address of this machine alone: it is in development then.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let issuer = Url::parse(&self.issuer);
        issuer.is_ok_and(|issuer| match issuer.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        })
    }
}

/// A setting that no server can run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the setting {setting} must be {expected}")]
#[non_exhaustive]
pub struct InvalidSetting {
    /// The field of [`Settings`] or of [`StoreOptions`](crate::StoreOptions).
    pub setting: &'static str,
    /// What would be right.
    pub expected: &'static str,
}

impl InvalidSetting {
    /// For the settings of another crate.
    #[must_use]
    pub fn new(setting: &'static str, expected: &'static str) -> Self {
        Self { setting, expected }
    }
}

/// A century: what is longer is a slip of the keyboard, and sums of times must not overflow.
pub(crate) fn lasts(seconds: i64) -> bool {
    (1..=3_155_760_000).contains(&seconds)
}

/// In seconds: what lives longest of all that is signed, and so how long a key stays after the next has taken over.
pub(crate) const LONGEST_SIGNED: i64 = 24 * 3600;
pub(crate) const LASTS: &str = "1 second to 100 years, in seconds";
