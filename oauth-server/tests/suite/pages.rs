//! The templates: every one renders in strict mode, and none lets markup through.

mod admin;

use std::{fs, path::Path};

use oauth_server::OAuth;
use serde_json::{Value, json};

use crate::support::Site;

/// Both crates' templates: name without extension, and source.
fn templates(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "hbs") {
                let name = entry.strip_prefix(&root).unwrap().with_extension("");
                found.push((name.display().to_string(), fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "no templates in {folder}");
    found
}

/// What a page may be given, with everything in it, or with nothing that may be absent.
fn context(template: &str, full: bool) -> Value {
    let optional = |value: &str| if full { json!(value) } else { Value::Null };
    let form = json!([{ "name": "csrf_token", "value": "x" }]);
    if template.starts_with("admin/") {
        return admin::context(template, full);
    }
    match template {
        "authorize" => json!({
            "client": {
                "name": "Printer", "description": if full { "Prints." } else { "" },
                "client_uri": optional("https://a.example/"), "logo_uri": optional("https://a.example/logo"),
            },
            "scopes": [{ "name": "read", "description": "Read." }],
            "user": "alice", "form_action": "/", "form": form,
        }),
        "forbidden" => json!({ "user": "alice" }),
        "authorize_error" => json!({ "title": "A title", "problem": "A problem." }),
        "accounts/login" => json!({
            "form_action": "/", "form": form, "username": "alice", "problem": optional("A problem."),
        }),
        "accounts/logout" => {
            json!({ "form_action": "/", "form": form, "username": optional("alice") })
        }
        "accounts/apps" => json!({
            "user": "alice", "form_action": "/", "form": form,
            "apps": if full {
                json!([{
                    "client_id": "printer", "name": "Printer", "logo_uri": "https://a.example/logo",
                    "client_uri": "https://a.example/", "scopes": ["read"],
                    "since": "2026-11-22", "last_used": "2026-11-22",
                }])
            } else {
                json!([])
            },
        }),
        other => panic!("{other} is a new page: say here what it is given"),
    }
}

both_databases! {
    async fn every_bundled_page_renders_in_strict_mode(site: Site) {
        let oauth = OAuth::builder(site.server.clone()).build().unwrap();
        let partials = ["layout", "form_fields"];
        for (name, _) in templates("templates") {
            if partials.contains(&name.as_str()) || admin::PARTIALS.contains(&name.as_str()) {
                continue; // part of the others
            }
            for full in [true, false] {
                let page = oauth.page(&name, &context(&name, full));
                assert_eq!(page.status(), 200, "{name}");
                let html = page.into_body().into_string().await.unwrap();
                assert!(
                    html.starts_with("<!doctype html>") && html.ends_with("</html>\n"),
                    "{name}: {html}"
                );
            }
        }
    }

    async fn a_page_whose_context_lacks_something_is_a_failure_without_details(site: Site) {
        let oauth = OAuth::builder(site.server.clone()).build().unwrap();
        for name in ["authorize", "accounts/login", "there is no such template"] {
            let page = oauth.page(name, &json!({}));
            assert_eq!(page.status(), 500, "{name}");
            let body = page.into_body().into_string().await.unwrap();
            assert!(!body.contains(name) && !body.contains("strict"), "{body}");
        }
    }

    async fn the_style_of_a_page_is_the_only_one_that_its_policy_allows(site: Site) {
        use base64::{Engine, engine::general_purpose::STANDARD};
        use sha2::{Digest, Sha256};

        let page = site.get("/accounts/login/").await;
        let (_, rest) = page.body.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
        let policy = page.header("Content-Security-Policy");
        assert!(policy.contains(&format!("style-src 'self' 'sha256-{hash}' ")), "{policy}");
        assert!(!page.body.contains("style=\""), "an inline style would not be shown");
    }
}

/// `{{{x}}}` and `{{&x}}` are raw: what stands there would be markup.
#[test]
fn no_template_shows_anything_unescaped() {
    for folder in ["templates", "../example-app/templates"] {
        for (name, source) in templates(folder) {
            let raw = source.contains("{{{") || source.contains("{{&") || source.contains("{{~&");
            assert!(!raw, "{folder}/{name}");
        }
    }
}

/// HTML's escapes are none inside of a script or an event handler.
#[test]
fn no_template_has_a_script() {
    for folder in ["templates", "../example-app/templates"] {
        for (name, source) in templates(folder) {
            let source = source.to_lowercase();
            for script in
                ["<script", "javascript:", " onclick=", " onload=", " onerror=", " onsubmit="]
            {
                assert!(!source.contains(script), "{folder}/{name}: {script}");
            }
        }
    }
}
