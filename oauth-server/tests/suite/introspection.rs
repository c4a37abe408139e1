//! The introspection endpoint on the wire: RFC 7662.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    Answer, FormBody, Site, basic,
    client::code_request,
    nasty::{bodies, headers, large_bodies, start, variations},
};

impl Site {
    pub(crate) async fn introspect(&self, token: &str) -> Answer {
        let form = self.refresh_form("").without("grant_type").without("refresh_token");
        self.post("/oauth2/introspect/", &form.set("token", token)).await
    }
}

both_databases! {
    async fn a_live_token_is_described(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let tokens = site.exchange(&code).await;
        let answer = site.introspect(&tokens.text("access_token")).await.with_status(200);
        assert_eq!(answer.header("Cache-Control"), "no-store");
        assert!(answer.header("Content-Type").starts_with("application/json"));
        let seen = answer.json();
        let (iat, exp) = (seen["iat"].as_i64().unwrap(), seen["exp"].as_i64().unwrap());
        assert_eq!(exp - iat, 3_600);
        let issuer = &site.server.settings().issuer;
        assert_eq!(seen, json!({
            "active": true, "scope": tokens.text("scope"), "client_id": "confidential", "token_type": "Bearer",
            "exp": exp, "iat": iat, "sub": seen["sub"], "aud": issuer, "iss": issuer,
        }));
        assert!(seen["sub"].is_string());
        let refresh = site.introspect(&tokens.text("refresh_token")).await.json();
        assert_eq!((&refresh["active"], &refresh["token_type"]), (&json!(true), &json!(null)));
    }

    /// RFC 7662 §2.2: "SHOULD NOT include any additional information about an inactive token, including why".
    async fn a_token_that_is_not_active_is_described_by_that_alone(site: Site) {
        for token in ["x", "oat_AAAA"] {
            assert_eq!(site.introspect(token).await.with_status(200).body, "{\"active\":false}");
        }
    }

    async fn who_does_not_authenticate_is_challenged(site: Site) {
        let request = site.request(Method::POST, "/oauth2/introspect");
        let request = request.header("Authorization", basic("confidential", "wrong"));
        let answer = site.send(request.form_body("token=x")).await;
        answer.assert_refused(401, "invalid_client");
        assert!(answer.header("WWW-Authenticate").starts_with("Basic realm="));
        let answer = site.send(site.request(Method::POST, "/oauth2/introspect").form_body("token=x")).await;
        answer.assert_refused(401, "invalid_client");
    }

    async fn it_takes_post_alone(site: Site) {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = site.send(site.request(method, "/oauth2/introspect")).await;
            assert_eq!((answer.status, answer.header("Allow")), (405, "POST"));
        }
    }

    async fn it_refuses_every_nasty_parameter_body_and_header_by_the_rfc(site: Site) {
        let form = site.refresh_form("").without("grant_type").without("refresh_token");
        let sent = form.set("token", "x").and("token_type_hint", "access_token").encoded();
        let bodies = bodies().into_iter().chain(large_bodies());
        let forms = variations(&sent).into_iter().map(String::into_bytes);
        for body in forms.chain(bodies) {
            let sent = String::from_utf8_lossy(&body).into_owned();
            let request = site.request(Method::POST, "/oauth2/introspect").form_body(body);
            let answer = site.send(request).await;
            assert!([200, 400, 401, 413].contains(&answer.status), "{}: {answer:#?}", start(&sent));
            if answer.status != 200 {
                answer.assert_is_token_error();
            }
        }
        for (name, value) in headers() {
            let request = site.request(Method::POST, "/oauth2/introspect").header(name, value);
            let request = if name == "Content-Type" { request.body("a=b") } else { request.form_body("a=b") };
            site.send(request).await.assert_is_token_error();
        }
    }
}
