//! The question before something is taken away.

use poem::Response;
use serde_json::json;

use super::visit::Visit;

/// Asks whether to do `action` to `what`: a word that the template `admin/question` knows, and a name. Who says no goes
/// back to `back`.
pub(super) fn ask(visit: &Visit<'_>, action: &str, what: &str, back: &str) -> Response {
    let context = json!({
        "action": action,
        "what": what,
        "back": visit.address(back),
        "destroys": !matches!(action, "enable-client" | "try-logout" | "rotate-keys"),
    });
    visit.page("admin/confirm", context)
}
