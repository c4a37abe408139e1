//! What libpq is told beside what the operator says: by itself it waits for a silent network for hours.

use url::form_urlencoded;

/// The URL with what it leaves open of how long libpq waits.
pub(super) fn with_timeouts(url: &str) -> String {
    let query = query(url);
    let is_set = |name: &str| {
        let said = query.is_some_and(|query| {
            form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name)
        });
        // The only one of them that libpq has a variable for.
        said || name == "connect_timeout" && std::env::var_os("PGCONNECT_TIMEOUT").is_some()
    };
    let ours = TIMEOUTS.iter().filter(|(name, _)| !is_set(name));
    let ours = ours.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    match query {
        _ if ours.is_empty() => url.to_owned(),
        None => format!("{url}?{ours}"),
        Some("") => format!("{url}{ours}"),
        Some(_) => format!("{url}&{ours}"),
    }
}

/// What stands behind the question mark, as libpq finds it: one in a password, before the `@`, is none.
fn query(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let after_password = match rest.split_once('@') {
        Some((password, after)) if !password.contains('/') => after,
        _ => rest,
    };
    after_password.split_once('?').map(|(_, query)| query)
}

/// In seconds, the last in milliseconds. A peer that is gone without a word is noticed within 25 s while an answer is
/// waited for, and within 10 s while something is sent.
const TIMEOUTS: &[(&str, u32)] = &[
    ("connect_timeout", 2),
    ("keepalives_idle", 10),
    ("keepalives_interval", 5),
    ("keepalives_count", 3),
    ("tcp_user_timeout", 10_000),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_leaves_open_is_added() {
        let ours = "connect_timeout=2&keepalives_idle=10&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=10000";
        for (url, separator) in [
            ("postgres://u:p@h/db", "?"),
            ("postgres://u:a?b@h1:5432,h2:5433/db", "?"),
            ("postgres:///db?host=/tmp/socket&application_name=a@b", "&"),
            ("postgres:///db?", ""),
        ] {
            assert_eq!(with_timeouts(url), format!("{url}{separator}{ours}"));
        }
    }

    #[test]
    fn what_the_operator_says_stays() {
        let url = "postgres://h/db?tcp_user_timeout=1&connect_timeout=30&keepalives_idle=9";
        let expected = format!("{url}&keepalives_interval=5&keepalives_count=3");
        assert_eq!(with_timeouts(url), expected);
    }
}
