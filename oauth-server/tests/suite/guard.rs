//! The guard of protected resources: RFC 6750.

mod alternatives;
mod own;

use poem::{EndpointExt, endpoint::BoxEndpoint};
use reqwest::{Method, header};

use crate::support::{
    Answer, FormBody, Site, app,
    client::{code_request, implicit_request},
};

/// The same resource, as a plain handler and as a poem-openapi operation.
const READ: [&str; 2] = ["/plain/read", "/api/read"];
const READ_AND_WRITE: [&str; 2] = ["/plain/read_and_write", "/api/read_and_write"];
const ANY: [&str; 2] = ["/plain/any", "/api/any"];

/// That nobody was told anything of an error: RFC 6750 §3.1.
#[track_caller]
fn assert_bare_challenge(answer: &Answer) {
    assert_eq!(answer.status, 401, "{answer:#?}");
    assert_eq!(answer.header("WWW-Authenticate"), "Bearer realm=\"\"");
    assert!(answer.json().get("error").is_none(), "{answer:#?}");
    assert_eq!(answer.header("Cache-Control"), "no-store");
}

/// That a call was refused with this error, in the challenge and again in the body.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{answer:#?}");
    let (challenge, description) =
        (answer.header("WWW-Authenticate"), answer.text("error_description"));
    let expected =
        format!("Bearer realm=\"\", error=\"{error}\", error_description=\"{description}\"");
    assert!(challenge.starts_with(&expected), "{answer:#?}");
    assert_eq!(answer.text("error"), error);
    assert_eq!(answer.header("Cache-Control"), "no-store");
}

both_databases! {
    async fn a_token_with_the_scope_is_admitted_and_told_of(site: Site) {
        let token = site.access_token("read").await;
        for path in READ {
            let answer = site.call(path, &token).await.with_status(200);
            assert_eq!(answer.body, format!("confidential for {}: read", site.alice().await.id));
        }
    }

    async fn a_token_with_more_scopes_is_admitted(site: Site) {
        let token = site.access_token("read write").await;
        for path in READ.iter().chain(&READ_AND_WRITE).chain(&ANY) {
            site.call(path, &token).await.with_status(200);
        }
    }

    async fn a_guard_without_scopes_admits_any_live_token(site: Site) {
        let token = site.access_token("write").await;
        for path in ANY {
            site.call(path, &token).await.with_status(200);
            assert_refused(&site.call(path, "unknown").await, 401, "invalid_token");
            assert_bare_challenge(&site.get(path).await);
        }
    }

    /// §3.1: 403, and "the scope necessary to access the protected resource".
    async fn a_token_that_lacks_a_scope_is_told_which_are_required(site: Site) {
        let token = site.access_token("write").await;
        for (paths, scope) in [(READ, "read"), (READ_AND_WRITE, "read write")] {
            for path in paths {
                let answer = site.call(path, &token).await;
                assert_refused(&answer, 403, "insufficient_scope");
                let challenge = answer.header("WWW-Authenticate");
                assert!(challenge.ends_with(&format!(", scope=\"{scope}\"")), "{challenge}");
            }
        }
    }

    /// §3.1: without authentication information the server "SHOULD NOT include an error code".
    async fn a_call_without_token_gets_the_bare_challenge(site: Site) {
        for path in READ {
            assert_bare_challenge(&site.get(path).await);
        }
    }

    async fn another_scheme_counts_as_no_token(site: Site) {
        let token = site.access_token("read").await;
        for path in READ {
            for header in [
                format!("Basic {token}"),
                format!("Token {token}"),
                token.clone(),
                "Bearerx y".to_owned(),
            ] {
                assert_bare_challenge(&site.call_with(path, &header).await);
            }
        }
    }

    async fn the_scheme_is_case_insensitive(site: Site) {
        let token = site.access_token("read").await;
        for header in [format!("bearer {token}"), format!("BEARER   {token} ")] {
            site.call_with("/api/read", &header).await.with_status(200);
        }
    }

    async fn a_malformed_header_is_an_invalid_request(site: Site) {
        let token = site.access_token("read").await;
        for path in READ {
            for header in [
                "Bearer",
                "Bearer ",
                "Bearer a b",
                "Bearer a,b",
                "Bearer \"a\"",
                "Bearer \u{fc}",
                "Bearer =",
                "Bearer a=b",
            ] {
                assert_refused(&site.call_with(path, header).await, 400, "invalid_request");
            }
            let header = format!("Bearer {token}");
            let request = site.request(Method::GET, path).header(header::AUTHORIZATION, &header);
            let twice = site.send(request.header(header::AUTHORIZATION, &header)).await;
            assert_refused(&twice, 400, "invalid_request");
        }
    }

    async fn an_unknown_token_is_invalid(site: Site) {
        let token = site.access_token("read").await;
        for unknown in ["never-issued", &token[1..], &token.to_lowercase(), &"x".repeat(4_000)] {
            let answer = site.call("/api/read", unknown).await;
            assert_refused(&answer, 401, "invalid_token");
            assert!(!answer.body.contains(unknown), "{answer:#?}");
        }
    }

    async fn a_token_is_good_for_its_lifetime_of_3600_seconds(site: Site) {
        let token = site.access_token("read").await;
        site.clock.advance(3599);
        site.call("/api/read", &token).await.with_status(200);
        site.clock.advance(1);
        assert_refused(&site.call("/api/read", &token).await, 401, "invalid_token");
    }

    async fn only_an_access_token_is_one(site: Site) {
        let browser = site.sign_in().await;
        let code = browser.code(&code_request()).await;
        assert_refused(&site.call("/api/read", &code).await, 401, "invalid_token");
        let refresh_token = site.exchange(&code).await.text("refresh_token");
        assert_refused(&site.call("/api/read", &refresh_token).await, 401, "invalid_token");
        let session = browser.session().unwrap();
        assert_refused(&site.call("/api/read", &session).await, 401, "invalid_token");
    }

    async fn an_implicit_token_is_admitted_like_any_other(site: Site) {
        let answer = site.sign_in().await.authorize(&implicit_request()).await;
        let token = answer.in_fragment("access_token").unwrap();
        let told = site.call("/api/read", &token).await.with_status(200);
        assert_eq!(told.body, format!("implicit for {}: read write", site.alice().await.id));
    }

    async fn a_token_of_a_disabled_client_is_invalid(site: Site) {
        let token = site.access_token("read").await;
        site.server.set_client_disabled("confidential", true).await.unwrap();
        assert_refused(&site.call("/api/read", &token).await, 401, "invalid_token");
    }

    /// §2.2 and §2.3 are optional, and §5.3 warns of the latter: tokens end in logs.
    async fn a_token_in_the_query_or_the_body_is_none(site: Site) {
        let token = site.access_token("read").await;
        for path in READ {
            assert_bare_challenge(&site.get(&format!("{path}?access_token={token}")).await);
            let request =
                site.request(Method::POST, path).form_body(format!("access_token={token}"));
            assert_bare_challenge(&site.send(request).await);
        }
    }

    async fn a_session_is_no_token(site: Site) {
        let browser = site.sign_in().await;
        for path in READ {
            assert_bare_challenge(&browser.get(path).await);
        }
    }

    async fn the_realm_comes_from_the_settings(site: Site) {
        let site = site.with(|config| "Your notes".clone_into(&mut config.settings.realm)).await;
        for path in READ {
            assert_eq!(
                site.get(path).await.header("WWW-Authenticate"),
                "Bearer realm=\"Your notes\""
            );
            let challenge = site.call(path, "x").await;
            let challenge = challenge.header("WWW-Authenticate");
            assert!(
                challenge.starts_with("Bearer realm=\"Your notes\", error=\"invalid_token\""),
                "{challenge}"
            );
        }
    }

    /// Nobody could tell there who sends a request: it fails closed.
    async fn an_application_without_the_middleware_refuses_every_call(site: Site) {
        let token = site.access_token("read").await;
        let bare = |oauth: &_| -> BoxEndpoint<'static, _> {
            app::bare_urls(oauth).map_to_response().boxed()
        };
        let site = site.with(|config| config.urls = bare).await;
        for path in READ.iter().chain(&ANY) {
            let answer = site.call(path, &token).await.with_status(500);
            assert!(!answer.body.contains("confidential for"), "{answer:#?}");
            site.get(path).await.with_status(500);
        }
    }

    async fn a_failure_is_no_admission_and_tells_nothing_of_its_cause(site: Site) {
        let token = site.access_token("read").await;
        site.database.drop_table("oauth_refresh_tokens");
        site.database.drop_table("oauth_access_tokens");
        for path in READ {
            let answer = site.call(path, &token).await.with_status(500);
            assert!(!answer.body.contains("oauth_access_tokens"), "{answer:#?}");
        }
    }

    async fn head_is_guarded_like_get(site: Site) {
        for path in READ {
            site.send(site.request(Method::HEAD, path)).await.with_status(401);
        }
    }
}
