//! What the pages of the admin site are given.

use serde_json::{Value, json};

use super::rows::{
    client, code, entry, family, key, logout, registration_token, scope, secret, token, user,
};

/// Part of the others.
pub(super) const PARTIALS: [&str; 31] = [
    "admin/area",
    "admin/audit/action",
    "admin/audit/kind",
    "admin/audit/table",
    "admin/check",
    "admin/choice",
    "admin/choices",
    "admin/client",
    "admin/clients/secrets",
    "admin/codes/table",
    "admin/described",
    "admin/done",
    "admin/families/table",
    "admin/find",
    "admin/form",
    "admin/label",
    "admin/layout",
    "admin/lifetime",
    "admin/locked",
    "admin/pager",
    "admin/problems",
    "admin/question",
    "admin/search",
    "admin/secret",
    "admin/state",
    "admin/text",
    "admin/tokens/table",
    "admin/users/sessions",
    "admin/verb",
    "admin/when",
    "admin/which",
];

/// With everything in it, or with nothing that may be absent.
pub(super) fn context(template: &str, full: bool) -> Value {
    let mut context = of_clients(template, full)
        .or_else(|| of_others(template, full))
        .unwrap_or_else(|| panic!("{template} is a new page: say here what it is given"));
    for (name, value) in common(full).as_object().unwrap() {
        context[name] = value.clone();
    }
    context
}

fn of_clients(template: &str, full: bool) -> Option<Value> {
    let some = |value: Value| if full { value } else { Value::Null };
    let rows = |row: Value| if full { json!([row]) } else { json!([]) };
    Some(match template {
        "admin/index" => json!({ "history": rows(entry()) }),
        "admin/refusal" => json!({
            "problem": if full { "forbidden" } else { "expired" }, "why": full.then_some("only a superuser may"),
        }),
        "admin/confirm" => json!({
            "action": if full { "delete-client" } else { "enable-client" }, "what": "Printer", "destroys": full,
            "back": "/admin/clients/1/",
        }),
        "admin/once" => json!({
            "shown": if full { "client" } else { "token" }, "what": "Printer", "back": "/admin/clients/1/",
            "secrets": [{ "kind": "client_id", "value": "printer" }, { "kind": "client_secret", "value": "cGFzc3dvcmQtMTIzNDU2Nzg5MC1hYmNkZWZnaGlqa2xtbm9w" }],
        }),
        "admin/clients/list" => json!({ "rows": rows(client(full)) }),
        "admin/clients/form" => json!({
            "client": some(json!({ "name": "Printer" })), "fields": fields(&[
                "name", "client_id", "kind", "description", "redirect_uris", "grant_types", "scopes", "any_scope",
                "client_credentials_scopes", "default_scopes", "access_token_lifetime", "refresh_token_lifetime", "require_pkce", "require_state",
                "skip_consent", "fragment_supported", "application_type",
                "require_pushed_authorization_requests", "cors_origins", "introspects", "owner", "acts_as_owner", "client_uri", "logo_uri", "policy_uri",
                "tos_uri", "response_types", "id_token_signed_response_alg", "userinfo_signed_response_alg", "subject_type",
                "sector_identifier_uri", "default_max_age", "require_auth_time", "default_acr_values", "post_logout_redirect_uris", "backchannel_logout_uri",
                "backchannel_logout_session_required",
            ], full),
        }),
        "admin/clients/issue" => json!({
            "client": { "name": "Printer", "require_pkce": full }, "issued": if full { "token" } else { "code" },
            "fields": fields(&["subject", "scopes", "redirect_uri", "code_challenge", "lifetime"], full),
        }),
        "admin/clients/rotate" => json!({
            "client": { "name": "Printer" }, "secrets": rows(secret(full)), "fields": fields(&["old_ends_in"], full),
        }),
        "admin/clients/record" => json!({
            "client": client(full), "here": "/admin/clients/1/", "families": rows(family()), "codes": rows(code()),
            "tokens": rows(token()), "history": rows(entry()),
        }),
        _ => return None,
    })
}

fn of_others(template: &str, full: bool) -> Option<Value> {
    let some = |value: Value| if full { value } else { Value::Null };
    let rows = |row: Value| if full { json!([row]) } else { json!([]) };
    Some(match template {
        "admin/scopes/list" => json!({ "rows": rows(scope()) }),
        "admin/scopes/form" => json!({
            "scope": some(scope()), "history": rows(entry()),
            "fields": fields(&["name", "title", "description", "resource", "implies", "is_enabled"], full),
        }),
        "admin/users/list" => json!({ "rows": rows(user(full)) }),
        "admin/users/form" => json!({
            "user": some(user(full)), "history": rows(entry()),
            "fields": fields(&[
                "username", "first_name", "last_name", "email", "email_verified", "password", "password_again", "is_active", "is_staff",
                "is_superuser",
            ], full),
        }),
        "admin/users/password" => {
            json!({ "user": user(full), "fields": fields(&["password", "password_again"], full) })
        }
        "admin/codes/list" => json!({ "rows": rows(code()) }),
        "admin/codes/record" => json!({ "code": code() }),
        "admin/tokens/list" => json!({ "rows": rows(token()) }),
        "admin/tokens/record" => json!({ "token": token() }),
        "admin/families/list" => json!({ "rows": rows(family()) }),
        "admin/families/record" => {
            json!({
                "family": family(), "codes": rows(code()), "tokens": rows(token()), "refresh_tokens": rows(token()),
            })
        }
        "admin/keys/list" => {
            json!({ "rows": rows(key()), "published_at": "https://id.example/oauth2/keys/", "may_change": full })
        }
        "admin/registration_tokens/list" => json!({
            "rows": rows(registration_token(full)), "registration": if full { "token" } else { "off" },
        }),
        "admin/registration_tokens/form" => {
            json!({ "fields": fields(&["uses", "lifetime"], full) })
        }
        "admin/logouts/list" => json!({ "rows": rows(logout(full)) }),
        "admin/audit/list" => json!({ "rows": rows(entry()) }),
        _ => return None,
    })
}

/// What every page of the site is given, and every form and list.
fn common(full: bool) -> Value {
    let problem = json!({ "name": "name", "problem": "must not be empty", "is_here": full });
    json!({
        "base": "/admin", "accounts": "/accounts/", "section": "clients", "staff": "alice", "has_users": full, "has_openid": full,
        "has_registration_tokens": full, "form_action": "/",
        "done": if full { json!("saved") } else { Value::Null },
        "form": [{ "name": "csrf_token", "value": "x" }],
        "notice": if full { json!({ "is_conflict": true }) } else { Value::Null },
        "problems": if full { json!([problem]) } else { json!([]) }, "hidden": [],
        "back": "/admin/clients/",
        "filter": {
            "options": [{ "value": "name", "selected": full }, { "value": "revoked", "selected": false }],
            "takes_text": true, "q": "Prin", "is_applied": full,
        },
        "pager": { "newest": full.then_some("/admin/clients/"), "older": full.then_some("/admin/clients/?after=7") },
    })
}

fn fields(names: &[&str], full: bool) -> Value {
    let mut fields = json!({});
    for &name in names {
        fields[name] = json!({
            "name": name, "value": "A value", "checked": full,
            "choices": [
                { "id": format!("{name}-0"), "value": "confidential", "label": null, "checked": full },
                { "id": format!("{name}-1"), "value": "read", "label": "read", "checked": false },
            ],
            "problem": if full { json!("must not be empty") } else { Value::Null }, "locked": full,
        });
    }
    fields
}
