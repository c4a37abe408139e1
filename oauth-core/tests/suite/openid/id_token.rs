//! What an ID token says: OpenID Connect Core §2, §3.1.3, §12.

use super::*;

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
            // "it SHOULD NOT have a nonce Claim, even when the ID Token issued at the time of the original authentication" did.
            assert_eq!(claims.get("nonce"), None);
        }
    }
}
