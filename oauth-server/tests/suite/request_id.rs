//! What a request is called, and where that name is found again.

use oauth_server::EventKind;
use reqwest::Method;

use crate::support::{FormBody, Site, log};

/// The proxy is this very machine.
async fn behind_a_proxy(site: Site) -> Site {
    site.with(|config| {
        config.oauth = |oauth| oauth.trusted_proxies(vec!["127.0.0.0/8".parse().unwrap()]);
    })
    .await
}

fn lines_of(id: &str) -> Vec<String> {
    log::lines().into_iter().filter(|line| line.contains(&format!("id={id} "))).collect()
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

both_databases! {
    async fn a_trusted_proxy_s_name_is_kept_answered_and_logged(site: Site) {
        log::keep();
        let site = behind_a_proxy(site).await;
        for name in ["f058ebd6-02f7-4d3f-942e-904344e8cde5", "Root=1-67891233-abcdef012345678912345678"] {
            let request = site.request(Method::GET, "/nothing").header("X-Request-Id", name);
            assert_eq!(site.send(request).await.header("X-Request-Id"), name);
            assert!(!lines_of(name).is_empty(), "{name}");
        }
    }

    async fn a_name_that_is_long_or_could_forge_a_log_is_not_kept(site: Site) {
        let site = behind_a_proxy(site).await;
        let long = "x".repeat(129);
        for name in ["", "a b", "a\tb", "a\"} ERROR forged", "a\u{e4}", &long] {
            let request = site.request(Method::GET, "/nothing").header("X-Request-Id", name.as_bytes());
            let id = site.send(request).await.header("X-Request-Id").to_owned();
            assert!(id != name && !id.is_empty() && id.len() < 30, "{name:?}: {id}");
        }
    }

    async fn the_trace_of_a_traceparent_is_logged_and_a_malformed_one_is_not(site: Site) {
        log::keep();
        for (value, is_logged) in [
            (format!("00-{TRACE}-b7ad6b7169203331-01"), true),
            (format!("00-{TRACE}-0000000000000000-01"), false),
            (format!("canary-{TRACE}-b7ad6b7169203331-01"), false),
        ] {
            let request = site.request(Method::GET, "/nothing").header("traceparent", &value);
            let id = site.send(request).await.header("X-Request-Id").to_owned();
            let lines = lines_of(&id);
            assert_eq!(lines[0].contains(&format!("trace_id={TRACE}")), is_logged, "{value}: {lines:?}");
            assert!(!lines[0].contains("canary"), "{lines:?}");
        }
    }

    async fn a_refused_token_request_names_its_client_and_the_reason_in_the_log(site: Site) {
        log::keep();
        let form = site.exchange_form("canary-canary");
        for (form, client_id, reason) in [
            (form.clone(), Some("confidential"), "invalid_grant: "),
            (form.clone().set("client_secret", "canary-canary"), Some("confidential"), "invalid_client: "),
            (form.clone().set("client_id", "canary-canary"), None, "invalid_client: "),
        ] {
            let id = site.token(&form).await.header("X-Request-Id").to_owned();
            let lines = lines_of(&id);
            let line = lines.iter().find(|line| line.contains("answered")).expect("a line");
            assert!(line.contains(&format!("refused=\"{reason}")), "{line}");
            let named = client_id.map(|client_id| format!("client_id=\"{client_id}\""));
            assert_eq!(line.contains("client_id="), named.is_some(), "{line}");
            assert!(named.is_none_or(|named| line.contains(&named)), "{line}");
            assert!(!lines.concat().contains("canary"), "{lines:?}");
        }
    }

    async fn a_failed_sign_in_names_the_user_in_the_log_and_never_what_was_typed(site: Site) {
        log::keep();
        let alice = site.alice().await.id.to_string();
        let browser = site.browser();
        for (username, user) in [("alice", alice.as_str()), ("canary-canary", "unknown")] {
            let form = browser.page("/accounts/login/").await.form;
            let answer = browser.submit(&form, &[("username", username), ("password", "canary-canary")]).await;
            let lines = lines_of(answer.header("X-Request-Id"));
            assert!(lines.concat().contains(&format!("sign_in_failed=\"{user}\"")), "{lines:?}");
            assert!(!lines.concat().contains("canary"), "{lines:?}");
        }
    }

    async fn events_and_audit_rows_carry_the_request_s_id_and_address(site: Site) {
        let site = behind_a_proxy(site).await;
        let mut events = site.server.events().subscribe();
        let form = site.exchange_form("unknown");
        let request = site.request(Method::POST, "/oauth2/token").form_body(form.encoded());
        let request = request.header("X-Request-Id", "chosen-1").header("Forwarded", "for=\"[2001:db8::1]:4711\"");
        site.send(request).await.with_status(400);
        let event = events.try_next().unwrap().unwrap();
        assert!(matches!(event.kind, EventKind::TokenRefused { .. }), "{event:?}");
        let origin = event.origin.as_ref().expect("an origin");
        assert_eq!((origin.request_id.as_str(), origin.address), ("chosen-1", "2001:db8::1".parse().ok()));
    }

    async fn the_audit_page_shows_the_request_and_the_address(site: Site) {
        let browser = site.superuser().await;
        let form = browser.page("/admin/scopes/new/").await.form;
        let changed = browser.submit(&form, &[("name", "new-scope")]).await.with_status(303);
        let id = changed.header("X-Request-Id");
        let page = browser.get("/admin/audit/").await.body;
        assert!(page.contains(&format!("127.0.0.1 <code>{id}</code>")), "{id}: {page}");
    }

    /// A path of 8,000 characters is no line of 8,000.
    async fn a_line_is_bounded_whatever_is_asked_for(site: Site) {
        log::keep();
        let path = format!("/{}", "x".repeat(8000));
        let id = site.get(&path).await.header("X-Request-Id").to_owned();
        for line in lines_of(&id) {
            assert!(line.len() < 1500, "{}", line.len());
        }
    }
}
