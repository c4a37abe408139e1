//! Logging in elsewhere with this server: OpenID Connect Core.

mod logout;

use std::sync::Arc;

use oauth_core::{
    Authentication, AuthorizationError, AuthorizationResponse, ClaimsSource, NewClient,
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

    /// Whether the sign-in of alice will do for a request, in one browser.
    async fn sign_in(
        &self,
        more: &[(&str, &str)],
        authentication: &Authentication,
    ) -> Result<SignIn, String> {
        let server = &self.fixture.server;
        let request = server.authorization_request(&self.request(more)).await.unwrap();
        let browser = Secret::from("a browser");
        let held = server.sign_in_for(&request, "alice", authentication, (&browser, "this query"));
        held.await.map_err(|error| error_of(&error))
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

fn id_token(tokens: &Tokens) -> (Value, Value) {
    parts(tokens.id_token.as_deref().expect("an ID token"))
}

both_databases! {
    /// OpenID Connect Core §2.
    async fn an_id_token_says_who_signed_in_when_and_how_and_to_whom(openid: OpenId) {
        let tokens = openid.tokens(&[("nonce", "n-0S6")]).await;
        let (header, claims) = id_token(&tokens);
        assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
        let issuer = "https://id.example";
        for (name, value) in [
            ("iss", json!(issuer)), ("sub", json!("alice")), ("aud", json!("login")), ("azp", json!("login")),
            ("iat", json!(1_000_000)), ("exp", json!(1_003_600)), ("auth_time", json!(999_990)),
            ("nonce", json!("n-0S6")), ("acr", json!("gold")), ("amr", json!(["pwd"])), ("sid", json!("a-session")),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        assert!(claims.get("email").is_none(), "that is for the userinfo endpoint");
    }

    /// OpenID Connect Core §3.1.3.6: the left half of the access token's SHA-256.
    async fn its_at_hash_is_of_the_access_token_beside_it(openid: OpenId) {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        use sha2::{Digest, Sha256};
        let tokens = openid.tokens(&[]).await;
        let hash = Sha256::digest(tokens.access_token.expose());
        assert_eq!(id_token(&tokens).1["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));
    }

    async fn it_is_signed_by_a_key_of_the_published_set(openid: OpenId) {
        let tokens = openid.tokens(&[]).await;
        let set = serde_json::to_value(openid.fixture.server.jwk_set().await.unwrap()).unwrap();
        let kid = &id_token(&tokens).0["kid"];
        let key = set["keys"].as_array().unwrap().iter().find(|key| &key["kid"] == kid).unwrap();
        let key = serde_json::from_value(key.clone()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        (validation.validate_exp, validation.validate_aud) = (false, false);
        let token = tokens.id_token.as_deref().unwrap();
        assert!(jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok());
    }

    async fn each_algorithm_that_a_client_registers_signs_its_id_tokens(openid: OpenId) {
        for algorithm in SigningAlgorithm::ALL {
            let metadata = OpenIdMetadata {
                id_token_signed_response_alg: Some(algorithm),
                ..OpenIdMetadata::default()
            };
            let name = algorithm.as_str();
            let secret = OpenId::registered(&openid.fixture, name, metadata).await;
            let tokens = openid.tokens_of(name, &secret, &[]).await;
            assert_eq!(id_token(&tokens).0["alg"], name);
        }
    }

    async fn without_the_scope_openid_there_is_no_id_token(openid: OpenId) {
        let tokens = openid.tokens(&[("scope", "read profile")]).await;
        assert_eq!(tokens.id_token, None);
    }

    async fn with_the_switch_off_there_is_no_scope_openid(fixture: Fixture) {
        let request = Form::new(&[
            ("response_type", "code"), ("client_id", "confidential"), ("redirect_uri", CALLBACK),
            ("scope", "openid"), ("state", "xyz"),
        ]);
        let refused = fixture.server.authorization_request(&request.params()).await.unwrap_err();
        assert_eq!(error_of(&refused), "invalid_scope");
        assert_eq!(fixture.count("oauth_signing_keys"), "0");
    }

    /// OpenID Connect Core §12.2: "its sub Claim Value MUST be the same", and so is `auth_time`.
    async fn a_refresh_gives_an_id_token_of_the_same_user_and_sign_in(openid: OpenId) {
        let tokens = openid.tokens(&[("nonce", "n")]).await;
        openid.fixture.clock.advance(100);
        let refresh = tokens.refresh_token.as_ref().unwrap().expose().to_owned();
        let form = Form::new(&[
            ("grant_type", "refresh_token"), ("client_id", "login"), ("client_secret", openid.secret.expose()),
            ("refresh_token", &refresh),
        ]);
        let refreshed = openid.fixture.server.token(None, &form.params()).await.unwrap();
        let repeated = openid.fixture.server.token(None, &form.params()).await.unwrap();
        for again in [refreshed, repeated] {
            let (_, claims) = id_token(&again);
            assert_eq!((&claims["sub"], &claims["auth_time"]), (&json!("alice"), &json!(999_990)));
            assert_eq!((&claims["iat"], &claims["sid"]), (&json!(1_000_100), &json!("a-session")));
        }
    }

    /// §5.4, and what was not asked for is not told, whatever the application says.
    async fn userinfo_tells_the_claims_of_the_scopes_and_no_others(openid: OpenId) {
        let told = openid.told(&openid.tokens(&[("scope", "openid email")]).await).await;
        let Value::Object(expected) = json!({
            "sub": "alice", "email": "alice@example.com", "email_verified": true,
        }) else { return };
        assert_eq!(told, expected);
        let told = openid.told(&openid.tokens(&[]).await).await;
        assert_eq!(told.keys().collect::<Vec<_>>(), ["sub"]);
    }

    /// §5.5.
    async fn claims_that_are_asked_for_one_by_one_are_told_where_they_were_asked_for(openid: OpenId) {
        let asked = r#"{"userinfo":{"birthdate":null},"id_token":{"email":{"essential":true}}}"#;
        let tokens = openid.tokens(&[("claims", asked)]).await;
        let (_, claims) = id_token(&tokens);
        assert_eq!(claims["email"], "alice@example.com");
        assert!(claims.get("birthdate").is_none());
        let told = openid.told(&tokens).await;
        assert_eq!(told["birthdate"], "1990-01-01");
        assert!(told.get("email").is_none());
    }

    async fn an_application_cannot_say_what_the_server_says_itself(openid: OpenId) {
        let asked = r#"{"userinfo":{"sub":null},"id_token":{"aud":null,"sub":null}}"#;
        let tokens = openid.tokens(&[("claims", asked)]).await;
        let (_, claims) = id_token(&tokens);
        assert_eq!((&claims["aud"], &claims["sub"]), (&json!("login"), &json!("alice")));
        assert_eq!(openid.told(&tokens).await["sub"], "alice");
    }

    /// §5.3.2.
    async fn userinfo_is_signed_for_a_client_that_is_registered_for_that(openid: OpenId) {
        let metadata = OpenIdMetadata {
            userinfo_signed_response_alg: Some(SigningAlgorithm::Es256),
            ..OpenIdMetadata::default()
        };
        let secret = OpenId::registered(&openid.fixture, "signed", metadata).await;
        let tokens = openid.tokens_of("signed", &secret, &[]).await;
        let scope = "openid".parse().unwrap();
        let server = &openid.fixture.server;
        let token = server.verify(tokens.access_token.expose(), &scope).await.unwrap();
        let UserInfo::Signed(jwt) = server.userinfo(&token).await.unwrap() else { panic!("not signed") };
        let (header, claims) = parts(&jwt);
        assert_eq!(header["alg"], "ES256");
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("alice"), &json!("signed")));
    }

    /// §8.1: clients of one sector know a user by one name, others by another, and none by the subject.
    async fn pairwise_names_are_the_same_in_a_sector_and_differ_between_sectors(openid: OpenId) {
        let in_sector = |uri: Option<&str>| OpenIdMetadata {
            subject_type: SubjectType::Pairwise,
            sector_identifier_uri: uri.map(str::to_owned),
            ..OpenIdMetadata::default()
        };
        let mut names = Vec::new();
        for (client_id, sector) in [("a", None), ("b", None), ("c", Some("https://elsewhere.example/uris"))] {
            let secret = OpenId::registered(&openid.fixture, client_id, in_sector(sector)).await;
            let tokens = openid.tokens_of(client_id, &secret, &[]).await;
            let (_, claims) = id_token(&tokens);
            assert_eq!(claims["sub"], openid.told(&tokens).await["sub"]);
            names.push(claims["sub"].as_str().unwrap().to_owned());
        }
        assert_eq!(names[0], names[1]);
        assert_ne!(names[0], names[2]);
        assert!(names.iter().all(|name| name.len() == 43));
    }

    async fn what_the_request_says_amiss_the_client_is_told(openid: OpenId) {
        for (name, value) in [
            ("prompt", "none login"), ("max_age", "-1"), ("max_age", "soon"), ("claims", "[]"),
            ("claims", r#"{"userinfo":7}"#), ("id_token_hint", "no.token.ofours"), ("nonce", &"n".repeat(1025)),
            ("claims", &format!("{{\"userinfo\":{{}},\"x\":\"{}\"}}", "x".repeat(4096))),
        ] {
            let refused = openid.fixture.server.authorization_request(&openid.request(&[(name, value)])).await;
            assert_eq!(error_of(&refused.unwrap_err()), "invalid_request", "{name}={value}");
        }
    }

    async fn a_parameter_that_is_read_stands_there_once(openid: OpenId) {
        for name in ["nonce", "max_age", "claims", "id_token_hint"] {
            let query = Params::parse(format!("{name}=1&{name}=1&response_type=code&client_id=login&scope=openid&state=x").as_bytes());
            let refused = openid.fixture.server.authorization_request(&query).await;
            assert_eq!(error_of(&refused.unwrap_err()), "invalid_request", "{name}");
        }
    }

    /// §3.1.2.1: `prompt=login` is met by a sign-in after the request began, and not by coming back.
    async fn a_fresh_sign_in_is_one_after_the_request_began(openid: OpenId) {
        let at = |auth_time| Authentication { auth_time: Some(auth_time), ..signed_in() };
        let login = &[("prompt", "login")];
        assert_eq!(openid.sign_in(login, &at(999_999)).await, Ok(SignIn::Wanted));
        openid.fixture.clock.advance(60);
        assert_eq!(openid.sign_in(login, &at(999_999)).await, Ok(SignIn::Wanted), "coming back is not enough");
        assert_eq!(openid.sign_in(login, &at(1_000_030)).await, Ok(SignIn::Holds));
    }

    async fn once_it_is_answered_the_same_request_begins_anew(openid: OpenId) {
        let server = &openid.fixture.server;
        let at = |auth_time| Authentication { auth_time: Some(auth_time), ..signed_in() };
        let login = &[("prompt", "login")];
        assert_eq!(openid.sign_in(login, &at(999_999)).await, Ok(SignIn::Wanted));
        openid.fixture.clock.advance(60);
        let request = server.authorization_request(&openid.request(login)).await.unwrap();
        server.sign_in_met(&request, (&Secret::from("a browser"), "this query")).await.unwrap();
        assert_eq!(openid.sign_in(login, &at(1_000_030)).await, Ok(SignIn::Wanted));
    }

    async fn a_sign_in_may_be_as_old_as_max_age_says(openid: OpenId) {
        assert_eq!(openid.sign_in(&[("max_age", "10")], &signed_in()).await, Ok(SignIn::Holds));
        assert_eq!(openid.sign_in(&[("max_age", "9")], &signed_in()).await, Ok(SignIn::Wanted));
        assert_eq!(openid.sign_in(&[("max_age", "0")], &signed_in()).await, Ok(SignIn::Wanted));
    }

    /// §3.1.2.6.
    async fn where_nobody_may_be_asked_a_sign_in_that_is_too_old_is_refused(openid: OpenId) {
        let asked = &[("prompt", "none"), ("max_age", "9")];
        assert_eq!(openid.sign_in(asked, &signed_in()).await, Err("login_required".to_owned()));
        assert_eq!(openid.sign_in(&[("prompt", "none")], &signed_in()).await, Ok(SignIn::Holds));
    }

    async fn where_nobody_knows_when_it_was_a_fresh_sign_in_is_refused(openid: OpenId) {
        let unknown = Authentication::default();
        assert_eq!(openid.sign_in(&[("max_age", "9")], &unknown).await, Err("login_required".to_owned()));
        assert_eq!(openid.sign_in(&[], &unknown).await, Ok(SignIn::Holds));
    }

    /// §3.1.2.1: `id_token_hint`.
    async fn who_is_signed_in_is_whom_the_hint_means_or_signs_in(openid: OpenId) {
        let hint = openid.tokens(&[]).await.id_token.unwrap();
        openid.fixture.clock.advance(100_000);
        let request = openid.request(&[("id_token_hint", &hint)]);
        let server = &openid.fixture.server;
        let browser = Secret::from("a browser");
        for (subject, expected) in [("alice", SignIn::Holds), ("bob", SignIn::Wanted)] {
            let request = server.authorization_request(&request).await.unwrap();
            let held = server.sign_in_for(&request, subject, &signed_in(), (&browser, "q")).await;
            assert_eq!(held.unwrap(), expected, "{subject}");
        }
    }

    async fn an_acr_that_the_client_cannot_do_without_is_met_or_refused(openid: OpenId) {
        let asking = |acr: &str| json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string();
        assert_eq!(openid.sign_in(&[("claims", &asking("gold"))], &signed_in()).await, Ok(SignIn::Holds));
        let refused = openid.sign_in(&[("claims", &asking("platinum"))], &signed_in()).await;
        assert_eq!(refused, Err("login_required".to_owned()));
    }

    async fn where_the_application_cannot_tell_the_claims_nothing_is_issued(openid: OpenId) {
        let failing: ClaimsSource = Arc::new(|_, _| {
            Box::pin(async { Err(StoreError::Unavailable("the directory is down".into())) })
        });
        let code = openid.code(&[("claims", r#"{"id_token":{"email":null}}"#)]).await;
        let exchange = Form::new(&[
            ("grant_type", "authorization_code"), ("client_id", "login"), ("client_secret", openid.secret.expose()),
            ("code", &code), ("redirect_uri", CALLBACK),
        ]);
        let server = openid.fixture.server.clone().with_claims(failing);
        assert_eq!(server.token(None, &exchange.params()).await.unwrap_err().code(), "temporarily_unavailable");
        assert!(openid.fixture.server.token(None, &exchange.params()).await.is_ok(), "the code was not taken");
    }
}
