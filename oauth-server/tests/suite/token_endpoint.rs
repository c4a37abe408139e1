//! The token endpoint: RFC 6749 §3.2, §5.1 and §5.2.

use reqwest::{Method, header};
use serde_json::json;

use crate::support::{
    Form, FormBody, Site, UNKNOWN_REFRESH_TOKEN, basic,
    client::{code_request, one_answer},
};

/// The same endpoint, in the OpenAPI service and at a path of the application's own.
const BOTH: [&str; 2] = ["/oauth2/token", "/own/token"];

both_databases! {
    /// §5.1.
    async fn a_code_is_answered_with_tokens_that_nobody_keeps(site: Site) {
        let answer = site.tokens("read write").await;
        let names: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["access_token", "token_type", "expires_in", "refresh_token", "scope"]);
        assert_eq!(answer.text("token_type"), "Bearer");
        assert_eq!(answer.json()["expires_in"], json!(3600));
        assert_eq!(answer.text("scope"), "read write");
        assert!(answer.header("Content-Type").starts_with("application/json"));
        assert_eq!(answer.header("Cache-Control"), "no-store");
        assert_eq!(answer.header("Pragma"), "no-cache");
        assert!(!answer.has_header("Set-Cookie"));
    }

    /// §5.2.
    async fn a_refusal_is_json_with_a_code_and_a_description_that_nobody_keeps(site: Site) {
        let answer = site.exchange("unknown").await;
        answer.assert_refused(400, "invalid_grant");
        assert_eq!(answer.header("Pragma"), "no-cache");
        let names: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["error", "error_description"]);
    }

    async fn a_missing_grant_type_is_an_invalid_request_and_an_unknown_one_unsupported(site: Site) {
        let form = site.exchange_form("x").without("grant_type");
        site.token(&form).await.assert_refused(400, "invalid_request");
        for grant_type in ["invalid", "implicit", "Authorization_Code"] {
            let form = form.clone().set("grant_type", grant_type);
            site.token(&form).await.assert_refused(400, "unsupported_grant_type");
        }
    }

    async fn a_client_without_the_grant_is_unauthorized(site: Site) {
        let form = Form::new(&[
            ("grant_type", "refresh_token"),
            ("client_id", "implicit"),
            ("refresh_token", "x"),
        ]);
        site.token(&form).await.assert_refused(400, "unauthorized_client");
    }

    /// §3.2: "The client MUST use the HTTP "POST" method"; RFC 9110 §15.5.6.
    async fn any_method_but_post_is_refused_with_allow_and_json(site: Site) {
        let methods = [
            Method::GET,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::OPTIONS,
            Method::HEAD,
        ];
        for path in BOTH {
            for method in &methods {
                let request =
                    site.request(method.clone(), &format!("{path}/?grant_type=refresh_token"));
                let answer = site.send(request.form_body("")).await.with_status(405);
                assert_eq!(answer.header("Allow"), "POST", "{method} {path}");
                if *method != Method::HEAD {
                    answer.assert_refused(405, "invalid_request");
                }
            }
        }
    }

    /// §3.2: "Parameters sent without a value MUST be treated as if they were omitted", unrecognized ones "MUST" be
    /// ignored, and none may be "included more than once".
    async fn parameters_may_be_empty_and_unknown_but_not_repeated(site: Site) {
        let browser = site.sign_in().await;
        let code = browser.code(&code_request().without("redirect_uri")).await;
        let form = site
            .exchange_form(&code)
            .without("redirect_uri")
            .and("redirect_uri", "")
            .and("code_verifier", "");
        site.token(&form.and("unknown", "1").and("unknown", "2")).await.with_status(200);

        let code = browser.code(&code_request()).await;
        for name in ["grant_type", "code", "redirect_uri", "client_id", "client_secret", "scope"] {
            let form = site.exchange_form(&code).and("scope", "read").and(name, "x");
            site.token(&form).await.assert_refused(400, "invalid_request");
        }
        site.exchange(&code).await.with_status(200);
    }

    async fn a_body_of_another_type_is_refused(site: Site) {
        let body = site.exchange_form("x").encoded();
        for path in BOTH {
            for content_type in [
                "",
                "application/json",
                "text/plain",
                "multipart/form-data; boundary=x",
                "nonsense",
                "\u{fc}",
            ] {
                let request = site.request(Method::POST, path).body(body.clone());
                let answer = site.send(request.header(header::CONTENT_TYPE, content_type)).await;
                answer.assert_refused(400, "invalid_request");
            }
            let request = site.request(Method::POST, path).body(body.clone());
            site.send(request).await.assert_refused(400, "invalid_request");
        }
    }

    async fn the_bodys_type_may_have_a_charset_and_any_case(site: Site) {
        let body = site.exchange_form("unknown").encoded();
        for content_type in [
            "application/x-www-form-urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded;charset=utf-8",
            "Application/X-WWW-Form-URLencoded",
        ] {
            let request = site.request(Method::POST, "/oauth2/token").body(body.clone());
            let answer = site.send(request.header(header::CONTENT_TYPE, content_type)).await;
            answer.assert_refused(400, "invalid_grant");
        }
    }

    async fn a_body_of_64_kib_is_read_and_a_larger_one_refused(site: Site) {
        let form = site.exchange_form("unknown").encoded();
        for path in BOTH {
            let sizes = [(64 * 1024, 400, "invalid_grant"), (64 * 1024 + 1, 413, "invalid_request")];
            for (size, status, code) in sizes {
                let body =
                    format!("{form}&padding={}", "x".repeat(size - form.len() - "&padding=".len()));
                let answer = site.send(site.request(Method::POST, path).form_body(body)).await;
                answer.assert_refused(status, code);
            }
        }
    }

    async fn at_a_path_of_its_own_it_answers_the_same(site: Site) {
        let browser = site.sign_in().await;
        let code = browser.code(&code_request()).await;
        let refused = [
            Form::new(&[]),
            site.exchange_form("unknown"),
            site.exchange_form("unknown").set("client_secret", "wrong"),
            site.refresh_form("unknown").set("scope", "\0"),
        ];
        for form in refused {
            let [here, there] = [site.post(BOTH[0], &form).await, site.post(BOTH[1], &form).await];
            assert_eq!((here.status, &here.body), (there.status, &there.body));
            for name in ["Content-Type", "Cache-Control", "Pragma", "WWW-Authenticate"] {
                assert_eq!(here.header(name), there.header(name), "{name}");
            }
        }
        let answer = site.post(BOTH[1], &site.exchange_form(&code)).await.with_status(200);
        assert_eq!(answer.header("Cache-Control"), "no-store");
        site.call("/plain/read", &answer.text("access_token")).await.with_status(200);
    }

    async fn a_session_is_no_client_authentication(site: Site) {
        let browser = site.sign_in().await;
        let code = browser.code(&code_request()).await;
        let form = site.exchange_form(&code).without("client_secret");
        browser.post("/oauth2/token", &form).await.assert_refused(401, "invalid_client");
    }

    async fn a_failure_is_json_and_tells_nothing_of_its_cause(site: Site) {
        site.database.drop_table("oauth_refresh_tokens");
        for path in BOTH {
            let answer = site.post(path, &site.refresh_form(UNKNOWN_REFRESH_TOKEN)).await;
            answer.assert_refused(500, "server_error");
            assert!(!answer.body.contains("oauth_refresh_tokens"), "{answer:#?}");
        }
    }

    async fn the_realm_of_the_settings_stands_in_the_challenge(site: Site) {
        let site = site.with(|config| "notes".clone_into(&mut config.settings.realm)).await;
        let request =
            site.request(Method::POST, "/oauth2/token").form_body("grant_type=refresh_token");
        let answer =
            site.send(request.header(header::AUTHORIZATION, basic("confidential", "wrong"))).await;
        assert_eq!(answer.header("WWW-Authenticate"), "Basic realm=\"notes\", charset=\"UTF-8\"");
    }
}

/// A token request whose body is not taken: what it says of itself, its body, and the status.
const UNREADABLE: [(&str, &str, u16); 4] = [
    ("Content-Encoding: gzip\r\nContent-Length: 4", "a=b&", 415),
    ("Content-Encoding: identity\r\nTransfer-Encoding: chunked", "3\r\na=b", 408),
    ("Content-Length: 65537", "", 413),
    ("Content-Length: 4", "a=b", 408),
];

both_databases! {
    async fn a_body_that_is_not_read_is_refused_with_the_status_that_says_why(site: Site) {
        let second = std::time::Duration::from_secs(1);
        let site = site.with(|config| {
            config.oauth = |builder| builder.body_timeout(std::time::Duration::from_secs(1));
        }).await;
        for path in ["/oauth2/token", "/own/token"] {
            for (lines, body, status) in UNREADABLE {
                let begin = std::time::Instant::now();
                let answer = one_answer(site.address, format!(
                    "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                     Content-Type: application/x-www-form-urlencoded\r\n{lines}\r\n\r\n{body}"
                ).as_bytes()).await;
                let is_right = answer.starts_with(&format!("HTTP/1.1 {status} "))
                    && answer.contains("{\"error\":\"invalid_request\",\"error_description\":\"")
                    && answer.contains("cache-control: no-store");
                assert!(is_right, "{path} {lines}: {answer}");
                let says_coding = answer.contains("accept-encoding: identity");
                assert_eq!(says_coding, status == 415, "{path} {lines}: {answer}");
                assert!(status != 408 || begin.elapsed() >= second, "{:?}", begin.elapsed());
            }
        }
    }

    async fn the_answer_to_a_body_that_is_too_large_arrives(site: Site) {
        let body = "x".repeat(2 * 1024 * 1024);
        let callers: Vec<_> = (0..12).map(|_| {
            let request = format!(
                "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
                body.len()
            );
            let address = site.address;
            tokio::spawn(async move { crate::support::client::raw(address, request.as_bytes()).await })
        }).collect();
        for caller in callers {
            let answer = caller.await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        }
    }
}
