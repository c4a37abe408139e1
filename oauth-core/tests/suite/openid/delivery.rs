//! Clients are told of logouts: Back-Channel Logout 1.0, to a relying party on this machine.

mod relying_party;

use std::time::Duration;

use oauth_core::{EventKind, Store, admin::Actor};

use self::relying_party::RelyingParty;
use super::*;

/// Alice is logged in with a client, which listens where it said.
struct LoggedIn {
    openid: OpenId,
    party: RelyingParty,
}

impl LoggedIn {
    async fn on(database: Database) -> Self {
        Self::with(database, OpenIdMetadata::default()).await
    }

    async fn with(database: Database, metadata: OpenIdMetadata) -> Self {
        let mut openid = OpenId::on(database).await;
        openid.fixture = openid.fixture.with(|settings| {
            settings.issuer = "http://localhost:8080".to_owned();
            settings.ssl_only = false;
        });
        let party = RelyingParty::new();
        let metadata = OpenIdMetadata { backchannel_logout_uri: Some(party.url()), ..metadata };
        let logged_in = Self { openid, party };
        logged_in.log_in("party", metadata).await;
        logged_in
    }

    async fn log_in(&self, client_id: &str, metadata: OpenIdMetadata) {
        let secret = OpenId::registered(&self.openid.fixture, client_id, metadata).await;
        self.openid.tokens_of(client_id, &secret, &[]).await;
    }

    fn server(&self) -> &oauth_core::AuthorizationServer {
        &self.openid.fixture.server
    }

    async fn log_out(&self) {
        self.server().log_out_session("a-session").await.unwrap();
    }

    async fn deliver(&self) -> usize {
        self.server().deliver_logouts().await.unwrap()
    }

    fn waiting(&self) -> String {
        self.openid.fixture.count("oauth_logout_deliveries")
    }

    /// What was raised of deliveries since it was last asked for.
    fn heard(&self) -> Vec<EventKind> {
        let of_deliveries = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::LogoutDelivered { .. }
                    | EventKind::LogoutPutOff { .. }
                    | EventKind::LogoutGivenUp { .. }
            )
        };
        self.openid.fixture.events().into_iter().filter(of_deliveries).collect()
    }

    fn advance(&self, seconds: i64) {
        self.openid.fixture.clock.advance(seconds);
    }
}

fn delivered() -> EventKind {
    EventKind::LogoutDelivered { client_id: "party".to_owned(), subject: "alice".to_owned() }
}

fn put_off(reason: &str, again_at: i64) -> EventKind {
    let (client_id, subject) = ("party".to_owned(), "alice".to_owned());
    EventKind::LogoutPutOff { client_id, subject, reason: reason.to_owned(), again_at }
}

both_databases! {
    /// §2.4, §2.5: "MUST NOT" have a nonce, and a type of its own.
    async fn a_client_is_posted_a_signed_logout_token(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.log_out().await;
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (1, "0".to_owned()));
        let (header, claims) = parts(&logged_in.party.tokens()[0]);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("RS256")));
        let names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"]);
        assert_eq!(claims["iss"], "http://localhost:8080");
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("alice"), &json!("party")));
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(1_000_000), &json!(1_000_120)));
        let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
        assert_eq!((&claims["events"], &claims["sid"]), (&event, &json!("a-session")));
        let jwks = logged_in.server().jwk_set().await.unwrap();
        let jwks = serde_json::to_string(&jwks).unwrap();
        assert!(jwks.contains(header["kid"].as_str().unwrap()), "{jwks}");
        assert_eq!(logged_in.heard(), [delivered()]);
        assert_eq!(logged_in.deliver().await, 0, "once is enough");
        assert_eq!(logged_in.party.tokens().len(), 1);
    }

    async fn a_token_is_signed_and_names_the_user_as_the_clients_id_tokens_do(database: Database) {
        let metadata = OpenIdMetadata {
            id_token_signed_response_alg: Some(SigningAlgorithm::Es256),
            subject_type: SubjectType::Pairwise,
            ..OpenIdMetadata::default()
        };
        let logged_in = LoggedIn::with(database, metadata).await;
        logged_in.server().log_out_user("alice").await.unwrap();
        assert_eq!(logged_in.deliver().await, 1);
        let (header, claims) = parts(&logged_in.party.tokens()[0]);
        assert_eq!(header["alg"], "ES256");
        assert_ne!(claims["sub"], "alice");
        assert_eq!(claims.get("sid"), None, "all of the user's sessions have ended");
    }

    async fn a_client_that_is_away_is_tried_again_after_longer_and_longer_waits(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.party.answer(503);
        logged_in.log_out().await;
        let mut at = 1_000_000;
        for wait in [10, 60, 300, 1800, 7200, 7200] {
            assert_eq!(logged_in.deliver().await, 0);
            assert_eq!(logged_in.heard(), [put_off("it answered 503", at + wait)]);
            logged_in.advance(wait - 1);
            assert_eq!(logged_in.deliver().await, 0);
            assert_eq!(logged_in.heard(), [], "not before its time");
            logged_in.advance(1);
            at += wait;
        }
        assert_eq!(logged_in.party.tokens().len(), 6);
        logged_in.party.answer(204);
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (1, "0".to_owned()));
        assert_eq!(logged_in.heard(), [delivered()]);
    }

    async fn a_client_that_was_killed_is_told_when_it_is_back(database: Database) {
        let mut logged_in = LoggedIn::on(database).await;
        logged_in.party.kill();
        logged_in.log_out().await;
        assert_eq!(logged_in.deliver().await, 0);
        let actor = Actor::command("test");
        let page = logged_in.server().admin(actor).logout_deliveries(None).await.unwrap();
        let error = page.rows[0].last_error.clone().unwrap();
        assert!(error.contains("refused"), "{error}");
        assert_eq!((page.rows[0].attempts, page.rows[0].due_at), (1, 1_000_010));
        logged_in.party.restart();
        logged_in.advance(10);
        assert_eq!(logged_in.deliver().await, 1);
        assert_eq!(logged_in.party.tokens().len(), 1);
    }

    /// §2.8: 400 says that the client could not do it.
    async fn a_client_that_refuses_is_not_asked_again(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.party.answer(400);
        logged_in.log_out().await;
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (0, "0".to_owned()));
        let (client_id, subject) = ("party".to_owned(), "alice".to_owned());
        let reason = "it answered 400".to_owned();
        let given_up = EventKind::LogoutGivenUp { client_id, subject, reason };
        assert_eq!(logged_in.heard(), [given_up]);
    }

    async fn who_is_away_for_a_day_is_given_up(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.party.answer(500);
        logged_in.log_out().await;
        logged_in.advance(24 * 3600 - 5);
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (0, "0".to_owned()));
        let heard = logged_in.heard();
        assert!(matches!(heard[..], [EventKind::LogoutGivenUp { .. }]), "{heard:?}");
    }

    async fn a_client_that_is_away_holds_up_nobody_and_is_asked_but_once(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        let other = RelyingParty::new();
        let uri = Some(other.url());
        let metadata = OpenIdMetadata { backchannel_logout_uri: uri, ..OpenIdMetadata::default() };
        logged_in.log_in("other", metadata).await;
        logged_in.party.answer(500);
        for _ in 0..3 {
            logged_in.log_out().await; // each tells all clients of the session
        }
        assert_eq!((logged_in.deliver().await, other.tokens().len()), (3, 3));
        assert_eq!(logged_in.party.tokens().len(), 1, "the other two wait with the first");
        logged_in.party.answer(200);
        logged_in.advance(10);
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (3, "0".to_owned()));
    }

    async fn of_two_servers_one_tells_a_client(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        let store = Store::open(&logged_in.openid.fixture.database.url).unwrap();
        let settings = logged_in.server().settings().clone();
        let second = oauth_core::AuthorizationServer::new(settings, store).unwrap();
        let second = second.with_clock(logged_in.openid.fixture.clock.clone());
        for _ in 0..5 {
            logged_in.log_out().await;
        }
        let (first, second) =
            tokio::join!(logged_in.server().deliver_logouts(), second.deliver_logouts());
        assert_eq!(first.unwrap() + second.unwrap(), 5);
        assert_eq!((logged_in.party.tokens().len(), logged_in.waiting()), (5, "0".to_owned()));
    }

    async fn what_a_server_took_and_did_not_finish_is_tried_again_in_a_minute(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.party.answer(0); // it says nothing
        logged_in.log_out().await;
        let cut_off = logged_in.server().deliver_logouts();
        let cut_off = tokio::time::timeout(Duration::from_millis(500), cut_off).await;
        assert!(cut_off.is_err(), "{cut_off:?}");
        logged_in.party.answer(200);
        logged_in.advance(59);
        assert_eq!(logged_in.deliver().await, 0);
        logged_in.advance(1);
        assert_eq!(logged_in.deliver().await, 1);
    }

    async fn who_does_not_want_to_be_told_any_more_is_not(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.log_out().await;
        logged_in.openid.fixture.database.execute("UPDATE oauth_clients SET disabled_at = 1");
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (0, "0".to_owned()));
        assert_eq!((logged_in.party.tokens().len(), logged_in.heard().len()), (0, 0));
    }

    async fn the_task_tells_clients_as_soon_as_somebody_logs_out(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        let delivering = logged_in.server().deliver_logouts_always();
        // Its first look is over, and the next is in ten seconds.
        tokio::time::sleep(Duration::from_millis(300)).await;
        logged_in.log_out().await;
        for _ in 0..250 {
            if logged_in.waiting() == "0" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!((logged_in.party.tokens().len(), logged_in.waiting()), (1, "0".to_owned()));
        drop(delivering);
    }

    async fn staff_have_one_tried_now_or_drop_it_and_the_trail_says_so(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.party.answer(500);
        logged_in.log_out().await;
        logged_in.log_out().await;
        logged_in.deliver().await;
        let admin = logged_in.server().admin(Actor::command("test"));
        let waiting = admin.logout_deliveries(None).await.unwrap().rows;
        assert_eq!(waiting.iter().map(|it| it.client.name.as_str()).collect::<Vec<_>>(), ["party"; 2]);
        admin.drop_logout_delivery(waiting[0].id).await.unwrap();
        logged_in.party.answer(200);
        assert_eq!(logged_in.deliver().await, 0, "not before its time");
        admin.hurry_logout_delivery(waiting[1].id).await.unwrap();
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (1, "0".to_owned()));
        let trail = logged_in.openid.fixture.database.texts(
            "SELECT action || ' ' || kind || ' ' || record_name AS text FROM oauth_audit ORDER BY id DESC LIMIT 2",
        );
        assert_eq!(trail, ["update logout_delivery party", "delete logout_delivery party"]);
        for id in [waiting[0].id, 77] {
            assert!(admin.drop_logout_delivery(id).await.is_err());
            assert!(admin.hurry_logout_delivery(id).await.is_err());
        }
    }

    async fn of_one_client_the_newest_ten_thousand_wait(database: Database) {
        let logged_in = LoggedIn::on(database).await;
        logged_in.party.answer(500);
        logged_in.openid.fixture.database.execute(
            "INSERT INTO oauth_logout_deliveries (client_id, subject, created_at, due_at, attempts, expires_at)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10005)
            SELECT id, 'bob', 1, 1500000, 1, 2000000 FROM oauth_clients, numbers WHERE client_id = 'party'",
        );
        logged_in.log_out().await;
        assert_eq!((logged_in.deliver().await, logged_in.waiting()), (0, "10000".to_owned()));
        assert_eq!(logged_in.heard(), [put_off("it answered 500", 1_000_010)], "it is the newest");
    }
}
