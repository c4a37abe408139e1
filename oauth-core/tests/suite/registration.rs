//! Registering clients and scopes: RFC 6749 §2.

use oauth_core::{
    ApplicationType, ClientSecret, GrantType, NewClient, NewScope, Registered, RegistrationError,
};

use crate::support::{CALLBACK, Fixture, client, code_request, recognised_by, scopes};

impl Fixture {
    async fn assert_invalid(&self, new: NewClient, expected: &str) {
        match self.server.register_client(new).await {
            Err(RegistrationError::Invalid { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

both_databases! {
    async fn a_client_is_kept_as_registered(fixture: Fixture) {
        let new = NewClient {
            description: "Polls".to_owned(),
            client_uri: Some("https://app.example/".to_owned()),
            logo_uri: Some("https://app.example/logo.png".to_owned()),
            policy_uri: Some("https://app.example/policy".to_owned()),
            tos_uri: Some("https://app.example/terms".to_owned()),
            fragment_supported: false,
            redirect_uris: vec![CALLBACK.to_owned(), "com.example.app:/cb".to_owned()],
            ..client("app")
        };
        fixture.register(new).await;
        let app = fixture.server.client("app").await.unwrap().expect("a client");
        assert_eq!((app.name(), app.description.as_str()), ("app", "Polls"));
        assert_eq!(app.metadata.client_uri.as_deref(), Some("https://app.example/"));
        assert_eq!(app.metadata.logo_uri.as_deref(), Some("https://app.example/logo.png"));
        assert_eq!(app.metadata.policy_uri.as_deref(), Some("https://app.example/policy"));
        assert_eq!(app.metadata.tos_uri.as_deref(), Some("https://app.example/terms"));
        assert!(!app.fragment_supported);
        assert_eq!(app.metadata.redirect_uris, [CALLBACK, "com.example.app:/cb"]);
        assert_eq!((app.metadata.scope.clone(), app.created_at), (scopes("read write retired"), 1_000_000));
        assert!(app.allows(&GrantType::AuthorizationCode) && app.allows(&GrantType::RefreshToken));
        assert!(!app.allows(&GrantType::Implicit) && !app.is_public && !app.require_pkce);
    }

    async fn identifier_and_secret_are_drawn_and_never_twice(fixture: Fixture) {
        let drawn = || NewClient { client_id: None, ..client("app") };
        let (one, other) = (fixture.register(drawn()).await, fixture.register(drawn()).await);
        assert_ne!(one.client.client_id, other.client.client_id);
        assert_ne!(one.secret.unwrap(), other.secret.unwrap());
    }

    async fn a_generated_secret_is_recognised_by_its_prefix_and_a_chosen_one_is_not(fixture: Fixture) {
        let Registered { client: app, secret, .. } = fixture.register(client("app")).await;
        assert_eq!(app.secrets[0].prefix, recognised_by(secret.unwrap().expose()));
        let chosen =
            NewClient { secret: ClientSecret::Chosen("correct horse".into()), ..client("chosen") };
        assert_eq!(fixture.register(chosen).await.client.secrets[0].prefix, "");
    }

    async fn a_scope_may_have_a_title(fixture: Fixture) {
        let scope = NewScope {
            name: "notes".to_owned(),
            title: "Your notes".to_owned(),
            description: "Read your notes.".to_owned(),
            ..NewScope::default()
        };
        fixture.server.register_new_scope(scope).await.unwrap();
        let request = code_request().set("scope", "notes").set("client_id", "any");
        fixture.register(NewClient { any_scope: true, ..client("any") }).await;
        let request = fixture.judge(&request).await.unwrap();
        assert_eq!(request.scopes()[0].title, "Your notes");
    }

    async fn only_a_generated_secret_is_shown(fixture: Fixture) {
        let chosen =
            NewClient { secret: ClientSecret::Chosen("correct horse".into()), ..client("chosen") };
        let public = NewClient { secret: ClientSecret::None, ..client("native") };
        assert!(fixture.register(chosen).await.secret.is_none());
        assert!(fixture.register(public).await.secret.is_none());
    }

    // RFC 9700 §2.1.1: for confidential clients, too, "the use of PKCE [RFC7636] is RECOMMENDED".
    async fn pkce_is_required_of_every_client_unless_it_is_registered_otherwise(fixture: Fixture) {
        for (client_id, secret) in
            [("native", ClientSecret::None), ("site", ClientSecret::Generated)]
        {
            let strict = NewClient { secret, require_pkce: None, ..client(client_id) };
            let lax = NewClient {
                require_pkce: Some(false),
                client_id: Some(format!("lax-{client_id}")),
                ..strict.clone()
            };
            assert!(fixture.register(strict).await.client.require_pkce, "{client_id}");
            assert!(!fixture.register(lax).await.client.require_pkce, "{client_id}");
        }
    }

    async fn an_identifier_is_taken_once_by_a_disabled_client_too(fixture: Fixture) {
        fixture.server.set_client_disabled("public", true).await.unwrap();
        for taken in ["confidential", "public"] {
            let refusal = fixture.server.register_client(client(taken)).await.unwrap_err();
            assert!(matches!(&refusal, RegistrationError::Taken(id) if id == taken), "{refusal:?}");
        }
    }

    async fn a_client_has_a_name_of_1_to_100_characters(fixture: Fixture) {
        for invalid in ["", "   ", &"\u{fc}".repeat(101)] {
            fixture
                .assert_invalid(NewClient { name: invalid.to_owned(), ..client("app") }, "name")
                .await;
        }
        fixture.register(NewClient { name: "\u{fc}".repeat(100), ..client("app") }).await;
    }

    // Appendix A.1: client-id = *VSCHAR; a space or nothing would not survive the lists and the forms.
    async fn a_client_id_has_1_to_255_visible_ascii_characters(fixture: Fixture) {
        for invalid in ["", "a b", "\u{fc}", "a\0b", "a\nb", &"a".repeat(256)] {
            let new = NewClient { client_id: Some(invalid.to_owned()), ..client("app") };
            fixture.assert_invalid(new, "client_id").await;
        }
        let longest = Some("a".repeat(255));
        fixture.register(NewClient { client_id: longest, ..client("app") }).await;
    }

    async fn the_origins_of_a_clients_pages_are_written_as_browsers_write_them(fixture: Fixture) {
        for invalid in ["https://app.example/", "https://App.example", "https://app.example:443", "app.example", "null", "*", "file://", ""] {
            let cors_origins = vec![invalid.to_owned()];
            fixture.assert_invalid(NewClient { cors_origins, ..client("app") }, "cors_origins").await;
        }
        let origins = ["https://app.example", "http://localhost:1111", "http://[::1]:3000"].map(str::to_owned);
        let app = fixture.register(NewClient { cors_origins: origins.to_vec(), ..client("app") }).await;
        assert_eq!(app.client.cors_origins, origins);
    }

    async fn the_resources_that_a_client_introspects_are_kept_in_the_form_by_which_they_are_compared(fixture: Fixture) {
        for invalid in ["", "/notes", "https://api.example/#notes", "https://me@api.example/"] {
            let introspects = vec![invalid.to_owned()];
            fixture.assert_invalid(NewClient { introspects, ..client("app") }, "introspects").await;
        }
        let introspects = ["HTTPS://Api.example/", "https://api.example"].map(str::to_owned).to_vec();
        let app = fixture.register(NewClient { introspects, ..client("app") }).await;
        assert_eq!(app.client.introspects, ["https://api.example".parse().unwrap()]);
    }

    async fn the_pages_of_a_client_are_http_urls(fixture: Fixture) {
        for invalid in
            ["javascript:alert(1)", "app.example", "data:image/png;base64,AA==", "https://", ""]
        {
            let uri = || Some(invalid.to_owned());
            fixture
                .assert_invalid(
                    NewClient { client_uri: uri(), ..client("app") },
                    "client_uri",
                )
                .await;
            fixture
                .assert_invalid(
                    NewClient { logo_uri: uri(), ..client("app") },
                    "logo_uri",
                )
                .await;
            fixture
                .assert_invalid(NewClient { policy_uri: uri(), ..client("app") }, "policy_uri")
                .await;
            fixture.assert_invalid(NewClient { tos_uri: uri(), ..client("app") }, "tos_uri").await;
        }
    }

    // §3.1.2: "an absolute URI", which "MUST NOT include a fragment component".
    async fn every_redirect_uri_is_judged(fixture: Fixture) {
        for invalid in [
            "/cb",
            "https://app.example/#",
            "javascript:alert(1)",
            "https://app.example/a b",
            "https://a:b@app.example/",
        ] {
            let redirect_uris = vec![CALLBACK.to_owned(), invalid.to_owned()];
            fixture
                .assert_invalid(NewClient { redirect_uris, ..client("app") }, "redirect_uris")
                .await;
        }
    }

    async fn a_refused_redirect_uri_is_named_with_the_reason_and_the_others_with_it(fixture: Fixture) {
        let uris = ["https://app.example/cb", "javascript:alert(1)", "http://app.example/", "com.example.app:/cb"];
        let redirect_uris = uris.map(str::to_owned).to_vec();
        let refused = fixture.server.register_client(NewClient { redirect_uris, ..client("app") }).await;
        let said = refused.unwrap_err().to_string();
        let expected = "redirect_uris: javascript:alert(1): redirect_uri must use https, http on a loopback address, or \
                        a private-use scheme; http://app.example/: http is for loopback addresses alone (RFC 8252 7.3); \
                        https://app.example/cb, com.example.app:/cb: refused with what is wrong beside it";
        assert_eq!(said, expected);
        let long = format!("https://app.example/{}", "a".repeat(2000));
        let new = NewClient { redirect_uris: vec![long], ..client("app") };
        let said = fixture.server.register_client(new).await.unwrap_err().to_string();
        assert!(said.contains("https://app.example/aaa") && said.ends_with("at most 2000 characters"), "{said}");
    }

    async fn http_is_for_loopback_addresses_unless_the_server_does_without_tls(fixture: Fixture) {
        let new = || NewClient { redirect_uris: vec!["http://app.example/".to_owned()], ..client("app") };
        fixture.assert_invalid(new(), "redirect_uris").await;
        fixture.with(|settings| settings.ssl_only = false).register(new()).await;
    }

    // RFC 8252 §8.4: only a scheme made of a domain name has an owner.
    async fn a_scheme_without_a_period_is_for_public_clients_that_must_use_pkce(fixture: Fixture) {
        let public = || NewClient {
            secret: ClientSecret::None,
            require_pkce: None,
            redirect_uris: vec!["cursor://anysphere.cursor-mcp/oauth/callback".to_owned()],
            ..client("cursor")
        };
        let implicit = vec![GrantType::AuthorizationCode, GrantType::Implicit];
        for refused in [
            NewClient { secret: ClientSecret::Generated, ..public() },
            NewClient { require_pkce: Some(false), ..public() },
            NewClient { grant_types: implicit, ..public() },
        ] {
            fixture.assert_invalid(refused, "redirect_uris").await;
        }
        fixture.register(public()).await;
        let owned = vec!["com.example.app:/cb".to_owned()];
        fixture.register(NewClient { redirect_uris: owned, require_pkce: Some(false), ..client("owned") }).await;
    }

    async fn what_is_answered_on_its_users_device_alone_is_stored_as_native(fixture: Fixture) {
        let types = [
            (&["http://localhost:8787/callback"][..], ApplicationType::Native),
            (&["com.example.app:/cb", "http://127.0.0.1/", "http://[::1]/"], ApplicationType::Native),
            (&["http://127.0.0.1/", CALLBACK], ApplicationType::Web),
            (&[CALLBACK], ApplicationType::Web),
        ];
        for (number, (uris, expected)) in types.into_iter().enumerate() {
            let redirect_uris = uris.iter().copied().map(str::to_owned).collect();
            let new = NewClient { redirect_uris, ..client(&number.to_string()) };
            assert_eq!(fixture.register(new).await.client.metadata.application_type, expected, "{uris:?}");
        }
        let grant_types = vec![GrantType::ClientCredentials];
        let new = NewClient { redirect_uris: Vec::new(), grant_types, ..client("service") };
        assert_eq!(fixture.register(new).await.client.metadata.application_type, ApplicationType::Web);
    }

    // §3.1.2.2: public clients and those of the implicit grant MUST register one; here all that redirect do.
    async fn a_client_that_redirects_registers_where_to(fixture: Fixture) {
        for grant_type in [GrantType::AuthorizationCode, GrantType::Implicit] {
            let new = NewClient {
                redirect_uris: Vec::new(),
                grant_types: vec![grant_type],
                ..client("app")
            };
            fixture.assert_invalid(new, "redirect_uris").await;
        }
    }

    // §4.4: "The client credentials grant type MUST only be used by confidential clients."
    async fn a_public_client_cannot_have_the_client_credentials_grant(fixture: Fixture) {
        let grant_types = vec![GrantType::ClientCredentials];
        let new = NewClient { secret: ClientSecret::None, grant_types, ..client("app") };
        fixture.assert_invalid(new, "grant_types").await;
    }

    async fn disabling_says_whether_there_is_such_a_client(fixture: Fixture) {
        assert!(fixture.server.set_client_disabled("confidential", true).await.unwrap());
        assert!(!fixture.server.set_client_disabled("nobody", true).await.unwrap());
        assert!(fixture.server.client("confidential").await.unwrap().is_none());
    }

    async fn a_scope_is_a_scope_token_and_taken_once(fixture: Fixture) {
        for invalid in ["", "a b", "a\"b", "\u{fc}", &"a".repeat(256)] {
            let refusal = fixture.server.register_scope(invalid, "").await.unwrap_err();
            assert!(
                matches!(refusal, RegistrationError::Invalid { field: "name", .. }),
                "{invalid}"
            );
        }
        let refusal = fixture.server.register_scope("read", "").await.unwrap_err();
        assert!(
            matches!(&refusal, RegistrationError::Taken(name) if name == "read"),
            "{refusal:?}"
        );
    }

    async fn the_scopes_that_the_server_lacks_are_named(fixture: Fixture) {
        let unknown =
            fixture.server.unknown_scopes(&scopes("admin read retired aardvark zebra")).await.unwrap();
        assert_eq!(unknown, scopes("aardvark zebra"), "a disabled one is known");
    }
}
