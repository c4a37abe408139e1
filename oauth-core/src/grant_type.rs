//! The names of the grants.

use std::str::FromStr;

use url::Url;

/// The grants that a client can be registered for.
///
/// ```
/// use oauth_core::GrantType;
///
/// let voucher: GrantType = "urn:example:params:oauth:grant-type:voucher".parse()?;
/// assert!(matches!(voucher, GrantType::Extension(_)));
/// assert!("typo".parse::<GrantType>().is_err());
/// # Ok::<(), oauth_core::UnknownGrantType>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §4.2: only at the authorization endpoint, as `response_type=token`.
    Implicit,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 6749 §4.3.
    Password,
    /// RFC 8628: for what has no browser, or no keys.
    DeviceCode,
    /// RFC 8693: an access token for another one, which allows no more and ends no later. Only staff register a client for
    /// it.
    TokenExchange,
    /// RFC 6749 §4.5, by its absolute URI: one of the application's own
    /// ([`with_grant`](crate::AuthorizationServer::with_grant)), or one that only another program serves.
    Extension(String),
}

impl GrantType {
    /// The name on the wire and in the client's registration (RFC 7591 §2).
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Implicit => "implicit",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::Extension(name) => name,
        }
    }
}

/// A grant that this server does not know, or one of the application's own by a name that the server has a grant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a grant is authorization_code, implicit, refresh_token, client_credentials, password, urn:ietf:params:oauth:grant-type:device_code or urn:ietf:params:oauth:grant-type:token-exchange; one of an application's own has another absolute URI"
)]
pub struct UnknownGrantType;

impl FromStr for GrantType {
    type Err = UnknownGrantType;

    fn from_str(text: &str) -> Result<Self, UnknownGrantType> {
        let all = [
            Self::AuthorizationCode,
            Self::Implicit,
            Self::RefreshToken,
            Self::ClientCredentials,
            Self::Password,
            Self::DeviceCode,
            Self::TokenExchange,
        ];
        let known = all.into_iter().find(|grant_type| grant_type.as_str() == text);
        let extension = || is_uri(text).then(|| Self::Extension(text.to_owned()));
        known.or_else(extension).ok_or(UnknownGrantType)
    }
}

/// RFC 6749 §4.5: "an absolute URI". What is stored is shown and compared as it was typed.
fn is_uri(name: &str) -> bool {
    let fits = name.len() <= LONGEST && name.bytes().all(|byte| byte.is_ascii_graphic());
    fits && !name.contains([',', '"', '\\', '#']) && Url::parse(name).is_ok()
}

const LONGEST: usize = 255;
