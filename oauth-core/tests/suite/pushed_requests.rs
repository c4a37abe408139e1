//! Requests that the client pushes first: RFC 9126.

use oauth_core::{
    AuthorizationError, AuthorizationRequest, NewClient, PageFault, Pushed, Secret, TokenError,
};

use crate::support::{
    CALLBACK, Fixture, Form, Redirect, assert_live, client, code_request, in_query, public_request,
};

impl Fixture {
    /// What `confidential` pushes.
    fn to_push(&self) -> Form {
        code_request().set("client_secret", self.secret.expose())
    }

    async fn push(&self, form: &Form) -> Result<Pushed, TokenError> {
        self.server.push(None, &form.params()).await
    }

    async fn pushed(&self) -> String {
        self.push(&self.to_push()).await.expect("a pushed request").request_uri
    }

    async fn bring(
        &self,
        request_uri: &str,
        browser: &Secret,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        let form = Form::new(&[("client_id", "confidential"), ("request_uri", request_uri)]);
        self.server.pushed_request(&form.params(), browser).await
    }
}

#[track_caller]
fn assert_is_gone(brought: &Result<AuthorizationRequest, AuthorizationError>) {
    let Err(AuthorizationError::Page(PageFault::InvalidRequestUri(_))) = brought else {
        panic!("{brought:?}")
    };
}

both_databases! {
    async fn a_pushed_request_leads_to_a_code(fixture: Fixture) {
        let pushed = fixture.push(&fixture.to_push()).await.unwrap();
        assert!(pushed.request_uri.starts_with("urn:ietf:params:oauth:request_uri:"));
        assert_eq!(pushed.expires_in, 60);
        let request = fixture.bring(&pushed.request_uri, &Secret::generate()).await.unwrap();
        let location = fixture.server.accept(request, "alice").await.unwrap();
        assert!(location.location().starts_with(CALLBACK));
        assert_eq!(in_query(&location, "state").as_deref(), Some("xyz"));
        let tokens = fixture.exchange(&in_query(&location, "code").unwrap()).await.unwrap();
        assert_live(&fixture, &tokens).await;
    }

    /// RFC 9126 §4: "the authorization server SHOULD treat `request_uri` values as one-time use".
    async fn it_is_answered_once_by_a_code_or_by_an_error(fixture: Fixture) {
        let browser = Secret::generate();
        let (accepted, declined) = (fixture.pushed().await, fixture.pushed().await);
        let in_two_tabs = [fixture.bring(&accepted, &browser).await, fixture.bring(&accepted, &browser).await];
        let [one, other] = in_two_tabs.map(Result::unwrap);
        fixture.server.accept(one, "alice").await.unwrap();
        let Err(AuthorizationError::Client { response: location, .. }) = fixture.server.accept(other, "alice").await else {
            panic!("answered twice")
        };
        assert_eq!(in_query(&location, "error").as_deref(), Some("invalid_request"));
        assert_is_gone(&fixture.bring(&accepted, &browser).await);

        let request = fixture.bring(&declined, &browser).await.unwrap();
        fixture.server.decline(request, "alice").await.unwrap();
        assert_is_gone(&fixture.bring(&declined, &browser).await);
    }

    async fn it_lasts_a_minute_until_it_is_seen_and_ten_from_then_on(fixture: Fixture) {
        let browser = Secret::generate();
        let (late, seen) = (fixture.pushed().await, fixture.pushed().await);
        fixture.clock.advance(59);
        assert!(fixture.bring(&seen, &browser).await.is_ok());
        fixture.clock.advance(1);
        assert_is_gone(&fixture.bring(&late, &browser).await);
        fixture.clock.advance(598);
        assert!(fixture.bring(&seen, &browser).await.is_ok(), "a reload");
        fixture.clock.advance(1);
        assert_is_gone(&fixture.bring(&seen, &browser).await);
    }

    async fn it_is_of_no_use_in_another_browser_once_it_was_seen(fixture: Fixture) {
        let request_uri = fixture.pushed().await;
        let browser = Secret::generate();
        assert!(fixture.bring(&request_uri, &browser).await.is_ok());
        assert_is_gone(&fixture.bring(&request_uri, &Secret::generate()).await);
        assert!(fixture.bring(&request_uri, &browser).await.is_ok());
    }

    /// RFC 9126 §3 lets clients push a request object where a server takes them.
    async fn a_request_object_is_not_pushed_either(fixture: Fixture) {
        let refused = fixture.push(&fixture.to_push().set("request", "e30.e30.")).await.unwrap_err();
        assert_eq!(refused.code(), "request_not_supported");
    }

    /// RFC 9126 §2.1: "The authorization server MUST reject the request if the `request_uri` parameter is provided".
    async fn a_request_uri_is_not_pushed(fixture: Fixture) {
        let form = fixture.to_push().set("request_uri", &fixture.pushed().await);
        assert_eq!(fixture.push(&form).await.unwrap_err().code(), "invalid_request");
    }

    /// RFC 9126 §2.1: "Validate the pushed request as it would an authorization request sent to the authorization
    /// endpoint".
    async fn what_is_wrong_with_a_request_is_told_when_it_is_pushed(fixture: Fixture) {
        for (name, value, code) in [
            ("redirect_uri", "https://elsewhere.example/", "invalid_request"),
            ("redirect_uri", "", "invalid_request"),
            ("scope", "admin", "invalid_scope"),
            ("response_type", "token", "unauthorized_client"),
            ("response_type", "id", "unsupported_response_type"),
            ("code_challenge", "short", "invalid_request"),
            ("client_secret", "wrong", "invalid_client"),
            ("client_id", "unknown", "invalid_client"),
        ] {
            let refused = fixture.push(&fixture.to_push().set(name, value)).await;
            let registered_two = name == "redirect_uri" && value.is_empty();
            match refused {
                Ok(_) if registered_two => {} // the only one may be left out
                Ok(pushed) => panic!("{name}={value}: {pushed:?}"),
                Err(refusal) => assert_eq!(refusal.code(), code, "{name}={value}"),
            }
        }
    }

    async fn a_public_client_pushes_too(fixture: Fixture) {
        let pushed = fixture.push(&public_request()).await.unwrap();
        let form = Form::new(&[("client_id", "public"), ("request_uri", &pushed.request_uri)]);
        assert!(fixture.server.pushed_request(&form.params(), &Secret::generate()).await.is_ok());
    }

    /// RFC 9126 §2.2: "the authorization server MUST ensure that the request URI is bound to the client".
    async fn another_client_cannot_bring_it(fixture: Fixture) {
        let pushed = fixture.push(&public_request()).await.unwrap();
        assert_is_gone(&fixture.bring(&pushed.request_uri, &Secret::generate()).await);
    }

    async fn what_was_never_given_is_refused_on_a_page(fixture: Fixture) {
        for request_uri in ["urn:ietf:params:oauth:request_uri:x", "https://app.example/request", "x"] {
            assert_is_gone(&fixture.bring(request_uri, &Secret::generate()).await);
        }
    }

    /// RFC 9126 §6: "Clients MAY be required to use PAR".
    async fn a_client_that_must_push_is_refused_otherwise(fixture: Fixture) {
        let new = NewClient { require_pushed_authorization_requests: true, ..client("pushes") };
        let secret = fixture.register(new).await.secret.unwrap();
        let request = code_request().set("client_id", "pushes");
        let Err(AuthorizationError::Client { response: location, .. }) = fixture.judge(&request).await else {
            panic!("not refused")
        };
        assert_eq!(in_query(&location, "error").as_deref(), Some("invalid_request"));
        let pushed = fixture.push(&request.set("client_secret", secret.expose())).await.unwrap();
        let form = Form::new(&[("client_id", "pushes"), ("request_uri", &pushed.request_uri)]);
        assert!(fixture.server.pushed_request(&form.params(), &Secret::generate()).await.is_ok());
    }

    async fn a_disabled_clients_request_is_dead(fixture: Fixture) {
        let request_uri = fixture.pushed().await;
        fixture.server.set_client_disabled("confidential", true).await.unwrap();
        let brought = fixture.bring(&request_uri, &Secret::generate()).await;
        let Err(AuthorizationError::Page(PageFault::UnknownClient)) = brought else { panic!("{brought:?}") };
    }

    async fn what_is_over_is_cleared_away(fixture: Fixture) {
        fixture.pushed().await;
        fixture.clock.advance(60 + 3_600);
        assert_eq!(fixture.server.clear_expired().await.unwrap().pushed_requests, 1);
        assert_eq!(fixture.count("oauth_pushed_requests"), "0");
    }

    async fn only_a_digest_of_its_name_is_stored(fixture: Fixture) {
        let request_uri = fixture.pushed().await;
        let name = request_uri.rsplit(':').next().unwrap();
        let stored = fixture.database.texts("SELECT parameters AS text FROM oauth_pushed_requests");
        assert!(!stored.concat().contains(name) && !stored.concat().contains(fixture.secret.expose()));
    }

    /// RFC 9207 §2: "the authorization server MUST indicate its issuer identifier in the iss parameter", errors included.
    async fn every_answer_says_whose_it_is(fixture: Fixture) {
        let accepted = fixture.authorize(&code_request()).await;
        let request = fixture.judge(&code_request()).await.unwrap();
        let declined = fixture.server.decline(request, "alice").await.unwrap();
        let refused = fixture.judge(&code_request().set("scope", "admin")).await;
        let Err(AuthorizationError::Client { response: refused, .. }) = refused else { panic!("{refused:?}") };
        for location in [accepted.location(), declined.location(), refused.location()] {
            assert_eq!(in_query(&location, "iss").as_deref(), Some("https://id.example"), "{location}");
        }
    }
}
