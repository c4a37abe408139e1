//! What ends with a session, and who is told: Back-Channel Logout 1.0.

mod ends;
mod uri;

use oauth_core::{
    EventKind, NewUser, PasswordChange, Revocation, Session, User, admin::AdminError,
};

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

both_databases! {
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
