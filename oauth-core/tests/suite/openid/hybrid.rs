//! ID tokens from the authorization endpoint: OpenID Connect Core §3.2, §3.3.

use oauth_core::IdTokenResponse;

use super::*;

const BOTH: &str = "code id_token";

impl OpenId {
    /// With a client `hybrid` that is registered for both.
    async fn hybrid(self) -> (Self, Secret) {
        let metadata = OpenIdMetadata {
            response_types: IdTokenResponse::ALL.to_vec(),
            ..OpenIdMetadata::default()
        };
        let secret = Self::registered(&self.fixture, "hybrid", metadata).await;
        (self, secret)
    }

    async fn judged(&self, more: &[(&str, &str)]) -> Result<(), String> {
        let more = [&[("client_id", "hybrid"), ("nonce", "n-1")], more].concat();
        let judged = self.fixture.server.authorization_request(&self.request(&more)).await;
        judged.map(drop).map_err(|error| error_of(&error))
    }

    /// What alice's browser takes to the client.
    async fn answer(&self, more: &[(&str, &str)]) -> AuthorizationResponse {
        let more = [&[("client_id", "hybrid"), ("nonce", "n-1")], more].concat();
        let server = &self.fixture.server;
        let request = server.authorization_request(&self.request(&more)).await.unwrap();
        server.accept_as(request, "alice", &signed_in()).await.unwrap()
    }

    async fn fragment(&self, more: &[(&str, &str)]) -> Params {
        let AuthorizationResponse::Redirect(location) = self.answer(more).await else {
            panic!("no redirect")
        };
        Params::parse(location.split_once('#').expect("a fragment").1.as_bytes())
    }
}

both_databases! {
    /// §3.3.2.11: `c_hash` is of the code beside it.
    async fn code_and_id_token_come_in_the_fragment_and_belong_together(openid: OpenId) {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        use sha2::{Digest, Sha256};
        let (openid, secret) = openid.hybrid().await;
        let answer = openid.fragment(&[("response_type", BOTH), ("scope", "openid email")]).await;
        let code = answer.get("code").expect("a code");
        let (_, claims) = parts(answer.get("id_token").expect("an ID token"));
        assert_eq!(claims["c_hash"], URL_SAFE_NO_PAD.encode(&Sha256::digest(code)[..16]));
        assert_eq!((&claims["nonce"], &claims["sub"]), (&json!("n-1"), &json!("alice")));
        assert!(claims.get("at_hash").is_none() && claims.get("email").is_none());
        assert_eq!((answer.get("access_token"), answer.get("state")), (None, Some("xyz")));
        let form = Form::new(&[
            ("grant_type", "authorization_code"), ("client_id", "hybrid"), ("client_secret", secret.expose()),
            ("code", code), ("redirect_uri", CALLBACK),
        ]);
        let tokens = openid.fixture.server.token(None, &form.params()).await.unwrap();
        // §3.3.3.6: "the iss and sub Claim Values MUST be identical in both ID Tokens".
        let (_, again) = id_token(&tokens);
        assert_eq!((&again["iss"], &again["sub"]), (&claims["iss"], &claims["sub"]));
    }

    /// §5.4: where no access token is issued, the ID token says what the scopes stand for.
    async fn an_id_token_alone_says_the_claims_of_its_scopes_and_nothing_is_stored(openid: OpenId) {
        let (openid, _) = openid.hybrid().await;
        let answer = openid.fragment(&[("response_type", "id_token"), ("scope", "openid email")]).await;
        let (_, claims) = parts(answer.get("id_token").expect("an ID token"));
        assert_eq!(claims["email"], "alice@example.com");
        assert!(claims.get("c_hash").is_none() && claims.get("at_hash").is_none());
        assert_eq!((answer.get("code"), answer.get("access_token")), (None, None));
        assert_eq!(openid.fixture.count("oauth_grants"), "0");
    }

    async fn form_post_carries_them_too(openid: OpenId) {
        let (openid, _) = openid.hybrid().await;
        let answer = openid.answer(&[("response_type", BOTH), ("response_mode", "form_post")]).await;
        let AuthorizationResponse::FormPost { fields, .. } = answer else { panic!("no form") };
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["code", "id_token", "state", "iss"]);
    }

    async fn the_order_of_its_values_does_not_matter(openid: OpenId) {
        let (openid, _) = openid.hybrid().await;
        assert_eq!(openid.judged(&[("response_type", "id_token code")]).await, Ok(()));
    }

    /// §3.2.2.1: `nonce` is REQUIRED; Multiple Response Types §3: not in the query.
    async fn it_needs_a_nonce_and_the_scope_openid_and_is_never_in_the_query(openid: OpenId) {
        let (openid, _) = openid.hybrid().await;
        for response_type in [BOTH, "id_token"] {
            for amiss in [("nonce", ""), ("scope", "read"), ("response_mode", "query")] {
                let judged = openid.judged(&[("response_type", response_type), amiss]).await;
                assert_eq!(judged, Err("invalid_request".to_owned()), "{response_type} {amiss:?}");
            }
        }
    }

    async fn a_client_has_it_where_its_registration_lists_it(openid: OpenId) {
        let (openid, _) = openid.hybrid().await;
        for response_type in [BOTH, "id_token"] {
            let judged = openid.judged(&[("response_type", response_type), ("client_id", "login")]).await;
            assert_eq!(judged, Err("unauthorized_client".to_owned()), "{response_type}");
        }
        for response_type in ["code token", "id_token token", "code id_token token", "none"] {
            let judged = openid.judged(&[("response_type", response_type)]).await;
            assert_eq!(judged, Err("unsupported_response_type".to_owned()), "{response_type}");
        }
    }

    async fn oauth_2_1_leaves_id_tokens_alone(openid: OpenId) {
        let (mut openid, _) = openid.hybrid().await;
        openid.fixture = openid.fixture.with(|settings| settings.oauth_2_1 = true);
        assert_eq!(openid.judged(&[("response_type", "id_token")]).await, Ok(()));
        assert_eq!(openid.judged(&[("response_type", BOTH)]).await, Err("invalid_request".to_owned()), "without PKCE");
    }

    async fn with_the_switch_off_there_is_none_of_it(fixture: Fixture) {
        let request = Form::new(&[
            ("response_type", BOTH), ("client_id", "confidential"), ("redirect_uri", CALLBACK), ("state", "xyz"),
        ]);
        let refused = fixture.server.authorization_request(&request.params()).await.unwrap_err();
        assert_eq!(error_of(&refused), "unsupported_response_type");
    }
}
