//! Nothing is issued for a user who is not active any more, whatever the grant.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering::Relaxed},
};

use oauth_core::{
    AuthorizationError, AuthorizationErrorCode as Code, GrantType, NewClient, StoreError,
};

use crate::support::{
    Fixture, Form, Redirect, assert_refused, client, code_request, implicit_request, machine,
    refresh_token,
};

/// Whether users are active, as the application says while it runs.
#[derive(Clone, Default)]
struct Users(Arc<AtomicU8>);

const ACTIVE: u8 = 0;
const GONE: u8 = 1;
const UNKNOWN: u8 = 2;

impl Users {
    fn are(&self, state: u8) {
        self.0.store(state, Relaxed);
    }

    fn of(mut fixture: Fixture) -> (Self, Fixture) {
        let users = Self::default();
        let state = Arc::clone(&users.0);
        fixture.server = fixture.server.with_active_check(Arc::new(move |_| {
            let state = state.load(Relaxed);
            Box::pin(async move {
                match state {
                    UNKNOWN => Err(StoreError::Url("the directory".to_owned())),
                    state => Ok(state == ACTIVE),
                }
            })
        }));
        (users, fixture)
    }
}

/// How a client asks with the password of bob, whom the application knows.
async fn password_request(fixture: &mut Fixture) -> Form {
    fixture.server = fixture
        .server
        .clone()
        .with_passwords(Arc::new(|name, _| Box::pin(async move { Ok(Some(name)) })));
    let grant_types = vec![GrantType::Password];
    let secret = fixture.register(NewClient { grant_types, ..client("old") }).await.secret.unwrap();
    Form::new(&[
        ("grant_type", "password"),
        ("client_id", "old"),
        ("client_secret", secret.expose()),
        ("username", "bob"),
        ("password", "x"),
        ("scope", "read"),
    ])
}

/// What the client is told where the user says yes to this.
async fn refused_at_client(fixture: &Fixture, request: &Form) -> (Code, String) {
    let request = fixture.judge(request).await.unwrap();
    match fixture.server.accept(request, "alice").await {
        Err(AuthorizationError::Client { code, response: location, .. }) => {
            (code, location.location().to_owned())
        }
        other => panic!("not refused at the client: {other:?}"),
    }
}

both_databases! {
    async fn a_user_who_is_gone_gives_no_code_and_no_token(fixture: Fixture) {
        let (users, fixture) = Users::of(fixture);
        users.are(GONE);
        for request in [code_request(), implicit_request()] {
            let (code, location) = refused_at_client(&fixture, &request).await;
            assert_eq!(code, Code::AccessDenied);
            assert!(location.contains("error=access_denied"), "{location}");
        }
        for table in ["oauth_grants", "oauth_consents"] {
            let rows = fixture.database.texts(&format!("SELECT subject AS text FROM {table}"));
            assert_eq!(rows, [""; 0], "{table}");
        }
    }

    async fn a_code_of_a_user_who_is_gone_leads_to_nothing_and_is_not_spent(fixture: Fixture) {
        let (users, fixture) = Users::of(fixture);
        let code = fixture.code(&code_request()).await;
        users.are(GONE);
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "the user is not active any more");
        users.are(ACTIVE);
        assert!(fixture.exchange(&code).await.is_ok());
    }

    async fn a_refresh_token_of_a_user_who_is_gone_is_refused_and_not_spent(fixture: Fixture) {
        let (users, fixture) = Users::of(fixture);
        let tokens = fixture.tokens().await;
        users.are(GONE);
        let refreshed = fixture.refresh(refresh_token(&tokens)).await;
        assert_refused(refreshed, "invalid_grant", "the user is not active any more");
        users.are(ACTIVE);
        assert!(fixture.refresh(refresh_token(&tokens)).await.is_ok());
    }

    async fn a_pair_is_not_given_again_to_a_user_who_is_gone_by_then(fixture: Fixture) {
        let (users, fixture) = Users::of(fixture);
        let tokens = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        users.are(GONE);
        let again = fixture.refresh(refresh_token(&tokens)).await;
        assert_refused(again, "invalid_grant", "the user is not active any more");
        users.are(ACTIVE);
        let again = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_eq!(again.access_token, second.access_token, "nothing was ended by that");
    }

    async fn a_replay_ends_the_family_also_of_a_user_who_is_gone(fixture: Fixture) {
        let (users, fixture) = Users::of(fixture);
        let tokens = fixture.tokens().await;
        fixture.refresh(refresh_token(&tokens)).await.unwrap();
        fixture.clock.advance(11);
        users.are(GONE);
        let replayed = fixture.refresh(refresh_token(&tokens)).await;
        assert_refused(replayed, "invalid_grant", "its family is revoked");
        assert_eq!(fixture.alarms().len(), 1);
    }

    async fn a_password_of_a_user_who_is_gone_is_no_use(fixture: Fixture) {
        let (users, mut fixture) = Users::of(fixture);
        let request = password_request(&mut fixture).await;
        users.are(GONE);
        assert_refused(fixture.token(&request).await, "invalid_grant", "the user is not active any more");
        users.are(ACTIVE);
        assert!(fixture.token(&request).await.is_ok());
    }

    async fn a_client_that_acts_for_its_owner_does_so_while_that_user_is_active(fixture: Fixture) {
        let (users, fixture) = Users::of(fixture);
        let robot = NewClient {
            owner: Some("alice".to_owned()),
            acts_as_owner: true,
            ..machine("robot")
        };
        let secret = fixture.register(robot).await.secret.unwrap();
        let request = Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", secret.expose()),
            ("scope", "read"),
        ]);
        users.are(GONE);
        assert_refused(fixture.token(&request).await, "invalid_grant", "the user is not active any more");
        users.are(ACTIVE);
        assert!(fixture.token(&request).await.is_ok());
    }

    async fn what_cannot_be_found_out_is_no_refusal_but_may_be_asked_again(fixture: Fixture) {
        let (users, fixture) = Users::of(fixture);
        let code = fixture.code(&code_request()).await;
        users.are(UNKNOWN);
        let failed = fixture.exchange(&code).await.unwrap_err();
        assert_eq!(failed.code(), "temporarily_unavailable");
        let (code, _) = refused_at_client(&fixture, &code_request()).await;
        assert_eq!(code, Code::TemporarilyUnavailable);
    }
}
