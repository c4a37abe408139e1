//! `ssl_only`: RFC 6749 §3.1, §3.2 and RFC 6750 §5.2; and whose word counts about TLS.

use oauth_server::OAuthBuilder;
use reqwest::Method;

use crate::support::{CALLBACK, FormBody, Site, client::code_request};

/// The proxy is this very machine.
fn behind_a_proxy(oauth: OAuthBuilder) -> OAuthBuilder {
    oauth.trusted_proxies(vec!["127.0.0.0/8".parse().unwrap()])
}

/// What a trusted proxy may say, and whether that is TLS.
const REPORTS: [(&[(&str, &str)], bool); 28] = [
    (&[], false),
    (&[("X-Forwarded-Proto", "https")], true),
    (&[("X-Forwarded-Proto", "HTTPS")], true),
    (&[("X-Forwarded-Proto", "http")], false),
    (&[("X-Forwarded-Proto", "http, https")], true),
    (&[("X-Forwarded-Proto", "https, http")], false),
    (&[("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")], false),
    (&[("Forwarded", "proto=https")], true),
    (&[("Forwarded", "for=192.0.2.1;Proto=\"https\";by=x")], true),
    (&[("Forwarded", "for=192.0.2.1;proto=http")], false),
    (&[("Forwarded", "for=192.0.2.1")], false),
    (&[("Forwarded", "proto=https, proto=http")], false),
    (&[("Forwarded", "proto=http, proto=https")], true),
    (&[("Forwarded", "x-proto=https")], false),
    (&[("Forwarded", "proto=https"), ("X-Forwarded-Proto", "http")], false),
    (&[("Forwarded", "proto=http"), ("X-Forwarded-Proto", "https")], false),
    (&[("Forwarded", "proto=https"), ("X-Forwarded-Proto", "https")], true),
    // The client's connection to the first of two trusted proxies is what counts, and neither what passed between them
    // nor what the client says itself.
    (&[("X-Forwarded-For", "192.0.2.1, 127.0.0.2"), ("X-Forwarded-Proto", "https, http")], true),
    (&[("X-Forwarded-For", "192.0.2.1, 127.0.0.2"), ("X-Forwarded-Proto", "http, https")], false),
    (
        &[("X-Forwarded-For", "192.0.2.1, 127.0.0.2"), ("X-Forwarded-Proto", "https, http, http")],
        false,
    ),
    (&[("X-Forwarded-For", "192.0.2.1, 127.0.0.2"), ("X-Forwarded-Proto", "https")], true),
    (&[("X-Forwarded-For", "127.0.0.2, 192.0.2.1"), ("X-Forwarded-Proto", "https, http")], false),
    (&[("X-Forwarded-For", "127.0.0.2, unknown"), ("X-Forwarded-Proto", "https, http")], false),
    (
        &[
            ("X-Forwarded-For", "192.0.2.1:4711, 127.0.0.2:80"),
            ("X-Forwarded-Proto", "https, http"),
        ],
        true,
    ),
    (&[("Forwarded", "for=192.0.2.1;proto=https, for=127.0.0.2;proto=http")], true),
    (
        &[(
            "Forwarded",
            "for=6.6.6.6;proto=https, for=192.0.2.1;proto=http, for=\"127.0.0.2:80\";proto=https",
        )],
        false,
    ),
    (&[("Forwarded", "for=192.0.2.1;proto=https, for=_hidden;proto=http")], false),
    // Who says only whose request it is leaves the scheme to the other header.
    (&[("Forwarded", "for=192.0.2.1"), ("X-Forwarded-Proto", "https")], true),
];

/// With TLS required, and a proxy that says it is there.
async fn secure(site: Site) -> Site {
    site.with(|config| {
        config.settings.ssl_only = true;
        config.settings.issuer = "https://id.example".to_owned();
        config.oauth = behind_a_proxy;
        config.proxy_headers = &[("X-Forwarded-Proto", "https")];
    })
    .await
}

both_databases! {
    async fn without_tls_every_endpoint_refuses(site: Site) {
        let (token, browser) = (site.access_token("read").await, site.sign_in().await);
        let session = browser.session().unwrap();
        let site = site.with(|config| config.settings.ssl_only = true).await;
        let browser = site.browser();
        browser.set_cookie("__Host-oauth_session", &session);

        let page = browser.ask(&code_request()).await.with_status(400);
        assert!(page.body.contains("authorization requests must use TLS"), "{}", page.body);
        let request =
            site.request(Method::POST, "/oauth2/authorization").form_body("user_action=Accept");
        browser.send(request).await.with_status(400);
        for path in ["/oauth2/token", "/own/token"] {
            site.post(path, &site.exchange_form("x")).await.assert_refused(400, "invalid_request");
        }
        for path in ["/plain/read", "/api/read"] {
            let refused = site.call(path, &token).await.with_status(400);
            assert_eq!(refused.text("error"), "invalid_request");
            assert!(refused.header("WWW-Authenticate").contains("requests must use TLS"));
            site.get(path).await.with_status(400);
        }
    }

    async fn without_tls_the_applications_page_is_shown(site: Site) {
        let site = site
            .with(|config| {
                config.settings.ssl_only = true;
                config.page.missing_redirect_uri = Some("/missing/");
            })
            .await;
        assert_eq!(site.browser().ask(&code_request()).await.location(), "/missing/");
    }

    async fn with_tls_to_a_trusted_proxy_the_whole_flow_works(site: Site) {
        let site = secure(site).await;
        let answer = site.tokens("read write").await;
        let refreshed = site.refresh(&answer.text("refresh_token")).await.with_status(200);
        for path in ["/plain/read", "/api/read"] {
            site.call(path, &refreshed.text("access_token")).await.with_status(200);
        }
    }

    async fn where_tls_is_not_required_http_and_https_both_work(site: Site) {
        let mut site = site;
        for proxy_headers in [&[][..], &[("X-Forwarded-Proto", "https")]] {
            site = site
                .with(|config| {
                    config.oauth = behind_a_proxy;
                    config.proxy_headers = proxy_headers;
                })
                .await;
            let token = site.access_token("read").await;
            for path in ["/plain/read", "/api/read"] {
                site.call(path, &token).await.with_status(200);
            }
        }
    }

    async fn what_a_trusted_proxy_reports_decides(site: Site) {
        let site = site
            .with(|config| {
                config.settings.ssl_only = true;
                config.oauth = behind_a_proxy;
            })
            .await;
        for (headers, is_tls) in REPORTS {
            let request = |method, path| {
                let request = site.request(method, path);
                headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
            };
            let page = site.send(request(Method::GET, "/oauth2/authorization")).await;
            assert_eq!(page.status, if is_tls { 303 } else { 400 }, "{headers:?}");
            let token = site.send(request(Method::POST, "/oauth2/token").form_body("")).await;
            assert_eq!(token.status, if is_tls { 401 } else { 400 }, "{headers:?}");
            let call = site.send(request(Method::GET, "/plain/read")).await;
            assert_eq!(call.status, if is_tls { 401 } else { 400 }, "{headers:?}");
        }
    }

    async fn nobody_else_is_believed(site: Site) {
        let distrusting: [fn(OAuthBuilder) -> OAuthBuilder; 2] = [
            |oauth| oauth,
            |oauth| {
                oauth.trusted_proxies(vec![
                    "10.0.0.0/8".parse().unwrap(),
                    "::1/128".parse().unwrap(),
                ])
            },
        ];
        let mut site = secure(site).await;
        for oauth in distrusting {
            site = site.with(|config| config.oauth = oauth).await;
            site.get("/plain/read").await.with_status(400);
            site.exchange("x").await.assert_refused(400, "invalid_request");
            site.browser().ask(&code_request()).await.with_status(400);
        }
    }

    async fn the_cookie_is_secure_and_of_this_host_alone(site: Site) {
        let site = secure(site).await;
        let page = site.get("/accounts/login/").await;
        let cookie = page.header("Set-Cookie");
        assert!(cookie.starts_with("__Host-oauth_session_form="), "{cookie}");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");

        let browser = site.sign_in().await;
        let id = browser.session().unwrap();
        let form = browser.page("/accounts/logout/").await.form;
        let forgotten = browser.submit(&form, &[]).await;
        assert!(forgotten.header("Set-Cookie").ends_with("; Secure; Max-Age=0"), "{forgotten:#?}");
        let plain = site.browser();
        plain.set_cookie("oauth_session", &id);
        assert!(!plain.is_signed_in().await);
    }

    // A proxy that speaks TLS to browsers may not be known to us.
    async fn whether_a_cookie_is_secure_follows_the_issuer_and_nothing_else(site: Site) {
        let mut site = site;
        for (issuer, ssl_only, is_secure) in [
            ("https://id.example", false, true),
            ("HTTPS://id.example", false, true),
            ("https://id.example", true, true),
            ("http://https.example", false, false),
        ] {
            site = secure(site).await.with(|config| {
                config.settings.issuer = issuer.to_owned();
                config.settings.ssl_only = ssl_only;
            }).await;
            let page = site.get("/accounts/login/").await;
            let cookie = page.header("Set-Cookie");
            assert_eq!(cookie.ends_with("; Secure"), is_secure, "{issuer}: {cookie}");
            assert_eq!(cookie.starts_with("__Host-"), is_secure, "{issuer}: {cookie}");
            assert!(site.sign_in().await.is_signed_in().await, "{issuer}");
        }
    }

    async fn a_cookie_without_the_prefix_does_not_count(site: Site) {
        let site = secure(site).await;
        let id = site.sign_in().await.session().unwrap();
        let browser = site.browser();
        browser.set_cookie("oauth_session", &id);
        assert!(!browser.is_signed_in().await);
    }

    /// RFC 6749 §3.1.2.1; RFC 8252 exempts loopback and private-use redirect URIs.
    async fn a_redirect_uri_without_tls_gets_a_page(site: Site) {
        let uris = [
            ("http://app.example/callback", 400),
            ("http://localhost:1111", 200),
            ("http://127.0.0.1/cb", 200),
            ("com.example.app:/cb", 200),
            (CALLBACK, 200),
        ];
        for (uri, _) in uris {
            site.register(|client| {
                client.client_id = Some(uri.to_owned());
                client.redirect_uris = vec![uri.to_owned()];
            })
            .await;
        }
        let site = secure(site).await;
        let browser = site.sign_in().await;
        for (uri, status) in uris {
            let request = code_request().set("client_id", uri).set("redirect_uri", uri);
            browser.ask(&request).await.with_status(status);
        }
    }

    async fn where_tls_is_not_required_a_redirect_uri_without_it_works(site: Site) {
        let uri = "http://app.example/callback";
        site.register(|client| client.redirect_uris = vec![uri.to_owned()]).await;
        let request = code_request().set("client_id", "another").set("redirect_uri", uri);
        let browser = site.sign_in().await;
        let answer = browser.authorize(&request).await;
        assert!(answer.location().starts_with(&format!("{uri}?code=")), "{answer:#?}");
        let answer = browser.ask(&request.without("scope")).await;
        assert!(answer.location().starts_with(&format!("{uri}?error=")), "{answer:#?}");
    }

    async fn without_tls_nobody_signs_in(site: Site) {
        let site = site.with(|config| config.settings.ssl_only = true).await;
        for path in ["/accounts/login/", "/accounts/logout/", "/accounts/password/", "/accounts/apps/"] {
            let answer = site.get(path).await.with_status(400);
            assert!(answer.body.contains("secure connection"), "{path}: {}", answer.body);
            assert!(!answer.has_header("Set-Cookie"));
        }
    }
}
