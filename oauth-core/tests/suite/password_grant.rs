//! `grant_type=password`: RFC 6749 §4.3.

use std::sync::Arc;

use oauth_core::{GrantType, NewClient, NewUser};

use crate::support::{Fixture, Form, assert_refused, client, refresh_token, scopes};

/// A client of the grant and of the refresh grant, the user bob, and how the client asks for him.
async fn request(fixture: &Fixture) -> Form {
    let bob = NewUser { username: "bob".to_owned(), ..NewUser::default() };
    fixture.server.create_user(bob, "correct horse").await.unwrap();
    let grant_types = vec![GrantType::Password, GrantType::RefreshToken];
    let registered = fixture.register(NewClient { grant_types, ..client("old") }).await;
    let secret = registered.secret.expect("a generated secret");
    Form::new(&[
        ("grant_type", "password"),
        ("client_id", "old"),
        ("client_secret", secret.expose()),
        ("username", "bob"),
        ("password", "correct horse"),
        ("scope", "read"),
    ])
}

both_databases! {
    async fn a_name_and_a_password_are_traded_for_tokens_of_that_user(fixture: Fixture) {
        let tokens = fixture.token(&request(&fixture).await).await.unwrap();
        let access = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        let bob = fixture.server.verify_password("bob", "correct horse").await.unwrap().unwrap();
        assert_eq!(access.subject, Some(bob.id.to_string()));
    }

    async fn its_refresh_token_rotates_like_any_other(fixture: Fixture) {
        let request = request(&fixture).await;
        let tokens = fixture.token(&request).await.unwrap();
        let refresh = request.set("grant_type", "refresh_token").set("refresh_token", refresh_token(&tokens).expose());
        assert!(fixture.token(&refresh).await.unwrap().refresh_token.is_some());
        assert!(!fixture.is_live(&tokens.access_token).await);
    }

    async fn a_wrong_name_or_password_is_an_invalid_grant(fixture: Fixture) {
        let request = request(&fixture).await;
        for (name, value) in [("password", "wrong"), ("username", "nobody")] {
            let answer = fixture.token(&request.clone().set(name, value)).await;
            assert_refused(answer, "invalid_grant", "the user name or the password is wrong");
        }
    }

    async fn a_missing_name_or_password_is_an_invalid_request(fixture: Fixture) {
        let request = request(&fixture).await;
        for name in ["username", "password"] {
            assert_refused(fixture.token(&request.clone().without(name)).await, "invalid_request", name);
        }
    }

    async fn it_is_off_unless_the_client_lists_it(fixture: Fixture) {
        let request = request(&fixture).await;
        let request = request.set("client_id", "confidential").set("client_secret", fixture.secret.expose());
        assert_refused(fixture.token(&request).await, "unauthorized_client", "password");
    }

    async fn an_applications_own_users_answer_in_place_of_the_bundled_accounts(fixture: Fixture) {
        let request = request(&fixture).await.set("username", "carol").set("password", "hers");
        let server = fixture.server.clone().with_passwords(Arc::new(|name, password| {
            let known = name == "carol" && password.expose() == "hers";
            Box::pin(async move { Ok(known.then(|| "user-7".to_owned())) })
        }));
        let tokens = server.token(None, &request.params()).await.unwrap();
        let access = server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!(access.subject.as_deref(), Some("user-7"));
    }
}
