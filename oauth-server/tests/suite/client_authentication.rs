//! How clients say who they are: RFC 6749 §2.3 and §3.2.1.

use oauth_server::ClientSecret;
use reqwest::{Method, header};

use crate::support::{
    Answer, Form, FormBody, Site, basic,
    client::{code_request, public_exchange, public_request},
};

/// A token request with this `Authorization` header.
async fn with_header(site: &Site, authorization: &str, form: &Form) -> Answer {
    let request = site.request(Method::POST, "/oauth2/token").form_body(form.encoded());
    site.send(request.header(header::AUTHORIZATION, authorization)).await
}

/// How `confidential` would redeem the code, had it said who it is.
fn anonymous(site: &Site, code: &str) -> Form {
    site.exchange_form(code).without("client_id").without("client_secret")
}

both_databases! {
    async fn a_client_authenticates_with_http_basic(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let authorization = basic("confidential", site.secret.expose());
        with_header(&site, &authorization, &anonymous(&site, &code)).await.with_status(200);
    }

    async fn a_client_authenticates_in_the_body(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        site.token(&site.exchange_form(&code)).await.with_status(200);
    }

    async fn a_public_client_says_who_it_is_and_proves_itself_with_pkce(site: Site) {
        let code = site.sign_in().await.code(&public_request()).await;
        let form = public_exchange(&code);
        let wrong = form.clone().set("code_verifier", &"x".repeat(43));
        site.token(&wrong).await.assert_refused(400, "invalid_grant");
        let authorization = basic("public", "");
        with_header(&site, &authorization, &form.without("client_id")).await.with_status(200);
    }

    /// §2.3.1: id and secret are form-urlencoded inside the header.
    async fn a_hand_picked_secret_is_form_urlencoded_inside_basic(site: Site) {
        site.register(|client| {
            client.client_id = Some("a:b".to_owned());
            client.secret = ClientSecret::Chosen("p%ss: w\u{f6}rd".into());
        })
        .await;
        let form = Form::new(&[("grant_type", "refresh_token"), ("refresh_token", "unknown")]);
        let answer = with_header(&site, &basic("a%3Ab", "p%25ss%3A+w%C3%B6rd"), &form).await;
        answer.assert_refused(400, "invalid_grant");
    }

    async fn a_malformed_header_is_an_invalid_request(site: Site) {
        for header in [
            "INVALID",
            "Basic",
            "Basic ThisIsInvalidBase64",
            "Basic !!!",
            "Basic aWQ=",
            "Basic OnNlY3JldA==",
            "Basic",
            "Basic  ",
            "Basic JWZmOmE=",
            "Basic AGE6Yg==",
            "Basic \u{fc}",
            "Basic a b c",
        ] {
            let answer = with_header(&site, header, &anonymous(&site, "x")).await;
            answer.assert_refused(400, "invalid_request");
        }
    }

    /// §5.2: "unsupported authentication method" is `invalid_client`, and the answer to a header "MUST" be 401.
    async fn another_scheme_than_basic_is_an_invalid_client(site: Site) {
        let credentials = basic("confidential", site.secret.expose());
        let bearer = credentials.replace("Basic", "Bearer");
        for header in [&bearer, "Digest username=\"x\"", "Negotiate abc"] {
            for form in [anonymous(&site, "x"), site.exchange_form("x")] {
                with_header(&site, header, &form).await.assert_refused(401, "invalid_client");
            }
        }
    }

    /// RFC 9110 §11.1.
    async fn the_scheme_is_case_insensitive(site: Site) {
        let credentials = basic("confidential", site.secret.expose());
        for scheme in ["basic", "BASIC"] {
            let header = credentials.replace("Basic", scheme);
            with_header(&site, &header, &anonymous(&site, "x"))
                .await
                .assert_refused(400, "invalid_grant");
        }
    }

    async fn two_authorization_headers_are_an_invalid_request(site: Site) {
        let authorization = basic("confidential", site.secret.expose());
        let request =
            site.request(Method::POST, "/oauth2/token").form_body(anonymous(&site, "x").encoded());
        let request = request.header(header::AUTHORIZATION, &authorization);
        let answer = site.send(request.header(header::AUTHORIZATION, &authorization)).await;
        answer.assert_refused(400, "invalid_request");
    }

    /// §2.3.1: the parameters "MUST NOT be included in the request URI".
    async fn credentials_in_the_query_are_refused(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let secret = site.secret.expose();
        for path in ["/oauth2/token", "/own/token"] {
            for query in [
                format!("client_id=confidential&client_secret={secret}"),
                format!("client_secret={secret}"),
                format!("client_secret={secret}&client_secret={secret}"),
                format!("client_secret=%00{secret}"),
                "client_id=confidential".to_owned(),
            ] {
                for form in [anonymous(&site, &code), site.exchange_form(&code)] {
                    let answer = site.post(&format!("{path}?{query}"), &form).await;
                    answer.assert_refused(400, "invalid_request");
                    assert!(!answer.body.contains(secret), "{answer:#?}");
                }
            }
        }
        site.exchange(&code).await.with_status(200);
    }

    async fn parameters_in_the_query_do_not_count(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let path = format!("/oauth2/token?code={code}");
        let answer = site.post(&path, &site.exchange_form(&code).without("code")).await;
        answer.assert_refused(400, "invalid_request");
    }

    /// §2.3: the client "MUST NOT use more than one authentication method in each request".
    async fn two_methods_at_once_are_refused(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let authorization = basic("confidential", site.secret.expose());
        let answer = with_header(&site, &authorization, &site.exchange_form(&code)).await;
        answer.assert_refused(400, "invalid_request");
    }

    async fn a_client_id_beside_basic_must_be_the_same(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let authorization = basic("confidential", site.secret.expose());
        let form = anonymous(&site, &code).set("client_id", "public");
        with_header(&site, &authorization, &form).await.assert_refused(400, "invalid_request");
        let form = form.set("client_id", "confidential");
        with_header(&site, &authorization, &form).await.with_status(200);
    }

    /// §5.2: 401, with a challenge; also where no header was sent.
    async fn who_does_not_prove_who_it_is_is_an_invalid_client(site: Site) {
        let form = site.exchange_form("x");
        for form in [
            anonymous(&site, "x"),
            form.clone().without("client_secret"),
            form.clone().without("client_id"),
            form.clone().set("client_secret", "wrong"),
            form.clone().set("client_id", "nobody"),
            form.clone().set("client_id", "public"),
        ] {
            site.token(&form).await.assert_refused(401, "invalid_client");
        }
        let form = anonymous(&site, "x");
        for (client_id, secret) in
            [("confidential", "wrong"), ("confidential", ""), ("nobody", "x"), ("public", "x")]
        {
            let answer = with_header(&site, &basic(client_id, secret), &form).await;
            answer.assert_refused(401, "invalid_client");
        }
    }

    async fn a_disabled_client_is_an_invalid_client(site: Site) {
        site.server.set_client_disabled("confidential", true).await.unwrap();
        site.exchange("x").await.assert_refused(401, "invalid_client");
    }

    async fn another_clients_code_is_refused_and_stays_good(site: Site) {
        let secret = site.register(|_| ()).await.unwrap();
        let code = site.sign_in().await.code(&code_request()).await;
        let form = site
            .exchange_form(&code)
            .set("client_id", "another")
            .set("client_secret", secret.expose());
        site.token(&form).await.assert_refused(400, "invalid_grant");
        site.exchange(&code).await.with_status(200);
    }

    async fn another_clients_refresh_token_is_refused_and_stays_good(site: Site) {
        let secret = site.register(|_| ()).await.unwrap();
        let refresh_token = site.tokens("read").await.text("refresh_token");
        let form = site.refresh_form(&refresh_token).set("client_id", "another");
        site.token(&form.set("client_secret", secret.expose()))
            .await
            .assert_refused(400, "invalid_grant");
        site.refresh(&refresh_token).await.with_status(200);
    }
}
