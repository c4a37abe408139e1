//! Initial access tokens: RFC 7591 §3.

use oauth_core::{
    ClientInformation, ClientRegistrationError, DynamicRegistration, Secret,
    admin::{AdminError, AuditFilter, Kind},
};
use tokio::join;

use super::assistant;
use crate::support::Fixture;

impl Fixture {
    fn by_token(self) -> Self {
        self.with(|settings| settings.dynamic_registration = DynamicRegistration::Token)
    }

    async fn with_token(
        &self,
        token: &Secret,
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let authorization = format!("Bearer {}", token.expose());
        let body = assistant().to_string();
        self.server.register_stranger(Some(&authorization), body.as_bytes()).await
    }
}

fn is_refused(outcome: &Result<ClientInformation, ClientRegistrationError>) -> bool {
    matches!(outcome, Err(ClientRegistrationError::InvalidToken { is_presented: true, .. }))
}

both_databases! {
    async fn so_many_clients_are_registered_with_a_token_and_no_more(fixture: Fixture) {
        let fixture = fixture.by_token();
        let token = fixture.staff().issue_registration_token(2, 60).await.unwrap();
        let nothing = format!("Bearer {}", token.expose());
        fixture.server.register_stranger(Some(&nothing), b"{}").await.unwrap_err();
        fixture.with_token(&token).await.expect("what is refused costs nothing");
        fixture.with_token(&token).await.expect("the second");
        assert!(is_refused(&fixture.with_token(&token).await));
        assert_eq!(fixture.count("oauth_clients"), "5");
    }

    async fn the_last_use_of_a_token_is_one_clients(fixture: Fixture) {
        let fixture = fixture.by_token();
        let token = fixture.staff().issue_registration_token(1, 60).await.unwrap();
        let (one, other) = join!(fixture.with_token(&token), fixture.with_token(&token));
        assert_eq!((one.is_ok(), is_refused(&one)), (is_refused(&other), other.is_ok()));
        assert_eq!(fixture.count("oauth_clients"), "4");
    }

    async fn a_token_ends_by_its_time_and_by_staff(fixture: Fixture) {
        let fixture = fixture.by_token();
        let (one, other) = (
            fixture.staff().issue_registration_token(9, 60).await.unwrap(),
            fixture.staff().issue_registration_token(9, 600).await.unwrap(),
        );
        fixture.clock.advance(60);
        assert!(is_refused(&fixture.with_token(&one).await));
        fixture.with_token(&other).await.unwrap();
        let listed = fixture.staff().registration_tokens(None).await.unwrap().rows;
        assert_eq!((listed.len(), listed[0].uses_left, listed[0].issued_by.as_str()), (2, 8, "staff"));
        assert!(other.expose().starts_with(&listed[0].prefix));
        let id = listed[0].id;
        fixture.staff().end_registration_token(id).await.unwrap();
        assert!(is_refused(&fixture.with_token(&other).await));
        let again = fixture.staff().end_registration_token(id).await;
        assert!(matches!(again, Err(AdminError::NotFound)));
        let trail = fixture.staff().audit(AuditFilter::Of(Kind::RegistrationToken, id), None).await;
        let actions: Vec<_> = trail.unwrap().rows.into_iter().map(|row| row.action).collect();
        assert_eq!(actions, ["revoke", "issue"]);
        fixture.clock.advance(3600);
        assert_eq!(fixture.clear().await.registration_tokens, 1);
    }

    async fn without_a_token_nobody_is_let_in_and_a_wrong_one_is_refused_where_none_is_needed(fixture: Fixture) {
        let fixture = fixture.by_token();
        let none = fixture.stranger(&assistant()).await;
        assert!(matches!(none, Err(ClientRegistrationError::InvalidToken { is_presented: false, .. })));
        for fixture in [fixture] {
            assert!(is_refused(&fixture.with_token(&"wrong".into()).await));
            let fixture = fixture.open();
            assert!(is_refused(&fixture.with_token(&"wrong".into()).await));
        }
    }

    async fn what_no_token_can_have_is_named(fixture: Fixture) {
        for (uses, lifetime, expected) in [(0, 60, "uses"), (10_001, 60, "uses"), (1, 0, "lifetime"), (1, i64::MAX, "lifetime")] {
            match fixture.staff().issue_registration_token(uses, lifetime).await {
                Err(AdminError::Invalid(faults)) => assert_eq!(faults[0].field, expected),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(fixture.count("oauth_registration_tokens"), "0");
    }
}
