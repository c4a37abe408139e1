//! What is shown once: it answers the very form that had it made, and is kept nowhere.

use oauth_core::Secret;
use poem::Response;
use serde_json::{Value, json};

use super::visit::Visit;

/// Shows secrets, each under a word that the template `admin/secret` knows. `shown` says what they are, as
/// `admin/once` calls it, and `what` whose.
pub(super) fn show(
    visit: &Visit<'_>,
    shown: &str,
    what: &str,
    secrets: &[(&str, &Secret)],
    back: &str,
) -> Response {
    let secrets: Vec<Value> = secrets
        .iter()
        .map(|(kind, secret)| json!({ "kind": kind, "value": secret.expose() }))
        .collect();
    let context =
        json!({ "shown": shown, "what": what, "secrets": secrets, "back": visit.address(back) });
    visit.page("admin/once", context)
}
