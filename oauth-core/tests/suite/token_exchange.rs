//! An access token for another one: RFC 8693.

mod acting;
mod admin;
mod bounds;
mod ended;
mod policy;
mod subject;

use oauth_core::{
    AccessToken, ClientSecret, GrantType, NewClient, Secret, TokenError, Tokens, UnknownGrantType,
};

use crate::support::{Fixture, Form, assert_live, assert_refused, client, scopes};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ISSUER: &str = "https://id.example";

/// An API that calls others, as a client.
struct Api {
    client_id: String,
    secret: Secret,
}

/// One that may exchange tokens for the server's own API.
fn api(client_id: &str) -> NewClient {
    NewClient {
        grant_types: vec![GrantType::TokenExchange],
        redirect_uris: Vec::new(),
        introspects: vec![ISSUER.to_owned()],
        ..client(client_id)
    }
}

impl Fixture {
    async fn an_api(&self, new: NewClient) -> Api {
        let client_id = new.client_id.clone().unwrap();
        Api { client_id, secret: self.register(new).await.secret.unwrap() }
    }

    /// What its guard is given of a token.
    async fn guarded(&self, token: &Secret) -> Option<AccessToken> {
        self.server.verify(token.expose(), &scopes("")).await.ok()
    }

    async fn exchanged(&self, api: &Api, token: &Secret) -> Result<Tokens, TokenError> {
        self.token(&api.form(token)).await
    }

    /// A new token of alice's, and what this API gets for it.
    async fn exchanged_anew(&self, api: &Api) -> (Tokens, Secret) {
        let tokens = self.tokens().await;
        let exchanged = self.exchanged(api, &tokens.access_token).await.expect("a token");
        (tokens, exchanged.access_token)
    }
}

impl Api {
    fn form(&self, token: &Secret) -> Form {
        Form::new(&[
            ("grant_type", EXCHANGE),
            ("client_id", &self.client_id),
            ("client_secret", self.secret.expose()),
            ("subject_token", token.expose()),
            ("subject_token_type", ACCESS_TOKEN),
        ])
    }

    /// How it asks the endpoints that take any token.
    fn about(&self, token: &Secret) -> Form {
        let (id, secret) = (self.client_id.as_str(), self.secret.expose());
        Form::new(&[("client_id", id), ("client_secret", secret), ("token", token.expose())])
    }
}

#[test]
fn no_grant_of_an_application_takes_its_name() {
    let name: GrantType = EXCHANGE.parse().unwrap();
    assert_eq!(name, GrantType::TokenExchange);
    assert!(UnknownGrantType.to_string().contains(EXCHANGE));
}

both_databases! {
    /// §2.2.1: `access_token`, `issued_token_type` and `token_type` are REQUIRED; "a refresh token will typically not be
    /// issued".
    async fn an_api_gets_a_token_for_one_that_it_was_called_with(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        let exchanged = fixture.exchanged(&api, &tokens.access_token).await.unwrap();
        assert_eq!(exchanged.issued_token_type, Some(ACCESS_TOKEN));
        assert!(exchanged.refresh_token.is_none() && exchanged.id_token.is_none());
        assert_eq!((exchanged.expires_in, exchanged.scopes), (Some(3_600), scopes("read write")));

        let seen = fixture.guarded(&exchanged.access_token).await.expect("it is live");
        assert_eq!((seen.subject.as_deref(), seen.client_id.as_str()), (Some("alice"), "confidential"));
        assert_eq!((seen.scopes, seen.expires_at), (scopes("read write"), Some(1_003_600)));
        assert_eq!(seen.act.unwrap().chain().collect::<Vec<_>>(), ["api"]);
        assert_ne!(exchanged.access_token.expose(), tokens.access_token.expose());
        assert_live(&fixture, &tokens).await;
        assert_eq!(fixture.count("oauth_grants"), "1", "it is of the same family");
    }

    async fn no_other_grant_says_what_kind_of_token_it_issued(fixture: Fixture) {
        assert_eq!(fixture.tokens().await.issued_token_type, None);
    }

    async fn a_client_exchanges_its_own_token_for_a_lesser_one(fixture: Fixture) {
        let grant_types = vec![GrantType::AuthorizationCode, GrantType::TokenExchange];
        let introspects = Vec::new();
        let own = fixture.an_api(NewClient { grant_types, introspects, ..client("own") }).await;
        let code = fixture.code(&crate::support::code_request().set("client_id", "own")).await;
        let form = fixture.exchange_form(&code).set("client_id", "own").set("client_secret", own.secret.expose());
        let tokens = fixture.token(&form).await.unwrap();
        let lesser = fixture.token(&own.form(&tokens.access_token).set("scope", "read")).await.unwrap();
        let seen = fixture.guarded(&lesser.access_token).await.unwrap();
        assert_eq!((seen.scopes, seen.client_id.as_str(), seen.act), (scopes("read"), "own", None));
    }

    async fn a_client_that_is_not_registered_for_it_is_refused(fixture: Fixture) {
        let new = NewClient { grant_types: vec![GrantType::ClientCredentials], ..api("api") };
        let api = fixture.an_api(new).await;
        let tokens = fixture.tokens().await;
        let refused = fixture.exchanged(&api, &tokens.access_token).await;
        assert_refused(refused, "unauthorized_client", EXCHANGE);
    }

    async fn a_public_client_is_not_registered_for_it_and_one_that_is_there_is_refused(fixture: Fixture) {
        let public = NewClient { secret: ClientSecret::None, require_pkce: None, ..api("page") };
        let refused = fixture.server.register_client(public.clone()).await.unwrap_err();
        assert!(refused.to_string().contains("grant_types"), "{refused}");

        let grant_types = vec![GrantType::AuthorizationCode];
        fixture.register(NewClient { grant_types, redirect_uris: client("").redirect_uris, ..public }).await;
        let listed = format!("UPDATE oauth_clients SET metadata = replace(metadata, 'authorization_code', '{EXCHANGE}') WHERE client_id = 'page'");
        fixture.database.execute(&listed);
        let tokens = fixture.tokens().await;
        let form = Api { client_id: "page".to_owned(), secret: "x".into() }.form(&tokens.access_token);
        assert_refused(fixture.token(&form.without("client_secret")).await, "unauthorized_client", "secret");
    }

    async fn oauth_2_1_leaves_it_on(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.oauth_2_1 = true);
        let api = fixture.an_api(api("api")).await;
        let new = NewClient { require_pkce: None, ..client("app") };
        let secret = fixture.register(new).await.secret.unwrap();
        let request = crate::support::public_request().set("client_id", "app");
        let code = fixture.code(&request).await;
        let form = fixture.exchange_form(&code).set("client_id", "app").set("client_secret", secret.expose());
        let tokens = fixture.token(&form.set("code_verifier", crate::support::VERIFIER)).await.unwrap();
        assert!(fixture.exchanged(&api, &tokens.access_token).await.is_ok());
    }
}
