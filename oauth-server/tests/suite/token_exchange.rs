//! Token exchange on the wire: RFC 8693.

use std::ops::Deref;

use oauth_server::{GrantType, NewClient, Secret};
use reqwest::Method;
use serde_json::json;

use crate::{
    remote_guard::Api,
    support::{Answer, Form, FormBody, Site, basic},
};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

impl Site {
    /// The secret of `another`, an API that may exchange tokens for the server's own API.
    async fn an_api(&self) -> Secret {
        let issuer = self.server.settings().issuer.clone();
        let registered = self.register(|client| {
            client.grant_types = vec![GrantType::TokenExchange];
            client.introspects = vec![issuer];
        });
        registered.await.unwrap()
    }

    /// What `another` gets for a token, by HTTP Basic.
    async fn exchanged(&self, secret: &Secret, form: &Form) -> Answer {
        let request = self.request(Method::POST, "/oauth2/token").form_body(form.encoded());
        self.send(request.header("Authorization", basic("another", secret.expose()))).await
    }
}

fn form(token: &str) -> Form {
    Form::new(&[
        ("grant_type", EXCHANGE),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
    ])
}

both_databases! {
    /// §2.2.1: the members of the answer, and no other.
    async fn the_answer_has_what_the_rfc_says(site: Site) {
        let secret = site.an_api().await;
        let token = site.access_token("read write").await;
        let answer = site.exchanged(&secret, &form(&token).set("scope", "read")).await.with_status(200);
        assert_eq!(answer.header("Cache-Control"), "no-store");
        let exchanged = answer.text("access_token");
        assert_eq!(answer.json(), json!({
            "access_token": exchanged, "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer",
            "expires_in": 3_600, "scope": "read",
        }));
        let told = site.call("/plain/read", &exchanged).await.with_status(200).body;
        assert_eq!(told, format!("confidential for {}: read", site.alice().await.id));
        site.call("/plain/read_and_write", &exchanged).await.with_status(403);
        site.call("/plain/read_and_write", &token).await.with_status(200);
    }

    /// §2.2.2: the errors are those of RFC 6749 §5.2.
    async fn a_refusal_has_the_form_of_any_other(site: Site) {
        let secret = site.an_api().await;
        let token = site.access_token("read").await;
        for (form, code) in [
            (form("x"), "invalid_request"),
            (form(&token).without("subject_token_type"), "invalid_request"),
            (form(&token).set("audience", "notes"), "invalid_target"),
            (form(&token).set("resource", "https://elsewhere.example"), "invalid_target"),
            (form(&token).set("scope", "write"), "invalid_scope"),
        ] {
            site.exchanged(&secret, &form).await.assert_refused(400, code);
        }
        let wrong = site.exchanged(&"wrong".into(), &form(&token)).await;
        wrong.assert_refused(401, "invalid_client");
    }

    /// RFC 8693 §4.1.
    async fn introspection_has_the_claim_act(site: Site) {
        let secret = site.an_api().await;
        let token = site.access_token("read").await;
        let exchanged = site.exchanged(&secret, &form(&token)).await.text("access_token");
        let seen = site.introspect(&exchanged).await.with_status(200).json();
        assert_eq!((&seen["client_id"], &seen["act"]), (&json!("confidential"), &json!({ "sub": "another" })));
        assert_eq!(site.introspect(&token).await.json().get("act"), None);

        let issuer = site.server.settings().issuer.clone();
        let third = Deref::deref(&site).register(NewClient {
            client_id: Some("third".to_owned()),
            grant_types: vec![GrantType::TokenExchange],
            scopes: "read".parse().unwrap(),
            introspects: vec![issuer],
            ..NewClient::new("Third")
        }).await;
        let again = third.exchange_token(&exchanged, "").await.with_status(200).text("access_token");
        let seen = site.introspect(&again).await.json();
        assert_eq!(seen["act"], json!({ "sub": "third", "act": { "sub": "another" } }));
    }

    async fn an_api_in_another_process_sees_who_acts(site: Site) {
        let secret = site.an_api().await;
        let token = site.access_token("read").await;
        let exchanged = site.exchanged(&secret, &form(&token)).await.text("access_token");
        let api = Api::as_client(&site, "another", secret, |_| ()).await;
        assert_eq!(api.call("/acting", &token).await.body, "confidential: ");
        assert_eq!(api.call("/acting", &exchanged).await.body, "confidential: another");
    }

    async fn staff_see_who_exchanged_it_and_may_register_a_client_for_it(site: Site) {
        let secret = site.an_api().await;
        let token = site.access_token("read").await;
        site.exchanged(&secret, &form(&token)).await.with_status(200);
        let browser = site.superuser().await;
        let list = browser.get("/admin/tokens/").await.with_status(200).body;
        assert_eq!(list.matches("exchanged by <code>another</code>").count(), 1, "{list}");
        let (before, _) = list.split_once("exchanged by").unwrap();
        let (_, href) = before.rsplit_once("href=\"/admin/tokens/").unwrap();
        let path = format!("/admin/tokens/{}", href.split('"').next().unwrap());
        let record = browser.get(&path).await.with_status(200).body;
        assert!(record.contains("<dt>Exchanged by</dt><dd><code>another</code></dd>"), "{record}");

        let page = browser.get("/admin/clients/new/").await.body;
        assert!(page.contains(&format!("value=\"{EXCHANGE}\"")) && page.contains("Token exchange"), "{page}");
    }
}
