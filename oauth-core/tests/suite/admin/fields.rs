//! Every text field refuses what is over-long, and what nobody can see: PostgreSQL would answer NUL by an error.

use oauth_core::{
    ClientSecret, NewClient, NewScope, NewUser, Problem, RegistrationError, Scopes,
    admin::{AdminError, ScopeChange, UserChange},
};

use super::{refused_fields, users::named};
use crate::{
    accounts::PASSWORD,
    support::{Fixture, client},
};

/// What is refused in one line of text.
const HIDDEN: [&str; 6] = ["a\0b", "a\nb", "a\tb", "\u{7f}", "\u{85}", "a\u{202e}b"];

type ClientField = fn(&mut NewClient, String);

const LINES_OF_CLIENT: [(&str, ClientField); 6] = [
    ("name", |new, text| new.name = text),
    ("client_uri", |new, text| new.client_uri = Some(format!("https://a.example/{text}"))),
    ("logo_uri", |new, text| new.logo_uri = Some(format!("https://a.example/{text}"))),
    ("policy_uri", |new, text| new.policy_uri = Some(format!("https://a.example/{text}"))),
    ("tos_uri", |new, text| new.tos_uri = Some(format!("https://a.example/{text}"))),
    ("owner", |new, text| new.owner = Some(text)),
];

both_databases! {
    async fn every_line_of_a_client_refuses_what_cannot_be_seen_and_what_is_too_long(fixture: Fixture) {
        for (field, set) in LINES_OF_CLIENT {
            for text in HIDDEN.iter().map(|text| (*text).to_owned()).chain(["x".repeat(3000)]) {
                let mut new = client("app");
                set(&mut new, text.clone());
                assert_eq!(refused_fields(fixture.admin().create_client(new.clone()).await), [field], "{text:?}");
                let public = fixture.server.client("public").await.unwrap().unwrap();
                let answer = fixture.admin().update_client(public.id, public.version, new.clone()).await;
                assert_eq!(refused_fields(answer), [field], "{text:?}");
                let refusal = fixture.server.register_client(new).await.unwrap_err();
                assert!(matches!(refusal, RegistrationError::Invalid { field: named, .. } if named == field), "{refusal}");
            }
        }
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn a_description_has_lines_and_nothing_else_that_cannot_be_seen(fixture: Fixture) {
        let described = |description: &str| NewClient { description: description.to_owned(), ..client("app") };
        for text in ["a\0b", "\u{7f}", "a\u{2066}b", &"x".repeat(4001)] {
            assert_eq!(refused_fields(fixture.admin().create_client(described(text)).await), ["description"], "{text:?}");
        }
        assert!(fixture.admin().create_client(described("two\r\nlines,\ta tab")).await.is_ok());
    }

    async fn a_chosen_secret_is_neither_short_nor_endless(fixture: Fixture) {
        for text in ["", "short", &"x".repeat(1001), "a secret\0"] {
            let new = NewClient { secret: ClientSecret::Chosen(text.into()), ..client("app") };
            assert_eq!(refused_fields(fixture.admin().create_client(new).await), ["secret"], "{text:?}");
        }
    }

    async fn redirect_uris_are_bounded_in_length_and_number(fixture: Fixture) {
        let uri = |number: usize| format!("https://app.example/{number}");
        let long = vec![format!("https://app.example/{}", "x".repeat(2000))];
        let much = (0..7).map(|number| format!("{:x<1900}", uri(number))).collect();
        for redirect_uris in [(0..101).map(uri).collect(), long, much] {
            let new = NewClient { redirect_uris, ..client("app") };
            assert_eq!(refused_fields(fixture.admin().create_client(new).await), ["redirect_uris"]);
        }
    }

    async fn every_text_of_a_scope_refuses_what_cannot_be_seen(fixture: Fixture) {
        for text in HIDDEN {
            let titled = NewScope { name: "new".to_owned(), title: text.to_owned(), ..NewScope::default() };
            assert_eq!(refused_fields(fixture.admin().create_scope(titled.clone()).await), ["title"], "{text:?}");
            assert!(fixture.server.register_new_scope(titled).await.is_err());
            let change = ScopeChange { title: text.to_owned(), description: String::new(), is_enabled: true, resource: None, implies: Scopes::default() };
            assert_eq!(refused_fields(fixture.admin().update_scope(1, change).await), ["title"], "{text:?}");
        }
        let refusal = fixture.server.register_scope("new", "a\0b").await.unwrap_err();
        assert!(matches!(refusal, RegistrationError::Invalid { field: "description", .. }), "{refusal}");
    }

    async fn every_text_of_a_user_refuses_what_cannot_be_seen_and_what_is_too_long(fixture: Fixture) {
        let bob = fixture.user("bob").await;
        let long = "x".repeat(300);
        for text in HIDDEN.into_iter().chain([long.as_str()]) {
            let with = |field: &str| if field == "username" { text.to_owned() } else { "new".to_owned() };
            let or_nothing = |of: &str, field: &str| if of == field { text.to_owned() } else { String::new() };
            for field in ["username", "first_name", "last_name", "email"] {
                let new = NewUser {
                    first_name: or_nothing("first_name", field),
                    last_name: or_nothing("last_name", field),
                    email: or_nothing("email", field),
                    ..named(&with(field))
                };
                let change = UserChange {
                    email_verified: false,
                    username: new.username.clone(),
                    first_name: new.first_name.clone(),
                    last_name: new.last_name.clone(),
                    email: new.email.clone(),
                    is_staff: false,
                    is_superuser: false,
                    is_active: true,
                };
                assert_eq!(refused_fields(fixture.admin().update_user(bob.id, change).await), [field], "{text:?}");
                assert_eq!(refused_fields(fixture.admin().create_user(new.clone(), PASSWORD).await), [field], "{text:?}");
                assert!(fixture.server.create_user(new, PASSWORD).await.is_err(), "{field} {text:?}");
            }
        }
    }

    async fn an_address_looks_like_one_or_is_none(fixture: Fixture) {
        for email in ["bob", "@example.com", "bob@", "b ob@example.com"] {
            let new = NewUser { email: email.to_owned(), ..named("bob") };
            assert_eq!(refused_fields(fixture.admin().create_user(new, PASSWORD).await), ["email"], "{email}");
        }
        assert!(fixture.admin().create_user(named("bob"), PASSWORD).await.is_ok());
    }

    async fn a_problem_reads_on_after_the_name_of_its_field(fixture: Fixture) {
        let refusal = fixture.admin().create_client(NewClient::new("x".repeat(101))).await.unwrap_err();
        let AdminError::Invalid(faults) = refusal else { panic!("{refusal:?}") };
        assert_eq!(faults[0].to_string(), "name: must have at most 100 characters");
        assert_eq!(Problem::Empty.to_string(), "must not be empty");
    }
}
