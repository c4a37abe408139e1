//! From a poem request to what the core reads.

use oauth_core::Params;
use poem::{
    Request,
    http::{Uri, header::AUTHORIZATION},
};

/// The parameters of the query.
pub(crate) fn query(request: &Request) -> Params {
    Params::parse(raw_query(request).as_bytes())
}

pub(crate) fn raw_query(request: &Request) -> &str {
    request.uri().query().unwrap_or_default()
}

/// The same query at another path.
pub(crate) fn with_path(uri: &Uri, path: &str) -> Uri {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("{path}{query}").parse().ok();
    Uri::from_parts(parts).unwrap_or_default()
}

/// The value of the `Authorization` header, of which there may be one.
pub(crate) fn authorization(request: &Request) -> Result<Option<String>, &'static str> {
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (Some(_), Some(_)) => Err("there must be one Authorization header"),
        (value, _) => Ok(value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())),
    }
}

/// The path that came here, with one slash wherever there were more: pages are found there all the same, and a
/// browser takes `//admin` in a link for a host of that name.
pub(crate) fn original_path(request: &Request) -> String {
    with_single_slashes(request.original_uri().path())
}

pub(crate) fn with_single_slashes(path: &str) -> String {
    let mut characters: Vec<char> = path.chars().collect();
    characters.dedup_by(|next, before| *next == '/' && *before == '/');
    characters.into_iter().collect()
}

/// The local path of a request as a browser asked for it, for a return to it.
pub(crate) fn path_and_query(request: &Request, path: &str) -> String {
    match request.uri().query() {
        Some(query) => format!("{path}?{}", fit_for_a_uri(query.as_bytes())),
        None => path.to_owned(),
    }
}

/// A request that came by POST as one by GET: what stands in the query and what stands in the body, without what is ours.
pub(crate) fn as_get(request: &Request, path: &str, form: &[u8]) -> String {
    let ours = |pair: &&[u8]| pair.starts_with(b"csrf_token=") || pair.starts_with(b"user_action=");
    let pairs = |text: &[u8]| {
        let pairs = text.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty() && !ours(pair));
        pairs.map(fit_for_a_uri).collect::<Vec<_>>()
    };
    let query = [pairs(raw_query(request).as_bytes()), pairs(form)].concat();
    format!("{path}?{}", query.join("&"))
}

/// A body may hold what a query may not (RFC 3986 §3.4), such as a line break or `#`; a query that came may hold UTF-8.
pub(crate) fn fit_for_a_uri(form: &[u8]) -> String {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"%-._~!$&'()*+,;=:@/?".contains(&byte);
    let encoded = |&byte: &u8| {
        if fits(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    form.iter().map(encoded).collect()
}
