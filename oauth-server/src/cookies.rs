//! The provider's own cookies: the session's, the one that forms hang on before anybody is signed in, and two more that
//! only some browsers have.

use oauth_core::{Secret, Settings};
use poem::{
    Request, Response,
    http::header::{COOKIE, SET_COOKIE},
};
use sha2::{Digest, Sha256};
use url::Url;

/// How the cookies of a provider are called and sent.
#[derive(Debug, Clone)]
pub(crate) struct Cookies {
    /// Holds the id of the session.
    pub(crate) session: Cookie,
    /// Holds what forms hang on: random, kept nowhere else, of nobody in particular.
    pub(crate) form: Cookie,
    /// Holds what a browser is known by in which a user has signed in before.
    pub(crate) browser: Cookie,
    /// Holds when the authorization request began for which the user signs in anew.
    pub(crate) began: Cookie,
}

#[derive(Debug, Clone)]
pub(crate) struct Cookie {
    name: String,
    secure: bool,
}

impl Cookies {
    pub(crate) fn of(settings: &Settings) -> Self {
        // What browsers ask for is the issuer, whatever a proxy makes of it on the way here.
        let secure = Url::parse(&settings.issuer).is_ok_and(|issuer| issuer.scheme() == "https");
        // The prefix has browsers refuse the cookie from anywhere but this host over TLS (RFC 6265bis §4.1.3.2).
        let prefix = if secure { "__Host-" } else { "" };
        let chosen = settings.cookie_name.clone();
        let name = chosen.unwrap_or_else(|| format!("oauth_session_{}", mark(&settings.issuer)));
        let cookie = |end| Cookie { name: format!("{prefix}{name}{end}"), secure };
        Self {
            session: cookie(""),
            form: cookie("_form"),
            browser: cookie("_browser"),
            began: cookie("_began"),
        }
    }
}

impl Cookie {
    #[cfg(feature = "test-kit")]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the browser presents, where that can be a secret that was drawn here.
    pub(crate) fn presented(&self, request: &Request) -> Option<Secret> {
        self.value(request).filter(|value| value.len() == SECRET_LENGTH).map(Secret::from)
    }

    /// What the browser presents, whatever it is.
    pub(crate) fn value<'a>(&self, request: &'a Request) -> Option<&'a str> {
        // By bytes: another application's cookie on this host may hold what is no text.
        let headers = request.headers().get_all(COOKIE).iter();
        let mut cookies = headers.flat_map(|value| value.as_bytes().split(|&byte| byte == b';'));
        let value = cookies.find_map(|cookie| {
            cookie.trim_ascii().strip_prefix(self.name.as_bytes())?.strip_prefix(b"=")
        })?;
        str::from_utf8(value).ok()
    }

    /// Has the browser keep the secret.
    pub(crate) fn keep(&self, secret: &Secret, response: Response) -> Response {
        self.set(secret.expose(), "", response)
    }

    /// Has the browser keep the secret for so many seconds, also when it is closed in between.
    pub(crate) fn keep_for(&self, seconds: i64, secret: &Secret, response: Response) -> Response {
        self.set(secret.expose(), &format!("; Max-Age={seconds}"), response)
    }

    /// Has the browser forget it.
    pub(crate) fn forget(&self, response: Response) -> Response {
        self.set("", "; Max-Age=0", response)
    }

    /// `SameSite=Lax`, because a browser that comes from a client's site must be known at the authorization endpoint.
    fn set(&self, value: &str, age: &str, mut response: Response) -> Response {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name);
        if let Ok(cookie) = cookie.parse() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// Tells issuers of one host apart: cookies know neither port nor path.
fn mark(issuer: &str) -> String {
    Sha256::digest(issuer).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Of 256 bits in base64: an empty or a short cookie, which somebody else may have planted, is none.
const SECRET_LENGTH: usize = 43;
