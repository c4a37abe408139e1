//! The authorization endpoint: RFC 6749 §3.1, §4.1 and §4.2.

use reqwest::Method;
use url::Url;

use crate::support::{
    CALLBACK, Form, FormBody, PASSWORD, Site, authorization,
    client::{code_request, implicit_request, public_exchange, public_request},
};

both_databases! {
    async fn a_user_who_has_not_signed_in_does_so_first_and_comes_back(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let asked = authorization(&code_request().set("state", "a b&c=d%\u{fc}"));

        let login = browser.get(&asked).await.location().to_owned();
        assert!(login.starts_with("/accounts/login/?next="), "{login}");
        let page = browser.page(&login).await;
        let back =
            browser.submit(&page.form, &[("username", "alice"), ("password", PASSWORD)]).await;

        assert_eq!(back.location(), asked);
        browser.page(&asked).await;
    }

    /// RFC 9700 §4.11.2: an endpoint that redirects anybody without asking is an open redirector.
    async fn nobody_is_sent_to_a_client_before_signing_in(site: Site) {
        for request in [
            code_request().set("response_type", "nonsense"),
            code_request().set("client_id", "nobody"),
        ] {
            let answer = site.browser().ask(&request).await;
            assert!(answer.location().starts_with("/accounts/login/?next="), "{answer:#?}");
        }
    }

    async fn accept_sends_the_browser_to_the_client_with_a_code_and_state(site: Site) {
        let answer = site.sign_in().await.authorize(&code_request()).await;
        let location = Url::parse(answer.location()).unwrap();

        assert!(location.as_str().starts_with(&format!("{CALLBACK}?")), "{location}");
        let names: Vec<_> = location.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["code", "state", "iss"]);
        assert_eq!(answer.in_query("state").as_deref(), Some("xyz"));
        assert_eq!(answer.header("Cache-Control"), "no-store");
        assert_eq!(answer.header("Referrer-Policy"), "no-referrer");
        assert_eq!(answer.body, "");
    }

    async fn the_code_redeems_for_a_token_that_acts_for_the_user(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let tokens = site.exchange(&code).await.with_status(200);
        let told = site.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
        assert_eq!(told.body, format!("confidential for {}: read write", site.alice().await.id));
    }

    async fn a_public_client_gets_a_code_with_pkce(site: Site) {
        let code = site.sign_in().await.code(&public_request()).await;
        site.token(&public_exchange(&code)).await.with_status(200);
    }

    async fn any_answer_but_accept_is_access_denied(site: Site) {
        let browser = site.sign_in().await;
        let page = browser.consent(&code_request()).await;
        for action in ["Decline", "accept", "ACCEPT", "Accept ", "Accepted", "1", "\u{fc}"] {
            let answer = browser.submit(&page.form, &[("user_action", action)]).await;
            assert!(
                answer.location().starts_with(&format!("{CALLBACK}?")),
                "{action}: {answer:#?}"
            );
            assert_eq!(answer.in_query("error").as_deref(), Some("access_denied"), "{action}");
            assert_eq!(answer.in_query("state").as_deref(), Some("xyz"), "{action}");
            assert!(answer.in_query("error_description").is_some(), "{action}");
            assert_eq!(answer.in_query("code"), None, "{action}");
        }
        assert_eq!(site.database.count("oauth_authorization_codes"), 0);
    }

    async fn two_answers_in_one_form_are_no_accept(site: Site) {
        let browser = site.sign_in().await;
        let page = browser.consent(&code_request()).await;
        let both = [("user_action", "Decline"), ("user_action", "Accept")];
        browser.submit(&page.form, &both).await.with_status(303);
        assert_eq!(site.database.count("oauth_authorization_codes"), 0);
    }

    /// oauthost signs the user out here.
    async fn a_decision_leaves_the_user_signed_in(site: Site) {
        let browser = site.sign_in().await;
        let page = browser.consent(&code_request()).await;
        for action in ["Decline", "Accept"] {
            browser.submit(&page.form, &[("user_action", action)]).await.with_status(303);
            assert!(browser.is_signed_in().await, "{action}");
        }
    }

    /// RFC 8252 §7.1: oauthost registers such a redirect URI, and Django refuses to redirect to it.
    async fn an_application_with_a_scheme_of_its_own_is_answered_there(site: Site) {
        let callback = "com.example.app:/cb";
        site.register(|client| client.redirect_uris = vec![callback.to_owned()]).await;
        let request = code_request().set("client_id", "another").set("redirect_uri", callback);
        let answer = site.sign_in().await.authorize(&request).await;
        assert!(answer.location().starts_with("com.example.app:/cb?code="), "{answer:#?}");
    }

    async fn a_form_of_nobody_grants_nothing_and_leads_to_the_login_page(site: Site) {
        let browser = site.sign_in().await;
        let form = browser.consent(&code_request()).await.form;
        let accept = form.hidden.clone().and("user_action", "Accept");

        let answer = site.browser().post(&form.action, &accept).await;

        assert!(answer.location().starts_with("/accounts/login/?next="), "{answer:#?}");
        assert_eq!(site.database.count("oauth_authorization_codes"), 0);
    }

    /// Nothing is kept between the page and the answer, so what has changed meanwhile counts.
    async fn the_request_is_judged_again_when_it_is_accepted(site: Site) {
        let browser = site.sign_in().await;
        let form = browser.consent(&code_request()).await.form;
        site.server.set_client_disabled("confidential", true).await.unwrap();
        browser.submit(&form, &[("user_action", "Accept")]).await.with_status(400);
    }

    async fn a_request_in_the_forms_body_does_not_count(site: Site) {
        let browser = site.sign_in().await;
        let form = browser.consent(&code_request()).await.form;
        let given = [("user_action", "Accept"), ("scope", "admin"), ("state", "forged")];
        let answer = browser.submit(&form, &given).await;
        assert_eq!(answer.in_query("state").as_deref(), Some("xyz"));
        let tokens = site.exchange(&answer.in_query("code").unwrap()).await;
        assert_eq!(tokens.text("scope"), "read write");
    }

    /// §3.1: the server "MAY support the use of the POST method as well".
    async fn a_post_without_user_action_is_the_same_request_by_get(site: Site) {
        let (query, body) = ("client_id=confidential&state=a%20b", "response_type=code&scope=read");
        let request = site.request(Method::POST, &format!("/oauth2/authorization/?{query}"));
        let answer = site.send(request.form_body(body)).await;
        assert_eq!(answer.location(), format!("/oauth2/authorization/?{query}&{body}"));

        let browser = site.sign_in().await;
        browser.page(answer.location()).await;
    }

    async fn a_posted_request_arrives_whole_whatever_its_body_holds(site: Site) {
        let browser = site.sign_in().await;
        let request = code_request().without("state").encoded();
        for state in ["a\r\nb", "a\tb", "a\0b", "a#b", "\u{fc}", "\"<>\\^`{|}", "a b"] {
            let body = format!("{request}&state={state}");
            let posted = site.request(Method::POST, "/oauth2/authorization").form_body(body);
            let page = browser.page(site.send(posted).await.location()).await;
            let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
            assert_eq!(answer.in_query("state").as_deref(), Some(state), "{state:?}");
        }
    }

    async fn head_is_answered_like_get_without_a_body(site: Site) {
        let browser = site.sign_in().await;
        let path = authorization(&code_request());
        let answer = browser.send(site.request(Method::HEAD, &path)).await.with_status(200);
        assert_eq!(answer.body, "");
        assert!(answer.has_header("Content-Security-Policy"));
    }

    async fn other_methods_are_refused_with_those_that_are_allowed(site: Site) {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            let request = site.request(method.clone(), &authorization(&code_request()));
            let answer = site.send(request).await.with_status(405);
            assert_eq!(answer.header("Allow"), "GET, HEAD, POST", "{method}");
        }
    }

    async fn a_token_is_answered_in_the_fragment_and_works(site: Site) {
        let answer = site.sign_in().await.authorize(&implicit_request()).await;

        assert!(answer.location().starts_with(&format!("{CALLBACK}#access_token=")), "{answer:#?}");
        assert_eq!(answer.in_fragment("token_type").as_deref(), Some("Bearer"));
        assert_eq!(answer.in_fragment("expires_in").as_deref(), Some("3600"));
        assert_eq!(answer.in_fragment("scope").as_deref(), Some("read write"));
        assert_eq!(answer.in_fragment("state").as_deref(), Some("xyz"));
        assert_eq!(answer.in_fragment("refresh_token"), None);
        let token = answer.in_fragment("access_token").unwrap();
        site.call("/plain/read", &token).await.with_status(200);
    }

    async fn a_user_who_declines_a_token_is_answered_in_the_fragment(site: Site) {
        let browser = site.sign_in().await;
        let form = browser.consent(&implicit_request()).await.form;
        let answer = browser.submit(&form, &[("user_action", "Decline")]).await;
        assert!(
            answer.location().starts_with(&format!("{CALLBACK}#error=access_denied")),
            "{answer:#?}"
        );
    }

    /// §3.1.2: the query of the redirect URI "MUST be retained when adding additional query parameters".
    async fn the_query_of_the_redirect_uri_is_kept(site: Site) {
        let callback = format!("{CALLBACK}?%C3%BC=%C3%A4&b=");
        site.register(|client| client.redirect_uris = vec![callback.clone()]).await;
        let request = code_request().set("client_id", "another").set("redirect_uri", &callback);
        let browser = site.sign_in().await;

        for (request, parameter) in [(request.clone(), "code"), (request.without("scope"), "error")]
        {
            let answer = match parameter {
                "code" => browser.authorize(&request).await,
                _ => browser.ask(&request).await,
            };
            let expected = format!("{callback}&{parameter}=");
            assert!(answer.location().starts_with(&expected), "{answer:#?}");
        }
    }

    async fn the_only_redirect_uri_may_be_left_out_of_request_and_exchange(site: Site) {
        let request: Form = code_request().without("redirect_uri");
        let code = site.sign_in().await.code(&request).await;
        site.token(&site.exchange_form(&code).without("redirect_uri")).await.with_status(200);
    }
}
