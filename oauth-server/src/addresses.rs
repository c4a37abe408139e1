//! Where everything stands: each path has a name and is said once, and every URL is the issuer plus an address.

use oauth_core::Settings;
use poem::{Request, http::Uri};
use url::Url;

use crate::{BuildError, request};

/// Where a provider has its pages and endpoints, below its issuer. [`OAuth::routes`](crate::OAuth::routes) mounts them
/// there, and whatever prints, links, redirects or documents derives from this table.
///
/// Who mounts an endpoint by hand at another address says so here, too.
///
/// ```
/// use oauth_server::Addresses;
///
/// let addresses = Addresses { token: "/token/".to_owned(), ..Addresses::default() };
/// assert_eq!(addresses.authorization, "/oauth2/authorization/");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The application's own front page: where a browser goes that came from nowhere, such as after signing out.
    /// Default: `/`.
    pub home: String,
    /// The authorization endpoint (RFC 6749 §3.1). Default: `/oauth2/authorization/`.
    pub authorization: String,
    /// The token endpoint (RFC 6749 §3.2). Default: `/oauth2/token/`.
    pub token: String,
    /// The revocation endpoint (RFC 7009). Default: `/oauth2/revoke/`.
    pub revocation: String,
    /// The introspection endpoint (RFC 7662). Default: `/oauth2/introspect/`.
    pub introspection: String,
    /// The endpoint for pushed authorization requests (RFC 9126). Default: `/oauth2/par/`.
    pub pushed: String,
    /// Where a device asks (RFC 8628). Default: `/oauth2/device_authorization/`.
    pub device_authorization: String,
    /// Where the user of a device types its code (RFC 8628 §3.3): short, because it is typed, too. Default: `/device/`.
    pub device: String,
    /// Where clients register themselves (RFC 7591), where they may, and below it where each manages that (RFC 7592). Default:
    /// `/oauth2/register/`.
    pub registration: String,
    /// The keys that the server signs with (RFC 7517), where OpenID Connect is on. Default: `/oauth2/keys/`.
    pub keys: String,
    /// The userinfo endpoint (OpenID Connect Core §5.3), where that is on. Default: `/oauth2/userinfo/`.
    pub userinfo: String,
    /// The logout endpoint (OpenID Connect RP-Initiated Logout 1.0), where that is on. Default: `/oauth2/logout/`.
    pub logout: String,
    /// What the pages of the bundled accounts stand under: `login/`, `logout/`, `password/`, `sessions/` and
    /// `apps/`. Default: `/accounts/`.
    pub accounts: String,
    /// What the admin site stands under. Default: `/admin/`.
    pub admin: String,
    /// What Swagger UI stands under. Default: `/docs/`.
    pub docs: String,
    /// The OpenAPI document. Default: `/openapi.json`.
    pub openapi: String,
}

impl Default for Addresses {
    fn default() -> Self {
        Self {
            home: "/".to_owned(),
            authorization: "/oauth2/authorization/".to_owned(),
            token: "/oauth2/token/".to_owned(),
            revocation: "/oauth2/revoke/".to_owned(),
            introspection: "/oauth2/introspect/".to_owned(),
            pushed: "/oauth2/par/".to_owned(),
            device_authorization: "/oauth2/device_authorization/".to_owned(),
            device: "/device/".to_owned(),
            registration: "/oauth2/register/".to_owned(),
            keys: "/oauth2/keys/".to_owned(),
            userinfo: "/oauth2/userinfo/".to_owned(),
            logout: "/oauth2/logout/".to_owned(),
            accounts: "/accounts/".to_owned(),
            admin: "/admin/".to_owned(),
            docs: "/docs/".to_owned(),
            openapi: "/openapi.json".to_owned(),
        }
    }
}

impl Addresses {
    /// One endpoint each, which answers with and without a trailing slash.
    fn of_endpoints(&self) -> impl Iterator<Item = &str> {
        let others = [
            self.authorization.as_str(),
            &self.openapi,
            &self.keys,
            &self.device,
            &self.logout,
            &self.registration,
        ];
        others.into_iter().chain(self.of_api().map(|(_, address)| address))
    }

    /// The paths that [`OAuthApi`](crate::OAuthApi) has for its operations, as far as a type can say, and where they stand.
    pub(crate) fn of_api(&self) -> [(&'static str, &str); 6] {
        [
            ("/oauth2/token", &self.token),
            ("/oauth2/revoke", &self.revocation),
            ("/oauth2/introspect", &self.introspection),
            ("/oauth2/par", &self.pushed),
            ("/oauth2/device_authorization", &self.device_authorization),
            (USERINFO, &self.userinfo),
        ]
    }

    /// Says what no program could serve.
    fn check(&self) -> Result<(), BuildError> {
        let named = [
            ("authorization", &self.authorization),
            ("token", &self.token),
            ("revocation", &self.revocation),
            ("introspection", &self.introspection),
            ("pushed", &self.pushed),
            ("device_authorization", &self.device_authorization),
            ("device", &self.device),
            ("registration", &self.registration),
            ("keys", &self.keys),
            ("userinfo", &self.userinfo),
            ("logout", &self.logout),
            ("accounts", &self.accounts),
            ("admin", &self.admin),
            ("docs", &self.docs),
            ("openapi", &self.openapi),
        ];
        let refused = |name: &str, problem: &str| {
            Err(BuildError::Address { name: name.to_owned(), problem: problem.to_owned() })
        };
        if !is_path(&self.home) {
            return refused("home", PATH);
        }
        for (number, (name, address)) in named.iter().enumerate() {
            if !is_path(address) || *address == "/" {
                return refused(name, PATH);
            }
            let is_taken = |(_, other): &(_, &String)| bare(other) == bare(address);
            if named.iter().take(number).any(is_taken) {
                return refused(name, "another one has this address");
            }
        }
        Ok(())
    }

    /// What others stand under ends with a slash.
    fn with_slashes(mut self) -> Self {
        for folder in [&mut self.accounts, &mut self.admin, &mut self.docs] {
            *folder = format!("{}/", bare(folder));
        }
        self
    }
}

/// Where a provider stands: what its URLs begin with, and what of that reaches the program.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) addresses: Addresses,
    issuer: String,
    /// The issuer's path: empty, or such as `/id`.
    path: String,
    /// What of it reaches the program.
    mount: String,
}

impl Place {
    pub(crate) fn new(
        addresses: Addresses,
        settings: &Settings,
        at: Option<&str>,
    ) -> Result<Self, BuildError> {
        addresses.check()?;
        let issuer = settings.issuer.clone();
        let path = Url::parse(&issuer).map(|url| bare(url.path()).to_owned()).unwrap_or_default();
        let mount = at.map_or(path.as_str(), bare).to_owned();
        let problem = if !path.is_empty() && !is_path(&path) {
            "the issuer's path has characters that no route can have"
        } else if !(mount.is_empty() || mount.starts_with('/') && path.ends_with(&mount)) {
            "it must be / or what the issuer's path ends with"
        } else {
            return Ok(Self { addresses: addresses.with_slashes(), issuer, path, mount });
        };
        Err(BuildError::Address { name: "at".to_owned(), problem: problem.to_owned() })
    }

    /// The URL of an address.
    pub(crate) fn url(&self, address: &str) -> String {
        format!("{}{address}", self.issuer)
    }

    /// The same without scheme and host, as pages link to it.
    pub(crate) fn path(&self, address: &str) -> String {
        format!("{}{address}", self.path)
    }

    /// The same of what the application says, which may also be a URL that leads elsewhere.
    pub(crate) fn link(&self, uri: &str) -> String {
        if uri.starts_with('/') { self.path(uri) } else { uri.to_owned() }
    }

    /// The issuer's path: empty, or such as `/id`.
    pub(crate) fn issuer_path(&self) -> &str {
        &self.path
    }

    /// What requests for an address begin with here: empty, or such as `/id`.
    pub(crate) fn mount(&self) -> &str {
        &self.mount
    }

    /// The path at which a browser asked for this, whatever a proxy has stripped from it.
    pub(crate) fn asked_for(&self, request: &Request) -> String {
        let path = request::original_path(request);
        let path = request
            .data::<Asked>()
            .map_or(path, |asked| request::with_single_slashes(asked.0.path()));
        let inner = path.strip_prefix(&self.mount);
        match inner.filter(|inner| inner.is_empty() || inner.starts_with('/')) {
            Some(inner) => self.path(inner),
            None => path,
        }
    }

    /// The path of a request for one of the endpoints, where it has a trailing slash that its route has not.
    pub(crate) fn without_slash<'a>(&self, path: &'a str) -> Option<&'a str> {
        let trimmed = path.strip_suffix('/')?;
        let inner = trimmed.strip_prefix(&self.mount).unwrap_or(trimmed);
        let is = |address: &&str| [trimmed, inner].contains(&bare(address));
        self.addresses.of_endpoints().any(|address| is(&address)).then_some(trimmed)
    }
}

/// What was asked for, where poem does not know: of a request that a program made for itself, as tests do.
#[derive(Clone)]
pub(crate) struct Asked(Uri);

impl Asked {
    pub(crate) fn note(request: &mut Request) {
        if request.data::<Self>().is_none() && *request.original_uri() == Uri::default() {
            let uri = request.uri().clone();
            request.set_data(Self(uri));
        }
    }
}

/// An address without the slash at its end.
pub(crate) fn bare(address: &str) -> &str {
    address.trim_end_matches('/')
}

/// A path that means the same to browsers, proxies and routers.
fn is_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let is_whole = |segment: &str| !matches!(segment, "" | "." | "..");
    let segments = text.strip_prefix('/').map(bare);
    text.bytes().all(plain)
        && !text.contains("//")
        && segments.is_some_and(|inner| inner.is_empty() || inner.split('/').all(is_whole))
}

/// The operation that there is where clients register themselves; below it is what they manage that by.
pub(crate) const REGISTRATION: &str = "/oauth2/register";
/// The operation that there is where OpenID Connect is on.
pub(crate) const USERINFO: &str = "/oauth2/userinfo";
const PATH: &str = "an address is a path such as /oauth2/token/, of letters, digits and -._~";
