//! How the answer travels: OAuth 2.0 Multiple Response Type Encoding Practices, and Form Post Response Mode.

use oauth_core::{AuthorizationError, AuthorizationResponse, ClientSecret, NewClient};

use crate::support::{
    CALLBACK, Fixture, Form, Redirect, client, code_request, implicit_request, in_fragment,
    in_query, public_request,
};

impl Fixture {
    /// What alice's browser takes to the client.
    async fn answered(&self, request: &Form) -> AuthorizationResponse {
        let request = match self.judge(request).await {
            Ok(request) => request,
            Err(AuthorizationError::Client { response, .. }) => return response,
            Err(other) => panic!("{other:?}"),
        };
        self.server.accept(request, "alice").await.unwrap()
    }
}

/// A field of the form that the browser posts to the client.
fn in_form(response: &AuthorizationResponse, name: &str) -> Option<String> {
    let AuthorizationResponse::FormPost { redirect_uri, fields } = response else {
        panic!("no form: {response:?}")
    };
    assert_eq!(redirect_uri.as_str(), CALLBACK);
    fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

fn assert_refused(response: &AuthorizationResponse, why: &str) {
    let of = |name| in_query(response, name).or_else(|| in_fragment(response, name)).unwrap();
    assert_eq!(of("error"), "invalid_request");
    assert!(of("error_description").contains(why), "{response:?}");
}

both_databases! {
    async fn a_code_travels_as_the_request_says(fixture: Fixture) {
        let asked = |mode| code_request().set("response_mode", mode);
        let by_query = fixture.answered(&asked("query")).await;
        assert!(in_query(&by_query, "code").is_some(), "{by_query:?}");
        let by_fragment = fixture.answered(&asked("fragment")).await;
        assert!(in_fragment(&by_fragment, "code").is_some(), "{by_fragment:?}");
        let by_form = fixture.answered(&asked("form_post")).await;
        let code = in_form(&by_form, "code").expect("a code");
        assert!(fixture.exchange(&code).await.is_ok());
    }

    /// Form Post Response Mode §2; RFC 9207 §2: `iss` is in every authorization response.
    async fn a_form_holds_state_and_issuer_too(fixture: Fixture) {
        let response = fixture.answered(&code_request().set("response_mode", "form_post")).await;
        assert_eq!(in_form(&response, "state").as_deref(), Some("xyz"));
        assert_eq!(in_form(&response, "iss").as_deref(), Some("https://id.example"));
    }

    async fn errors_travel_the_same_way(fixture: Fixture) {
        let asked = code_request().set("response_mode", "form_post");
        let refused = fixture.answered(&asked.clone().set("scope", "unheard_of")).await;
        assert_eq!(in_form(&refused, "error").as_deref(), Some("invalid_scope"));
        let request = fixture.judge(&asked).await.unwrap();
        let declined = fixture.server.decline(request, "alice").await.unwrap();
        assert_eq!(in_form(&declined, "error").as_deref(), Some("access_denied"));
        let by_fragment = code_request().set("response_mode", "fragment").set("scope", "unheard_of");
        assert_eq!(in_fragment(&fixture.answered(&by_fragment).await, "error").as_deref(), Some("invalid_scope"));
    }

    /// Multiple Response Type Encoding Practices §5: what has a token in it "MUST NOT" be returned in the query.
    async fn no_token_travels_in_the_query(fixture: Fixture) {
        let refused = fixture.answered(&implicit_request().set("response_mode", "query")).await;
        assert_refused(&refused, "query");
        assert!(refused.location().contains('#'), "{refused:?}");
        let by_form = fixture.answered(&implicit_request().set("response_mode", "form_post")).await;
        assert!(in_form(&by_form, "access_token").is_some());
    }

    async fn a_mode_that_is_unknown_or_named_twice_is_refused_as_answers_travel_without_one(fixture: Fixture) {
        for unknown in ["magic", "Query", "form_post.jwt", "query fragment"] {
            let refused = fixture.answered(&code_request().set("response_mode", unknown)).await;
            assert_refused(&refused, "response_mode must be");
            assert!(in_query(&refused, "error").is_some(), "{refused:?}");
        }
        let twice = code_request().and("response_mode", "query").and("response_mode", "fragment");
        let refused = fixture.answered(&twice).await;
        assert_refused(&refused, "more than once");
        assert!(in_query(&refused, "error").is_some(), "{refused:?}");
    }

    async fn no_form_is_posted_to_an_applications_own_scheme(fixture: Fixture) {
        let new = NewClient {
            secret: ClientSecret::None,
            redirect_uris: vec!["com.example.app:/cb".to_owned()],
            ..client("app")
        };
        fixture.register(new).await;
        let request = public_request().set("client_id", "app").set("redirect_uri", "com.example.app:/cb");
        let refused = fixture.answered(&request.clone().set("response_mode", "form_post")).await;
        assert_refused(&refused, "https and http");
        let by_query = fixture.answered(&request.set("response_mode", "query")).await;
        assert!(in_query(&by_query, "code").is_some());
    }

    async fn a_pushed_request_says_it_too(fixture: Fixture) {
        let asked = code_request().set("response_mode", "form_post");
        let confidential = asked.clone().and("client_secret", fixture.secret.expose());
        let pushed = fixture.server.push(None, &confidential.params()).await.unwrap();
        let brought = Form::new(&[("client_id", "confidential"), ("request_uri", &pushed.request_uri)]);
        let request = fixture.server.pushed_request(&brought.params(), &"browser".into()).await.unwrap();
        let response = fixture.server.accept(request, "alice").await.unwrap();
        assert!(in_form(&response, "code").is_some());
        let wrong = confidential.set("response_mode", "magic");
        let refused = fixture.server.push(None, &wrong.params()).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_request");
    }
}
