//! `next`: where a browser goes after it signed in. Only to a path of this very application.

use oauth_core::Params;
use url::Url;

use crate::OAuth;

/// The `next` of the query, when it is a local path; else the front page.
pub(super) fn local_path(oauth: &OAuth, query: &Params) -> String {
    let next = query.get("next").filter(|next| is_local_path(next));
    next.map_or_else(|| oauth.path(|addresses| &addresses.home), str::to_owned)
}

/// Browsers read `//host`, `/\host` and what hides behind a tab as another host: what the URL parser that browsers share
/// takes elsewhere is not local.
fn is_local_path(next: &str) -> bool {
    let here = "http://localhost/";
    let printable = next.bytes().all(|byte| byte.is_ascii_graphic());
    let resolved = Url::parse(here).and_then(|base| base.join(next));
    printable && next.starts_with('/') && resolved.is_ok_and(|url| url.as_str().starts_with(here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_local_path_is_gone_on_to() {
        for local in ["/", "/oauth2/authorization/?client_id=a%20b&state=%2F%2Fx", "/a//b"] {
            assert!(is_local_path(local), "{local}");
        }
        for elsewhere in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "javascript:alert(1)",
            "///evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/\u{fc}",
        ] {
            assert!(!is_local_path(elsewhere), "{elsewhere:?}");
        }
    }
}
