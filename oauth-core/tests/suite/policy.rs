//! What the application's policy says to whatever is about to be issued.

mod attached;

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use oauth_core::{
    AuthorizationError, AuthorizationErrorCode as Code, Lifetime, Policy, PolicyRequest, Ruling,
    StoreError, TokenError, Tokens, async_trait,
};
use serde_json::{Value, json};

use crate::support::{
    Fixture, Form, assert_dead, assert_refused, code_request, implicit_request, machine,
    refresh_token, scopes,
};

impl Fixture {
    fn ruled(
        mut self,
        rules: impl Fn(&PolicyRequest<'_>) -> Result<Ruling, TokenError> + Send + Sync + 'static,
    ) -> Self {
        self.server = self.server.with_policy(rules);
        self
    }

    /// With a policy that says this, and only so, wherever it is asked.
    fn always(self, ruling: Ruling) -> Self {
        self.ruled(move |_| Ok(ruling.clone()))
    }

    /// What a client is told that acts for itself.
    async fn for_itself(&self) -> Result<Tokens, TokenError> {
        let secret = self.register(machine("robot")).await.secret.unwrap();
        let form = Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", secret.expose()),
            ("scope", "read"),
        ]);
        self.token(&form).await
    }

    /// What the client is told where alice says yes.
    async fn denied(&self, request: &Form) -> (Code, String) {
        let request = self.judge(request).await.unwrap();
        match self.server.accept(request, "alice").await {
            Err(AuthorizationError::Client { code, description, .. }) => {
                (code, description.into_owned())
            }
            other => panic!("not refused at the client: {other:?}"),
        }
    }
}

/// What it was asked, a line each time.
type Asked = Arc<Mutex<Vec<String>>>;

fn noted(fixture: Fixture) -> (Asked, Fixture) {
    let asked = Asked::default();
    let noted = Arc::clone(&asked);
    let fixture = fixture.ruled(move |request| {
        let (by, client, scopes) = (request.subject, &request.client.client_id, request.scopes);
        let (endpoint, grant_type) = (request.endpoint, request.grant_type.as_str());
        let line = format!("{endpoint:?} {grant_type} {} {client}: {scopes}", by.unwrap_or("-"));
        noted.lock().unwrap().push(line);
        Ok(Ruling::default())
    });
    (asked, fixture)
}

fn data(data: Value) -> Ruling {
    Ruling { data: Some(data), ..Ruling::default() }
}

both_databases! {
    async fn it_is_asked_once_for_whatever_is_issued(fixture: Fixture) {
        let (asked, fixture) = noted(fixture);
        let tokens = fixture.tokens().await;
        let narrower = fixture.refresh_form(refresh_token(&tokens)).set("scope", "read");
        fixture.token(&narrower).await.unwrap();
        fixture.authorize(&implicit_request()).await;
        fixture.for_itself().await.unwrap();
        let expected = [
            "Authorization authorization_code alice confidential: read write",
            "Token authorization_code alice confidential: read write",
            "Token refresh_token alice confidential: read",
            "Authorization implicit alice implicit: read write",
            "Token client_credentials - robot: read",
        ];
        assert_eq!(*asked.lock().unwrap(), expected);
    }

    async fn it_is_not_asked_for_what_is_refused_anyway(fixture: Fixture) {
        let (asked, fixture) = noted(fixture);
        let tokens = fixture.tokens().await;
        asked.lock().unwrap().clear();
        fixture.exchange("never-issued").await.unwrap_err();
        let wider = fixture.refresh_form(refresh_token(&tokens)).set("scope", "read admin");
        fixture.token(&wider).await.unwrap_err();
        assert_eq!(*asked.lock().unwrap(), [""; 0]);
    }

    async fn it_refuses_with_an_error_and_a_text_and_nothing_is_spent(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let code = fixture.code(&code_request()).await;
        let no = fixture.ruled(|_| Err(TokenError::InvalidGrant("closed on Sundays".into())));
        assert_refused(no.exchange(&code).await, "invalid_grant", "closed on Sundays");
        assert_refused(no.refresh(refresh_token(&tokens)).await, "invalid_grant", "closed on Sundays");
        assert_refused(no.for_itself().await, "invalid_grant", "closed on Sundays");
        let denied = (Code::AccessDenied, "closed on Sundays".to_owned());
        assert_eq!(no.denied(&code_request()).await, denied);
        assert_eq!(no.denied(&implicit_request()).await, denied);
        let open = no.always(Ruling::default());
        open.exchange(&code).await.unwrap();
        open.refresh(refresh_token(&tokens)).await.unwrap();
    }

    // RFC 6749 §5.2: "Values for the "error_description" parameter MUST NOT include characters outside the set".
    async fn its_text_is_sent_in_the_characters_that_may_be_sent(fixture: Fixture) {
        let no = fixture.ruled(|_| Err(TokenError::InvalidScope("say \"please\",\nдруг".into())));
        assert_refused(no.for_itself().await, "invalid_scope", "say ?please?,?????");
        assert_eq!(no.denied(&code_request()).await.0, Code::InvalidScope);
    }

    async fn what_it_leaves_of_the_scopes_when_a_family_begins_is_all_there_will_be(fixture: Fixture) {
        let most = Ruling { scopes: Some(scopes("read admin")), ..Ruling::default() };
        let fixture = fixture.always(most);
        let tokens = fixture.tokens().await;
        assert_eq!(tokens.scopes, scopes("read"), "and never more than was asked for");
        let fixture = fixture.always(Ruling::default());
        assert_eq!(fixture.refresh(refresh_token(&tokens)).await.unwrap().scopes, scopes("read"));
    }

    async fn what_it_leaves_of_the_scopes_at_a_refresh_is_for_that_access_token(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let fixture = fixture.always(Ruling { scopes: Some(scopes("read")), ..Ruling::default() });
        let second = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_eq!(second.scopes, scopes("read"));
        let fixture = fixture.always(Ruling::default());
        let third = fixture.refresh(refresh_token(&second)).await.unwrap();
        assert_eq!(third.scopes, scopes("read write"));
    }

    async fn where_it_leaves_no_scope_nothing_is_issued(fixture: Fixture) {
        let fixture = fixture.always(Ruling { scopes: Some(scopes("admin")), ..Ruling::default() });
        assert_refused(fixture.for_itself().await, "invalid_scope", "not available");
        assert_eq!(fixture.denied(&code_request()).await.0, Code::InvalidScope);
    }

    async fn it_chooses_how_long_an_access_token_lives(fixture: Fixture) {
        let seconds = |seconds| Ruling {
            access_token_lifetime: Some(Lifetime::Seconds(seconds)),
            ..Ruling::default()
        };
        let fixture = fixture.always(seconds(300));
        let tokens = fixture.tokens().await;
        assert_eq!(tokens.expires_in, Some(300));
        let fixture = fixture.always(seconds(7));
        let second = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_eq!(second.expires_in, Some(7));
        fixture.clock.advance(7);
        assert!(!fixture.is_live(&second.access_token).await);
    }

    async fn it_chooses_how_long_a_refresh_token_lives(fixture: Fixture) {
        let lifetime = Some(Lifetime::Seconds(60));
        let fixture = fixture.always(Ruling { refresh_token_lifetime: lifetime, ..Ruling::default() });
        let tokens = fixture.tokens().await;
        fixture.clock.advance(60);
        assert_refused(fixture.refresh(refresh_token(&tokens)).await, "invalid_grant", "expired");
    }

    async fn it_chooses_how_long_a_family_lives_which_nothing_in_it_outlives(fixture: Fixture) {
        let fixture = fixture.always(Ruling {
            grant_lifetime: Some(Lifetime::Seconds(100)),
            access_token_lifetime: Some(Lifetime::Never),
            refresh_token_lifetime: Some(Lifetime::Never),
            ..Ruling::default()
        });
        let tokens = fixture.tokens().await;
        assert_eq!(tokens.expires_in, Some(100));
        fixture.clock.advance(100);
        assert_dead(&fixture, &tokens).await;
    }

    async fn whatever_goes_wrong_with_it_may_be_tried_again_and_issues_nothing(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let members = |name: &str, size| {
            let members = json!({ name: "x".repeat(size) });
            Ruling { members: members.as_object().unwrap().clone(), ..Ruling::default() }
        };
        let lifetime = |seconds| Some(Lifetime::Seconds(seconds));
        let unusable = [
            data(json!("x".repeat(4095))),
            members("more", 4096),
            members("scope", 1),
            members("access_token", 1),
            Ruling { access_token_lifetime: lifetime(0), ..Ruling::default() },
            Ruling { refresh_token_lifetime: lifetime(-1), ..Ruling::default() },
            Ruling { grant_lifetime: lifetime(i64::MAX), ..Ruling::default() },
        ];
        let mut fixture = fixture;
        for ruling in unusable {
            let said = format!("{ruling:?}");
            fixture = fixture.always(ruling);
            let failed = fixture.refresh(refresh_token(&tokens)).await.unwrap_err();
            assert_eq!(failed.code(), "temporarily_unavailable", "{said}");
        }
        fixture = fixture.ruled(|_| Err(TokenError::Server(StoreError::Url("down".to_owned()))));
        let failed = fixture.refresh(refresh_token(&tokens)).await.unwrap_err();
        assert_eq!(failed.code(), "temporarily_unavailable");
        assert_eq!(fixture.denied(&code_request()).await.0, Code::TemporarilyUnavailable);
        fixture = fixture.ruled(|_| panic!("a policy that panics"));
        let failed = fixture.refresh(refresh_token(&tokens)).await.unwrap_err();
        assert_eq!(failed.code(), "temporarily_unavailable");
        fixture = fixture.always(data(json!("x".repeat(4094))));
        fixture.refresh(refresh_token(&tokens)).await.expect("4 KiB, and a token that is not spent");
    }
}

/// One that never answers.
struct Silent;

#[async_trait]
impl Policy for Silent {
    async fn judge(&self, _: &PolicyRequest<'_>) -> Result<Ruling, TokenError> {
        pending().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_does_not_answer_is_given_up_after_5_seconds() {
    let mut fixture = Fixture::on(crate::support::Database::sqlite()).await;
    fixture.server = fixture.server.with_policy(Silent);
    let failed = fixture.for_itself().await.unwrap_err();
    assert_eq!(failed.code(), "temporarily_unavailable");
    assert!(
        format!("{:?}", std::error::Error::source(&failed)).contains("5 seconds"),
        "{failed:?}"
    );
}
