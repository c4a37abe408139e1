//! A user who goes: all that hangs on a subject is ended and erased.

use oauth_core::{
    EventKind, NewClient, User,
    admin::{Action, AuditFilter},
};

use crate::{
    admin::actor,
    support::{
        Fixture, Form, assert_live, code_request, in_query, machine, public_exchange_form,
        public_request, refresh_token,
    },
};

const OF_FAMILIES: [&str; 4] =
    ["oauth_grants", "oauth_authorization_codes", "oauth_access_tokens", "oauth_refresh_tokens"];

impl Fixture {
    /// Tokens for a subject.
    async fn granted_by(&self, subject: &str) -> oauth_core::Tokens {
        let request = self.judge(&code_request()).await.unwrap();
        let location = self.server.accept(request, subject).await.unwrap();
        self.exchange(&in_query(&location, "code").unwrap()).await.unwrap()
    }

    fn counts(&self, tables: &[&str]) -> Vec<String> {
        tables.iter().map(|table| self.count(table)).collect()
    }

    async fn forget(&self, subject: &str) -> Vec<EventKind> {
        self.events();
        self.server.forget_user(subject).await.unwrap();
        self.events()
    }

    /// The rows of the trail: by whom, by the name, what, of whom.
    async fn names(&self) -> Vec<String> {
        let page = self.admin().audit(AuditFilter::All, None).await.unwrap();
        let line = |row: &oauth_core::admin::AuditRecord| {
            let (subject, name) = (&row.actor, &row.actor_name);
            format!("{subject} ({name}): {} {} ({})", row.action, row.record_id, row.record_name)
        };
        page.rows.iter().map(line).collect()
    }
}

fn forgotten(subject: &str) -> EventKind {
    EventKind::UserForgotten { subject: subject.to_owned() }
}

both_databases! {
    async fn the_tokens_codes_and_consents_of_an_applications_own_user_end_and_are_gone(fixture: Fixture) {
        let (pair, code) = (fixture.tokens().await, fixture.code(&public_request()).await);
        assert_eq!(fixture.forget("alice").await, [forgotten("alice")]);
        assert!(!fixture.is_live(&pair.access_token).await);
        assert!(fixture.refresh(refresh_token(&pair)).await.is_err());
        assert!(fixture.token(&public_exchange_form(&code)).await.is_err());
        assert_eq!(fixture.counts(&OF_FAMILIES), ["0"; 4]);
        assert_eq!(fixture.count("oauth_consents"), "0");
    }

    async fn what_hangs_on_others_stays(fixture: Fixture) {
        let bob = fixture.granted_by("bob").await;
        fixture.tokens().await;
        fixture.forget("alice").await;
        assert_live(&fixture, &bob).await;
        assert!(fixture.refresh(refresh_token(&bob)).await.is_ok());
        assert_eq!(fixture.count("oauth_consents"), "1");
    }

    async fn a_bundled_user_goes_with_sessions_and_browsers(fixture: Fixture) {
        let (bob, other) = (fixture.user("bob").await, fixture.user("other").await);
        let session = fixture.server.sign_in(None, bob.clone()).await.unwrap();
        let others = fixture.server.sign_in(None, other.clone()).await.unwrap();
        fixture.server.remember_browser(&bob).await.unwrap();
        let subject = bob.id.to_string();
        fixture.granted_by(&subject).await;
        assert_eq!(fixture.forget(&subject).await, [forgotten(&subject)]);
        assert!(fixture.server.session(session.secret.expose()).await.unwrap().is_none());
        assert!(fixture.server.session(others.secret.expose()).await.unwrap().is_some());
        assert_eq!(fixture.counts(&["oauth_users", "oauth_known_browsers", "oauth_grants"]), ["1", "0", "0"]);
        assert!(fixture.server.user_named("bob").await.unwrap().is_none());
    }

    async fn only_the_text_of_a_key_is_a_bundled_user(fixture: Fixture) {
        let User { id, .. } = fixture.user("bob").await;
        for other in [format!("0{id}"), format!("+{id}"), format!(" {id}"), "bob".to_owned(), "-1".to_owned()] {
            assert_eq!(fixture.forget(&other).await, [], "{other}");
        }
        assert_eq!(fixture.count("oauth_users"), "1");
    }

    async fn clients_of_the_user_are_disabled_and_act_for_nobody(fixture: Fixture) {
        let own = |client_id: &str, owner: &str| NewClient {
            owner: Some(owner.to_owned()),
            acts_as_owner: true,
            ..machine(client_id)
        };
        let registered = fixture.register(own("hers", "alice")).await;
        fixture.register(own("his", "bob")).await;
        let secret = registered.secret.unwrap();
        let request = Form::new(&[("grant_type", "client_credentials"), ("client_id", "hers"), ("client_secret", secret.expose()), ("scope", "read")]);
        let for_alice = fixture.token(&request).await.unwrap();
        fixture.forget("alice").await;

        assert!(!fixture.is_live(&for_alice.access_token).await);
        assert_eq!(fixture.token(&request).await.unwrap_err().code(), "invalid_client");
        let admin = fixture.admin();
        let hers = admin.client(registered.client.id).await.unwrap().expect("it stays for staff to see");
        assert_eq!((hers.owner.as_deref(), hers.acts_as_owner), (None, false));
        assert!(hers.disabled_at.is_some());
        admin.set_client_disabled(hers.id, false).await.unwrap();
        let again = fixture.token(&request).await.unwrap();
        let token = fixture.server.verify(again.access_token.expose(), &"read".parse().unwrap()).await.unwrap();
        assert_eq!(token.subject, None, "enabled again, it acts for itself");
        let his = fixture.server.client("his").await.unwrap().unwrap();
        assert!(his.acts_as_owner && his.owner.as_deref() == Some("bob") && his.disabled_at.is_none());
    }

    async fn the_trail_keeps_the_subject_and_forgets_the_name(fixture: Fixture) {
        let staff = fixture.user("bob").await;
        let subject = staff.id.to_string();
        let acting = fixture.server.admin(actor(&subject, true));
        let public = fixture.key("public").await;
        acting.set_client_disabled(public, true).await.unwrap();
        let change = crate::admin::users::change(&staff);
        fixture.admin().update_user(staff.id, oauth_core::admin::UserChange { email: "b@example.com".into(), ..change }).await.unwrap();
        fixture.forget(&subject).await;
        assert_eq!(fixture.names().await, [
            format!("application (application): forget {subject} ()"),
            format!("root (Name of root): update {subject} ()"),
            format!("{subject} (): disable {public} (public)"),
        ]);
    }

    async fn of_an_applications_own_user_the_trail_says_the_subject(fixture: Fixture) {
        fixture.tokens().await;
        let command = oauth_core::admin::Actor::command("erase");
        fixture.server.clone().in_the_name_of(command).forget_user("alice").await.unwrap();
        assert_eq!(fixture.names().await, ["command (command erase): forget 0 (alice)"]);
        assert_eq!(Action::Forget.as_str(), "forget");
    }

    async fn who_asks_to_be_forgotten_is_not_named_for_having_asked(fixture: Fixture) {
        fixture.tokens().await;
        fixture.server.clone().in_the_name_of(actor("alice", false)).forget_user("alice").await.unwrap();
        assert_eq!(fixture.names().await, ["alice (): forget 0 (alice)"]);
    }

    async fn a_second_time_it_finds_nothing_and_says_nothing(fixture: Fixture) {
        let bob = fixture.user("bob").await.id.to_string();
        fixture.tokens().await;
        for subject in ["alice", &bob] {
            assert_eq!(fixture.forget(subject).await.len(), 1);
            assert_eq!(fixture.forget(subject).await, []);
        }
        assert_eq!(fixture.count("oauth_audit"), "2");
    }

    async fn a_subject_that_is_nobodys_is_forgotten_already(fixture: Fixture) {
        for nobody in ["nobody", "99", "", "a\0b", &"x".repeat(10_000)] {
            assert_eq!(fixture.forget(nobody).await, []);
        }
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn more_than_a_batch_is_one_row_and_one_event_and_what_was_left_half_done_goes_on(fixture: Fixture) {
        let id = fixture.key("confidential").await;
        fixture.database.execute(&format!("
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 250)
            INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at) SELECT n, {id}, 'alice', '', 1 FROM numbers;
            INSERT INTO oauth_audit (at, actor, actor_name, action, kind, record_id, record_name, changes)
                SELECT 1, 'alice', 'Alice', 'update', 'client', {id}, '', '' FROM oauth_grants;
        "));
        // As after a batch that was the last for now.
        fixture.database.execute("DELETE FROM oauth_grants WHERE id <= 100; UPDATE oauth_audit SET actor_name = '' WHERE id <= 100");
        assert_eq!(fixture.forget("alice").await, [forgotten("alice")]);
        assert_eq!(fixture.count("oauth_grants"), "0");
        assert_eq!(fixture.count("oauth_audit WHERE actor_name = 'Alice'"), "0");
        assert_eq!(fixture.count("oauth_audit WHERE action = 'forget'"), "1");
        assert_eq!(fixture.forget("alice").await, []);
    }

    async fn two_at_once_both_succeed(fixture: Fixture) {
        for _ in 0..3 {
            fixture.tokens().await;
        }
        let (one, other) = tokio::join!(fixture.server.forget_user("alice"), fixture.server.forget_user("alice"));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        assert_eq!(fixture.count("oauth_grants"), "0");
    }
}
