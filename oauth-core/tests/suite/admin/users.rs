//! What staff change of users.

use oauth_core::{
    EventKind, NewUser, Revocation, User,
    admin::{AdminError, UserChange},
};

use super::{actor, refused_fields};
use crate::{
    accounts::PASSWORD,
    support::{Fixture, code_request, in_query},
};

pub(super) fn named(username: &str) -> NewUser {
    NewUser { username: username.to_owned(), ..NewUser::default() }
}

pub(crate) fn change(user: &User) -> UserChange {
    UserChange {
        username: user.username.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        email: user.email.clone(),
        email_verified: false,
        is_staff: user.is_staff,
        is_superuser: user.is_superuser,
        is_active: user.is_active,
    }
}

/// What a user has begun: a session, and a grant with its tokens.
struct Begun {
    session: String,
    tokens: oauth_core::Tokens,
}

impl Fixture {
    async fn begin(&self, user: &User) -> Begun {
        let session = self.server.sign_in(None, user.clone()).await.unwrap();
        let request = self.judge(&code_request()).await.unwrap();
        let location = self.server.accept(request, &user.id.to_string()).await.unwrap();
        let tokens = self.exchange(&in_query(&location, "code").unwrap()).await.unwrap();
        Begun { session: session.secret.expose().to_owned(), tokens }
    }

    async fn assert_over(&self, begun: &Begun) {
        assert!(self.server.session(&begun.session).await.unwrap().is_none(), "the session");
        assert!(!self.is_live(&begun.tokens.access_token).await, "the access token");
        let refresh = crate::support::refresh_token(&begun.tokens);
        assert!(self.refresh(refresh).await.is_err(), "the refresh token");
        assert_eq!(self.count("oauth_consents"), "0", "the consent");
    }
}

both_databases! {
    async fn a_user_is_created_and_signs_in(fixture: Fixture) {
        let new = NewUser { is_staff: true, email: "bob@example.com".to_owned(), ..named("bob") };
        let bob = fixture.admin().create_user(new, PASSWORD).await.unwrap();
        assert!(bob.is_staff && !bob.is_superuser && bob.is_active);
        let signed_in = fixture.server.verify_password("bob", PASSWORD).await.unwrap();
        assert_eq!(signed_in, Some(bob));
        assert_eq!(fixture.trail().await, ["create user bob: "]);
    }

    async fn a_users_faults_stand_beside_their_fields(fixture: Fixture) {
        let new = NewUser {
            first_name: "x".repeat(151),
            last_name: "\u{202e}nhoj".to_owned(),
            email: "nobody".to_owned(),
            ..named("")
        };
        let fields = refused_fields(fixture.admin().create_user(new, "short").await);
        assert_eq!(fields, ["username", "first_name", "last_name", "email", "password"]);
        fixture.user("alice").await;
        let taken = fixture.admin().create_user(named("alice"), PASSWORD).await;
        assert_eq!(refused_fields(taken), ["username"]);
        assert_eq!((fixture.count("oauth_users"), fixture.count("oauth_audit")), ("1".into(), "0".into()));
    }

    async fn a_change_of_a_user_names_what_changed(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let new = UserChange { username: "robert".to_owned(), is_superuser: true, ..change(&bob) };
        let changed = fixture.admin().update_user(bob.id, new).await.unwrap();
        assert!(changed.is_staff, "a superuser is staff");
        assert_eq!(fixture.admin().user(bob.id).await.unwrap(), Some(changed));
        assert_eq!(fixture.trail().await, ["update user bob: username, is_staff, is_superuser"]);
    }

    async fn a_name_of_somebody_else_is_taken(fixture: Fixture) {
        let (bob, alice) = (fixture.user("bob").await, fixture.user("alice").await);
        let new = UserChange { username: alice.username, ..change(&bob) };
        assert_eq!(refused_fields(fixture.admin().update_user(bob.id, new).await), ["username"]);
        fixture.admin().update_user(bob.id, change(&bob)).await.unwrap();
        assert_eq!(fixture.count("oauth_audit"), "0", "nor is the same a change");
    }

    async fn who_is_deactivated_has_no_sessions_grants_and_consents(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let begun = fixture.begin(&bob).await;
        fixture.events();
        let new = UserChange { is_active: false, ..change(&bob) };
        fixture.admin().update_user(bob.id, new).await.unwrap();
        fixture.assert_over(&begun).await;
        assert!(fixture.server.verify_password("bob", PASSWORD).await.unwrap().is_none());
        let (subject, cause) = (Some(bob.id.to_string()), Revocation::Staff);
        let ended = EventKind::GrantRevoked { client_id: None, subject, cause };
        assert_eq!(fixture.events()[0], ended);
    }

    async fn who_is_activated_again_may_sign_in_and_has_nothing_back(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let begun = fixture.begin(&bob).await;
        for is_active in [false, true] {
            let new = UserChange { is_active, ..change(&bob) };
            fixture.admin().update_user(bob.id, new).await.unwrap();
        }
        fixture.assert_over(&begun).await;
        assert!(fixture.server.verify_password("bob", PASSWORD).await.unwrap().is_some());
    }

    async fn other_changes_leave_sessions_and_grants_alone(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let begun = fixture.begin(&bob).await;
        let new = UserChange { first_name: "Bob".to_owned(), ..change(&bob) };
        fixture.admin().update_user(bob.id, new).await.unwrap();
        assert!(fixture.server.session(&begun.session).await.unwrap().is_some());
        assert!(fixture.is_live(&begun.tokens.access_token).await);
    }

    async fn a_deleted_user_leaves_nothing_that_is_live(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let begun = fixture.begin(&bob).await;
        fixture.events();
        fixture.admin().delete_user(bob.id).await.unwrap();
        let told = fixture.events();
        fixture.assert_over(&begun).await;
        assert!(fixture.admin().user(bob.id).await.unwrap().is_none());
        assert_eq!(told, [EventKind::UserForgotten { subject: bob.id.to_string() }]);
        assert_eq!(fixture.trail().await, ["forget user : "], "and is forgotten with it");
    }

    async fn a_new_password_ends_sessions_and_families_and_is_taken(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let begun = fixture.begin(&bob).await;
        fixture.events();
        fixture.admin().set_user_password(bob.id, "another password").await.unwrap();
        let told = fixture.events();
        fixture.assert_over(&begun).await;
        let (subject, cause) = (bob.id.to_string(), Revocation::Staff);
        let reset = EventKind::PasswordReset { subject: subject.clone() };
        let ended = EventKind::GrantRevoked { client_id: None, subject: Some(subject), cause };
        assert_eq!(told, [reset, ended]);
        assert!(fixture.server.verify_password("bob", PASSWORD).await.unwrap().is_none());
        assert!(fixture.server.verify_password("bob", "another password").await.unwrap().is_some());
        assert_eq!(fixture.trail().await, ["set_password user bob: "]);
        let short = fixture.admin().set_user_password(bob.id, "short").await;
        assert_eq!(refused_fields(short), ["password"]);
    }

    async fn nobody_takes_from_themself_what_they_change_users_with(fixture: Fixture) {
        let root = fixture.server.create_user(NewUser { is_superuser: true, ..named("root") }, PASSWORD).await.unwrap();
        let admin = fixture.server.admin(actor(&root.id.to_string(), true));
        let new = UserChange { is_superuser: false, is_active: false, ..change(&root) };
        assert_eq!(refused_fields(admin.update_user(root.id, new).await), ["is_superuser", "is_active"]);
        let deleted = admin.delete_user(root.id).await;
        assert!(matches!(deleted, Err(AdminError::Refused(_))), "{deleted:?}");
        let renamed = UserChange { first_name: "Root".to_owned(), ..change(&root) };
        assert!(admin.update_user(root.id, renamed).await.is_ok());
    }

    async fn a_user_who_is_none_cannot_be_changed(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let admin = fixture.admin();
        assert!(matches!(admin.update_user(99, change(&bob)).await, Err(AdminError::NotFound)));
        assert!(matches!(admin.set_user_password(99, PASSWORD).await, Err(AdminError::NotFound)));
        assert!(matches!(admin.delete_user(99).await, Err(AdminError::NotFound)));
    }
}
