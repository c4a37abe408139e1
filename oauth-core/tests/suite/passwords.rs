//! Passwords of the bundled accounts: prepared as RFC 8265 §4 says, hard to guess, changed and reset.

use argon2::{Argon2, PasswordHasher as _};
use oauth_core::{
    AccountError, EventKind, NewUser, PasswordChange, PasswordError, Problem, Revocation, Session,
    Tokens, User,
};

use crate::{
    accounts::PASSWORD,
    support::{Fixture, assert_dead, assert_live, code_request},
};

const NEW: &str = "another password of alice";

impl Fixture {
    async fn signed_in_alice(&self) -> (User, Session) {
        let alice = self.user("alice").await;
        let session = self.server.sign_in(None, alice.clone()).await.unwrap();
        (alice, session)
    }

    async fn tokens_of(&self, user: &User) -> Tokens {
        let request = self.judge(&code_request()).await.unwrap();
        let location = self.server.accept(request, &user.id.to_string()).await.unwrap();
        self.exchange(&crate::support::in_query(&location, "code").unwrap()).await.unwrap()
    }

    async fn lives(&self, session: &Session) -> bool {
        self.server.session(session.secret.expose()).await.unwrap().is_some()
    }

    /// The problems of a change, by field.
    async fn refused_change(
        &self,
        session: &Session,
        old: &str,
        new: &str,
    ) -> Vec<(&'static str, Problem)> {
        match self.server.change_password(session, &change(old, new)).await {
            Err(PasswordError::Invalid(faults)) => {
                faults.into_iter().map(|fault| (fault.field, fault.problem)).collect()
            }
            other => panic!("no field is refused, but {other:?}"),
        }
    }

    async fn refused_password(&self, user: &NewUser, password: &str) -> Problem {
        match self.server.create_user(user.clone(), password).await {
            Err(AccountError::Invalid(fault)) if fault.field == "password" => fault.problem,
            Err(AccountError::ShortPassword) => Problem::TooShort(8),
            other => panic!("{password}: {other:?}"),
        }
    }
}

fn change(old: &str, new: &str) -> PasswordChange {
    PasswordChange { old_password: old.into(), new_password: new.into(), disconnects: false }
}

fn ada() -> NewUser {
    NewUser {
        username: "qobraxilent".to_owned(),
        email: "analyticalengine@babbage.example".to_owned(),
        ..NewUser::default()
    }
}

both_databases! {
    async fn a_password_is_one_whatever_its_composition_and_its_kind_of_spaces(fixture: Fixture) {
        let new = NewUser { username: "alice".to_owned(), ..NewUser::default() };
        fixture.server.create_user(new, "un caf\u{e9} serre\u{301}").await.unwrap();
        for typed in ["un caf\u{e9} serr\u{e9}", "un cafe\u{301} serre\u{301}", "un caf\u{e9}\u{a0}serr\u{e9}"] {
            assert!(fixture.signs_in("alice", typed).await, "{typed:?}");
        }
        assert!(!fixture.signs_in("alice", "Un caf\u{e9} serr\u{e9}").await, "the case counts");
    }

    async fn a_password_of_before_goes_on_as_it_was_typed(fixture: Fixture) {
        fixture.user("alice").await;
        for typed in ["un cafe\u{301}", "password", "tab\there", "zero\u{200b}width"] {
            let hash = Argon2::default().hash_password(typed.as_bytes()).unwrap().to_string();
            fixture.database.execute(&format!("UPDATE oauth_users SET password_hash = '{hash}'"));
            assert!(fixture.signs_in("alice", typed).await, "{typed:?}");
            assert!(!fixture.signs_in("alice", "un caf").await);
        }
    }

    async fn a_password_that_is_guessed_early_is_refused_with_advice(fixture: Fixture) {
        for weak in ["password", "12345678", "qwertyuiop", "aaaaaaaaaaaaaaaa", "P@ssw0rd", "liverpool1"] {
            let problem = fixture.refused_password(&ada(), weak).await;
            let Problem::Guessable(advice) = &problem else { panic!("{weak}: {problem:?}") };
            assert!(!advice.is_empty(), "{weak}");
            assert!(problem.to_string().starts_with("is too easy to guess: "), "{problem}");
        }
    }

    async fn a_password_made_of_what_is_known_of_the_user_is_refused(fixture: Fixture) {
        let settings = |settings: &mut oauth_core::Settings| settings.issuer = "https://xylophonist.example".to_owned();
        let fixture = fixture.with(settings);
        for own in [
            "qobraxilent", "analyticalengine", "analyticalengine@babbage.example", "xylophonist", "Xylophonist1",
            "xylophonist.example",
        ] {
            let problem = fixture.refused_password(&ada(), own).await;
            assert!(matches!(problem, Problem::Guessable(_)), "{own}: {problem:?}");
        }
        let other = NewUser { username: "bob".to_owned(), ..NewUser::default() };
        fixture.server.create_user(other, "qobraxilent").await.expect("of somebody else");
    }

    async fn a_password_is_judged_on_its_first_100_characters_and_may_have_1000(fixture: Fixture) {
        let late = format!("{}{PASSWORD}", "a".repeat(100));
        assert!(matches!(fixture.refused_password(&ada(), &late).await, Problem::Guessable(_)));
        let long = format!("{PASSWORD}{}", "a".repeat(972));
        assert_eq!(long.chars().count(), 1000);
        assert_eq!(fixture.refused_password(&ada(), &format!("{long}a")).await, Problem::TooLong(1000));
        fixture.server.create_user(ada(), &long).await.unwrap();
        assert!(fixture.signs_in("qobraxilent", &long).await);
        assert!(!fixture.signs_in("qobraxilent", &long[..999]).await, "all of it counts");
    }

    async fn a_password_counts_its_characters_as_it_is_prepared(fixture: Fixture) {
        let problem = fixture.refused_password(&ada(), &"e\u{301}".repeat(4)).await;
        assert_eq!(problem, Problem::TooShort(8));
    }

    async fn a_new_password_holds_nothing_that_the_profile_refuses(fixture: Fixture) {
        for hidden in ['\t', '\u{7f}', '\u{200b}', '\u{ad}'] {
            let problem = fixture.refused_password(&ada(), &format!("{PASSWORD}{hidden}")).await;
            assert_eq!(problem, Problem::ControlCharacter, "{hidden:?}");
        }
    }

    async fn what_is_made_to_keep_the_judge_busy_is_answered_soon(fixture: Fixture) {
        let begun = std::time::Instant::now();
        let new = NewUser { username: "alice".to_owned(), ..NewUser::default() };
        fixture.server.create_user(new, &"4@8({[<369!1|0$5+7%2".repeat(5)).await.unwrap();
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }

    async fn a_known_password_is_taken_where_it_is_said_to_be_one(fixture: Fixture) {
        let new = NewUser { username: "alice".to_owned(), ..NewUser::default() };
        fixture.server.create_user_with_known_password(new, "password").await.unwrap();
        assert!(fixture.signs_in("alice", "password").await);
    }

    async fn every_way_to_set_a_password_judges_it(fixture: Fixture) {
        let (alice, session) = fixture.signed_in_alice().await;
        let set = fixture.server.set_password(alice.id, "password").await.unwrap_err();
        assert!(matches!(set, AccountError::Invalid(_)), "{set:?}");
        fixture.admin().set_user_password(alice.id, "password").await.unwrap_err();
        fixture.admin().create_user(ada(), "password").await.unwrap_err();
        let faults = fixture.refused_change(&session, PASSWORD, "password").await;
        assert!(matches!(&faults[..], [("new_password", Problem::Guessable(_))]), "{faults:?}");
        assert!(fixture.signs_in("alice", PASSWORD).await, "nothing was changed");
    }

    async fn a_user_changes_their_own_password(fixture: Fixture) {
        let (_, session) = fixture.signed_in_alice().await;
        fixture.server.change_password(&session, &change(PASSWORD, NEW)).await.unwrap();
        assert!(fixture.signs_in("alice", NEW).await);
        assert!(!fixture.signs_in("alice", PASSWORD).await);
    }

    async fn the_other_sessions_end_and_this_one_goes_on_under_a_new_id(fixture: Fixture) {
        let (alice, here) = fixture.signed_in_alice().await;
        let elsewhere = fixture.server.sign_in(None, alice).await.unwrap();
        let bob = fixture.user("bob").await;
        let of_bob = fixture.server.sign_in(None, bob).await.unwrap();
        let after = fixture.server.change_password(&here, &change(PASSWORD, NEW)).await.unwrap();
        assert_ne!(after.secret, here.secret);
        assert!(fixture.lives(&after).await && fixture.lives(&of_bob).await);
        assert!(!fixture.lives(&here).await && !fixture.lives(&elsewhere).await);
    }

    async fn applications_keep_their_access_unless_the_user_asks_for_its_end(fixture: Fixture) {
        let (alice, session) = fixture.signed_in_alice().await;
        let tokens = fixture.tokens_of(&alice).await;
        fixture.events();
        let session = fixture.server.change_password(&session, &change(PASSWORD, NEW)).await.unwrap();
        assert_live(&fixture, &tokens).await;
        let subject = alice.id.to_string();
        assert!(fixture.events().contains(&EventKind::PasswordChanged { subject: subject.clone() }));

        let again = PasswordChange { disconnects: true, ..change(NEW, PASSWORD) };
        fixture.server.change_password(&session, &again).await.unwrap();
        assert_dead(&fixture, &tokens).await;
        let (client_id, cause) = (None, Revocation::User);
        let ended = EventKind::GrantRevoked { client_id, subject: Some(subject), cause };
        assert!(fixture.events().contains(&ended));
        assert_eq!(fixture.count("oauth_consents"), "0");
    }

    async fn a_wrong_old_password_and_a_weak_new_one_are_both_said_and_nothing_changes(fixture: Fixture) {
        let (_, session) = fixture.signed_in_alice().await;
        let faults = fixture.refused_change(&session, "wrong", "password").await;
        assert!(
            matches!(&faults[..], [("old_password", Problem::Wrong), ("new_password", Problem::Guessable(_))]),
            "{faults:?}"
        );
        assert_eq!(fixture.refused_change(&session, "wrong", NEW).await, [("old_password", Problem::Wrong)]);
        let same = fixture.refused_change(&session, PASSWORD, PASSWORD).await;
        assert_eq!(same, [("new_password", Problem::Unchanged)]);
        assert!(fixture.signs_in("alice", PASSWORD).await && fixture.lives(&session).await);
    }

    // Who sits at a session of somebody else must not find out the password there.
    async fn the_old_password_is_guessed_at_no_more_often_than_at_a_sign_in(fixture: Fixture) {
        let (_, session) = fixture.signed_in_alice().await;
        for _ in 0..10 {
            fixture.refused_change(&session, "wrong", NEW).await;
        }
        let refusal = fixture.server.change_password(&session, &change(PASSWORD, NEW)).await.unwrap_err();
        assert!(matches!(refusal, PasswordError::TooManyGuesses { retry_after: 6 }), "{refusal:?}");
        fixture.clock.advance(6);
        fixture.server.change_password(&session, &change(PASSWORD, NEW)).await.unwrap();
    }

    async fn of_two_changes_at_once_one_is_made(fixture: Fixture) {
        let (_, session) = fixture.signed_in_alice().await;
        let other = format!("{NEW} too");
        let (to_one, to_other) = (change(PASSWORD, NEW), change(PASSWORD, &other));
        let (one, two) = tokio::join!(
            fixture.server.change_password(&session, &to_one),
            fixture.server.change_password(&session, &to_other),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(fixture.count("oauth_sessions"), "1");
    }

    async fn a_reset_by_the_application_ends_sessions_and_families(fixture: Fixture) {
        let (alice, session) = fixture.signed_in_alice().await;
        let tokens = fixture.tokens_of(&alice).await;
        fixture.events();
        assert!(fixture.server.set_password(alice.id, NEW).await.unwrap());
        assert!(!fixture.lives(&session).await);
        assert_dead(&fixture, &tokens).await;
        assert_eq!(fixture.count("oauth_consents"), "0");
        let subject = alice.id.to_string();
        assert_eq!(fixture.events()[0], EventKind::PasswordReset { subject });
    }
}
