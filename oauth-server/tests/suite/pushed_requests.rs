//! Pushed authorization requests on the wire: RFC 9126.

use reqwest::Method;

use crate::support::{
    Answer, Form, FormBody, Site,
    client::{authorization, code_request},
    nasty::{bodies, large_bodies, start, variations},
};

impl Site {
    async fn push(&self, request: &Form) -> Answer {
        let form = request.clone().set("client_secret", self.secret.expose());
        self.post("/oauth2/par/", &form).await
    }

    /// What a browser brings in place of the request.
    async fn pushed(&self) -> Form {
        let pushed = self.push(&code_request()).await.with_status(201);
        let request_uri = pushed.text("request_uri");
        Form::new(&[("client_id", "confidential"), ("request_uri", &request_uri)])
    }
}

both_databases! {
    /// RFC 9126 §2.2: "the server MUST generate a request URI and provide it in the response with a 201 HTTP status code".
    async fn a_pushed_request_leads_through_the_login_and_the_consent_page_to_a_code(site: Site) {
        let answer = site.push(&code_request()).await.with_status(201);
        assert_eq!((answer.header("Cache-Control"), &answer.json()["expires_in"]), ("no-store", &60.into()));
        let request_uri = answer.text("request_uri");
        let brought = Form::new(&[("client_id", "confidential"), ("request_uri", &request_uri)]);

        let browser = site.browser();
        let login = browser.get(&authorization(&brought)).await.with_status(303);
        assert!(login.location().starts_with("/accounts/login/?next="), "{}", login.location());
        site.clock.advance(300);
        let browser = site.sign_in_at(browser).await;
        let page = browser.get(&authorization(&brought)).await.with_status(200);
        assert!(page.body.contains("user_action"), "{}", page.body);
        let code = browser.code(&brought).await;
        site.exchange(&code).await.with_status(200);
        browser.get(&authorization(&brought)).await.with_status(400);
    }

    async fn another_browser_cannot_go_on_with_it(site: Site) {
        let brought = site.pushed().await;
        let mine = site.sign_in().await;
        mine.get(&authorization(&brought)).await.with_status(200);
        site.sign_in().await.get(&authorization(&brought)).await.with_status(400);
        mine.code(&brought).await;
    }

    /// RFC 9110 §9.2.1: HEAD is safe, also where a scanner of links is faster than the user.
    async fn a_look_at_the_headers_leaves_it_to_the_user(site: Site) {
        let brought = site.pushed().await;
        let scanner = site.request(reqwest::Method::HEAD, &authorization(&brought));
        site.send(scanner).await.with_status(200);
        site.sign_in().await.get(&authorization(&brought)).await.with_status(200);
    }

    async fn a_reload_shows_the_page_again(site: Site) {
        let brought = site.pushed().await;
        let browser = site.sign_in().await;
        for _ in 0..3 {
            browser.get(&authorization(&brought)).await.with_status(200);
        }
    }

    async fn to_say_no_answers_it_as_well(site: Site) {
        let brought = site.pushed().await;
        let browser = site.sign_in().await;
        let declined = browser.decline(&brought).await;
        assert_eq!(declined.in_query("error").as_deref(), Some("access_denied"));
        browser.get(&authorization(&brought)).await.with_status(400);
    }

    async fn it_takes_post_alone(site: Site) {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = site.send(site.request(method, "/oauth2/par")).await;
            assert_eq!((answer.status, answer.header("Allow")), (405, "POST"));
        }
    }

    /// RFC 9126 §2.3: errors are those of the token endpoint, in JSON.
    async fn it_refuses_every_nasty_parameter_and_body_by_the_rfc(site: Site) {
        let form = code_request().set("client_secret", site.secret.expose()).encoded();
        let bodies = bodies().into_iter().chain(large_bodies());
        let forms = variations(&form).into_iter().map(String::into_bytes);
        for body in forms.chain(bodies) {
            let sent = String::from_utf8_lossy(&body).into_owned();
            let answer = site.send(site.request(Method::POST, "/oauth2/par").form_body(body)).await;
            assert!([201, 400, 401, 413].contains(&answer.status), "{}: {answer:#?}", start(&sent));
            if answer.status != 201 {
                answer.assert_is_token_error();
            }
        }
    }

    async fn nasty_request_uris_are_refused_on_a_page(site: Site) {
        let browser = site.sign_in().await;
        let brought = site.pushed().await.encoded();
        for query in variations(&brought) {
            let answer = browser.get(&format!("/oauth2/authorization/?{query}")).await;
            // 303: without a request_uri it is a request like any other, with no response type.
            assert!([200, 303, 400].contains(&answer.status), "{}: {answer:#?}", start(&query));
        }
    }
}
