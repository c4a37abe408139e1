//! What ends with a session, and who is told: Back-Channel Logout 1.0.

use oauth_core::{EventKind, NewUser, PasswordChange, Revocation, Session, User};

use super::*;
use crate::support::Redirect;

impl OpenId {
    /// Another client, which is told where users signed out.
    async fn told_client(&self, client_id: &str, of_session: bool) -> Secret {
        let metadata = OpenIdMetadata {
            backchannel_logout_uri: Some(format!("https://{client_id}.example/logout")),
            backchannel_logout_session_required: of_session,
            ..OpenIdMetadata::default()
        };
        Self::registered(&self.fixture, client_id, metadata).await
    }

    /// To whom it is to be said, of whom and of which session.
    fn deliveries(&self) -> Vec<String> {
        self.fixture.database.texts(
            "SELECT oauth_clients.client_id || ' ' || subject || ' ' || COALESCE(sid, '-') AS text
            FROM oauth_logout_deliveries JOIN oauth_clients ON oauth_clients.id = oauth_logout_deliveries.client_id
            ORDER BY oauth_logout_deliveries.id",
        )
    }

    /// Tokens that a client got in a session of alice's.
    async fn tokens_in(&self, session: &str, client: (&str, &Secret), scope: &str) -> Tokens {
        self.tokens_for("alice", session, client, scope).await
    }

    async fn tokens_for(
        &self,
        subject: &str,
        session: &str,
        client: (&str, &Secret),
        scope: &str,
    ) -> Tokens {
        let server = &self.fixture.server;
        let params = self.request(&[("client_id", client.0), ("scope", scope)]);
        let request = server.authorization_request(&params).await.unwrap();
        let sid = Some(session.to_owned());
        let signed_in = Authentication { sid, ..signed_in() };
        let response = server.accept_as(request, subject, &signed_in).await.unwrap();
        let code = in_query(response.location(), "code").expect("a code");
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", client.0),
            ("client_secret", client.1.expose()),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ]);
        server.token(None, &form.params()).await.unwrap()
    }

    async fn lives(&self, tokens: &Tokens) -> bool {
        let token = tokens.access_token.expose();
        self.fixture.server.verify(token, &"".parse().unwrap()).await.is_ok()
    }

    async fn signed_in_as(&self, name: &str) -> (User, Session) {
        let new = NewUser { username: name.to_owned(), ..NewUser::default() };
        let user = self.fixture.server.create_user(new, PASSWORD).await.unwrap();
        let session = self.fixture.server.sign_in(None, user.clone()).await.unwrap();
        (user, session)
    }
}

const PASSWORD: &str = "correct horse battery";

/// Bob in two sessions, with a client that is told of which and has an access of its own in each.
struct Bob {
    openid: OpenId,
    user: User,
    here: Session,
    sids: [String; 2],
    tokens: Vec<Tokens>,
}

impl Bob {
    async fn on(database: Database) -> Self {
        let openid = OpenId::on(database).await;
        let secret = openid.told_client("one", true).await;
        let (user, here) = openid.signed_in_as("bob").await;
        let elsewhere = openid.fixture.server.sign_in(None, user.clone()).await.unwrap();
        let sids = [here.sid.clone().unwrap(), elsewhere.sid.unwrap()];
        let mut tokens = Vec::new();
        for (sid, scope) in
            [(&sids[0], "openid"), (&sids[1], "openid"), (&sids[1], "openid offline_access")]
        {
            let subject = user.id.to_string();
            tokens.push(openid.tokens_for(&subject, sid, ("one", &secret), scope).await);
        }
        Self { openid, user, here, sids, tokens }
    }

    /// Which of the three live: here, elsewhere, elsewhere with `offline_access`.
    async fn lives(&self) -> [bool; 3] {
        let [one, two, three] = &*self.tokens else { panic!("three") };
        [self.openid.lives(one).await, self.openid.lives(two).await, self.openid.lives(three).await]
    }

    /// Of which of the two sessions the client is told.
    fn told(&self) -> Vec<String> {
        let mut told: Vec<_> =
            self.sids.iter().map(|sid| format!("one {} {sid}", self.user.id)).collect();
        let deliveries = self.openid.deliveries();
        assert!(deliveries.iter().all(|delivery| told.contains(delivery)), "{deliveries:?}");
        told.retain(|delivery| deliveries.contains(delivery));
        assert_eq!(told.len(), deliveries.len(), "each once");
        told
    }
}

both_databases! {
    async fn a_password_change_logs_out_the_other_sessions_and_clients_know_this_one_still(bob: Bob) {
        let change = PasswordChange {
            old_password: PASSWORD.into(),
            new_password: "another horse battery".into(),
            disconnects: false,
        };
        let changed = bob.openid.fixture.server.change_password(&bob.here, &change).await.unwrap();
        assert_eq!(changed.sid, bob.here.sid);
        assert_eq!(bob.lives().await, [true, false, true]);
        assert_eq!(bob.told().len(), 1);
        assert!(bob.told()[0].ends_with(&bob.sids[1]));
    }

    async fn a_session_that_the_user_ends_elsewhere_is_logged_out(bob: Bob) {
        let server = &bob.openid.fixture.server;
        server.end_sessions(&bob.here, Some(&bob.sids[1])).await.unwrap();
        assert_eq!(bob.lives().await, [true, false, true]);
        assert!(bob.told().len() == 1 && bob.told()[0].ends_with(&bob.sids[1]));
        server.end_sessions(&bob.here, Some(&bob.sids[1])).await.unwrap();
        server.end_sessions(&bob.here, Some("a\0b")).await.unwrap();
        assert_eq!(server.sessions(&bob.here).await.unwrap().len(), 1);
    }

    async fn so_are_all_others_at_once_and_this_one_goes_on(bob: Bob) {
        let server = &bob.openid.fixture.server;
        server.end_sessions(&bob.here, None).await.unwrap();
        assert_eq!((bob.lives().await, bob.told().len()), ([true, false, true], 1));
        assert!(server.session(bob.here.secret.expose()).await.unwrap().is_some());
    }

    async fn a_password_that_others_reset_ends_all_and_each_session_is_told(bob: Bob) {
        bob.openid.fixture.server.set_password(bob.user.id, "another horse battery").await.unwrap();
        assert_eq!(bob.lives().await, [false; 3]);
        assert_eq!(bob.told().len(), 2);
    }

    async fn the_same_by_staff(bob: Bob) {
        bob.openid.fixture.admin().set_user_password(bob.user.id, "another horse battery").await.unwrap();
        assert_eq!((bob.lives().await, bob.told().len()), ([false; 3], 2));
    }

    async fn of_a_user_who_is_deactivated_each_session_is_told(bob: Bob) {
        let change = crate::admin::users::change(&bob.user);
        let change = oauth_core::admin::UserChange { is_active: false, ..change };
        bob.openid.fixture.admin().update_user(bob.user.id, change).await.unwrap();
        assert_eq!((bob.lives().await, bob.told().len()), ([false; 3], 2));
    }

    async fn of_a_user_who_is_forgotten_clients_are_told_and_nothing_else_is_left(bob: Bob) {
        let subject = bob.user.id.to_string();
        for _ in 0..2 {
            bob.openid.fixture.server.forget_user(&subject).await.unwrap();
            assert_eq!(bob.told().len(), 2);
        }
        assert_eq!(bob.openid.fixture.count("oauth_grants"), "0");
        bob.openid.fixture.clock.advance(26 * 3600);
        bob.openid.fixture.server.clear_expired().await.unwrap();
        assert_eq!(bob.openid.fixture.count("oauth_logout_deliveries"), "0", "bounded");
    }

    async fn who_signs_in_in_place_of_another_logs_that_one_out(bob: Bob) {
        let (carol, _) = bob.openid.signed_in_as("carol").await;
        bob.openid.fixture.server.sign_in(Some(&bob.here), carol).await.unwrap();
        assert_eq!(bob.lives().await, [false, true, true]);
        assert!(bob.told().len() == 1 && bob.told()[0].ends_with(&bob.sids[0]));
    }

    async fn who_signs_in_once_more_is_in_the_same_session(bob: Bob) {
        let again = bob.openid.fixture.server.sign_in(Some(&bob.here), bob.user.clone()).await.unwrap();
        assert_eq!(again.sid, bob.here.sid);
        assert_eq!((bob.lives().await, bob.told().len()), ([true; 3], 0));
    }

    // All that it had of the session is over for days then.
    async fn a_client_that_keeps_no_tokens_is_told_of_a_session_as_long_as_that_lasts(openid: OpenId) {
        let secret = openid.told_client("one", false).await;
        openid.tokens_in("here", ("one", &secret), "openid").await;
        openid.fixture.database.execute("DELETE FROM oauth_refresh_tokens");
        openid.fixture.clock.advance(13 * 24 * 3600);
        openid.fixture.server.clear_expired().await.unwrap();
        openid.fixture.server.log_out_session("here").await.unwrap();
        assert_eq!(openid.deliveries(), ["one alice here"]);
        openid.fixture.clock.advance(3 * 24 * 3600);
        assert_eq!(openid.fixture.server.clear_expired().await.unwrap().grants, 1);
    }

    /// Back-Channel Logout §2.7: refresh tokens "issued without the `offline_access` property to a session being logged out
    /// SHOULD be revoked", and those with it "normally SHOULD NOT".
    async fn a_session_ends_what_began_with_openid_in_it_but_for_offline_access(openid: OpenId) {
        let login = ("login", &openid.secret);
        let here = openid.tokens_in("here", login, "openid read").await;
        let offline = openid.tokens_in("here", login, "openid offline_access").await;
        let without = openid.tokens_in("here", login, "read").await;
        let elsewhere = openid.tokens_in("elsewhere", login, "openid").await;
        openid.fixture.events();
        openid.fixture.server.log_out_session("here").await.unwrap();
        assert!(!openid.lives(&here).await, "it is logged out");
        for (lives, why) in [(&offline, "offline_access"), (&without, "no openid"), (&elsewhere, "another session")] {
            assert!(openid.lives(lives).await, "{why}");
        }
        let (client_id, subject) = (Some("login".to_owned()), Some("alice".to_owned()));
        let cause = Revocation::Logout;
        assert_eq!(openid.fixture.events(), [EventKind::GrantRevoked { client_id, subject, cause }]);
    }

    async fn each_client_of_the_session_that_wants_to_know_is_told_once(openid: OpenId) {
        let (one, other) = (openid.told_client("one", false).await, openid.told_client("other", true).await);
        let login = ("login", &openid.secret);
        openid.tokens_in("here", login, "openid").await;
        openid.tokens_in("here", ("one", &one), "openid").await;
        openid.tokens_in("here", ("one", &one), "openid").await;
        openid.tokens_in("here", ("other", &other), "openid offline_access").await;
        openid.tokens_in("elsewhere", ("other", &other), "openid").await;
        openid.fixture.server.log_out_session("here").await.unwrap();
        assert_eq!(openid.deliveries(), ["one alice here", "other alice here"]);
    }

    async fn of_all_sessions_of_a_user_a_client_is_told_which_only_where_it_must_know(openid: OpenId) {
        let (one, other) = (openid.told_client("one", false).await, openid.told_client("other", true).await);
        for session in ["here", "elsewhere"] {
            openid.tokens_in(session, ("one", &one), "openid").await;
            openid.tokens_in(session, ("other", &other), "openid").await;
        }
        openid.fixture.server.log_out_user("alice").await.unwrap();
        assert_eq!(openid.deliveries(), ["one alice -", "other alice here", "other alice elsewhere"]);
        assert_eq!(openid.fixture.count("oauth_grants WHERE revoked_at IS NULL"), "0");
    }

    async fn a_client_that_is_disabled_is_not_told(openid: OpenId) {
        let secret = openid.told_client("one", false).await;
        openid.tokens_in("here", ("one", &secret), "openid").await;
        let id = openid.fixture.key("one").await;
        openid.fixture.admin().set_client_disabled(id, true).await.unwrap();
        openid.fixture.server.log_out_session("here").await.unwrap();
        assert_eq!(openid.deliveries(), [""; 0]);
    }

    async fn a_sign_out_ends_what_clients_have_of_the_session(openid: OpenId) {
        let (_, session) = openid.signed_in_as("bob").await;
        let secret = openid.told_client("one", false).await;
        let sid = session.sid.clone().unwrap();
        let tokens = openid.tokens_in(&sid, ("one", &secret), "openid").await;
        openid.fixture.server.end_session(&session).await.unwrap();
        assert!(!openid.lives(&tokens).await);
        assert_eq!(openid.deliveries(), [format!("one alice {sid}")]);
    }

    async fn a_session_that_expires_ends_nothing(openid: OpenId) {
        let (_, session) = openid.signed_in_as("bob").await;
        openid.fixture.clock.advance(14 * 24 * 3600 - 10);
        let tokens = openid.tokens_in(&session.sid.unwrap(), ("login", &openid.secret), "openid").await;
        openid.fixture.clock.advance(2000);
        assert!(openid.fixture.server.session(session.secret.expose()).await.unwrap().is_none());
        openid.fixture.server.clear_expired().await.unwrap();
        assert!(openid.lives(&tokens).await);
        assert_eq!(openid.deliveries(), [""; 0]);
    }

    async fn more_families_than_a_batch_end_and_are_told_of_once(openid: OpenId) {
        openid.told_client("one", true).await;
        let id = openid.fixture.key("one").await;
        openid.fixture.database.execute(&format!("
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 250)
            INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, openid, sid)
                SELECT n, {id}, 'alice', 'openid', 1, '{{}}', 'here' FROM numbers;
        "));
        openid.fixture.server.log_out_session("here").await.unwrap();
        assert_eq!(openid.deliveries(), ["one alice here"]);
        assert_eq!(openid.fixture.count("oauth_grants WHERE revoked_at IS NULL"), "0");
    }

    async fn a_token_that_could_not_be_delivered_in_a_day_is_cleared_away(openid: OpenId) {
        let secret = openid.told_client("one", false).await;
        openid.tokens_in("here", ("one", &secret), "openid").await;
        openid.fixture.server.log_out_session("here").await.unwrap();
        openid.fixture.clock.advance(25 * 3600 - 1);
        openid.fixture.server.clear_expired().await.unwrap();
        assert_eq!(openid.deliveries().len(), 1);
        openid.fixture.clock.advance(1);
        assert_eq!(openid.fixture.server.clear_expired().await.unwrap().logout_deliveries, 1);
    }

    async fn a_session_that_no_client_knows_is_logged_out_already(openid: OpenId) {
        for unknown in ["", "unknown", "a\0b"] {
            openid.fixture.server.log_out_session(unknown).await.unwrap();
            openid.fixture.server.log_out_user(unknown).await.unwrap();
        }
    }
}

fn logs_out_at(issuer: &str, uri: &str) -> Result<(), String> {
    let database = Database::sqlite();
    let store = oauth_core::Store::open(&database.url).unwrap();
    store.migrate().unwrap();
    let settings = oauth_core::Settings { ssl_only: false, ..oauth_core::Settings::new(issuer) };
    let server = oauth_core::AuthorizationServer::new(settings, store).unwrap();
    let openid = OpenIdMetadata {
        backchannel_logout_uri: Some(uri.to_owned()),
        ..OpenIdMetadata::default()
    };
    let new = NewClient { openid, ..NewClient::new("app") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let registered = runtime.block_on(
        server.register_client(NewClient { redirect_uris: vec![CALLBACK.to_owned()], ..new }),
    );
    registered.map(drop).map_err(|error| error.to_string())
}

/// Back-Channel Logout §2.2: "This URL MUST NOT include a fragment component."
#[test]
fn a_client_is_told_over_https_and_on_this_machine_over_http_where_the_issuer_is_there_too() {
    let (public, local) = ("https://id.example", "http://localhost:8080");
    for (issuer, uri) in [
        (public, "https://app.example/logout?of=one"),
        (local, "https://app.example/logout"),
        (local, "http://localhost:1111/logout"),
        (local, "http://127.0.0.1:1111/logout"),
    ] {
        assert_eq!(logs_out_at(issuer, uri), Ok(()), "{issuer} {uri}");
    }
    for (issuer, uri) in [
        (public, "https://app.example/logout#here"),
        (public, "http://localhost:1111/logout"),
        (public, "http://app.example/logout"),
        (local, "http://app.example/logout"),
        (local, "http://localhost:1111/logout#here"),
        (public, "com.example.app:/logout"),
        (public, "/logout"),
    ] {
        assert!(logs_out_at(issuer, uri).is_err(), "{issuer} {uri}");
    }
}
