//! Requests that no HTTP library would send.

use crate::support::Site;

/// Request lines and headers; each ends its connection.
const REQUESTS: [&[u8]; 27] = [
    b"GET /oauth2/authorization?state=\xff\xfe HTTP/1.1\r\nHost: a",
    b"GET /oauth2/authorization?client_id=confidential&state=\xc3\xbc HTTP/1.1\r\nHost: a",
    b"POST /oauth2/authorization?state=\xc3\xbc HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\
        Content-Type: application/x-www-form-urlencoded",
    b"POST /oauth2/authorization?a=\"{}|^` HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\
        Content-Type: application/x-www-form-urlencoded",
    b"GET /accounts/login?next=\xc3\xbc HTTP/1.1\r\nHost: a",
    b"GET http://other.example/oauth2/token HTTP/1.1\r\nHost: a",
    b"GET http://other.example HTTP/1.1\r\nHost: a",
    b"GET http://other.example/oauth2/token/?a HTTP/1.1\r\nHost: a",
    b"OPTIONS * HTTP/1.1\r\nHost: a",
    b"CONNECT other.example:443 HTTP/1.1\r\nHost: a",
    b"GET //evil.example/ HTTP/1.1\r\nHost: a",
    b"GET /oauth2//token// HTTP/1.1\r\nHost: a",
    b"GET /%00 HTTP/1.1\r\nHost: a",
    b"GET /%ff/%zz/% HTTP/1.1\r\nHost: a",
    b"GET /api/%ff HTTP/1.1\r\nHost: a",
    b"GET /api/%2e%2e/%2f HTTP/1.1\r\nHost: a",
    b"GET /docs/../../x HTTP/1.1\r\nHost: a",
    b"GET /plain/read HTTP/1.1",
    b"GET /plain/read HTTP/1.0",
    b"GET /plain/read HTTP/1.1\r\nHost: a\r\nNoColon",
    b"GET /plain/read HTTP/1.1\r\nHost: a\r\nAuthorization:Bearer",
    b"GET /plain/read HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\tx",
    b"GET /plain/read HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \x00",
    b"TRACE /oauth2/token HTTP/1.1\r\nHost: a",
    b"NONSENSE /oauth2/token HTTP/1.1\r\nHost: a",
    b"POST /oauth2/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\nzz",
    b"POST /own/token HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\na=",
];

/// How long a body is, said so that a proxy could understand it otherwise than the server does.
const AMBIGUOUS: [&[u8]; 14] = [
    b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n",
    b"Content-Length: 0, 40\r\n\r\n",
    b"Content-Length: +0\r\n\r\n",
    b"Content-Length : 0\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n",
    b"Transfer-Encoding:\x0bchunked\r\nContent-Length: 0\r\n\r\n",
    b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n",
    b" Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff0\r\n\r\n",
];

/// The number in the answer's first line.
fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no status: {answer:?}"))
}

both_databases! {
    async fn nothing_that_comes_over_a_connection_is_a_failure(site: Site) {
        for request in REQUESTS {
            let answer = site.raw(&[request, b"\r\nConnection: close\r\n\r\n"].concat()).await;
            let shown = String::from_utf8_lossy(request);
            assert!(status(&answer) < 500, "{shown}: {answer}");
        }
    }

    /// RFC 9112 §6.3, §11.2: where two readers could disagree on where a request ends, the connection ends with it.
    async fn a_request_whose_end_is_in_doubt_smuggles_no_other_one(site: Site) {
        for framing in AMBIGUOUS {
            let head: &[u8] = b"POST /oauth2/token HTTP/1.1\r\nHost: a\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n";
            let smuggled: &[u8] = b"GET /plain/read HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            let answer = site.raw(&[head, framing, smuggled].concat()).await;
            let shown = String::from_utf8_lossy(framing);
            assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{shown:?}: {answer}");
            assert!(matches!(status(&answer), 400 | 401), "{shown:?}: {answer}");
        }
    }

    async fn a_very_long_target_is_refused(site: Site) {
        for length in [10_000, 70_000, 500_000] {
            let query = "x".repeat(length);
            let request = format!(
                "GET /oauth2/authorization?state={query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            );
            let answer = site.raw(request.as_bytes()).await;
            assert!(answer.is_empty() || status(&answer) < 500, "{length}: {answer}");
        }
        site.get("/").await.with_status(200);
    }
}
