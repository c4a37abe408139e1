//! Logging in elsewhere with this server: OpenID Connect Core.

mod claims;
mod delivery;
mod hybrid;
mod id_token;
mod logout;
mod request;
mod sign_in;

use std::sync::Arc;

use oauth_core::{
    AtBrowser, Authentication, AuthorizationError, AuthorizationResponse, ClaimsSource, NewClient,
    OpenIdMetadata, Params, Secret, SignIn, SigningAlgorithm, StoreError, SubjectType, Tokens,
    UserInfo,
};
use serde_json::{Map, Value, json};

use crate::support::{CALLBACK, Database, Fixture, Form, client, in_query};

/// A fixture whose server speaks OpenID Connect, with a client `login`.
pub(crate) struct OpenId {
    fixture: Fixture,
    secret: Secret,
}

/// Who signed in when: ten seconds before the fixture's time.
fn signed_in() -> Authentication {
    Authentication {
        auth_time: Some(999_990),
        amr: vec!["pwd".to_owned()],
        acr: Some("gold".to_owned()),
        sid: Some("a-session".to_owned()),
    }
}

fn claims() -> ClaimsSource {
    Arc::new(|subject, _| {
        Box::pin(async move {
            let Value::Object(claims) = json!({
                "name": format!("User {subject}"), "email": "alice@example.com", "email_verified": true,
                "birthdate": "1990-01-01", "sub": "somebody else", "aud": "somebody else",
            }) else {
                return Ok(Map::new());
            };
            Ok(claims)
        })
    })
}

impl OpenId {
    async fn on(database: Database) -> Self {
        let mut fixture = Fixture::on(database).await.with(|settings| settings.openid = true);
        fixture.server = fixture.server.clone().with_claims(claims());
        let secret = Self::registered(&fixture, "login", OpenIdMetadata::default()).await;
        Self { fixture, secret }
    }

    async fn registered(fixture: &Fixture, client_id: &str, openid: OpenIdMetadata) -> Secret {
        let scopes = "openid profile email read".parse().unwrap();
        let new = NewClient { scopes, openid, ..client(client_id) };
        fixture.register(new).await.secret.expect("a generated secret")
    }

    fn request(&self, more: &[(&str, &str)]) -> Params {
        let mut form = Form::new(&[
            ("response_type", "code"),
            ("client_id", "login"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "xyz"),
        ]);
        for (name, value) in more {
            form = form.set(name, value);
        }
        form.params()
    }

    /// The code of a request that alice accepts.
    async fn code(&self, more: &[(&str, &str)]) -> String {
        let server = &self.fixture.server;
        let request = server.authorization_request(&self.request(more)).await.unwrap();
        let response = server.accept_as(request, "alice", &signed_in()).await.unwrap();
        let AuthorizationResponse::Redirect(location) = response else { panic!("no redirect") };
        in_query(&location, "code").expect("a code")
    }

    async fn tokens_of(&self, client_id: &str, secret: &Secret, more: &[(&str, &str)]) -> Tokens {
        let code = self.code(&[&[("client_id", client_id)], more].concat()).await;
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("client_secret", secret.expose()),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ]);
        self.fixture.server.token(None, &form.params()).await.unwrap()
    }

    async fn tokens(&self, more: &[(&str, &str)]) -> Tokens {
        self.tokens_of("login", &self.secret, more).await
    }

    async fn told(&self, tokens: &Tokens) -> Map<String, Value> {
        let scope = "openid".parse().unwrap();
        let token = self.fixture.server.verify(tokens.access_token.expose(), &scope).await.unwrap();
        match self.fixture.server.userinfo(&token).await.unwrap() {
            UserInfo::Claims(claims) => claims,
            other => panic!("{other:?}"),
        }
    }

    /// Whether the sign-in of alice will do for a request of one browser, which has kept this: or what it keeps then.
    async fn sign_in(
        &self,
        more: &[(&str, &str)],
        authentication: &Authentication,
        began: Option<&str>,
    ) -> Result<Option<String>, String> {
        self.sign_in_of("alice", more, authentication, (("a browser", "this query"), began)).await
    }

    async fn sign_in_of(
        &self,
        subject: &str,
        more: &[(&str, &str)],
        authentication: &Authentication,
        ((browser, query), began): ((&str, &str), Option<&str>),
    ) -> Result<Option<String>, String> {
        let server = &self.fixture.server;
        let request = server.authorization_request(&self.request(more)).await;
        let request = request.map_err(|error| error_of(&error))?;
        let at = AtBrowser { browser: &Secret::from(browser), query, began };
        match server.sign_in_for(&request, subject, authentication, at).await {
            Ok(SignIn::Wanted(kept)) => Ok(Some(kept.expose().to_owned())),
            Ok(_) => Ok(None),
            Err(error) => Err(error_of(&error)),
        }
    }
}

fn error_of(error: &AuthorizationError) -> String {
    match error {
        AuthorizationError::Client { code, .. } => code.as_str().to_owned(),
        other => panic!("{other}"),
    }
}

/// The header and the claims of a token, unverified.
fn parts(token: &str) -> (Value, Value) {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut parts = token.split('.').map(|part| {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap_or(Value::Null)
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

pub(crate) fn id_token(tokens: &Tokens) -> (Value, Value) {
    parts(tokens.id_token.as_deref().expect("an ID token"))
}
