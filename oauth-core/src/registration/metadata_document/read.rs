//! What a document may be, and what is wrong with one.

use serde_json::{Map, Value};
use url::Url;

use super::{A_DAY, Refused, UNAVAILABLE, refused};
use crate::{
    fetch::{FetchError, Fetched},
    store::client::ClientMetadata,
};

/// Whose document may be fetched at all. The URL is compared as a string ever after, so it has one form alone.
pub(super) fn judge_address(client_id: &str, hosts: &[String]) -> Result<(), Refused> {
    let url = Url::parse(client_id).map_err(|_| refused(NO_URL))?;
    let is_plain = url.as_str() == client_id
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() != "/";
    if !is_plain || client_id.len() > LONGEST {
        return Err(refused(NO_URL));
    }
    let host = url.host_str().unwrap_or_default();
    if hosts.is_empty() || hosts.iter().any(|it| it.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    Err(refused("this server takes no documents of this host"))
}

pub(super) fn parsed(fetched: &Fetched) -> Result<Map<String, Value>, &'static str> {
    if fetched.status != 200 {
        return Err("the document is not there: its URL must be answered with 200");
    }
    let kind = fetched.content_type.as_deref().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json"))
    {
        return Err("the document must be of the type application/json");
    }
    let body = fetched.body.as_deref().ok_or("the document is longer than 5 KiB")?;
    serde_json::from_slice(body).map_err(|_| "the document is no JSON object")
}

pub(super) fn unanswered(why: Option<&FetchError>) -> Refused {
    refused(match why {
        Some(FetchError::Url) => NO_URL,
        Some(FetchError::Address(_)) => "the document's host is none of the internet",
        Some(FetchError::TooOften | FetchError::Busy) => UNAVAILABLE,
        _ => "the document cannot be had: its host does not answer as it should",
    })
}

/// Seconds, by `Cache-Control`: between a minute and a day, and an hour where that says nothing.
pub(super) fn fresh_for(cache_control: Option<&str>) -> i64 {
    let directives = cache_control.unwrap_or_default().to_ascii_lowercase();
    let mut directives = directives.split(',').map(str::trim);
    let is_not_kept = |it: &str| matches!(it, "no-store" | "no-cache");
    if directives.clone().any(is_not_kept) {
        return SHORTEST;
    }
    let age = directives.find_map(|it| it.strip_prefix("max-age="));
    let age = age.and_then(|age| age.trim_matches('"').parse().ok());
    age.unwrap_or(USUAL).clamp(SHORTEST, A_DAY)
}

/// Whether it is another client for who allowed it something: by its name, its picture, its addresses, or what it asks
/// for. Any other member may change.
pub(super) fn is_another(new: &ClientMetadata, old: &ClientMetadata) -> bool {
    let seen = |it: &ClientMetadata| {
        (
            (it.client_name.clone(), it.logo_uri.clone(), it.client_uri.clone()),
            (it.policy_uri.clone(), it.tos_uri.clone(), it.redirect_uris.clone()),
            it.scope.clone(),
        )
    };
    seen(new) != seen(old)
}

/// In bytes, as every identifier of a client.
const LONGEST: usize = 255;
const SHORTEST: i64 = 60;
const USUAL: i64 = 3600;
const NO_URL: &str = "a document's URL is https, has a path, and neither fragment, user nor anything \
    that another spelling would leave out, in 255 bytes at most";
