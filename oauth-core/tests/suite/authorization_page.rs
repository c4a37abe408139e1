//! RFC 6749 §3.1.2.4, §4.1.2.1: until the client and its redirect URI are proven, a refusal is a page.

use oauth_core::{
    ApplicationType, AuthorizationErrorCode as Code, ClientSecret, NewClient, PageFault,
};

use crate::support::{CALLBACK, CHALLENGE, Fixture, client, code_request, public_request};

const UNREGISTERED: PageFault =
    PageFault::InvalidRedirectUri("redirect_uri is not one that the client registered");

both_databases! {
    async fn a_request_without_client_id_is_refused_on_a_page(fixture: Fixture) {
        for request in [code_request().without("client_id"), code_request().set("client_id", "")] {
            assert_eq!(fixture.page(&request).await, PageFault::MissingClientId);
        }
    }

    async fn a_request_of_an_unknown_client_is_refused_on_a_page(fixture: Fixture) {
        for unknown in
            ["nobody", "Confidential", "confidential ", "'; DROP TABLE oauth_clients; --"]
        {
            let request = code_request().set("client_id", unknown);
            assert_eq!(fixture.page(&request).await, PageFault::UnknownClient, "{unknown}");
        }
    }

    async fn a_disabled_client_counts_as_unknown_until_it_is_enabled(fixture: Fixture) {
        fixture.server.set_client_disabled("confidential", true).await.unwrap();
        assert_eq!(fixture.page(&code_request()).await, PageFault::UnknownClient);

        fixture.server.set_client_disabled("confidential", false).await.unwrap();
        assert!(fixture.judge(&code_request()).await.is_ok());
    }

    async fn an_unregistered_redirect_uri_is_refused_on_a_page(fixture: Fixture) {
        for other in [
            "https://evil.example/callback",
            "https://app.example/callback?x=1",
            "https://app.example/callback/../callback",
            "https://app.example:443/callback",
            "https://APP.example/callback",
            "http://app.example/callback",
        ] {
            let request = code_request().set("redirect_uri", other);
            assert_eq!(fixture.page(&request).await, UNREGISTERED, "{other}");
        }
    }

    async fn a_redirect_uri_that_is_none_is_refused_on_a_page(fixture: Fixture) {
        for (unusable, problem) in [
            ("/callback", "absolute"),
            ("app.example/callback", "absolute"),
            ("https://app.example/callback#top", "fragment"),
            ("https://app.example/callback#", "fragment"),
            ("https://alice@app.example/callback", "credentials"),
            ("javascript:alert(1)", "private-use scheme"),
            ("https://app.example/\u{fc}", "percent-encoded"),
        ] {
            let fault = fixture.page(&code_request().set("redirect_uri", unusable)).await;
            assert!(matches!(fault, PageFault::InvalidRedirectUri(_)), "{unusable}: {fault:?}");
            assert!(fault.to_string().contains(problem), "{unusable}: {fault}");
        }
    }

    async fn the_only_redirect_uri_may_be_left_out(fixture: Fixture) {
        let location = fixture.authorize(&code_request().without("redirect_uri")).await;
        assert!(location.starts_with("https://app.example/callback?code="), "{location}");
    }

    // §3.1.2.3: with several registered, the client "MUST include a redirection URI".
    async fn a_client_with_several_redirect_uris_must_name_one(fixture: Fixture) {
        let several = vec![CALLBACK.to_owned(), "https://app.example/other".to_owned()];
        fixture.register(NewClient { redirect_uris: several, ..client("several") }).await;

        let request = code_request().set("client_id", "several");
        for uri in [CALLBACK, "https://app.example/other"] {
            let location = fixture.authorize(&request.clone().set("redirect_uri", uri)).await;
            assert!(location.starts_with(&format!("{uri}?code=")), "{location}");
        }
        let fault = fixture.page(&request.without("redirect_uri")).await;
        assert_eq!(fault, PageFault::MissingRedirectUri);
    }

    // OpenID Connect Core §3.1.2.1: redirect_uri is "REQUIRED".
    async fn where_the_settings_say_so_the_only_redirect_uri_must_be_named_too(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.require_redirect_uri = true);
        let fault = fixture.page(&code_request().without("redirect_uri")).await;
        assert_eq!(fault, PageFault::MissingRedirectUri);
        assert!(fixture.judge(&code_request()).await.is_ok());
    }

    async fn a_client_without_redirect_uri_gets_a_page(fixture: Fixture) {
        let grant_types = vec![oauth_core::GrantType::ClientCredentials];
        let without = NewClient { redirect_uris: Vec::new(), grant_types, ..client("without") };
        fixture.register(without).await;

        let request = code_request().set("client_id", "without");
        assert_eq!(fixture.page(&request).await, UNREGISTERED);
        let fault = fixture.page(&request.without("redirect_uri")).await;
        assert_eq!(fault, PageFault::MissingRedirectUri);
    }

    // RFC 8252 §7.3: "MUST allow any port to be specified at the time of the request for loopback IP redirect URIs".
    async fn a_loopback_address_may_name_any_port_and_gets_its_answer_there(fixture: Fixture) {
        let uris = [CALLBACK, "http://127.0.0.1/cb", "http://localhost:1/cb"].map(str::to_owned);
        fixture.register(NewClient { redirect_uris: uris.to_vec(), ..client("native") }).await;

        let request = code_request().set("client_id", "native");
        let location = fixture
            .authorize(&request.clone().set("redirect_uri", "http://127.0.0.1:50123/cb"))
            .await;
        assert!(location.starts_with("http://127.0.0.1:50123/cb?code="), "{location}");
        let by_name = request.set("redirect_uri", "http://localhost:50123/cb");
        assert_eq!(fixture.page(&by_name).await, UNREGISTERED);
    }

    // What such clients register with one port, and ask for with another: Claude Code, OpenCode, mcp-remote.
    async fn a_native_application_may_name_any_port_of_localhost_too(fixture: Fixture) {
        let uris = [CALLBACK, "http://localhost:1/cb"].map(str::to_owned);
        let application_type = ApplicationType::Native;
        let new = NewClient { redirect_uris: uris.to_vec(), application_type, ..client("native") };
        fixture.register(new).await;

        let request = code_request().set("client_id", "native");
        let here = request.clone().set("redirect_uri", "http://localhost:50123/cb");
        let location = fixture.authorize(&here).await;
        assert!(location.starts_with("http://localhost:50123/cb?code="), "{location}");
        for other in ["http://localhost:50123/other", "http://127.0.0.1:1/cb", "https://app.example:1/callback"] {
            let request = request.clone().set("redirect_uri", other);
            assert_eq!(fixture.page(&request).await, UNREGISTERED, "{other}");
        }
    }

    async fn a_redirect_uri_that_differs_by_a_slash_is_refused_with_that_reason(fixture: Fixture) {
        let fault = fixture.page(&code_request().set("redirect_uri", "https://app.example/callback/")).await;
        assert!(fault.to_string().ends_with("differ by a slash at the end"), "{fault}");
    }

    async fn an_application_with_a_scheme_of_any_name_is_answered_there(fixture: Fixture) {
        let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
        let redirect_uris = vec![cursor.to_owned(), "http://localhost:8787/callback".to_owned()];
        let public = NewClient { secret: ClientSecret::None, require_pkce: None, ..client("cursor") };
        fixture.register(NewClient { redirect_uris, ..public }).await;
        let request = public_request().set("client_id", "cursor").set("redirect_uri", cursor);
        let location = fixture.authorize(&request).await;
        assert!(location.starts_with(&format!("{cursor}?code=")), "{location}");
        let refusal = fixture.refusal(&request.without("code_challenge").without("code_challenge_method")).await;
        assert!(refusal.description.contains("must use PKCE"), "{}", refusal.description);
    }

    async fn ssl_only_refuses_a_redirect_uri_without_tls_on_a_page(fixture: Fixture) {
        let plain = "http://app.example/callback";
        let fixture = fixture.with(|settings| settings.ssl_only = false);
        fixture
            .register(NewClient { redirect_uris: vec![plain.to_owned()], ..client("plain") })
            .await;
        let request = code_request().set("client_id", "plain").set("redirect_uri", plain);
        assert!(fixture.authorize(&request).await.starts_with(plain));

        let fixture = fixture.with(|settings| settings.ssl_only = true);
        let fault = fixture.page(&request).await;
        assert_eq!(fault, PageFault::InvalidRedirectUri("redirect_uri must use TLS"));
    }

    // RFC 8252 §7: what does not leave the machine needs no TLS.
    async fn ssl_only_exempts_loopback_and_private_use_redirect_uris(fixture: Fixture) {
        for uri in [
            "http://localhost:1111",
            "http://127.0.0.1/cb",
            "http://[::1]/cb",
            "com.example.app:/cb",
        ] {
            fixture
                .register(NewClient { redirect_uris: vec![uri.to_owned()], ..client(uri) })
                .await;
            let request = code_request().set("client_id", uri).set("redirect_uri", uri);
            assert!(fixture.authorize(&request).await.starts_with(uri), "{uri}");
        }
    }

    // §3.1: parameters "MUST NOT be included more than once"; with two clients, nobody knows where to answer.
    async fn a_repeated_client_id_or_redirect_uri_is_refused_on_a_page(fixture: Fixture) {
        for name in ["client_id", "redirect_uri"] {
            let request = code_request();
            let same = request.get(name).unwrap().to_owned();
            let fault = fixture.page(&request.and(name, &same)).await;
            let repeated = format!("{name} must not be included more than once");
            assert_eq!(fault, PageFault::Malformed(repeated));
        }
    }

    async fn malformed_percent_encoding_before_the_client_is_known_is_refused_on_a_page(
        fixture: Fixture,
    ) {
        for query in [
            "client_id=%zz",
            "client_id=a%00b",
            "client_id=confidential&redirect_uri=%ff",
            "client_id=confidential&%ff=1",
        ] {
            let params = oauth_core::Params::parse(query.as_bytes());
            let answer = fixture.server.authorization_request(&params).await;
            let Err(oauth_core::AuthorizationError::Page(fault)) = answer else {
                panic!("{query}")
            };
            assert!(fault.to_string().contains("percent-encoded UTF-8"), "{query}: {fault}");
        }
    }

    async fn the_checks_come_in_the_order_in_which_the_rfc_makes_them_matter(fixture: Fixture) {
        let request =
            code_request().set("client_id", "nobody").set("redirect_uri", "https://evil.example");
        let request = request.set("response_type", "magic").set("code_challenge", "short");
        let request = request.without("state").set("scope", "admin");

        assert_eq!(fixture.page(&request).await, PageFault::UnknownClient);
        let request = request.set("client_id", "public");
        assert_eq!(fixture.page(&request).await, UNREGISTERED);
        let request = request.set("redirect_uri", CALLBACK);
        let twice = request.clone().and("scope", "read");
        assert_eq!(fixture.refusal(&twice).await.code, Code::InvalidRequest);
        assert_eq!(fixture.refusal(&request).await.code, Code::UnsupportedResponseType);
        let request = request.set("response_type", "code");
        let stateless = request.clone().set("client_id", "confidential").without("code_challenge");
        assert!(fixture.refusal(&stateless).await.description.contains("state"));
        assert_eq!(fixture.refusal(&request).await.code, Code::InvalidScope);
        let request = request.set("scope", "read");
        assert!(fixture.refusal(&request).await.description.contains("code_challenge_method"));
        let request = request.set("code_challenge", CHALLENGE).set("code_challenge_method", "S256");
        assert!(fixture.judge(&request).await.is_ok());
    }
}
