//! Scopes that imply others: what is granted with a scope.

use oauth_core::{
    NewScope, Problem, Ruling, Scopes,
    admin::{Actor, AdminError, ScopeChange},
};

use crate::support::{App, Fixture, MAIL, NOTES, all, assert_refused, scope_at, scopes};

/// A scope of the own API.
fn own(name: &str, implies: &str) -> NewScope {
    NewScope { resource: None, ..scope_at(NOTES, name, implies) }
}

both_databases! {
    async fn a_token_has_what_its_scopes_imply(fixture: Fixture) {
        let app = fixture.app().await;
        let tokens = app.tokens("notes", &[NOTES]).await;
        assert_eq!(tokens.scopes, scopes("notes notes:read"));
        assert!(fixture.at(Some(NOTES), &tokens.access_token, "notes:read").await.is_ok());
        let next = fixture.token(&app.refresh(&tokens)).await.unwrap();
        assert_eq!(next.scopes, scopes("notes notes:read"));
    }

    async fn the_user_is_asked_for_it_and_the_yes_holds_for_it(fixture: Fixture) {
        fixture.app().await;
        let request = fixture.judge(&App::request("notes", &[NOTES])).await.unwrap();
        assert_eq!(all(request.scopes()), scopes("notes notes:read"));
        fixture.authorize(&App::request("notes", &[NOTES])).await;
        let less = fixture.judge(&App::request("notes:read", &[NOTES])).await.unwrap();
        assert!(fixture.server.is_consented(&less, "alice").await.unwrap());
    }

    async fn a_client_may_ask_for_what_its_own_scopes_imply(fixture: Fixture) {
        let app = fixture.app().await;
        let tokens = app.tokens("notes:read", &[NOTES]).await;
        assert_eq!(tokens.scopes, scopes("notes:read"));
        assert_eq!(fixture.token(&app.refresh(&tokens)).await.unwrap().scopes, scopes("notes:read"));
    }

    async fn a_narrower_refresh_keeps_what_the_narrower_scope_implies(fixture: Fixture) {
        let app = fixture.app().await;
        let tokens = app.tokens("notes offline_access", &[NOTES]).await;
        let next = fixture.token(&app.refresh(&tokens).set("scope", "notes")).await.unwrap();
        assert_eq!(next.scopes, scopes("notes notes:read"));
        let last = fixture.token(&app.refresh(&next).set("scope", "notes:read")).await.unwrap();
        assert_eq!(last.scopes, scopes("notes:read"));
        assert_refused(fixture.token(&app.refresh(&last).set("scope", "read")).await, "invalid_scope", "read");
    }

    async fn a_policy_that_leaves_a_scope_leaves_what_it_implies(fixture: Fixture) {
        let mut fixture = fixture;
        fixture.server = fixture.server.clone().with_policy(|_: &oauth_core::PolicyRequest<'_>| {
            Ok(Ruling { scopes: Some(scopes("notes")), ..Ruling::default() })
        });
        let app = fixture.app().await;
        assert_eq!(app.tokens("notes offline_access", &[NOTES]).await.scopes, scopes("notes notes:read"));
    }

    async fn it_goes_as_far_as_it_goes_and_not_in_circles(fixture: Fixture) {
        let app = fixture.app().await;
        for (name, implies) in [("a", "b"), ("b", "c a"), ("c", "c nothing")] {
            fixture.server.register_new_scope(own(name, implies)).await.unwrap();
        }
        fixture.server.place_scope(own("read", "a")).await.unwrap();
        assert_eq!(app.tokens("read", &[]).await.scopes, scopes("a b c read"));
        fixture.server.set_scope_disabled("b", true).await.unwrap();
        assert_eq!(app.tokens("read", &[]).await.scopes, scopes("a read"), "what is disabled implies nothing");
    }

    async fn nothing_of_another_resource_is_implied(fixture: Fixture) {
        let app = fixture.app().await;
        fixture.server.place_scope(scope_at(MAIL, "mail", "notes read")).await.unwrap();
        assert_eq!(app.tokens("mail", &[MAIL]).await.scopes, scopes("mail"));
    }

    async fn what_is_granted_already_stays_as_it_is(fixture: Fixture) {
        let app = fixture.app().await;
        let tokens = app.tokens("notes", &[NOTES]).await;
        fixture.server.register_new_scope(scope_at(NOTES, "notes:export", "")).await.unwrap();
        assert!(fixture.server.place_scope(scope_at(NOTES, "notes", "notes:read notes:export")).await.unwrap());
        let next = fixture.token(&app.refresh(&tokens)).await.unwrap();
        assert_eq!(next.scopes, scopes("notes notes:read"));
        assert_eq!(app.tokens("notes", &[NOTES]).await.scopes, scopes("notes notes:export notes:read"));
    }

    async fn staff_say_what_a_scope_implies_of_those_of_its_resource(fixture: Fixture) {
        fixture.app().await;
        let admin = fixture.server.admin(Actor::command("test"));
        let id = admin.create_scope(own("write:all", "write")).await.unwrap().id;
        let change = |implies: &str| ScopeChange {
            title: String::new(),
            description: String::new(),
            is_enabled: true,
            resource: None,
            implies: scopes(implies),
        };
        assert_eq!(admin.update_scope(id, change("read write")).await.unwrap().implies, scopes("read write"));
        let many: Scopes = scopes(&(0..51).map(|n| format!("s{n} ")).collect::<String>());
        for wrong in ["nothing", "notes", &many.to_string()] {
            let Err(AdminError::Invalid(faults)) = admin.update_scope(id, change(wrong)).await else { panic!("{wrong}") };
            assert!(faults.iter().all(|fault| fault.field == "implies"), "{faults:?}");
            assert!(matches!(faults[0].problem, Problem::Malformed(_)), "{faults:?}");
        }
    }
}
