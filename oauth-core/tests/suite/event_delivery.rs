//! How events reach their subscribers.

use std::{sync::mpsc, time::Duration};

use oauth_core::{AuthorizationServer, EventKind, Events, Missed};
use tokio::time::timeout;

use crate::{
    events::{accepted, failed},
    support::{Fixture, code_request},
};

both_databases! {
    // Who presents a stolen token could else hang up before the answer, and nobody would hear of it.
    async fn who_hangs_up_before_the_answer_hides_nothing(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        fixture.exchange(&code).await.unwrap();
        fixture.events();
        let mut lock = fixture.database.keep_writers_waiting("oauth_grants");
        {
            let replay = fixture.exchange(&code);
            tokio::pin!(replay);
            let written = async {
                while !lock.is_waited_for_by(1) {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                _ = &mut replay => panic!("answered before it could write"),
                () = written => {}
            }
        }
        let mut events = fixture.server.events().subscribe();
        drop(lock);
        let heard = timeout(Duration::from_secs(10), events.next()).await.expect("an event");
        let kind = &heard.unwrap().unwrap().kind;
        assert!(matches!(kind, EventKind::AuthorizationCodeUsedAgain { .. }), "{kind:?}");
    }

    async fn an_event_says_when(fixture: Fixture) {
        let mut events = fixture.server.events().subscribe();
        fixture.clock.advance(23);
        fixture.code(&code_request()).await;
        assert_eq!(events.next().await.unwrap().unwrap().at, 1_000_023);
    }

    async fn every_subscriber_hears_every_event(fixture: Fixture) {
        let mut others = [(); 3].map(|()| fixture.server.events().subscribe());
        fixture.code(&code_request()).await;
        for other in &mut others {
            assert_eq!(other.try_next().unwrap().unwrap().kind, accepted("confidential"));
        }
        assert_eq!(fixture.events(), [accepted("confidential")]);
    }

    async fn a_slow_subscriber_misses_the_oldest_and_is_told_how_many(fixture: Fixture) {
        let mut slow = fixture.server.events().subscribe();
        let count = Events::HELD + 3;
        for number in 0..count {
            fixture.server.raise(|| failed(Some(number.to_string())));
        }
        assert_eq!(slow.try_next(), Some(Err(Missed(3))));
        assert_eq!(slow.try_next().unwrap().unwrap().kind, failed(Some("3".to_owned())));
        let left = std::iter::from_fn(|| slow.try_next()).count();
        assert_eq!(left, Events::HELD - 1);
    }

    async fn a_subscription_ends_with_its_server(fixture: Fixture) {
        let mut events = fixture.server.events().subscribe();
        drop(fixture);
        let end = timeout(Duration::from_secs(10), async { while events.next().await.is_some() {} });
        end.await.expect("no more events");
    }

    async fn without_a_subscriber_no_event_is_made(fixture: Fixture) {
        let store = fixture.server.store().clone();
        let server = AuthorizationServer::new(fixture.server.settings().clone(), store).unwrap();
        server.raise(|| panic!("nobody listens"));
        drop(server.events().subscribe());
        server.raise(|| panic!("nobody listens any more"));
    }

    async fn a_listener_is_called_on_a_task_of_its_own(fixture: Fixture) {
        let (sender, heard) = mpsc::channel();
        fixture.server.events().on_event(move |event| sender.send(event.kind.clone()).unwrap());
        fixture.code(&code_request()).await;
        let heard = tokio::task::spawn_blocking(move || heard.recv_timeout(Duration::from_secs(10)));
        assert_eq!(heard.await.unwrap(), Ok(accepted("confidential")));
    }

    async fn an_application_raises_what_happens_on_its_own_pages(fixture: Fixture) {
        fixture.server.raise(|| failed(Some("user-7".to_owned())));
        assert_eq!(fixture.events(), [failed(Some("user-7".to_owned()))]);
    }
}
