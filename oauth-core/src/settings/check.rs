//! What no server can run with.

use url::Url;

use super::{InvalidSetting, LASTS, LONGEST_SIGNED, Settings, lasts};
use crate::secret::is_brand;

impl Settings {
    /// Says what no server can run with.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let quotable =
            |byte: u8| byte == b' ' || byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        let rules = [
            (
                is_issuer(&self.issuer) && !self.issuer.ends_with('/'),
                "issuer",
                "an absolute URL such as https://id.example, without a slash at its end",
            ),
            (
                !self.ssl_only || is_https(&self.issuer),
                "issuer",
                "an https URL while ssl_only is on, which refuses all that comes by http",
            ),
            (
                self.realm.bytes().all(quotable),
                "realm",
                "printable ASCII without double quote and backslash",
            ),
            (is_brand(&self.token_brand), "token_brand", "1 to 16 ASCII letters and digits"),
            (
                self.cookie_name.as_deref().is_none_or(is_cookie_name),
                "cookie_name",
                "1 to 64 letters, digits, - and _",
            ),
            (self.sign_in_guesses != Some(0), "sign_in_guesses", GUESSES),
            (self.sign_in_guesses_by_address != Some(0), "sign_in_guesses_by_address", GUESSES),
        ];
        match rules.into_iter().chain(self.lifetimes()).find(|(holds, ..)| !holds) {
            Some((_, setting, expected)) => Err(InvalidSetting { setting, expected }),
            None => Ok(()),
        }
    }

    fn lifetimes(&self) -> [Rule; 8] {
        [
            (
                (1..=600).contains(&self.authorization_code_lifetime),
                "authorization_code_lifetime",
                "1 to 600 seconds",
            ),
            (lasts(self.access_token_lifetime), "access_token_lifetime", LASTS),
            (
                (60..=LONGEST_SIGNED).contains(&self.id_token_lifetime),
                "id_token_lifetime",
                "60 to 86400 seconds",
            ),
            (self.refresh_token_lifetime.is_none_or(lasts), "refresh_token_lifetime", LASTS),
            (self.grant_lifetime.is_none_or(lasts), "grant_lifetime", LASTS),
            (
                (0..=3600).contains(&self.refresh_token_grace),
                "refresh_token_grace",
                "0 to 3600 seconds",
            ),
            (lasts(self.session_idle), "session_idle", LASTS),
            (lasts(self.session_lifetime), "session_lifetime", LASTS),
        ]
    }
}

/// Whether it holds, of which setting, and what would be right.
type Rule = (bool, &'static str, &'static str);

/// RFC 8414 §2: a URL "that uses the `https` scheme and has no query or fragment components"; `http` is for development.
fn is_issuer(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let bare = url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && bare && anonymous
    })
}

fn is_https(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| url.scheme() == "https")
}

/// What every browser and proxy takes for the name of a cookie: less than RFC 6265 §4.1.1 allows.
fn is_cookie_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(fits)
}

const GUESSES: &str = "at least 1 a minute, or none";
