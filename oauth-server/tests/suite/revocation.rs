//! The revocation endpoint on the wire: RFC 7009.

use reqwest::Method;

use crate::support::{
    Answer, FormBody, Site, basic,
    client::code_request,
    nasty::{bodies, headers, large_bodies, start, variations},
};

impl Site {
    /// What `confidential` gets when a user says yes.
    async fn pair(&self) -> (String, String) {
        let code = self.sign_in().await.code(&code_request()).await;
        let tokens = self.exchange(&code).await.with_status(200);
        (tokens.text("access_token"), tokens.text("refresh_token"))
    }

    async fn revoke(&self, token: &str) -> Answer {
        let form = self.refresh_form("").without("grant_type").without("refresh_token");
        self.post("/oauth2/revoke/", &form.set("token", token)).await
    }

    async fn read(&self, token: &str) -> Answer {
        self.call("/plain/read", token).await
    }
}

both_databases! {
    /// RFC 7009 §2.2: "The authorization server responds with HTTP status code 200". Some clients want it to be JSON.
    async fn what_was_given_back_is_dead_at_once(site: Site) {
        let (access, refresh) = site.pair().await;
        site.read(&access).await.with_status(200);
        let answer = site.revoke(&access).await.with_status(200);
        assert_eq!((answer.body.as_str(), answer.header("Cache-Control")), ("{}", "no-store"));
        assert!(answer.header("Content-Type").starts_with("application/json"));
        site.read(&access).await.with_status(401);
        site.revoke(&refresh).await.with_status(200);
        site.token(&site.refresh_form(&refresh)).await.assert_refused(400, "invalid_grant");
        site.revoke(&refresh).await.with_status(200);
    }

    async fn a_client_may_authenticate_by_basic(site: Site) {
        let (access, _) = site.pair().await;
        let request = site.request(Method::POST, "/oauth2/revoke");
        let request = request.header("Authorization", basic("confidential", site.secret.expose()));
        site.send(request.form_body(format!("token={access}"))).await.with_status(200);
        site.read(&access).await.with_status(401);
    }

    async fn who_is_not_the_client_is_challenged(site: Site) {
        let (access, _) = site.pair().await;
        let request = site.request(Method::POST, "/oauth2/revoke");
        let request = request.header("Authorization", basic("confidential", "wrong"));
        let answer = site.send(request.form_body(format!("token={access}"))).await;
        answer.assert_refused(401, "invalid_client");
        assert!(answer.header("WWW-Authenticate").starts_with("Basic realm="));
        site.read(&access).await.with_status(200);
    }

    async fn it_takes_post_alone(site: Site) {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = site.send(site.request(method, "/oauth2/revoke")).await;
            assert_eq!((answer.status, answer.header("Allow")), (405, "POST"));
        }
    }

    async fn credentials_and_tokens_do_not_come_in_the_query(site: Site) {
        let (access, _) = site.pair().await;
        let path = format!("/oauth2/revoke?token={access}&client_id=confidential");
        let request = site.request(Method::POST, &path).form_body("");
        site.send(request).await.assert_refused(400, "invalid_request");
        site.read(&access).await.with_status(200);
    }

    async fn it_refuses_every_nasty_parameter_body_and_header_by_the_rfc(site: Site) {
        let form = site.refresh_form("").without("grant_type").without("refresh_token");
        let sent = form.set("token", "x").and("token_type_hint", "access_token").encoded();
        let bodies = bodies().into_iter().chain(large_bodies());
        let forms = variations(&sent).into_iter().map(String::into_bytes);
        for body in forms.chain(bodies) {
            let sent = String::from_utf8_lossy(&body).into_owned();
            let answer = site.send(site.request(Method::POST, "/oauth2/revoke").form_body(body)).await;
            assert!([200, 400, 401, 413].contains(&answer.status), "{}: {answer:#?}", start(&sent));
            if answer.status != 200 {
                answer.assert_is_token_error();
            }
        }
        for (name, value) in headers() {
            let request = site.request(Method::POST, "/oauth2/revoke").header(name, value);
            let request = if name == "Content-Type" { request.body("a=b") } else { request.form_body("a=b") };
            site.send(request).await.assert_is_token_error();
        }
    }

    async fn its_document_names_the_parameters_and_what_it_answers(site: Site) {
        let document = site.get("/openapi.json").await.json();
        let operation = &document["paths"]["/oauth2/revoke"]["post"];
        assert_eq!(operation["operationId"], "revoke");
        let parameters = &document["components"]["schemas"]["RevocationRequest"]["properties"];
        for name in ["token", "token_type_hint", "client_id", "client_secret"] {
            assert!(parameters[name].is_object(), "{name}");
        }
        let answers = operation["responses"].as_object().unwrap();
        for status in ["200", "400", "401", "503"] {
            assert!(answers.contains_key(status), "{status}");
        }
    }
}
