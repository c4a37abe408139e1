//! The records that pages of the admin site show.

use serde_json::{Value, json};

pub(super) fn client(full: bool) -> Value {
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
        "registered_by": if full { "staff" } else { "dynamic" }, "unused_until": (!full).then_some("2026-11-23 12:00"), "openid": openid(full),
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

pub(super) fn secret(full: bool) -> Value {
    json!({
        "id": 1, "prefix": if full { "cGFzc3" } else { "" }, "created": "2026-11-22 12:00",
        "expires": full.then_some("2026-11-23 12:00"), "end": full.then_some("/admin/clients/1/secrets/1/end/"),
    })
}

pub(super) fn scope() -> Value {
    json!({
        "href": "/admin/scopes/1/", "name": "read", "title": "", "description": "Read your notes.", "state": "enabled",
        "resource": "https://api.example/notes",
    })
}

pub(super) fn user(full: bool) -> Value {
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

pub(super) fn code() -> Value {
    let mut code = granted("/admin/codes/1/", "redeemed");
    code["redirect_uri"] = json!("https://printer.example/callback");
    code["redeemed"] = json!("2026-11-22 12:01");
    code
}

pub(super) fn token() -> Value {
    let mut token = granted("/admin/tokens/1/", "live");
    token["revoked"] = Value::Null;
    token["actors"] = json!(["notes", "calendar"]);
    token
}

pub(super) fn family() -> Value {
    let mut family = granted("/admin/families/1/", "live");
    family["last_used"] = Value::Null;
    family
}

pub(super) fn key() -> Value {
    json!({
        "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "algorithm": "RS256", "created": "2026-11-22 12:00",
        "signs_from": "2026-11-22 13:00", "published_until": null, "state": "published",
    })
}

pub(super) fn logout(full: bool) -> Value {
    json!({
        "id": 1, "href": "/admin/logouts/1/", "client": "Printer", "client_href": "/admin/clients/1/", "user": "alice",
        "created": "2026-11-22 12:00", "attempts": 2, "last_error": full.then_some("it answered 503"),
        "due": full.then_some("2026-11-22 12:01"),
    })
}

pub(super) fn registration_token(full: bool) -> Value {
    json!({
        "id": 1, "end": "/admin/registration_tokens/1/end/", "prefix": "cGFzc3", "created": "2026-11-22 12:00",
        "issued_by": "alice", "expires": "2026-11-23 12:00", "uses_left": 7, "state": if full { "live" } else { "used_up" },
    })
}

pub(super) fn entry() -> Value {
    json!({
        "at": "2026-11-22 12:00", "who": "alice", "subject": "1", "action": "update", "kind": "client", "record": "Printer",
        "href": "/admin/clients/1/", "changes": "name, redirect_uris", "address": "2001:db8::1", "request": "Xr4bQz-42",
    })
}
