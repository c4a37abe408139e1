//! What no page and no guard takes in: a body that is compressed, too large, or too slow.

use std::time::Duration;

use crate::support::{Site, client::one_answer};

/// How a body is announced, what comes of it, and the status of the answer.
const BODIES: [(&str, &str, u16); 4] = [
    ("Content-Encoding: gzip\r\nContent-Length: 4", "a=b&", 415),
    ("Content-Length: 65537", "", 413),
    ("Transfer-Encoding: chunked", "11000\r\n", 413),
    ("Content-Length: 4", "a=b", 408),
];

both_databases! {
    async fn a_page_says_so_with_its_status(site: Site) {
        let site = impatient(site).await;
        let browser = site.superuser().await;
        let session = browser.session().unwrap();
        for path in ["/accounts/login", "/accounts/logout", "/accounts/apps", "/oauth2/authorization", "/admin/scopes/add"] {
            let cookie = format!("\r\nCookie: oauth_session={session}");
            for (lines, status, answer) in answers(&site, path, &cookie).await {
                let is_right = answer.starts_with(&format!("HTTP/1.1 {status} "))
                    && answer.contains("This form cannot be read");
                assert!(is_right, "{path} {lines}: {answer}");
            }
        }
    }

    async fn a_guard_that_takes_forms_says_so_with_its_status(site: Site) {
        let site = impatient(site).await;
        for (lines, status, answer) in answers(&site, "/plain/anywhere", "").await {
            let is_right = answer.starts_with(&format!("HTTP/1.1 {status} "))
                && answer.contains("\"error\":\"invalid_request\"");
            assert!(is_right, "{lines}: {answer}");
        }
    }
}

async fn impatient(site: Site) -> Site {
    site.with(|config| config.oauth = |builder| builder.body_timeout(Duration::from_secs(1))).await
}

/// What each body is answered, all at once: each takes a while.
async fn answers(site: &Site, path: &str, more: &str) -> Vec<(&'static str, u16, String)> {
    let asked = BODIES.map(|(lines, body, status)| {
        let large = if lines.ends_with("chunked") { 0x11000 } else { 0 };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{lines}{more}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}{}",
            "x".repeat(large)
        );
        let address = site.address;
        tokio::spawn(async move { (lines, status, one_answer(address, request.as_bytes()).await) })
    });
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    answers
}
