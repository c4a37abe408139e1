//! What a bearer token allows: RFC 6750.

use oauth_core::BearerError;

use crate::support::{Fixture, code_request, refresh_token, scopes};

impl Fixture {
    async fn verdict(&self, token: &str, required: &str) -> Option<&'static str> {
        let verdict = self.server.verify(token, &scopes(required)).await;
        verdict.err().map(|error| error.code().expect("a code"))
    }
}

const INVALID: Option<&str> = Some("invalid_token");

both_databases! {
    async fn a_live_token_says_whose_and_what_for_it_is(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let token = fixture.server.verify(tokens.access_token.expose(), &scopes("")).await.unwrap();
        assert_eq!(
            (token.subject.as_deref(), token.client_id.as_str()),
            (Some("alice"), "confidential")
        );
        assert_eq!((token.scopes, token.expires_at), (scopes("read write"), Some(1_003_600)));
    }

    async fn an_unknown_token_is_invalid(fixture: Fixture) {
        for unknown in ["", "never-issued", "a\0b", "\u{fc}", "' OR 1=1 --"] {
            assert_eq!(fixture.verdict(unknown, "read").await, INVALID, "{unknown:?}");
        }
    }

    async fn only_an_access_token_is_one(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        assert_eq!(fixture.verdict(&code, "read").await, INVALID, "a code");
        let tokens = fixture.exchange(&code).await.unwrap();
        assert_eq!(
            fixture.verdict(refresh_token(&tokens).expose(), "read").await,
            INVALID,
            "a refresh token"
        );
        assert_eq!(
            fixture.verdict(fixture.secret.expose(), "read").await,
            INVALID,
            "a client secret"
        );
    }

    async fn a_token_ends_with_its_lifetime(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.clock.advance(3599);
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, None);
        fixture.clock.advance(1);
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, INVALID);
    }

    async fn a_revoked_token_is_invalid(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, INVALID);
    }

    async fn a_token_of_a_revoked_grant_is_invalid(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        fixture.exchange(&code).await.unwrap_err();
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, INVALID);
    }

    async fn a_token_of_a_grant_that_was_shortened_is_invalid_from_then_on(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.database.execute("UPDATE oauth_grants SET expires_at = 1000060");
        fixture.clock.advance(59);
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, None);
        fixture.clock.advance(1);
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, INVALID);
    }

    async fn a_token_of_a_disabled_client_is_invalid_until_it_is_enabled(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.server.set_client_disabled("confidential", true).await.unwrap();
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, INVALID);
        fixture.server.set_client_disabled("confidential", false).await.unwrap();
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "read").await, None);
    }

    async fn a_token_must_have_every_scope_that_is_required(fixture: Fixture) {
        let code = fixture.code(&code_request().set("scope", "read")).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        for (required, verdict) in [
            ("", None),
            ("read", None),
            ("write", Some("insufficient_scope")),
            ("read write", Some("insufficient_scope")),
            ("rea", Some("insufficient_scope")),
        ] {
            assert_eq!(
                fixture.verdict(tokens.access_token.expose(), required).await,
                verdict,
                "{required}"
            );
        }
    }

    async fn a_token_may_have_more_scopes_than_are_required(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        for required in ["read", "write", "write read"] {
            assert_eq!(
                fixture.verdict(tokens.access_token.expose(), required).await,
                None,
                "{required}"
            );
        }
    }

    // RFC 6750 §3.1: the answer may name "the scope necessary to access the protected resource".
    async fn insufficient_scope_names_what_is_required(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let verdict =
            fixture.server.verify(tokens.access_token.expose(), &scopes("read admin")).await;
        let Err(BearerError::InsufficientScope(required)) = verdict else { panic!("{verdict:?}") };
        assert_eq!(required, scopes("admin read"));
    }

    async fn of_several_alternatives_a_token_must_have_one_whole(fixture: Fixture) {
        let code = fixture.code(&code_request().set("scope", "read")).await;
        let token = fixture.exchange(&code).await.unwrap().access_token;
        for (alternatives, named) in [
            (&["read"][..], None),
            (&["admin", "read"], None),
            (&["read write", "read"], None),
            (&["write", ""], None),
            (&["read write", "admin"], Some("read write")),
            (&["admin", "write"], Some("admin")),
            (&[], Some("")),
        ] {
            let sets: Vec<_> = alternatives.iter().map(|text| scopes(text)).collect();
            let verdict = fixture.server.verify_any(token.expose(), &sets).await;
            let missing = match verdict {
                Ok(_) => None,
                Err(BearerError::InsufficientScope(first)) => Some(first.to_string()),
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(missing.as_deref(), named, "{alternatives:?}");
        }
    }

    async fn a_dead_token_is_invalid_before_its_scopes_are_looked_at(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.clock.advance(3600);
        assert_eq!(fixture.verdict(tokens.access_token.expose(), "admin").await, INVALID);
    }
}
