//! What the pages of the admin site are given.

use serde_json::{Value, json};

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
        "admin/logouts/list" => json!({ "rows": rows(logout(full)) }),
        "admin/audit/list" => json!({ "rows": rows(entry()) }),
        _ => return None,
    })
}

/// What every page of the site is given, and every form and list.
fn common(full: bool) -> Value {
    let problem = json!({ "name": "name", "problem": "must not be empty", "is_here": full });
    json!({
        "base": "/admin", "accounts": "/accounts/", "section": "clients", "staff": "alice", "has_users": full, "has_openid": full, "form_action": "/",
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

fn client(full: bool) -> Value {
    let uri = if full { json!("https://printer.example/") } else { Value::Null };
    json!({
        "href": "/admin/clients/1/", "id": 1, "name": "Printer", "client_id": "printer",
        "is_public": !full, "may_change_secrets": full, "secrets": [secret(full)], "description": if full { "Prints your photos." } else { "" },
        "redirect_uris": if full { json!(["https://printer.example/callback"]) } else { json!([]) },
        "grant_types": ["authorization_code", "refresh_token"],
        "scopes": if full { json!(["read", "write"]) } else { json!([]) }, "any_scope": !full,
        "client_credentials_scopes": if full { json!(["read"]) } else { json!([]) },
        "default_scopes": if full { json!(["read"]) } else { json!([]) },
        "access_token_lifetime": if full { "3600" } else { "" },
        "refresh_token_lifetime": if full { "never" } else { "" }, "require_pkce": full, "require_state": "server",
        "skip_consent": full, "fragment_supported": full,
        "application_type": if full { "native" } else { "web" }, "require_pushed_authorization_requests": full,
        "cors_origins": if full { json!(["https://app.example"]) } else { json!([]) },
        "introspects": if full { json!(["https://api.example"]) } else { json!([]) }, "owner": full.then_some("1"), "acts_as_owner": full,
        "client_uri": uri, "logo_uri": uri, "policy_uri": uri, "tos_uri": uri, "created": "2026-11-22 12:00",
        "state": if full { "enabled" } else { "disabled" }, "is_disabled": !full,
        "registered_by": if full { "staff" } else { "dynamic" }, "openid": openid(full),
    })
}

fn openid(full: bool) -> Value {
    let some = |value: Value| if full { value } else { Value::Null };
    json!({
        "response_types": if full { json!(["code id_token", "id_token"]) } else { json!([]) },
        "id_token_signed_response_alg": "RS256", "userinfo_signed_response_alg": some(json!("ES256")),
        "is_pairwise": full, "sector_identifier_uri": some(json!("https://printer.example/sector")),
        "default_max_age": some(json!("0")), "require_auth_time": full,
        "default_acr_values": if full { json!(["gold", "silver"]) } else { json!([]) },
        "post_logout_redirect_uris": if full { json!(["https://printer.example/bye"]) } else { json!([]) },
        "backchannel_logout_uri": some(json!("https://printer.example/logout")),
        "backchannel_logout_session_required": full,
    })
}

fn secret(full: bool) -> Value {
    json!({
        "id": 1, "prefix": if full { "cGFzc3" } else { "" }, "created": "2026-11-22 12:00",
        "expires": full.then_some("2026-11-23 12:00"), "end": full.then_some("/admin/clients/1/secrets/1/end/"),
    })
}

fn scope() -> Value {
    json!({
        "href": "/admin/scopes/1/", "name": "read", "title": "", "description": "Read your notes.", "state": "enabled",
        "resource": "https://api.example/notes",
    })
}

fn user(full: bool) -> Value {
    let session = json!({
        "user_agent": full.then_some("Firefox, Linux"), "address": full.then_some("2001:db8::1"), "since": "2026-11-22 12:00",
        "last_used": full.then_some("2026-11-22 12:30"), "end": full.then_some("/admin/users/1/sessions/a/end/"),
    });
    json!({
        "sessions": [session],
        "href": "/admin/users/1/", "id": 1, "username": "alice", "first_name": "Alice", "last_name": "Liddell",
        "email": "alice@example.com", "is_staff": true, "is_superuser": false, "state": "active",
        "created": "2026-11-22 12:00",
    })
}

/// What a code, an access token and a family are shown with.
fn granted(href: &str, state: &str) -> Value {
    json!({
        "href": href, "id": 1, "prefix": "cGFzc3", "client": "Printer", "client_href": "/admin/clients/1/",
        "user": "Alice Liddell", "scopes": ["read", "write"], "created": "2026-11-22 12:00",
        "resources": ["https://api.example/notes"],
        "expires": "2026-11-22 13:00", "state": state, "family": 1, "family_href": "/admin/families/1/",
    })
}

fn code() -> Value {
    let mut code = granted("/admin/codes/1/", "redeemed");
    code["redirect_uri"] = json!("https://printer.example/callback");
    code["redeemed"] = json!("2026-11-22 12:01");
    code
}

fn token() -> Value {
    let mut token = granted("/admin/tokens/1/", "live");
    token["revoked"] = Value::Null;
    token
}

fn family() -> Value {
    let mut family = granted("/admin/families/1/", "live");
    family["last_used"] = Value::Null;
    family
}

fn key() -> Value {
    json!({
        "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "algorithm": "RS256", "created": "2026-11-22 12:00",
        "signs_from": "2026-11-22 13:00", "published_until": null, "state": "published",
    })
}

fn logout(full: bool) -> Value {
    json!({
        "id": 1, "href": "/admin/logouts/1/", "client": "Printer", "client_href": "/admin/clients/1/", "user": "alice",
        "created": "2026-11-22 12:00", "attempts": 2, "last_error": full.then_some("it answered 503"),
        "due": full.then_some("2026-11-22 12:01"),
    })
}

fn entry() -> Value {
    json!({
        "at": "2026-11-22 12:00", "who": "alice", "subject": "1", "action": "update", "kind": "client", "record": "Printer",
        "href": "/admin/clients/1/", "changes": "name, redirect_uris", "address": "2001:db8::1", "request": "Xr4bQz-42",
    })
}
