//! Clients on the admin site.

use oauth_server::ClientSecret;

use super::{change, changes, opened, record, shown_once};
use crate::support::{Browser, CALLBACK, Form, Site, client::code_request, recognised_by};

const NEW: &str = "/admin/clients/new/";

/// Asks, and does it.
async fn confirmed(browser: &Browser, path: &str) -> crate::support::Answer {
    let question = browser.page(path).await;
    browser.submit(&question.form, &[]).await
}

async fn registered(browser: &Browser) -> crate::support::Answer {
    let form = opened(browser, NEW).await.set("name", "Printer").set("client_id", "printer");
    let form = form.set("redirect_uris", CALLBACK).without("require_pkce").and("scopes", "read");
    browser.post(NEW, &form).await
}

/// How the new client redeems a code.
fn exchange(code: &str, secret: &str) -> Form {
    Form::new(&[
        ("grant_type", "authorization_code"),
        ("client_id", "printer"),
        ("client_secret", secret),
        ("code", code),
        ("redirect_uri", CALLBACK),
    ])
}

fn request() -> Form {
    code_request().set("client_id", "printer").set("scope", "read")
}

both_databases! {
    async fn a_new_client_works_with_the_secret_that_is_shown_once(site: Site) {
        let browser = site.superuser().await;
        let page = registered(&browser).await.with_status(200);
        let secret = shown_once(&page, "client_secret");
        assert_eq!(shown_once(&page, "client_id"), "printer");
        assert_eq!(page.header("Cache-Control"), "no-store");
        let code = browser.code(&request()).await;
        site.token(&exchange(&code, &secret)).await.with_status(200);
    }

    async fn a_client_without_grants_is_shown_to_have_none(site: Site) {
        let browser = site.superuser().await;
        let form = opened(&browser, NEW).await.set("name", "Meter").without("grant_types");
        browser.post(NEW, &form).await.with_status(200);
        let page = browser.get(&record(&browser, "/admin/clients/", "Meter").await).await;
        assert!(page.body.contains("<dt>Grants</dt><dd>None</dd>"), "{}", page.body);
    }

    async fn what_a_client_may_have_for_itself_is_chosen_apart_from_what_it_may_ask_users_for(site: Site) {
        let browser = site.superuser().await;
        let form = opened(&browser, NEW).await.set("name", "Robot").set("client_id", "robot").set("scopes", "write");
        let form = form.set("grant_types", "client_credentials").set("client_credentials_scopes", "read");
        let secret = shown_once(&browser.post(NEW, &form).await, "client_secret");
        let asks = |scope: &str| {
            let client = [("client_id", "robot"), ("client_secret", &secret), ("scope", scope)];
            Form::new(&[[("grant_type", "client_credentials")].as_slice(), &client].concat())
        };
        site.token(&asks("read")).await.with_status(200);
        let refused = site.token(&asks("write")).await;
        refused.assert_refused(400, "invalid_scope");
        assert!(refused.body.contains("client_credentials_scopes"), "{}", refused.body);
        let list = browser.get("/admin/clients/").await.body;
        assert!(list.contains("<code>write</code>  For itself: <code>read</code>"), "{list}");
        let robot = record(&browser, "/admin/clients/", "Robot").await;
        change(&browser, &format!("{robot}edit/"), &[("client_credentials_scopes", "write")]).await.with_status(303);
        site.token(&asks("write")).await.with_status(200);
        let page = browser.get(&robot).await.body;
        for shown in ["<dt>Scopes for itself</dt><dd><code>write</code> </dd>", "client_credentials_scopes"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
    }

    async fn a_client_with_as_many_and_long_addresses_as_it_may_have_can_be_changed(site: Site) {
        let browser = site.superuser().await;
        let lines = |fill: &str| {
            let line = |number: usize| format!("https://app.example/{number:02}/{}", fill.repeat(50));
            (0..100).map(line).collect::<Vec<_>>().join("\n")
        };
        let form = opened(&browser, NEW).await.set("name", "Printer").and("scopes", "read");
        let form = form.set("redirect_uris", &lines("a/")[..12_000]).set("introspects", &lines("b"));
        browser.post(NEW, &form).await.with_status(200);
        let printer = record(&browser, "/admin/clients/", "Printer").await;
        change(&browser, &format!("{printer}edit/"), &[("name", "Press")]).await;
        record(&browser, "/admin/clients/", "Press").await;
    }

    async fn no_page_shows_the_secret_again_but_a_part_of_it(site: Site) {
        let browser = site.superuser().await;
        let secret = shown_once(&registered(&browser).await, "client_secret");
        let printer = record(&browser, "/admin/clients/", "Printer").await;
        for path in ["", "edit/", "rotate-secret/", "delete/", "issue-token/"] {
            let page = browser.get(&format!("{printer}{path}")).await.with_status(200).body;
            assert!(!page.contains(&secret), "{path}");
        }
        for path in ["/admin/", "/admin/clients/", "/admin/audit/"] {
            assert!(!browser.get(path).await.body.contains(&secret), "{path}");
        }
        let page = browser.get(&printer).await.body;
        assert!(page.contains(&format!("<code>…{}…</code>", recognised_by(&secret))), "{page}");
    }

    async fn the_secret_of_a_public_client_cannot_be_rotated(site: Site) {
        let browser = site.superuser().await;
        let public = record(&browser, "/admin/clients/", "public").await;
        assert!(!browser.get(&public).await.body.contains("Rotate"));
        let answer = change(&browser, &format!("{public}rotate-secret/"), &[]).await.with_status(409);
        assert!(answer.body.contains("a public client has no secret"), "{}", answer.body);
    }

    async fn a_public_client_that_becomes_confidential_gets_a_secret_once(site: Site) {
        let browser = site.superuser().await;
        let path = format!("{}edit/", record(&browser, "/admin/clients/", "public").await);
        let page = change(&browser, &path, &[("kind", "confidential")]).await.with_status(200);
        assert_eq!(shown_once(&page, "client_secret").len(), 52);
        let again = change(&browser, &path, &[("name", "Once public")]).await;
        assert!(again.location().ends_with("?done=saved"), "{again:#?}");
    }

    async fn where_there_are_no_public_clients_none_is_made(site: Site) {
        let site = site.with(|config| config.settings.public_clients = false).await;
        let browser = site.superuser().await;
        assert!(!browser.get(NEW).await.body.contains("value=\"public\""));
        let form = opened(&browser, NEW).await.set("name", "Printer").set("kind", "public");
        browser.post(NEW, &form.set("redirect_uris", CALLBACK)).await.with_status(422);
        let path = format!("{}edit/", record(&browser, "/admin/clients/", "public").await);
        let refused = change(&browser, &path, &[("name", "Still public")]).await.with_status(422);
        assert!(refused.body.contains("no public clients"), "{}", refused.body);
    }

    async fn tokens_of_a_disabled_client_are_dead_until_it_is_enabled(site: Site) {
        let token = site.access_token("read").await;
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        let answer = confirmed(&browser, &format!("{client}disable/")).await;
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains("It was disabled.") && page.contains("Disabled</span>"), "{page}");
        site.call("/plain/read", &token).await.with_status(401);
        confirmed(&browser, &format!("{client}enable/")).await.with_status(303);
        site.call("/plain/read", &token).await.with_status(200);
    }

    async fn a_deleted_client_is_gone_with_its_tokens_after_a_question(site: Site) {
        let token = site.access_token("read").await;
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        let question = browser.page(&format!("{client}delete/")).await;
        assert!(question.answer.body.contains("Delete the client confidential?"));
        site.call("/plain/read", &token).await.with_status(200);
        let answer = browser.submit(&question.form, &[]).await;
        assert_eq!(answer.location(), "/admin/clients/?done=deleted");
        site.call("/plain/read", &token).await.with_status(401);
        browser.get(&client).await.with_status(404);
        browser.submit(&question.form, &[]).await.with_status(404);
        assert!(!browser.get("/admin/clients/").await.body.contains(&client));
        let families = browser.get("/admin/families/").await.body;
        assert!(families.contains("Client deleted</span>") && !families.contains(&client), "{families}");
    }

    async fn a_form_that_changes_nothing_keeps_a_client_as_it_is(site: Site) {
        site.register(|client| {
            client.name = "Another".to_owned();
            client.description = "Two\nlines, and <b>markup</b>.".to_owned();
            client.secret = ClientSecret::Chosen("correct horse".into());
            client.redirect_uris.push("com.example.app:/cb".to_owned());
            client.logo_uri = Some("https://a.example/logo?a=b&c=d".to_owned());
            client.skip_consent = true;
        })
        .await;
        let browser = site.superuser().await;
        let path = format!("{}edit/", record(&browser, "/admin/clients/", "Another").await);
        change(&browser, &path, &[]).await.with_status(303);
        assert_eq!(changes(&site), 0);
    }

    async fn a_changed_client_is_as_the_form_said(site: Site) {
        let browser = site.superuser().await;
        let path = format!("{}edit/", record(&browser, "/admin/clients/", "confidential").await);
        let values = [
            ("name", "Renamed"), ("redirect_uris", "https://one.example/\r\nhttps://two.example/"),
            ("grant_types", "password"), ("scopes", "write"), ("access_token_lifetime", "never"),
            ("refresh_token_lifetime", "60"), ("require_state", "always"), ("tos_uri", "https://a.example/tos"),
        ];
        change(&browser, &path, &values).await.with_status(303);
        let client = site.server.client("confidential").await.unwrap().unwrap();
        assert_eq!(client.name(), "Renamed");
        assert_eq!(client.metadata.redirect_uris, ["https://one.example/", "https://two.example/"]);
        assert_eq!(client.metadata.scope.to_string(), "write");
        assert_eq!(client.metadata.tos_uri.as_deref(), Some("https://a.example/tos"));
        let form = opened(&browser, &path).await;
        for (name, value) in values.iter().filter(|(name, _)| *name != "redirect_uris") {
            assert_eq!(form.get(name), Some(*value), "{name}");
        }
        site.exchange("x").await.assert_refused(400, "unauthorized_client");
    }

    async fn names_are_text_and_no_markup(site: Site) {
        let evil = "<script>alert(1)</script>\"'>";
        site.register(|client| client.name = evil.to_owned()).await;
        let browser = site.superuser().await;
        let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&gt;";
        let client = record(&browser, "/admin/clients/", escaped).await;
        for path in ["", "edit/", "delete/", "issue-code/", "issue-token/", "disable/"] {
            let page = browser.get(&format!("{client}{path}")).await.with_status(200).body;
            assert!(page.contains(escaped) && !page.contains("<script"), "{path}: {page}");
        }
    }

    async fn head_changes_nothing_and_post_to_a_page_neither(site: Site) {
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        for path in ["delete/", "disable/", "rotate-secret/"] {
            let head = site.request(reqwest::Method::HEAD, &format!("{client}{path}"));
            browser.send(head).await.with_status(200);
        }
        let form = opened(&browser, &format!("{client}delete/")).await;
        browser.post(&client, &form).await.with_status(405);
        browser.post("/admin/clients/", &form).await.with_status(405);
        assert_eq!(changes(&site), 0);
        assert!(site.server.client("confidential").await.unwrap().is_some());
    }
}
