//! What the pages of the admin site are given.

use serde_json::{Value, json};

/// Part of the others.
pub(super) const PARTIALS: [&str; 2] = ["admin/done", "admin/layout"];

/// With everything in it, or with nothing that may be absent.
pub(super) fn context(template: &str, full: bool) -> Value {
    let mut context = match template {
        "admin/index" => json!({}),
        "admin/refusal" => json!({ "problem": if full { "missing" } else { "expired" } }),
        other => panic!("{other} is a new page: say here what it is given"),
    };
    let common = json!({
        "base": "/admin", "section": "clients", "staff": "alice", "has_users": full, "form_action": "/",
        "done": if full { json!("saved") } else { Value::Null },
        "form": [{ "name": "csrf_token", "value": "x" }],
    });
    for (name, value) in common.as_object().unwrap() {
        context[name] = value.clone();
    }
    context
}
