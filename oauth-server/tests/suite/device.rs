//! Devices without a browser: RFC 8628.

use oauth_server::{ClientSecret, GrantType, NewClient};
use reqwest::{Method, header};

use crate::support::{
    Answer, Browser, Form, FormBody, Site,
    nasty::{bodies, large_bodies, start, variations},
};

const AUTHORIZE: &str = "/oauth2/device_authorization/";

impl Site {
    async fn television(&self) {
        let new = NewClient {
            client_id: Some("television".to_owned()),
            secret: ClientSecret::None,
            grant_types: vec![GrantType::DeviceCode, GrantType::RefreshToken],
            scopes: "read write".parse().unwrap(),
            ..NewClient::new("Television")
        };
        self.server.register_client(new).await.unwrap();
    }

    async fn device(&self) -> Answer {
        self.television().await;
        self.post(AUTHORIZE, &asks()).await.with_status(200)
    }

    async fn poll(&self, device: &Answer) -> Answer {
        let form = Form::new(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "television"),
            ("device_code", &device.text("device_code")),
        ]);
        self.token(&form).await
    }
}

fn asks() -> Form {
    Form::new(&[("client_id", "television"), ("scope", "read")])
}

fn at(typed: &str) -> String {
    format!("/device/?user_code={typed}")
}

async fn answer(browser: &Browser, user_code: &str, user_action: &str) -> Answer {
    let page = browser.page(&at(user_code)).await;
    browser.submit(&page.form, &[("user_action", user_action)]).await
}

both_databases! {
    /// RFC 8628 §3.2.
    async fn a_device_is_told_where_its_user_goes(site: Site) {
        let device = site.device().await;
        assert_eq!(device.header("Cache-Control"), "no-store");
        let (body, user_code) = (device.json(), device.text("user_code"));
        assert_eq!(body["verification_uri"], "http://id.example/device/");
        assert_eq!(body["verification_uri_complete"], format!("http://id.example/device/?user_code={user_code}"));
        assert_eq!((&body["expires_in"], &body["interval"]), (&600.into(), &5.into()));
    }

    async fn who_is_not_signed_in_signs_in_first_types_the_code_and_the_device_gets_tokens(site: Site) {
        let device = site.device().await;
        let waits = site.poll(&device).await.with_status(400);
        assert_eq!(waits.text("error"), "authorization_pending");

        let browser = site.browser();
        let login = browser.get("/device/").await.with_status(303);
        assert_eq!(login.location(), "/accounts/login/?next=%2Fdevice%2F");
        let browser = site.sign_in_at(browser).await;
        let form = browser.page("/device/").await.form;
        let typed = device.text("user_code").to_lowercase().replace('-', "");
        let onward = browser.submit(&form, &[("user_code", &typed)]).await.with_status(303);
        let page = browser.page(onward.location()).await;
        let done = browser.submit(&page.form, &[("user_action", "Accept")]).await.with_status(200);
        assert!(done.body.contains("Go back to your device"), "{}", done.body);

        let tokens = site.poll(&device).await.with_status(200);
        let read = site.call("/plain/read", &tokens.text("access_token")).await;
        assert!(read.body.starts_with("television for "), "{}", read.body);
    }

    /// RFC 8628 §3.3.1: "the server SHOULD display the user code and ask the user to confirm"; §5.4: phishing.
    async fn a_link_with_the_code_in_it_asks_all_the_same(site: Site) {
        let device = site.device().await;
        let user_code = device.text("user_code");
        let login = site.browser().get(&at(&user_code)).await.with_status(303);
        assert_eq!(login.location(), format!("/accounts/login/?next=%2Fdevice%2F%3Fuser_code%3D{user_code}"));
        let browser = site.sign_in().await;
        let page = browser.page(&at(&user_code)).await;
        for shown in ["Television", user_code.as_str(), "Read your notes.", "1970-01-12 13:46", "127.0.0.1", "alice"] {
            assert!(page.answer.body.contains(shown), "{shown}: {}", page.answer.body);
        }
        assert_eq!(site.poll(&device).await.text("error"), "authorization_pending");
    }

    async fn a_yes_of_before_is_no_answer_and_each_device_is_asked_for(site: Site) {
        let site = site.with(|config| config.settings.remember_consent = true).await;
        let browser = site.sign_in().await;
        let first = site.device().await;
        answer(&browser, &first.text("user_code"), "Accept").await.with_status(200);
        let second = site.post(AUTHORIZE, &asks()).await;
        let page = browser.page(&at(&second.text("user_code"))).await;
        assert!(page.answer.body.contains("user_action"));
        assert_eq!(site.poll(&second).await.text("error"), "authorization_pending");
    }

    async fn a_no_is_the_devices_answer(site: Site) {
        let device = site.device().await;
        let browser = site.sign_in().await;
        let done = answer(&browser, &device.text("user_code"), "Decline").await.with_status(200);
        assert!(done.body.contains("Nothing was granted"), "{}", done.body);
        assert_eq!(site.poll(&device).await.with_status(400).text("error"), "access_denied");
        // And it is answered once.
        browser.get(&at(&device.text("user_code"))).await.with_status(422);
    }

    async fn only_our_own_form_says_yes(site: Site) {
        let device = site.device().await;
        let (user_code, browser) = (device.text("user_code"), site.sign_in().await);
        let forged = Form::new(&[("user_code", user_code.as_str()), ("user_action", "Accept"), ("csrf_token", "x")]);
        browser.post("/device/", &forged).await.with_status(403);
        let page = browser.page(&at(&user_code)).await;
        let fields = page.form.hidden.clone().and("user_action", "Accept");
        let elsewhere = browser.request(Method::POST, "/device/").header("Sec-Fetch-Site", "cross-site");
        browser.send(elsewhere.form_body(fields.encoded())).await.with_status(403);
        // Nobody else's form, either.
        site.sign_in().await.post("/device/", &fields).await.with_status(403);
        assert_eq!(site.poll(&device).await.text("error"), "authorization_pending");
    }

    async fn what_no_device_shows_is_told_and_five_a_minute_are_heard(site: Site) {
        let device = site.device().await;
        let browser = site.sign_in().await;
        for _ in 0..5 {
            let page = browser.get(&at("BCDF-GHJK")).await.with_status(422);
            assert!(page.body.contains("No device waits for this code"), "{}", page.body);
        }
        let page = browser.get(&at(&device.text("user_code"))).await.with_status(429);
        assert_eq!(page.header("Retry-After"), "12");
        site.clock.advance(12);
        browser.get(&at(&device.text("user_code"))).await.with_status(200);
    }

    async fn what_was_typed_stays_text(site: Site) {
        let page = site.sign_in().await.get(&at("%3Cscript%3E%22")).await.with_status(422);
        assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script>"), "{}", page.body);
    }

    async fn a_device_says_what_it_calls_itself(site: Site) {
        site.television().await;
        let request = site.request(Method::POST, AUTHORIZE).header(header::USER_AGENT, "<b>Set/2</b>");
        let device = site.send(request.form_body(asks().encoded())).await.with_status(200);
        let page = site.sign_in().await.page(&at(&device.text("user_code"))).await;
        assert!(page.answer.body.contains("&lt;b&gt;Set/2&lt;/b&gt;"), "{}", page.answer.body);
    }

    async fn the_metadata_say_where_devices_ask(site: Site) {
        let metadata = site.get("/.well-known/oauth-authorization-server").await.json();
        assert_eq!(metadata["device_authorization_endpoint"], "http://id.example/oauth2/device_authorization/");
        let grants = metadata["grant_types_supported"].as_array().unwrap();
        assert!(grants.contains(&"urn:ietf:params:oauth:grant-type:device_code".into()));
    }

    async fn a_client_that_is_not_registered_for_it_gets_no_codes(site: Site) {
        let form = asks().set("client_id", "public");
        let refused = site.post(AUTHORIZE, &form).await.with_status(400);
        assert_eq!(refused.text("error"), "unauthorized_client");
    }

    async fn both_need_tls_where_the_provider_does(site: Site) {
        site.television().await;
        let site = site.with(|config| config.settings.ssl_only = true).await;
        site.post(AUTHORIZE, &asks()).await.with_status(400);
        site.browser().get("/device/").await.with_status(400);
    }

    async fn a_device_that_sends_nasty_things_is_refused_by_the_rfc(site: Site) {
        site.television().await;
        let forms = variations(&asks().encoded()).into_iter().map(String::into_bytes);
        for body in forms.chain(bodies()).chain(large_bodies()) {
            let sent = String::from_utf8_lossy(&body).into_owned();
            let answer = site.send(site.request(Method::POST, AUTHORIZE).form_body(body)).await;
            assert!([200, 400, 401, 413].contains(&answer.status), "{}: {answer:#?}", start(&sent));
            if answer.status != 200 {
                answer.assert_is_token_error();
            }
        }
    }

    async fn a_browser_that_sends_nasty_things_grants_nothing(site: Site) {
        let device = site.device().await;
        let browser = site.sign_in().await;
        let user_code = device.text("user_code");
        let form = Form::new(&[("user_code", user_code.as_str()), ("user_action", "Accept")]).encoded();
        let forms = variations(&form).into_iter().map(String::into_bytes);
        for body in forms.chain(bodies()).chain(large_bodies()) {
            let sent = String::from_utf8_lossy(&body).into_owned();
            let answer = browser.send(browser.request(Method::POST, "/device/").form_body(body)).await;
            assert!([303, 400, 403, 413].contains(&answer.status), "{}: {answer:#?}", start(&sent));
        }
        for query in variations(&format!("user_code={user_code}")) {
            let answer = browser.get(&format!("/device/?{query}")).await;
            assert!([200, 422, 429].contains(&answer.status), "{}: {answer:#?}", start(&query));
        }
        assert_eq!(site.poll(&device).await.text("error"), "authorization_pending");
    }
}
