//! Codes, tokens, secrets, passwords and session ids reach no log line.

use reqwest::{Method, header};

use crate::support::{
    FormBody, PASSWORD, Site, UNKNOWN_REFRESH_TOKEN, VERIFIER, authorization, basic,
    client::{code_request, implicit_request, public_exchange, public_request},
    log,
};

/// A wrong password, which may be another site's right one.
const WRONG_PASSWORD: &str = "a password of another site";

type Chain = (&'static [(&'static str, &'static str)], &'static str);

/// What the trusted proxy 127.0.0.1 may send on, and whose request that is.
const CHAINS: &[Chain] = &[
    (&[("X-Forwarded-For", "192.0.2.1:4711")], "192.0.2.1"),
    (&[("X-Forwarded-For", "[2001:db8::1]:4711")], "2001:db8::1"),
    (&[("X-Forwarded-For", "[2001:db8::1]")], "2001:db8::1"),
    (&[("X-Forwarded-For", "2001:db8::1")], "2001:db8::1"),
    (&[("X-Forwarded-For", "6.6.6.6, 192.0.2.1:4711, 127.0.0.2:80")], "192.0.2.1"),
    (&[("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "192.0.2.1")], "192.0.2.1"),
    (&[("Forwarded", "for=192.0.2.1")], "192.0.2.1"),
    (&[("Forwarded", "For=\"192.0.2.1:4711\";proto=http;by=_proxy")], "192.0.2.1"),
    (&[("Forwarded", "proto=http;for=\"[2001:db8::1]:4711\"")], "2001:db8::1"),
    (&[("Forwarded", "for=\"[2001:db8::1]\"")], "2001:db8::1"),
    (&[("Forwarded", "for=6.6.6.6, for=192.0.2.1, for=\"127.0.0.2:_x\"")], "192.0.2.1"),
    // What is hidden, unknown or no address ends the chain; what stands before it is nobody's word.
    (&[("Forwarded", "for=6.6.6.6, for=unknown, for=127.0.0.2")], "127.0.0.2"),
    (&[("Forwarded", "for=6.6.6.6, for=_hidden")], "127.0.0.1"),
    (&[("X-Forwarded-For", "6.6.6.6, unknown, 127.0.0.2")], "127.0.0.2"),
    (&[("X-Forwarded-For", "6.6.6.6, localhost")], "127.0.0.1"),
    (&[("Forwarded", "for=\"6.6.6.6, for=192.0.2.1")], "192.0.2.1"),
    // A proxy writes one of the two, and passes the client's other one on: nobody can pick an address.
    (&[("Forwarded", "for=192.0.2.1"), ("X-Forwarded-For", "192.0.2.1")], "192.0.2.1"),
    (&[("Forwarded", "for=6.6.6.6"), ("X-Forwarded-For", "192.0.2.1")], "127.0.0.1"),
    (&[("Forwarded", "for=unknown"), ("X-Forwarded-For", "192.0.2.1")], "192.0.2.1"),
];

/// The first line that was logged and holds this text.
fn logged(text: &str) -> Option<String> {
    log::lines().into_iter().find(|line| line.contains(text))
}

/// Signs in, after a slip; gives the ids and CSRF tokens of the sessions on the way.
async fn sign_in(site: &Site) -> Vec<String> {
    let browser = site.sign_in().await;
    let mut secrets = vec![PASSWORD.to_owned(), WRONG_PASSWORD.to_owned()];
    secrets.extend(browser.session());
    let other = site.browser();
    let form = other.page("/accounts/login/").await.form;
    secrets.extend(other.session());
    secrets.push(form.hidden.encoded().replace("csrf_token=", ""));
    other
        .submit(&form, &[("username", "alice"), ("password", WRONG_PASSWORD)])
        .await
        .with_status(422);
    let form = browser.page("/accounts/logout/").await.form;
    browser.submit(&form, &[]).await.with_status(303);
    secrets
}

/// The grants, as they should go and as they should not.
async fn grants(site: &Site) -> Vec<String> {
    let browser = site.sign_in().await;
    let code = browser.code(&code_request()).await;
    let first = site.exchange(&code).await.with_status(200);
    let second = site.refresh(&first.text("refresh_token")).await.with_status(200);
    let public = browser.code(&public_request()).await;
    let third = site.token(&public_exchange(&public)).await.with_status(200);
    let implicit =
        browser.authorize(&implicit_request()).await.in_fragment("access_token").unwrap();

    site.call("/plain/read", &second.text("access_token")).await.with_status(200);
    site.call("/plain/read", &first.text("access_token")).await.with_status(401);
    site.get(&format!("/plain/read?access_token={implicit}")).await.with_status(401);
    site.clock.advance(60);
    site.refresh(&first.text("refresh_token")).await.assert_refused(400, "invalid_grant");
    site.exchange(&code).await.assert_refused(400, "invalid_grant");

    let tokens = [&first, &second, &third];
    let mut secrets =
        vec![code, public, implicit, VERIFIER.to_owned(), site.secret.expose().to_owned()];
    secrets.extend(tokens.map(|answer| answer.text("access_token")));
    secrets.extend(tokens.map(|answer| answer.text("refresh_token")));
    secrets.extend(browser.session());
    secrets
}

/// Requests that put a secret where it does not belong.
async fn misplaced(site: &Site) -> Vec<String> {
    let mark = "misplaced-secret-0123456789";
    let header = basic("confidential", site.secret.expose());
    for path in [
        format!("/oauth2/token?client_id=confidential&client_secret={mark}"),
        authorization(&code_request().set("redirect_uri", &format!("https://evil.example/{mark}"))),
        authorization(&code_request().set("state", mark).set("scope", "nonsense")),
        format!("/accounts/login?next=/{mark}"),
        format!("/nothing?{mark}"),
        "/panics".to_owned(),
        "/fails".to_owned(),
    ] {
        for method in [Method::GET, Method::POST] {
            let request =
                site.request(method, &path).form_body(format!("client_secret={mark}&code={mark}"));
            site.send(request.header(header::AUTHORIZATION, &header)).await;
        }
    }
    site.call("/api/read", mark).await.with_status(401);
    site.call_with("/api/read", &format!("Bearer {mark} {mark}")).await.with_status(400);
    site.database.drop_table("oauth_refresh_tokens");
    site.refresh(UNKNOWN_REFRESH_TOKEN).await.with_status(500);
    vec![mark.to_owned(), UNKNOWN_REFRESH_TOKEN.to_owned(), header.replace("Basic ", "")]
}

both_databases! {
    async fn no_secret_of_a_whole_flow_is_logged(site: Site) {
        log::keep();
        let secrets = [sign_in(&site).await, grants(&site).await, misplaced(&site).await].concat();
        let lines = log::lines();
        for secret in secrets {
            assert!(secret.len() > 15, "{secret} is no secret");
            let leak = lines.iter().find(|line| line.contains(&secret));
            assert_eq!(leak, None, "{secret}");
        }
    }

    /// Or the claim above would hold of a log that nobody keeps.
    async fn each_request_is_logged_with_its_id_path_and_status(site: Site) {
        log::keep();
        let id = site.get("/nothing/here?query=unseen").await.header("X-Request-Id").to_owned();
        let line = logged(&format!("id={id} ")).expect("a line");
        for part in ["method=GET", "path=\"/nothing/here\"", "status=404", "answered"] {
            assert!(line.contains(part), "{line}");
        }
        assert_eq!(logged("query=unseen"), None);
    }

    async fn what_failed_is_logged_with_its_cause(site: Site) {
        log::keep();
        let id = site.get("/fails").await.with_status(500).header("X-Request-Id").to_owned();
        let lines = log::lines();
        let line =
            lines.iter().find(|line| line.contains(&format!("id={id} ")) && line.contains("ERROR"));
        assert!(line.expect("a line").contains(crate::support::app::CAUSE), "{line:?}");
    }

    /// What oauthost logs: who sent it stands in the same line.
    async fn an_authorization_request_that_is_refused_is_logged_with_its_fault(site: Site) {
        log::keep();
        let browser = site.sign_in().await;
        for (request, fault) in [
            (code_request().set("client_id", "nobody"), "no client is registered"),
            (code_request().set("redirect_uri", "https://evil.example/"), "not one that the client registered"),
            (code_request().set("scope", "nonsense"), "invalid_scope"),
        ] {
            let id = browser.ask(&request).await.header("X-Request-Id").to_owned();
            let lines = log::lines();
            let line = lines.iter().find(|line| line.contains(&format!("id={id} ")) && line.contains(fault));
            assert!(line.expect(fault).contains("client=127.0.0.1"), "{line:?}");
        }
    }

    /// RFC 7239; and as proxies write it that know the older headers only.
    async fn an_address_is_understood_however_a_trusted_proxy_writes_it(site: Site) {
        log::keep();
        let site = site.with(|config| {
            config.oauth = |oauth| oauth.trusted_proxies(vec!["127.0.0.0/8".parse().unwrap()]);
        });
        let site = site.await;
        for (headers, client) in CHAINS {
            let request = site.request(Method::GET, "/nothing");
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let id = site.send(request).await.header("X-Request-Id").to_owned();
            let line = logged(&format!("id={id} ")).expect("a line");
            let address = line.split_once(" client=").and_then(|(_, rest)| rest.split(['}', ' ']).next());
            assert_eq!(address, Some(*client), "{headers:?}: {line}");
        }
    }

    /// Whose address it is, only a trusted proxy can say.
    async fn each_request_is_logged_with_the_address_that_trusted_proxies_say(site: Site) {
        log::keep();
        let chain = "6.6.6.6, 203.0.113.9, 127.0.0.2";
        let request = site.request(Method::GET, "/nothing").header("X-Forwarded-For", chain);
        let id = site.send(request).await.header("X-Request-Id").to_owned();
        assert!(logged(&format!("id={id} ")).unwrap().contains("client=127.0.0.1"));
        let site = site.with(|config| {
            config.oauth = |oauth| oauth.trusted_proxies(vec!["127.0.0.0/8".parse().unwrap()]);
        });
        let site = site.await;
        let request = site.request(Method::GET, "/nothing").header("X-Forwarded-For", chain);
        let id = site.send(request).await.header("X-Request-Id").to_owned();
        assert!(logged(&format!("id={id} ")).unwrap().contains("client=203.0.113.9"));
    }
}
