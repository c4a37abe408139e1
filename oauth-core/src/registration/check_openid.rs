//! What a client may say of itself for OpenID Connect.

use url::Url;

use super::{NewClient, check::LONGEST_LINES};
use crate::{
    OpenIdMetadata, RedirectUri, Settings, SubjectType,
    field::{Faults, LONGEST_URI, Problem},
    oidc::subject::sector,
    settings::lasts,
};

/// What is wrong with it.
pub(super) fn openid(new: &NewClient, settings: &Settings, faults: &mut Faults) {
    let openid = &new.openid;
    for uri in &openid.post_logout_redirect_uris {
        if let Err(problem) = after_logout(uri, settings.ssl_only) {
            faults.malformed("post_logout_redirect_uris", format!("{uri}: {problem}"));
        }
    }
    if openid.post_logout_redirect_uris.len() > MOST {
        faults.malformed("post_logout_redirect_uris", format!("must be at most {MOST}"));
    }
    // Staff change both in one form, which has its bounds.
    let length = |uris: &[String]| uris.iter().map(String::len).sum::<usize>();
    let together = length(&openid.post_logout_redirect_uris) + length(&new.redirect_uris);
    if !openid.post_logout_redirect_uris.is_empty() && together > LONGEST_LINES {
        let problem =
            format!("must have at most {LONGEST_LINES} characters together with redirect_uris");
        faults.malformed("post_logout_redirect_uris", problem);
    }
    if openid.sector_identifier_uri.as_deref().is_some_and(|uri| !is_https(uri)) {
        faults.malformed("sector_identifier_uri", "must be an https URL");
    }
    if openid.backchannel_logout_uri.as_deref().is_some_and(|uri| !is_called(uri, settings)) {
        let problem = "must be an https URL without a fragment (Back-Channel Logout 2.2)";
        faults.malformed("backchannel_logout_uri", problem);
    }
    sign_in(openid, faults);
    let is_pairwise = openid.subject_type == SubjectType::Pairwise;
    let sector = sector(openid.sector_identifier_uri.as_ref(), &new.redirect_uris);
    if is_pairwise && sector.is_none() && !new.redirect_uris.is_empty() {
        let problem = "is needed: the redirect URIs are of several hosts, or of none";
        faults.malformed("sector_identifier_uri", problem);
    }
}

fn sign_in(openid: &OpenIdMetadata, faults: &mut Faults) {
    if !openid.default_max_age.is_none_or(|seconds| seconds == 0 || lasts(seconds)) {
        faults.malformed("default_max_age", "must be a number of seconds");
    }
    let is_acr = |text: &String| {
        (1..=LONGEST_ACR).contains(&text.len())
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    if !openid.default_acr_values.iter().all(is_acr) {
        let problem = format!("must be names of 1 to {LONGEST_ACR} bytes without spaces");
        faults.malformed("default_acr_values", problem);
    }
    if openid.default_acr_values.len() > MOST_ACR_VALUES {
        faults.malformed("default_acr_values", format!("must be at most {MOST_ACR_VALUES}"));
    }
}

fn after_logout(uri: &str, ssl_only: bool) -> Result<(), String> {
    if uri.len() > LONGEST_URI {
        return Err(Problem::TooLong(LONGEST_URI).to_string());
    }
    let parsed = RedirectUri::parse(uri).map_err(|invalid| invalid.to_string())?;
    let may_be = !ssl_only || parsed.is_secure();
    if may_be { Ok(()) } else { Err("http is for loopback addresses alone".to_owned()) }
}

fn is_https(uri: &str) -> bool {
    uri.len() <= LONGEST_URI
        && Url::parse(uri).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}

/// What the server calls itself: over http only what is on the machine that it is developed on.
fn is_called(uri: &str, settings: &Settings) -> bool {
    let bare =
        uri.len() <= LONGEST_URI && Url::parse(uri).is_ok_and(|url| url.fragment().is_none());
    let is_loopback =
        uri.starts_with("http://") && RedirectUri::parse(uri).is_ok_and(|uri| uri.is_secure());
    bare && (is_https(uri) || settings.is_loopback() && is_loopback)
}

const MOST: usize = 100;
const MOST_ACR_VALUES: usize = 20;
const LONGEST_ACR: usize = 100;
