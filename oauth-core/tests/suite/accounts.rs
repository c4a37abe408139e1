//! The bundled accounts: users and their passwords.

use oauth_core::{AccountError, NewUser, User};

use crate::support::Fixture;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

impl Fixture {
    pub(crate) async fn user(&self, username: &str) -> User {
        let new = NewUser { username: username.to_owned(), ..NewUser::default() };
        self.server.create_user(new, PASSWORD).await.expect("a user")
    }

    pub(crate) async fn signs_in(&self, username: &str, password: &str) -> bool {
        self.server.verify_password(username, password).await.expect("an answer").is_some()
    }
}

both_databases! {
    async fn a_user_is_kept_as_created(fixture: Fixture) {
        let new = NewUser {
            username: "alice".to_owned(),
            first_name: "Alice".to_owned(),
            last_name: "Liddell".to_owned(),
            email: "alice@example.com".to_owned(),
        email_verified: false,
            is_staff: false,
            is_superuser: true,
        };
        let user = fixture.server.create_user(new, PASSWORD).await.unwrap();
        assert_eq!((user.username.as_str(), user.first_name.as_str()), ("alice", "Alice"));
        assert_eq!(
            (user.last_name.as_str(), user.email.as_str()),
            ("Liddell", "alice@example.com")
        );
        assert!(user.is_superuser && user.is_staff);
        assert_eq!(fixture.server.user(user.id).await.unwrap(), Some(user));
    }

    async fn a_password_proves_its_own_user_only(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        assert_eq!(fixture.server.verify_password("alice", PASSWORD).await.unwrap(), Some(alice));
        assert!(
            !fixture.signs_in("alice", "Correct horse battery staple").await,
            "a wrong password"
        );
        assert!(!fixture.signs_in("alice", "").await, "no password");
        assert!(!fixture.signs_in("alicia", PASSWORD).await, "another name");
    }

    async fn an_unknown_user_is_told_no_more_than_a_wrong_password(fixture: Fixture) {
        for unknown in ["nobody", "", "a\0b", "' OR '1'='1"] {
            assert!(!fixture.signs_in(unknown, PASSWORD).await, "{unknown:?}");
        }
    }

    async fn a_user_name_is_taken_once(fixture: Fixture) {
        fixture.user("alice").await;
        let again = NewUser { username: "alice".to_owned(), ..NewUser::default() };
        let refusal = fixture.server.create_user(again, PASSWORD).await.unwrap_err();
        assert!(matches!(&refusal, AccountError::Taken(name) if name == "alice"), "{refusal:?}");
    }

    async fn a_user_name_has_1_to_150_printable_characters(fixture: Fixture) {
        for invalid in ["", "a\0b", "a\nb", "\u{7f}", &"\u{fc}".repeat(151)] {
            let new = NewUser { username: invalid.to_owned(), ..NewUser::default() };
            let refusal = fixture.server.create_user(new, PASSWORD).await.unwrap_err();
            assert!(matches!(refusal, AccountError::InvalidUsername), "{invalid:?}: {refusal:?}");
        }
        for valid in ["a", "alice@example.com", &"\u{fc}".repeat(150)] {
            fixture.user(valid).await;
        }
    }

    async fn a_password_has_at_least_8_characters(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        for short in ["", "1234567", "\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}"] {
            let new = NewUser { username: "bob".to_owned(), ..NewUser::default() };
            let created = fixture.server.create_user(new, short).await.unwrap_err();
            let changed = fixture.server.set_password(alice.id, short).await.unwrap_err();
            for refusal in [created, changed] {
                assert!(matches!(refusal, AccountError::ShortPassword), "{short}: {refusal:?}");
            }
        }
    }

    async fn a_changed_password_takes_the_place_of_the_old_one(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        assert!(fixture.server.set_password(alice.id, "another password").await.unwrap());
        assert!(fixture.signs_in("alice", "another password").await);
        assert!(!fixture.signs_in("alice", PASSWORD).await);
    }

    async fn a_deactivated_user_is_nobody(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        fixture.database.execute("UPDATE oauth_users SET is_active = false");
        assert!(!fixture.signs_in("alice", PASSWORD).await);
        assert_eq!(fixture.server.user(alice.id).await.unwrap(), None);
    }

    async fn a_password_is_not_set_for_nobody(fixture: Fixture) {
        assert!(!fixture.server.set_password(12_345, "another password").await.unwrap());
    }

    async fn two_users_with_one_password_have_different_hashes(fixture: Fixture) {
        fixture.user("alice").await;
        fixture.user("bob").await;
        let hashes =
            fixture.database.texts("SELECT password_hash AS text FROM oauth_users ORDER BY id");
        assert_ne!(hashes[0], hashes[1]);
        assert!(hashes.iter().all(|hash| hash.starts_with("$argon2id$")), "{hashes:?}");
    }
}
