//! A database from before there were logout tokens to deliver.

use oauth_core::Store;

use super::revert_from;
use crate::support::{Fixture, code_request};

both_databases! {
    async fn a_session_of_before_there_was_anything_to_tell_of_it_goes_on(fixture: Fixture) {
        if fixture.database.is_spread() {
            return; // migrations know nothing of it
        }
        let before = fixture.session().await;
        revert_from(&fixture.database, "20261130053600");
        let store = Store::open(&fixture.database.url).unwrap();
        assert!(store.migrate().unwrap().contains(&"20261130053600".to_owned()));
        let session = fixture.server.session(before.secret.expose()).await.unwrap().expect("it lives");
        let shown = fixture.server.sessions(&session).await.unwrap();
        assert_eq!((shown.len(), &shown[0].user_agent, &shown[0].address), (1, &None, &None));
    }

    async fn a_session_of_before_it_was_kept_when_it_was_used_goes_on_and_says_so_from_then_on(fixture: Fixture) {
        if fixture.database.is_spread() {
            return; // migrations know nothing of it
        }
        let before = fixture.session().await;
        revert_from(&fixture.database, "20261130090300");
        let store = Store::open(&fixture.database.url).unwrap();
        assert!(store.migrate().unwrap().contains(&"20261130090300".to_owned()));
        let session = fixture.server.session(before.secret.expose()).await.unwrap().expect("it lives");
        assert_eq!(fixture.server.sessions(&session).await.unwrap()[0].last_used_at, None);
        fixture.clock.advance(12 * 3600);
        fixture.server.session(before.secret.expose()).await.unwrap().expect("it lives");
        let now = fixture.server.now();
        assert_eq!(fixture.server.sessions(&session).await.unwrap()[0].last_used_at, Some(now));
    }

    async fn what_was_there_before_logout_tokens_is_served(fixture: Fixture) {
        if fixture.database.is_spread() {
            return; // migrations know nothing of it
        }
        let code = fixture.code(&code_request()).await;
        revert_from(&fixture.database, "20261130034400");
        assert!(!fixture.database.tables().contains(&"oauth_logout_deliveries".to_owned()));
        let store = Store::open(&fixture.database.url).unwrap();
        assert!(store.migrate().unwrap().contains(&"20261130034400".to_owned()));
        fixture.exchange(&code).await.expect("tokens for a code of before");
        fixture.server.log_out_user("alice").await.unwrap();
        assert_eq!(fixture.count("oauth_logout_deliveries"), "0");
    }

    async fn a_logout_that_waited_before_errors_were_kept_is_served(fixture: Fixture) {
        if fixture.database.is_spread() {
            return; // migrations know nothing of it
        }
        revert_from(&fixture.database, "20261130041300");
        fixture.database.execute(
            "INSERT INTO oauth_logout_deliveries (client_id, subject, created_at, due_at, attempts, expires_at)
            SELECT id, 'alice', 1, 1, 2, 2000000 FROM oauth_clients WHERE client_id = 'confidential'",
        );
        let store = Store::open(&fixture.database.url).unwrap();
        assert!(store.migrate().unwrap().contains(&"20261130041300".to_owned()));
        let actor = oauth_core::admin::Actor::command("test");
        let page = fixture.server.admin(actor).logout_deliveries(None).await.unwrap();
        let waiting = &page.rows[0];
        assert_eq!((waiting.subject.as_str(), waiting.attempts), ("alice", 2));
        assert_eq!(waiting.last_error, None);
        // Its client does not want to be told.
        assert_eq!(fixture.server.deliver_logouts().await.unwrap(), 0);
        assert_eq!(fixture.count("oauth_logout_deliveries"), "0");
    }
}
