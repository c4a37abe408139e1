//! Where something came from: events and rows of the audit trail name the request.

use std::sync::Arc;

use oauth_core::{
    AccountError, ClientSecret, Event, NewClient, NewScope, NewUser, Origin, Subscription,
    admin::{Actor, AuditFilter, AuditRecord},
};

use crate::{
    accounts::PASSWORD,
    support::{Fixture, client, code_request, refresh_token},
};

fn origin() -> Arc<Origin> {
    let address = Some("2001:db8::1".parse().unwrap());
    Arc::new(Origin { request_id: "Xr4bQz-42".to_owned(), address })
}

fn heard(events: &mut Subscription) -> Vec<Arc<Event>> {
    std::iter::from_fn(|| events.try_next().map(|heard| heard.expect("none missed"))).collect()
}

impl Fixture {
    /// The newest row of the audit trail.
    async fn newest(&self) -> Option<AuditRecord> {
        self.admin().audit(AuditFilter::All, None).await.unwrap().rows.into_iter().next()
    }
}

fn user(username: &str) -> NewUser {
    NewUser { username: username.to_owned(), ..NewUser::default() }
}

both_databases! {
    /// Also of what is told on another task, once it is committed.
    async fn every_event_of_a_request_names_it(fixture: Fixture) {
        let mut events = fixture.server.events().subscribe();
        let work = async {
            let code = fixture.code(&code_request()).await;
            let tokens = fixture.exchange(&code).await.unwrap();
            fixture.refresh(refresh_token(&tokens)).await.unwrap();
            fixture.exchange("unknown").await.unwrap_err();
            fixture.server.verify_password("nobody", PASSWORD).await.unwrap();
            fixture.admin().create_client(client("app")).await.unwrap();
        };
        origin().around(work).await;
        let heard = heard(&mut events);
        assert!(heard.len() >= 6, "{heard:?}");
        for event in heard {
            assert_eq!(event.origin, Some(origin()), "{event:?}");
        }
    }

    async fn what_no_request_led_to_names_none(fixture: Fixture) {
        let mut events = fixture.server.events().subscribe();
        fixture.admin().create_client(client("app")).await.unwrap();
        assert!(heard(&mut events).iter().all(|event| event.origin.is_none()));
        let row = fixture.newest().await.unwrap();
        assert_eq!((row.request_id, row.address), (None, None));
    }

    async fn a_row_of_the_trail_names_the_request_and_its_address(fixture: Fixture) {
        let change = async { fixture.admin().create_client(client("app")).await.unwrap() };
        origin().around(change).await;
        let row = fixture.newest().await.unwrap();
        assert_eq!(row.request_id.as_deref(), Some("Xr4bQz-42"));
        assert_eq!(row.address.as_deref(), Some("2001:db8::1"));
    }

    async fn what_a_command_registers_is_in_the_trail_under_its_name(fixture: Fixture) {
        let server = fixture.server.clone().in_the_name_of(Actor::command("do-it"));
        let created = server.create_user(user("anna"), PASSWORD).await.unwrap();
        server.set_password(created.id, "another-good-password").await.unwrap();
        let new = NewClient { secret: ClientSecret::None, ..client("app") };
        server.register_client(new).await.unwrap();
        server.set_client_disabled("app", true).await.unwrap();
        server.set_client_disabled("app", false).await.unwrap();
        let scope = NewScope { name: "new".to_owned(), ..NewScope::default() };
        server.register_new_scope(scope).await.unwrap();
        let mut trail = fixture.trail().await;
        trail.reverse();
        assert_eq!(trail, [
            "create user anna: ", "set_password user anna: ", "create client app: ", "disable client app: ",
            "enable client app: ", "create scope new: ",
        ]);
        let row = fixture.newest().await.unwrap();
        assert_eq!((row.actor.as_str(), row.actor_name.as_str()), ("command", "command do-it"));
    }

    async fn what_a_command_is_refused_leaves_no_row(fixture: Fixture) {
        let server = fixture.server.clone().in_the_name_of(Actor::command("do-it"));
        fixture.server.create_user(user("anna"), PASSWORD).await.unwrap();
        let taken = server.create_user(user("anna"), PASSWORD).await;
        assert!(matches!(taken, Err(AccountError::Taken(_))), "{taken:?}");
        server.register_client(client("confidential")).await.unwrap_err();
        server.register_scope("read", "again").await.unwrap_err();
        assert!(!server.set_client_disabled("nobody", true).await.unwrap());
        assert!(!server.set_password(-1, "another-good-password").await.unwrap());
        assert_eq!(fixture.trail().await, [""; 0]);
    }
}
