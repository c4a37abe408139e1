//! `grant_type=client_credentials`: RFC 6749 §4.4. Its scopes are in `machine_scopes.rs`.

use oauth_core::{ClientSecret, NewClient};

use crate::support::{Fixture, Form, assert_refused, machine, scopes};

impl Fixture {
    /// How this client, once it is registered, asks for `read` for itself.
    pub(crate) async fn itself(&self, new: NewClient) -> Form {
        let registered = self.register(new).await;
        let secret = registered.secret.expect("a generated secret");
        Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", &registered.client.client_id),
            ("client_secret", secret.expose()),
            ("scope", "read"),
        ])
    }
}

both_databases! {
    async fn a_client_gets_a_token_for_itself_without_a_user(fixture: Fixture) {
        let request = fixture.itself(machine("service")).await;
        let tokens = fixture.token(&request).await.unwrap();
        let access = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!((access.subject, access.client_id.as_str()), (None, "service"));
        assert_eq!((tokens.expires_in, tokens.scopes), (Some(3600), scopes("read")));
    }

    // §4.4.3: "A refresh token SHOULD NOT be included."
    async fn there_is_never_a_refresh_token(fixture: Fixture) {
        let mut new = machine("service");
        new.grant_types.push(oauth_core::GrantType::RefreshToken);
        let request = fixture.itself(new).await;
        assert!(fixture.token(&request).await.unwrap().refresh_token.is_none());
    }

    async fn where_its_registration_says_so_it_acts_for_its_owner(fixture: Fixture) {
        let owner = Some("alice".to_owned());
        let request = fixture.itself(NewClient { owner, acts_as_owner: true, ..machine("service") }).await;
        let tokens = fixture.token(&request).await.unwrap();
        let access = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!(access.subject.as_deref(), Some("alice"));
    }

    async fn an_owner_alone_gives_nothing_away(fixture: Fixture) {
        let new = NewClient { owner: Some("alice".to_owned()), ..machine("service") };
        let request = fixture.itself(new).await;
        let tokens = fixture.token(&request).await.unwrap();
        let access = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!(access.subject, None);
    }

    async fn a_client_that_is_not_registered_for_it_is_refused(fixture: Fixture) {
        let request = Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "confidential"),
            ("client_secret", fixture.secret.expose()),
            ("scope", "read"),
        ]);
        assert_refused(fixture.token(&request).await, "unauthorized_client", "client_credentials");
    }

    // §4.4: the grant "MUST only be used by confidential clients".
    async fn a_public_client_cannot_be_registered_for_it(fixture: Fixture) {
        let new = NewClient { secret: ClientSecret::None, ..machine("service") };
        let refusal = fixture.server.register_client(new).await.unwrap_err();
        assert!(refusal.to_string().contains("grant_types"), "{refusal}");
    }

    async fn scopes_are_judged_as_at_the_authorization_endpoint(fixture: Fixture) {
        let request = fixture.itself(machine("service")).await;
        for (scope, reason) in [("", "included"), ("admin", "admin"), ("retired", "retired"), ("re\"ad", "ASCII")] {
            let answer = fixture.token(&request.clone().set("scope", scope)).await;
            assert_refused(answer, "invalid_scope", reason);
        }
    }
}
