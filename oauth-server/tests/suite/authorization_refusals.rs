//! What the authorization endpoint refuses, and where: RFC 6749 §3.1.2.4, §4.1.2.1 and §4.2.2.1.

use oauth_server::RequireState;

use crate::support::{
    CALLBACK, Form, Site,
    client::{code_request, implicit_request, public_request},
    is_description,
};

/// Requests that cannot be answered at the client, and what is said of them.
fn unanswerable() -> Vec<(Form, &'static str)> {
    let elsewhere = |redirect_uri| code_request().set("redirect_uri", redirect_uri);
    vec![
        (code_request().without("client_id"), "client_id is missing"),
        (code_request().set("client_id", ""), "client_id is missing"),
        (code_request().set("client_id", "nobody"), "no client is registered"),
        (
            code_request().and("client_id", "confidential"),
            "client_id must not be included more than once",
        ),
        (
            code_request().and("redirect_uri", CALLBACK),
            "redirect_uri must not be included more than once",
        ),
        (elsewhere("https://evil.example/callback"), "not one that the client registered"),
        (elsewhere("https://app.example/callback/"), "not one that the client registered"),
        (elsewhere("https://app.example/callback?x=1"), "not one that the client registered"),
        (elsewhere("/callback"), "redirect_uri must be absolute"),
        (elsewhere("https://app.example/callback#x"), "must not contain a fragment"),
        (elsewhere("javascript:alert(1)"), "redirect_uri must use https"),
    ]
}

/// Requests that are refused at the client, with which code, and why.
fn refused() -> Vec<(Form, &'static str, &'static str)> {
    vec![
        (code_request().without("response_type"), "invalid_request", "response_type is missing"),
        (
            code_request().set("response_type", "magic"),
            "unsupported_response_type",
            "code or token",
        ),
        (
            code_request().set("response_type", "code token"),
            "unsupported_response_type",
            "code or token",
        ),
        (code_request().and("response_type", "code"), "invalid_request", "more than once"),
        (code_request().without("scope"), "invalid_scope", "scope must be included"),
        (code_request().set("scope", ""), "invalid_scope", "scope must be included"),
        (code_request().set("scope", "read nonsense"), "invalid_scope", "client: nonsense"),
        (code_request().set("scope", "admin"), "invalid_scope", "client: admin"),
        (code_request().set("scope", "re\"ad"), "invalid_scope", "printable ASCII"),
        (
            public_request().without("code_challenge").without("code_challenge_method"),
            "invalid_request",
            "PKCE",
        ),
        (public_request().set("code_challenge_method", "plain"), "invalid_request", "must be S256"),
    ]
}

both_databases! {
    /// §4.1.2.1: the server "MUST NOT automatically redirect the user-agent to the invalid redirection URI".
    async fn what_cannot_be_answered_at_the_client_gets_a_page_that_names_the_fault(site: Site) {
        let browser = site.sign_in().await;
        for (request, fault) in unanswerable() {
            let page = browser.ask(&request).await.with_status(400);
            assert!(page.body.contains(fault), "{fault}: {}", page.body);
            assert!(!page.has_header("Location"), "{fault}");
            assert!(page.header("Content-Type").starts_with("text/html"), "{fault}");
            assert!(
                page.header("Content-Security-Policy").contains("frame-ancestors 'none'"),
                "{fault}"
            );
        }
    }

    async fn or_the_applications_page_by_a_redirect_without_parameters(site: Site) {
        let site = site.with(|config| config.page.missing_redirect_uri = Some("/missing/")).await;
        let browser = site.sign_in().await;
        for (request, fault) in unanswerable() {
            assert_eq!(browser.ask(&request).await.location(), "/missing/", "{fault}");
        }
    }

    async fn malformed_percent_encoding_before_the_client_is_known_gets_a_page(site: Site) {
        let browser = site.sign_in().await;
        for query in [
            "client_id=%zz",
            "client_id=%ff",
            "client_id=a%00",
            "%ff=1&client_id=confidential",
            "client_id=%",
        ] {
            browser.get(&format!("/oauth2/authorization/?{query}")).await.with_status(400);
        }
    }

    async fn a_refusal_goes_to_the_client_with_its_code_a_description_and_state(site: Site) {
        let browser = site.sign_in().await;
        for (request, code, reason) in refused() {
            let answer = browser.ask(&request).await;
            assert!(answer.location().starts_with(&format!("{CALLBACK}?error=")), "{answer:#?}");
            assert_eq!(answer.in_query("error").as_deref(), Some(code), "{request:?}");
            assert_eq!(answer.in_query("state").as_deref(), Some("xyz"), "{request:?}");
            let description = answer.in_query("error_description").unwrap();
            assert!(description.contains(reason) && is_description(&description), "{description}");
            assert_eq!(answer.in_query("code"), None);
        }
    }

    /// §4.2.2.1: errors of the implicit grant stand in the fragment.
    async fn a_refusal_of_a_token_request_is_answered_in_the_fragment(site: Site) {
        let answer = site.sign_in().await.ask(&implicit_request().set("scope", "nonsense")).await;
        assert!(
            answer.location().starts_with(&format!("{CALLBACK}#error=invalid_scope&")),
            "{answer:#?}"
        );
        assert_eq!(answer.in_fragment("state").as_deref(), Some("xyz"));
    }

    async fn a_client_may_only_ask_for_what_it_is_registered_for(site: Site) {
        let browser = site.sign_in().await;
        let answer = browser.ask(&code_request().set("response_type", "token")).await;
        assert_eq!(answer.in_fragment("error").as_deref(), Some("unauthorized_client"));
        let answer = browser.ask(&implicit_request().set("response_type", "code")).await;
        assert_eq!(answer.in_query("error").as_deref(), Some("unauthorized_client"));
    }

    async fn state_can_be_required_of_every_request(site: Site) {
        let site = site.with(|config| config.settings.require_state = RequireState::Always).await;
        let browser = site.sign_in().await;
        for request in [code_request(), public_request()] {
            let answer = browser.ask(&request.without("state")).await;
            assert_eq!(answer.in_query("error").as_deref(), Some("invalid_request"));
            assert_eq!(
                answer.in_query("error_description").as_deref(),
                Some("state must be included")
            );
        }
    }

    async fn by_default_state_is_required_unless_pkce_is_used(site: Site) {
        let browser = site.sign_in().await;
        let answer = browser.ask(&code_request().without("state")).await;
        assert_eq!(answer.in_query("error").as_deref(), Some("invalid_request"));
        let answer = browser.authorize(&public_request().without("state")).await;
        assert!(answer.in_query("code").is_some());
        assert_eq!(answer.in_query("state"), None);
    }

    async fn state_can_be_left_to_the_client(site: Site) {
        let site = site.with(|config| config.settings.require_state = RequireState::Never).await;
        let browser = site.sign_in().await;
        for state in [None, Some("abc")] {
            let request = code_request().without("state");
            let request = state.iter().fold(request, |request, state| request.set("state", state));
            let answer = browser.authorize(&request).await;
            assert!(answer.in_query("code").is_some());
            assert_eq!(answer.in_query("state").as_deref(), state);
        }
    }

    /// §3.1: "unrecognized request parameters" the server "MUST ignore".
    async fn unknown_parameters_are_ignored(site: Site) {
        let browser = site.sign_in().await;
        let request =
            code_request().and("nonce", "1").and("nonce", "2").and("user_action", "Accept");
        let answer = browser.authorize(&request).await;
        assert!(answer.in_query("code").is_some());
    }

    /// §4.1.2.1: `server_error` is there because a status 500 "cannot be returned to the client via an HTTP redirect".
    async fn a_failure_is_answered_at_the_client_as_server_error(site: Site) {
        let browser = site.sign_in().await;
        let form = browser.consent(&code_request()).await.form;
        site.database.drop_table("oauth_authorization_codes");
        let answer = browser.submit(&form, &[("user_action", "Accept")]).await;
        assert_eq!(answer.in_query("error").as_deref(), Some("server_error"));
        assert_eq!(answer.in_query("state").as_deref(), Some("xyz"));
    }

    async fn a_failure_before_the_client_is_known_is_a_page_that_tells_nothing(site: Site) {
        let browser = site.sign_in().await;
        for table in [
            "oauth_refresh_tokens",
            "oauth_access_tokens",
            "oauth_authorization_codes",
            "oauth_grants",
            "oauth_clients",
        ] {
            site.database.drop_table(table);
        }
        let page = browser.ask(&code_request()).await.with_status(500);
        assert!(page.body.contains("Something went wrong"), "{}", page.body);
        assert!(!page.body.contains("oauth_clients"), "{}", page.body);
    }
}
