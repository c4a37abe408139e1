//! Bad input gets a clear refusal in the form of its endpoint, never a 500 and never a panic.

use reqwest::{Method, header};

use crate::support::{
    Answer, Browser, FormBody, Site, basic,
    client::{code_request, public_request},
    nasty::{bodies, headers, large_bodies, start, values, variations},
};

/// A token request may be refused only as RFC 6749 §5.2 says, and none of these may be answered.
#[track_caller]
fn assert_refused(answer: &Answer, sent: &str) {
    assert!([400, 401, 413].contains(&answer.status), "{}: {answer:#?}", start(sent));
    answer.assert_is_token_error();
}

#[track_caller]
fn assert_answered(answer: &Answer, sent: &str) {
    assert!(answer.status < 500, "{}: {answer:#?}", start(sent));
}

async fn post(browser: &Browser, site: &Site, path: &str, body: Vec<u8>) -> Answer {
    browser.send(site.request(Method::POST, path).form_body(body)).await
}

both_databases! {
    async fn the_token_endpoint_refuses_every_nasty_parameter_by_the_rfc(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let exchange = site.exchange_form(&code).set("redirect_uri", "https://app.example/other");
        let exchange = exchange.and("code_verifier", "wrong").and("scope", "read").encoded();
        let refresh = site.refresh_form("unknown").and("scope", "read").encoded();
        for (path, form) in [("/oauth2/token", &exchange), ("/own/token", &refresh)] {
            for form in variations(form) {
                let answer =
                    site.send(site.request(Method::POST, path).form_body(form.clone())).await;
                assert_refused(&answer, &form);
            }
        }
    }

    async fn the_token_endpoint_refuses_every_nasty_body_and_header_by_the_rfc(site: Site) {
        for path in ["/oauth2/token", "/own/token"] {
            for body in bodies().into_iter().chain(large_bodies()) {
                let sent = String::from_utf8_lossy(&body).into_owned();
                let answer = site.send(site.request(Method::POST, path).form_body(body)).await;
                assert_refused(&answer, &sent);
            }
            for (name, value) in headers() {
                let sent = format!("{name}: {}", String::from_utf8_lossy(&value));
                let request = site.request(Method::POST, path).header(name, value);
                let request = match name {
                    "Content-Type" => request.body("grant_type=refresh_token"),
                    _ => request.form_body("grant_type=refresh_token"),
                };
                assert_refused(&site.send(request).await, &sent);
            }
        }
    }

    async fn the_authorization_endpoint_never_fails(site: Site) {
        let browser = site.sign_in().await;
        for request in [code_request(), public_request()] {
            for form in variations(&request.encoded()) {
                let answer = browser.get(&format!("/oauth2/authorization?{form}")).await;
                assert_answered(&answer, &form);
                let posted =
                    post(&browser, &site, "/oauth2/authorization", form.clone().into_bytes()).await;
                assert_answered(&posted, &form);
            }
        }
    }

    async fn an_answer_to_the_consent_page_never_fails(site: Site) {
        let browser = site.sign_in().await;
        let page = browser.consent(&code_request()).await;
        let accept = page.form.hidden.clone().and("user_action", "Accept").encoded();
        for query in variations(&code_request().encoded()) {
            let path = format!("/oauth2/authorization?{query}");
            let answer = post(&browser, &site, &path, accept.clone().into_bytes()).await;
            assert_answered(&answer, &query);
        }
        for body in variations(&accept) {
            let answer = post(&browser, &site, &page.form.action, body.clone().into_bytes()).await;
            assert_answered(&answer, &body);
        }
    }

    async fn the_accounts_never_fail(site: Site) {
        let browser = site.browser();
        let form = browser.page("/accounts/login/").await.form;
        for value in values() {
            let query = format!("/accounts/login?next={value}");
            assert_answered(&browser.get(&query).await, &query);
            let user = format!("{}&password=x&username={value}", form.hidden.encoded());
            assert_answered(&post(&browser, &site, &query, user.clone().into_bytes()).await, &user);
            let token = format!("csrf_token={value}");
            for path in ["/accounts/login", "/accounts/logout"] {
                assert_answered(
                    &post(&browser, &site, path, token.clone().into_bytes()).await,
                    &token,
                );
            }
        }
    }

    async fn no_endpoint_fails_for_a_nasty_body_or_header(site: Site) {
        let browser = site.browser();
        let paths = [
            "/oauth2/authorization",
            "/accounts/login",
            "/accounts/logout",
            "/accounts/password",
            "/api/read",
            "/plain/read",
        ];
        for path in paths {
            let large = if path.ends_with("read") { Vec::new() } else { large_bodies() };
            for body in bodies().into_iter().chain(large) {
                let sent = format!("{path} {}", String::from_utf8_lossy(&body));
                assert_answered(&post(&browser, &site, path, body).await, &sent);
            }
        }
        for path in paths.iter().chain(&["/", "/openapi.json", "/nothing"]) {
            for (name, value) in headers() {
                let sent = format!("{path} {name}: {}", String::from_utf8_lossy(&value));
                for method in [Method::GET, Method::POST] {
                    let request = site.request(method, path).header(name, value.clone());
                    assert_answered(&site.send(request).await, &sent);
                }
            }
        }
    }

    async fn no_refusal_echoes_a_secret_that_was_presented(site: Site) {
        const MARK: &str = "SeCrEt-MaRk-0123456789-0123456789-0123456789-0123456789";
        let secret = site.secret.expose();
        for form in variations(&site.exchange_form(MARK).and("code_verifier", MARK).encoded()) {
            let form = form.replace(secret, MARK);
            for authorization in [
                None,
                Some(basic("confidential", MARK)),
                Some(basic(MARK, secret)),
                Some(format!("Bearer {MARK}")),
            ] {
                let request = site.request(Method::POST, "/oauth2/token").form_body(form.clone());
                let request = match authorization {
                    Some(value) => request.header(header::AUTHORIZATION, value),
                    None => request,
                };
                let answer = site.send(request).await;
                assert_refused(&answer, &form);
                assert!(!answer.body.contains("SeCrEt-MaRk"), "{}: {answer:#?}", start(&form));
            }
        }
        let refresh = site.token(&site.refresh_form(MARK)).await;
        let guard = site.call("/api/read", MARK).await;
        let login = site.browser();
        let form = login.page("/accounts/login/").await.form;
        let login = login.submit(&form, &[("username", "alice"), ("password", MARK)]).await;
        for answer in [refresh, guard, login] {
            assert!(!answer.body.contains(MARK), "{answer:#?}");
        }
    }

    async fn a_scope_of_10_000_characters_is_refused_with_a_short_description(site: Site) {
        let scope = "x".repeat(10_000);
        let refresh_token = site.tokens("read").await.text("refresh_token");
        let answer = site.token(&site.refresh_form(&refresh_token).set("scope", &scope)).await;
        answer.assert_refused(400, "invalid_scope");
        assert!(answer.body.len() < 500, "{answer:#?}");
        let answer = site.sign_in().await.ask(&code_request().set("scope", &scope)).await;
        assert_eq!(answer.in_query("error").as_deref(), Some("invalid_scope"));
        assert!(answer.location().len() < 1_000, "{answer:#?}");
    }
}
