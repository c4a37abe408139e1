use serde_json::{Map, Value, json};

use super::stranger;
use crate::{
    ApplicationType, ClientSecret, FieldError, GrantType, NewClient, Settings,
    registration::prepared::{fields, metadata},
};

fn judged(document: &Value) -> Result<NewClient, Vec<FieldError>> {
    let document: &Map<String, Value> = document.as_object().unwrap();
    let settings = Settings { ssl_only: false, ..Settings::new("http://localhost:8080") };
    stranger(document, &settings)
}

fn faults(document: &Value) -> Vec<String> {
    judged(document).unwrap_err().iter().map(ToString::to_string).collect()
}

fn fields_at_fault(document: &Value) -> Vec<&'static str> {
    judged(document).unwrap_err().iter().map(|fault| fault.field).collect()
}

/// What RFC 7591 and its kin have names for, and is not on the list; in place of what is, more than that.
fn for_others() -> Value {
    json!({
        "response_types": ["code", "token", "id_token", "code id_token"],
        "token_endpoint_auth_method": "none",
        "grant_types": [
            "authorization_code", "refresh_token", "implicit", "password", "client_credentials",
            "urn:ietf:params:oauth:grant-type:token-exchange", "urn:example:own", "typo",
        ],
        "client_id": "mine", "client_secret": "chosen-by-me", "client_id_issued_at": 1,
        "client_secret_expires_at": 1, "registration_access_token": "mine",
        "registration_client_uri": "https://a.example/", "contacts": ["a@a.example"],
        "jwks": { "keys": [] }, "jwks_uri": "https://a.example/keys", "software_id": "s",
        "software_version": "1", "software_statement": "e30.e30.", "client_name#ru": "Имя",
        "subject_type": "pairwise", "sector_identifier_uri": "https://other.example/",
        "backchannel_logout_uri": "https://a.example/logout",
        "backchannel_logout_session_required": true, "frontchannel_logout_uri": "https://a.example/",
        "request_uris": ["https://a.example/r"], "initiate_login_uri": "https://a.example/l",
        "tls_client_certificate_bound_access_tokens": true,
        "dpop_bound_access_tokens": true, "authorization_details_types": ["x"],
    })
}

/// What only staff say.
fn our_columns() -> Value {
    json!({
        "id": 1, "name": "Other", "description": "Trust me", "is_public": false, "secret": "x",
        "require_pkce": false, "version": 9, "created_at": 9, "disabled_at": 9, "deleted_at": 9,
        "any_scope": true, "client_credentials_scopes": "admin", "default_scopes": "email", "scopes": "admin",
        "access_token_lifetime": 0, "refresh_token_lifetime": 0, "owner": "1",
        "acts_as_owner": true, "skip_consent": true, "require_state": "never",
        "fragment_supported": false, "cors_origins": ["https://a.example"],
        "introspects": ["https://api.example/"], "register_unknown_scopes": true,
        "registered_by": "staff", "unknown": { "client_name": "Other" }, "openid": {}, "metadata": {},
    })
}

/// What a stranger may say is kept; all else is as if it had not been said.
#[test]
fn of_every_property_only_those_of_the_list_are_set() {
    let listed = json!({
        "client_name": "Stranger",
        "client_uri": "https://a.example/",
        "logo_uri": "https://a.example/logo.png",
        "policy_uri": "https://a.example/policy",
        "tos_uri": "https://a.example/tos",
        "redirect_uris": ["https://a.example/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "email user_info",
        "application_type": "native",
        "require_pushed_authorization_requests": true,
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "RS256",
        "default_max_age": 60,
        "require_auth_time": true,
        "default_acr_values": ["gold", "silver"],
        "post_logout_redirect_uris": ["https://a.example/bye"],
    });
    let mut document = listed.clone();
    for beside in [for_others(), our_columns()] {
        document.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
    }

    let new = judged(&document).unwrap();

    assert_eq!(serde_json::to_value(metadata(&new)).unwrap(), listed);
    let public = NewClient { secret: ClientSecret::None, ..NewClient::new("") };
    assert_eq!(fields(&new).changed_from(&fields(&public)), Vec::<String>::new());
    assert!(new.client_id.is_none() && !new.register_unknown_scopes);
}

/// RFC 7591 §2: the defaults of `grant_types`, `response_types` and `token_endpoint_auth_method`.
#[test]
fn who_says_little_has_a_secret_and_the_code_grant() {
    let new = judged(&json!({ "redirect_uris": ["https://a.example/"], "client_name": null }));
    let new = new.unwrap();
    assert_eq!(new.grant_types, [GrantType::AuthorizationCode]);
    assert!(matches!(new.secret, ClientSecret::Generated));
    assert_eq!(new.require_pkce, Some(true));
    assert!(new.scopes.is_empty());
    assert_eq!(new.name, "Unnamed application");
}

#[test]
fn what_is_only_on_its_users_device_is_native_whatever_it_says() {
    for redirect_uri in ["cursor://anysphere.cursor-mcp/callback", "http://127.0.0.1:33418/"] {
        let new = judged(&json!({
            "redirect_uris": [redirect_uri],
            "application_type": "web",
            "token_endpoint_auth_method": "none",
        }));
        assert_eq!(metadata(&new.unwrap()).application_type, ApplicationType::Native);
    }
}

#[test]
fn every_redirect_uri_that_is_refused_is_named_with_the_others() {
    let document = json!({
        "redirect_uris": ["http://a.example/", "javascript:alert(1)", "https://a.example/fine"],
        "token_endpoint_auth_method": "none",
    });
    let faults = faults(&document);
    assert_eq!(fields_at_fault(&document), ["redirect_uris"; 3]);
    for (fault, named) in faults.iter().zip(["http://a", "javascript:alert(1)", "/fine: refused"]) {
        assert!(fault.contains(named), "{fault}");
    }
}

#[test]
fn whoever_would_have_no_grant_left_is_refused() {
    for names in [json!([]), json!(["implicit"]), json!(["refresh_token", "client_credentials"])] {
        let document = json!({ "redirect_uris": ["https://a.example/"], "grant_types": names });
        assert_eq!(fields_at_fault(&document), ["grant_types"]);
    }
    let document =
        json!({ "redirect_uris": ["https://a.example/"], "response_types": ["id_token"] });
    assert_eq!(fields_at_fault(&document), ["response_types"]);
}

#[test]
fn what_a_property_cannot_be_is_named_by_the_property() {
    for (name, value) in [
        ("client_name", json!(7)),
        ("client_name", json!("x".repeat(101))),
        ("client_uri", json!("javascript:alert(1)")),
        ("redirect_uris", json!("https://a.example/")),
        ("redirect_uris", json!([["https://a.example/"]])),
        ("redirect_uris", json!([])),
        ("grant_types", json!({})),
        ("scope", json!("a\"b")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("application_type", json!("toaster")),
        ("require_pushed_authorization_requests", json!("yes")),
        ("id_token_signed_response_alg", json!("none")),
        ("default_max_age", json!(-1)),
        ("default_max_age", json!(1e300)),
        ("require_auth_time", json!("yes")),
        ("default_acr_values", json!("gold")),
        ("default_acr_values", json!(["gold silver"])),
        ("default_acr_values", json!(["", "gold"])),
        ("default_acr_values", json!(["x".repeat(101)])),
        ("default_acr_values", json!(vec!["gold"; 21])),
        ("post_logout_redirect_uris", json!(["/bye"])),
    ] {
        let mut document = json!({ "redirect_uris": ["https://a.example/"] });
        document[name] = value;
        assert_eq!(fields_at_fault(&document), [name], "{document}");
    }
}

#[test]
fn a_name_has_nothing_that_nobody_sees_and_no_heap_of_marks() {
    let named =
        |name: &str| json!({ "redirect_uris": ["https://a.example/"], "client_name": name });
    for name in [
        "Goo\u{200b}gle",
        "Google\u{2060}",
        "\u{feff}Google",
        "Goo\u{ad}gle",
        "Goo\u{200d}gle",
        "\u{3164}",
        "\u{2800}",
        "\u{200e}Google",
        "Google\u{e0041}",
        "\u{fe0f}",
        "A \u{200d}",
        "a\u{2028}b",
        "a\u{301}\u{301}\u{301}\u{301}\u{301}",
        "\u{202e}elgooG",
    ] {
        assert_eq!(fields_at_fault(&named(name))[0], "client_name", "{name:?}");
    }
    for name in [
        "Имя",
        "می\u{200c}خواهم",
        "App \u{2764}\u{fe0f}",
        "👨\u{200d}👩\u{200d}👧",
        "Ti\u{302}\u{301}ng",
        "1\u{fe0f}\u{20e3}",
    ] {
        assert_eq!(judged(&named(name)).expect(name).name, name);
    }
    assert_eq!(judged(&named("  Google ")).unwrap().name, "Google");
    assert_eq!(judged(&named(" ")).unwrap().name, "Unnamed application");
}

#[test]
fn an_address_is_one_that_everybody_reads_alike() {
    for uri in [
        "https://a.example\\@b.example/",
        "https://user@a.example/",
        "https://user:pw@a.example/",
        "https:///a",
        "https://*.example/",
        "https://a.example/<b>",
        "https://a.example/\"x",
        "https://a.example/{x}",
    ] {
        let answered = json!({ "redirect_uris": ["https://a.example/", uri] });
        assert_eq!(fields_at_fault(&answered)[0], "redirect_uris", "{uri}");
        for member in ["client_uri", "logo_uri", "policy_uri", "tos_uri"] {
            let shown = json!({ "redirect_uris": ["https://a.example/"], member: uri });
            assert_eq!(fields_at_fault(&shown)[0], member, "{uri}");
        }
        let after =
            json!({ "redirect_uris": ["https://a.example/"], "post_logout_redirect_uris": [uri] });
        assert_eq!(fields_at_fault(&after)[0], "post_logout_redirect_uris", "{uri}");
    }
    for uri in [
        "https://a.example/*?x=y",
        "https://10.0.0.1:8443/cb",
        "http://[::1]/cb",
        "com.example.app:/cb",
        "cursor://a/b",
    ] {
        let document = json!({ "redirect_uris": [uri], "token_endpoint_auth_method": "none" });
        assert_eq!(judged(&document).expect(uri).redirect_uris, [uri]);
    }
}

#[test]
fn no_browser_is_sent_to_what_it_runs_or_shows_itself() {
    for uri in [
        "view-source:https://a.example/",
        "filesystem:https://a.example/x",
        "jar:https://a.example/!/",
        "chrome://settings",
    ] {
        let document = json!({ "redirect_uris": [uri], "token_endpoint_auth_method": "none" });
        assert_eq!(fields_at_fault(&document), ["redirect_uris"], "{uri}");
    }
}
