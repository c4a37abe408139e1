//! The ways to present a token: RFC 6750 §2.

use reqwest::{Method, header};

use crate::support::{Answer, Form, FormBody, Site};

fn with_token(token: &str) -> Form {
    Form::new(&[("note", "7"), ("access_token", token)])
}

impl Site {
    async fn call_in_query(&self, path: &str, token: &str) -> Answer {
        self.get(&format!("{path}?{}", with_token(token).encoded())).await
    }
}

both_databases! {
    /// §2.1: "Resource servers MUST support this method."
    async fn every_guard_takes_the_header(site: Site) {
        let token = site.access_token("read").await;
        for path in ["/plain/read", "/plain/in_body", "/plain/anywhere"] {
            site.call(path, &token).await.with_status(200);
        }
    }

    async fn a_form_or_a_query_is_no_token_where_the_guard_does_not_say_so(site: Site) {
        let token = site.access_token("read").await;
        site.post("/plain/read", &with_token(&token)).await.with_status(401);
        for path in ["/plain/read", "/plain/in_body"] {
            site.call_in_query(path, &token).await.with_status(401);
        }
    }

    /// §2.2.
    async fn a_form_carries_the_token_where_the_guard_says_so_and_still_reaches_the_handler(site: Site) {
        let token = site.access_token("read").await;
        let answer = site.post("/plain/in_body", &with_token(&token)).await.with_status(200);
        assert!(answer.body.ends_with(&format!("with note=7&access_token={token}")), "{}", answer.body);
        site.post("/plain/anywhere", &with_token(&token)).await.with_status(200);
    }

    /// §2.2: the method is not GET, and the body is a form.
    async fn a_body_by_get_or_of_another_type_is_no_token(site: Site) {
        let form = with_token(&site.access_token("read").await).encoded();
        let by_get = site.request(Method::GET, "/plain/in_body").form_body(form.clone());
        site.send(by_get).await.with_status(401);
        let text = site.request(Method::POST, "/plain/in_body").header(header::CONTENT_TYPE, "text/plain");
        site.send(text.body(form)).await.with_status(401);
    }

    /// §2.3: such answers "SHOULD contain a Cache-Control header with the 'private' option".
    async fn a_query_carries_the_token_where_the_guard_says_so_and_nobody_keeps_the_answer(site: Site) {
        let token = site.access_token("read").await;
        let answer = site.call_in_query("/plain/anywhere", &token).await.with_status(200);
        assert_eq!(answer.header("Cache-Control"), "no-store");
        assert_eq!(answer.header("Referrer-Policy"), "no-referrer");
        assert!(!site.call("/plain/anywhere", &token).await.has_header("Cache-Control"));
    }

    /// §2: "Clients MUST NOT use more than one method to transmit the token in each request."
    async fn a_token_in_two_ways_is_an_invalid_request(site: Site) {
        let token = site.access_token("read").await;
        let bearer = format!("Bearer {token}");
        let in_query = format!("/plain/anywhere?access_token={token}");
        let form = with_token(&token).encoded();
        let header_and_query = site.request(Method::GET, &in_query).header("Authorization", &bearer);
        let header_and_body =
            site.request(Method::POST, "/plain/anywhere").header("Authorization", &bearer).form_body(form.clone());
        let body_and_query = site.request(Method::POST, &in_query).form_body(form);
        for request in [header_and_query, header_and_body, body_and_query] {
            let answer = site.send(request).await.with_status(400);
            assert_eq!(answer.text("error"), "invalid_request");
        }
    }

    async fn a_repeated_or_malformed_token_is_an_invalid_request(site: Site) {
        for query in ["access_token=a&access_token=a", "access_token=%zz", "access_token=a%20b"] {
            let answer = site.get(&format!("/plain/anywhere?{query}")).await.with_status(400);
            assert_eq!(answer.text("error"), "invalid_request", "{query}");
        }
        site.get("/plain/anywhere?access_token=").await.with_status(401);
    }
}
