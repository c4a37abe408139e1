//! What is for superusers only.

use oauth_core::{
    NewClient, NewUser, User,
    admin::{Admin, AdminError, NewAccessToken, NewAuthorizationCode, UserChange},
};

use super::{
    actor,
    users::{change, named},
};
use crate::{
    accounts::PASSWORD,
    support::{CALLBACK, Fixture, machine, scopes},
};

impl Fixture {
    /// A member of staff, and an ordinary user.
    async fn colleague_and_user(&self) -> (User, User) {
        let new = NewUser { is_staff: true, ..named("colleague") };
        (self.server.create_user(new, PASSWORD).await.unwrap(), self.user("bob").await)
    }

    async fn two_superusers(&self) -> (User, User) {
        let new = |name| NewUser { is_superuser: true, ..named(name) };
        let root = self.server.create_user(new("root"), PASSWORD).await.unwrap();
        (root, self.server.create_user(new("late"), PASSWORD).await.unwrap())
    }

    /// In the hands of a superuser of the bundled accounts.
    fn admin_of(&self, user: &User) -> Admin {
        self.server.admin(actor(&user.id.to_string(), true))
    }
}

#[track_caller]
fn assert_forbidden<T: std::fmt::Debug>(answer: &Result<T, AdminError>) {
    assert!(matches!(answer, Err(AdminError::Forbidden(_))), "{answer:?}");
}

both_databases! {
    async fn only_a_superuser_makes_staff(fixture: Fixture) {
        let (_, bob) = fixture.colleague_and_user().await;
        for (is_staff, is_superuser) in [(true, false), (false, true)] {
            let new = NewUser { is_staff, is_superuser, ..named("new") };
            assert_forbidden(&fixture.staff().create_user(new, PASSWORD).await);
            let new = UserChange { is_staff, is_superuser, ..change(&bob) };
            assert_forbidden(&fixture.staff().update_user(bob.id, new).await);
        }
        assert_eq!((fixture.count("oauth_users"), fixture.count("oauth_audit")), ("2".into(), "0".into()));
    }

    async fn only_a_superuser_changes_staff(fixture: Fixture) {
        let (colleague, _) = fixture.colleague_and_user().await;
        let staff = fixture.staff();
        let new = UserChange { is_staff: false, ..change(&colleague) };
        assert_forbidden(&staff.update_user(colleague.id, new).await);
        assert_forbidden(&staff.set_user_password(colleague.id, PASSWORD).await);
        assert_forbidden(&staff.delete_user(colleague.id).await);
        assert_eq!(fixture.count("oauth_audit"), "0");
        assert!(fixture.admin().delete_user(colleague.id).await.is_ok(), "who may");
    }

    // Their rights were read before: in a second request, or while a password was hashed, they can have been taken.
    async fn who_is_no_superuser_any_more_changes_no_staff(fixture: Fixture) {
        let (root, late) = fixture.two_superusers().await;
        let (colleague, _) = fixture.colleague_and_user().await;
        let of_late = fixture.admin_of(&late);
        let demoted = UserChange { is_superuser: false, ..change(&late) };
        fixture.admin_of(&root).update_user(late.id, demoted).await.unwrap();
        let again = UserChange { is_superuser: true, ..change(&late) };
        assert_forbidden(&of_late.update_user(late.id, again).await);
        assert_forbidden(&of_late.set_user_password(root.id, PASSWORD).await);
        assert_forbidden(&of_late.delete_user(colleague.id).await);
        let new = NewUser { is_superuser: true, ..named("new") };
        assert_forbidden(&of_late.create_user(new, PASSWORD).await);
        let new = NewAccessToken {
            client: fixture.key("confidential").await, subject: Some(root.id.to_string()), scopes: scopes("read"), lifetime: None,
        };
        assert_forbidden(&of_late.issue_access_token(new).await);
        assert_eq!(fixture.trail().await, ["update user late: is_superuser"]);
    }

    async fn of_two_superusers_who_demote_each_other_one_is_left(fixture: Fixture) {
        let (one, other) = fixture.two_superusers().await;
        for _ in 0..5 {
            let demotion = |of: &User| UserChange { is_superuser: false, ..change(of) };
            let (of_one, of_other) = (fixture.admin_of(&one), fixture.admin_of(&other));
            let (first, second) = tokio::join!(
                of_one.update_user(other.id, demotion(&other)),
                of_other.update_user(one.id, demotion(&one)),
            );
            assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
            for user in [&one, &other] {
                fixture.admin().update_user(user.id, change(user)).await.unwrap();
            }
        }
    }

    async fn staff_change_everybody_else(fixture: Fixture) {
        let (_, bob) = fixture.colleague_and_user().await;
        let staff = fixture.staff();
        assert!(staff.create_user(named("carol"), PASSWORD).await.is_ok());
        let new = UserChange { first_name: "Bob".to_owned(), ..change(&bob) };
        assert!(staff.update_user(bob.id, new).await.is_ok());
        assert!(staff.set_user_password(bob.id, "another password").await.is_ok());
        assert!(staff.delete_user(bob.id).await.is_ok());
    }

    // Else a member of staff could act as a superuser, through a token.
    async fn only_a_superuser_lets_a_code_or_token_act_for_staff(fixture: Fixture) {
        let (colleague, bob) = fixture.colleague_and_user().await;
        let client = fixture.key("confidential").await;
        for (user, is_forbidden) in [(colleague, true), (bob, false)] {
            let (subject, scopes) = (user.id.to_string(), scopes("read"));
            let token = NewAccessToken { client, subject: Some(subject.clone()), scopes: scopes.clone(), lifetime: None };
            let redirect_uri = Some(CALLBACK.to_owned());
            let code = NewAuthorizationCode { client, subject, scopes, redirect_uri, code_challenge: None };
            let token = fixture.staff().issue_access_token(token).await;
            let code = fixture.staff().issue_authorization_code(code).await;
            if is_forbidden {
                assert_forbidden(&token);
                assert_forbidden(&code);
                assert_eq!(fixture.count("oauth_grants"), "0");
            } else {
                assert!(token.is_ok() && code.is_ok());
            }
        }
    }

    async fn only_a_superuser_lets_a_client_act_for_staff(fixture: Fixture) {
        let (colleague, _) = fixture.colleague_and_user().await;
        let new = NewClient {
            owner: Some(colleague.id.to_string()),
            acts_as_owner: true,
            ..machine("robot")
        };
        assert_forbidden(&fixture.staff().create_client(new.clone()).await);
        let robot = fixture.admin().create_client(new.clone()).await.unwrap().client;
        let renamed = NewClient { name: "Robby".to_owned(), ..new };
        assert_forbidden(&fixture.staff().update_client(robot.id, robot.version, renamed).await);
        assert_forbidden(&fixture.staff().rotate_client_secret(robot.id, 0).await);
    }

    async fn no_client_acts_for_who_is_deactivated(fixture: Fixture) {
        let (_, bob) = fixture.colleague_and_user().await;
        let new = NewClient {
            owner: Some(bob.id.to_string()),
            acts_as_owner: true,
            ..machine("robot")
        };
        let robot = fixture.register(new).await.client;
        let new = UserChange { is_active: false, ..change(&bob) };
        fixture.staff().update_user(bob.id, new).await.unwrap();
        let robot_now = fixture.server.client("robot").await.unwrap().unwrap();
        assert!(!robot_now.acts_as_owner && robot_now.version > robot.version);
    }
}
