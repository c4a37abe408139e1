//! The templates: every one renders in strict mode, and none lets markup through.

mod admin;
mod rows;

use std::{collections::BTreeMap, fs, path::Path};

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

/// What each page is given, with everything in it, and with nothing that may be absent.
fn contexts() -> BTreeMap<String, [Value; 2]> {
    serde_json::from_str(include_str!("../../templates/contexts.json")).expect("two of each")
}

/// What is part of pages, and no page.
const PARTIALS: [&str; 3] = ["layout", "form_fields", "client_source"];

both_databases! {
    async fn every_bundled_page_renders_in_strict_mode_what_is_documented(site: Site) {
        let oauth = OAuth::builder(site.server.clone()).build().unwrap();
        let mut contexts = contexts();
        for (name, _) in templates("templates") {
            if PARTIALS.contains(&name.as_str()) || admin::PARTIALS.contains(&name.as_str()) {
                continue;
            }
            let contexts = if name.starts_with("admin/") {
                [true, false].map(|full| admin::context(&name, full))
            } else {
                contexts.remove(&name).unwrap_or_else(|| {
                    panic!("{name} is a new page: say in contexts.json and TEMPLATES.md what it is given")
                })
            };
            for context in contexts {
                let page = oauth.page(&name, &context);
                assert_eq!(page.status(), 200, "{name}");
                let html = page.into_body().into_string().await.unwrap();
                assert!(
                    html.starts_with("<!doctype html>") && html.ends_with("</html>\n"),
                    "{name}: {html}"
                );
            }
        }
        assert!(contexts.is_empty(), "no such pages: {contexts:?}");
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
fn no_template_has_a_script_but_the_one_whose_policy_knows_it() {
    for folder in ["templates", "../example-app/templates"] {
        for (name, source) in templates(folder) {
            let known = ("authorize_post", "<script>{{> submit.js}}</script>");
            let source = if name == known.0 { source.replacen(known.1, "", 1) } else { source };
            let source = source.to_lowercase();
            for script in
                ["<script", "javascript:", " onclick=", " onload=", " onerror=", " onsubmit="]
            {
                assert!(!source.contains(script), "{folder}/{name}: {script}");
            }
        }
    }
}
