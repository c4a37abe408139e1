//! The names of users, compared: RFC 8265 §3 and UTS 39.

use oauth_core::{
    AccountError, GrantType, NewClient, NewUser, Problem, User,
    admin::{AdminError, UserChange, UserFilter},
};

use crate::{
    accounts::PASSWORD,
    admin::refused_fields,
    support::{Fixture, Form, client},
};

const COMPOSED: &str = "jos\u{e9}";
const DECOMPOSED: &str = "JOSE\u{301}";

impl Fixture {
    async fn refused_name(&self, username: &str) -> AccountError {
        let new = NewUser { username: username.to_owned(), ..NewUser::default() };
        self.server.create_user(new, PASSWORD).await.expect_err(username)
    }

    async fn named(&self, username: &str) -> Option<User> {
        self.server.user_named(username).await.expect("an answer")
    }

    /// Users of before names were compared, with the password of `alice`.
    async fn users_of_before(&self, names: &[&str]) {
        self.user("alice").await;
        for name in names {
            self.database.execute(&format!(
                "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, \
                is_superuser, is_active, created_at) SELECT '{name}', password_hash, '', '', '', FALSE, FALSE, TRUE, 1 \
                FROM oauth_users WHERE username = 'alice'"
            ));
        }
        assert!(self.server.store().migrate().unwrap().is_empty());
    }

    fn colliding(&self) -> Vec<Vec<String>> {
        self.server.store().colliding_user_names().unwrap()
    }
}

fn change(user: &User) -> UserChange {
    UserChange {
        username: user.username.clone(),
        first_name: "Changed".to_owned(),
        last_name: String::new(),
        email: String::new(),
        email_verified: false,
        is_staff: false,
        is_superuser: false,
        is_active: true,
    }
}

both_databases! {
    async fn a_user_is_found_and_signs_in_whatever_the_case_and_the_composition(fixture: Fixture) {
        let jose = fixture.user(COMPOSED).await;
        for name in [COMPOSED, DECOMPOSED, "Jos\u{e9}"] {
            assert_eq!(fixture.named(name).await, Some(jose.clone()), "{name}");
            assert!(fixture.signs_in(name, PASSWORD).await, "{name}");
        }
        assert_eq!(fixture.named("jose").await, None, "an accent is not nothing");
    }

    async fn the_password_grant_compares_names_in_the_same_way(fixture: Fixture) {
        fixture.user(COMPOSED).await;
        let grant_types = vec![GrantType::Password];
        let registered = fixture.register(NewClient { grant_types, ..client("old") }).await;
        let request = Form::new(&[
            ("grant_type", "password"),
            ("client_id", "old"),
            ("client_secret", registered.secret.unwrap().expose()),
            ("username", DECOMPOSED),
            ("password", PASSWORD),
            ("scope", "read"),
        ]);
        fixture.token(&request).await.unwrap();
    }

    async fn a_name_in_another_spelling_is_taken(fixture: Fixture) {
        let jose = fixture.user(COMPOSED).await;
        let bob = fixture.user("bob").await;
        let refusal = fixture.refused_name(DECOMPOSED).await;
        assert!(matches!(refusal, AccountError::Taken(_)), "{refusal:?}");
        let new = NewUser { username: DECOMPOSED.to_owned(), ..NewUser::default() };
        assert_eq!(refused_fields(fixture.admin().create_user(new, PASSWORD).await), ["username"]);
        let renamed = UserChange { username: DECOMPOSED.to_owned(), ..change(&bob) };
        assert_eq!(refused_fields(fixture.admin().update_user(bob.id, renamed).await), ["username"]);
        let own = UserChange { username: DECOMPOSED.to_owned(), ..change(&jose) };
        fixture.admin().update_user(jose.id, own).await.expect("one's own in another spelling");
    }

    async fn a_name_that_looks_like_anothers_is_refused(fixture: Fixture) {
        fixture.user("paypal").await;
        for lookalike in ["paypa1", "p\u{430}ypal", "PayPa\u{406}", "PayPaI"] {
            let refusal = fixture.refused_name(lookalike).await;
            assert!(matches!(refusal, AccountError::LooksTaken(_)), "{lookalike}: {refusal:?}");
            let new = NewUser { username: lookalike.to_owned(), ..NewUser::default() };
            let refusal = fixture.admin().create_user(new, PASSWORD).await.unwrap_err();
            let AdminError::Invalid(faults) = refusal else { panic!("{refusal:?}") };
            assert_eq!(faults[0].problem, Problem::LooksTaken, "{lookalike}");
        }
    }

    async fn a_name_with_a_character_of_no_width_is_refused(fixture: Fixture) {
        for invisible in ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{34f}'] {
            let refusal = fixture.refused_name(&format!("a{invisible}b")).await;
            let AccountError::Invalid(fault) = &refusal else { panic!("{refusal:?}") };
            assert_eq!(fault.field, "username");
            let named = format!("U+{:04X}", u32::from(invisible));
            assert!(fault.to_string().contains(&named), "{fault}");
        }
    }

    async fn staff_find_a_user_by_the_beginning_of_a_name_in_any_spelling(fixture: Fixture) {
        fixture.user(COMPOSED).await;
        fixture.user("joan").await;
        for beginning in ["JOSE\u{301}", "jos", COMPOSED] {
            let filter = UserFilter::UsernameBegins(beginning.to_owned());
            let page = fixture.admin().users(filter, None).await.unwrap();
            let names: Vec<_> = page.rows.iter().map(|user| user.username.as_str()).collect();
            assert_eq!(names, [COMPOSED], "{beginning}");
        }
    }

    async fn a_user_of_before_is_found_in_any_spelling_once_migrated(fixture: Fixture) {
        fixture.users_of_before(&[COMPOSED, "b\u{2019}s"]).await;
        assert!(fixture.signs_in(DECOMPOSED, PASSWORD).await);
        assert!(fixture.signs_in("b\u{2019}s", PASSWORD).await, "what no new user may be called");
        assert!(matches!(fixture.refused_name(DECOMPOSED).await, AccountError::Taken(_)));
        assert_eq!(fixture.colliding(), Vec::<Vec<String>>::new());
    }

    async fn names_of_before_that_collide_are_listed_and_keep_working(fixture: Fixture) {
        fixture.users_of_before(&["Alice", "a1ice", COMPOSED, "other"]).await;
        assert_eq!(fixture.colliding(), [["alice", "Alice", "a1ice"]]);
        for name in ["alice", "Alice", "a1ice"] {
            let found = fixture.named(name).await.expect(name);
            assert_eq!(found.username, name, "each by its own spelling");
            assert!(fixture.signs_in(name, PASSWORD).await, "{name}");
        }
        assert_eq!(fixture.named("ALICE").await, None, "and in a third spelling nobody knows who");
        assert_eq!(fixture.named("A1ICE").await.unwrap().username, "a1ice", "but here there is one");
        assert!(matches!(fixture.refused_name("aLICE").await, AccountError::Taken(_)));
    }

    async fn a_name_that_collides_may_stay_and_stops_to_where_it_is_changed(fixture: Fixture) {
        fixture.users_of_before(&["Alice"]).await;
        let upper = fixture.named("Alice").await.unwrap();
        fixture.admin().update_user(upper.id, change(&upper)).await.expect("the same name");
        assert_eq!(fixture.colliding().len(), 1);
        let renamed = UserChange { username: "alicia".to_owned(), ..change(&upper) };
        fixture.admin().update_user(upper.id, renamed).await.expect("another name");
        fixture.server.store().migrate().unwrap();
        assert_eq!(fixture.colliding(), Vec::<Vec<String>>::new());
        assert_eq!(fixture.named("ALICE").await.unwrap().username, "alice");
    }

    async fn more_users_than_a_batch_has_are_filled_in(fixture: Fixture) {
        let names: Vec<_> = (0..1100).map(|number| format!("User {number}x")).collect();
        let rows: Vec<_> =
            names.iter().map(|name| format!("('{name}', '', '', '', '', FALSE, FALSE, TRUE, 1)")).collect();
        fixture.database.execute(&format!(
            "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
            is_active, created_at) VALUES {}", rows.join(", ")
        ));
        fixture.server.store().migrate().unwrap();
        assert_eq!(fixture.named("USER 1099X").await.unwrap().username, "User 1099x");
        let unfilled = fixture.database.texts("SELECT username AS text FROM oauth_users WHERE name_key IS NULL");
        assert_eq!(unfilled, Vec::<String>::new());
    }
}
