//! What a token is for: RFC 8707 §2, at the authorization endpoint and at guards.

use oauth_core::{AuthorizationErrorCode as Code, NewClient, Params, Resources, Secret};

use crate::support::{
    App, Fixture, MAIL, NOTES, client, code_request, in_fragment, in_query, resource, scope_at,
    scopes,
};

both_databases! {
    async fn a_request_that_names_no_resource_is_for_the_servers_own_api(fixture: Fixture) {
        let app = fixture.app().await;
        for resources in [&[][..], &[""], &["https://id.example"], &["HTTPS://ID.example:443/"]] {
            let tokens = app.tokens("read", resources).await;
            assert_eq!(fixture.admitted(&tokens.access_token).await, ["own"], "{resources:?}");
            assert!(fixture.is_live(&tokens.access_token).await);
        }
    }

    async fn each_resource_takes_its_own_tokens_and_no_others(fixture: Fixture) {
        let app = fixture.app().await;
        for (scope, address) in [("notes", NOTES), ("mail", MAIL)] {
            let tokens = app.tokens(scope, &[address]).await;
            assert_eq!(fixture.admitted(&tokens.access_token).await, [address]);
            assert!(fixture.at(Some(address), &tokens.access_token, scope).await.is_ok());
        }
    }

    /// RFC 8707 §2: a resource is an absolute URI, compared in its canonical form (RFC 3986 §6.2.2).
    async fn a_resource_is_compared_as_a_canonical_uri(fixture: Fixture) {
        let app = fixture.app().await;
        for same in ["HTTPS://API.Example/notes", "https://api.example:443/notes"] {
            let tokens = app.tokens("notes", &[same]).await;
            assert_eq!(fixture.admitted(&tokens.access_token).await, [NOTES], "{same}");
        }
        let tokens = app.tokens("mail", &["https://MAIL.example/"]).await;
        assert_eq!(fixture.admitted(&tokens.access_token).await, [MAIL]);
        assert_eq!(fixture.refusal(&App::request("notes", &["https://api.example/Notes"])).await.code, Code::InvalidTarget);
    }

    /// RFC 8707 §2: `invalid_target`, "the requested resource is invalid, missing, unknown, or malformed".
    async fn what_is_no_declared_resource_is_an_invalid_target(fixture: Fixture) {
        let app = fixture.app().await;
        let long = format!("https://api.example/{}", "a".repeat(3000));
        for wrong in ["https://api.example/", "notes", "/notes", "https://api.example/notes#a", "https://api.example/notes#",
            "own", "a\0b", "https://a\"b.example", &long]
        {
            for resources in [&[wrong][..], &[NOTES, wrong]] {
                let refusal = fixture.refusal(&App::request("notes", resources)).await;
                assert_eq!(refusal.code, Code::InvalidTarget, "{wrong}");
                assert_eq!(in_query(&refusal.location, "error").as_deref(), Some("invalid_target"));
            }
            let form = app.form("client_credentials").set("scope", "notes").set("resource", wrong);
            assert_eq!(fixture.token(&form).await.unwrap_err().code(), "invalid_target", "{wrong}");
            let push = App::request("notes", &[wrong]).set("client_secret", app.secret().expose());
            let refused = fixture.server.push(None, &push.params()).await.unwrap_err();
            assert_eq!(refused.code(), "invalid_target", "{wrong}");
        }
    }

    async fn no_more_than_eight_resources_are_heard(fixture: Fixture) {
        fixture.app().await;
        assert!(fixture.judge(&App::request("notes", &[NOTES; 8])).await.is_ok());
        for count in [9, 100] {
            let refusal = fixture.refusal(&App::request("notes", &vec![NOTES; count])).await;
            assert_eq!(refusal.code, Code::InvalidTarget, "{count}");
        }
    }

    /// RFC 6749 §3.1: every other parameter still "MUST NOT be included more than once".
    async fn nothing_else_may_be_repeated(fixture: Fixture) {
        fixture.app().await;
        let twice = App::request("notes", &[NOTES]).and("scope", "notes");
        assert_eq!(fixture.refusal(&twice).await.code, Code::InvalidRequest);
    }

    async fn a_scope_is_for_its_own_resource_alone(fixture: Fixture) {
        fixture.app().await;
        for (scope, resources) in [("read", &[NOTES][..]), ("notes", &[]), ("notes mail", &[NOTES]), ("notes read", &[NOTES, MAIL])] {
            let refusal = fixture.refusal(&App::request(scope, resources)).await;
            assert_eq!(refusal.code, Code::InvalidScope, "{scope} {resources:?}");
            assert!(refusal.description.contains("resource"), "{}", refusal.description);
        }
    }

    async fn a_resource_is_one_for_as_long_as_it_has_scopes_that_are_given(fixture: Fixture) {
        fixture.app().await;
        let its: Vec<_> = fixture.server.resources().await.unwrap();
        assert_eq!(its, [(resource(NOTES), scopes("notes notes:read")), (resource(MAIL), scopes("mail"))]);
        fixture.server.set_scope_disabled("mail", true).await.unwrap();
        assert_eq!(fixture.refusal(&App::request("read", &[MAIL])).await.code, Code::InvalidTarget);
        assert_eq!(fixture.server.resources().await.unwrap().len(), 1);
    }

    async fn a_scope_of_the_issuer_is_one_of_the_own_api(fixture: Fixture) {
        fixture.app().await;
        fixture.server.register_new_scope(scope_at("https://ID.example/", "own:read", "")).await.unwrap();
        assert_eq!(fixture.server.resources().await.unwrap().len(), 2);
        fixture.register(NewClient { any_scope: true, ..client("any") }).await;
        let request = App::request("own:read", &[]).set("client_id", "any");
        assert!(fixture.judge(&request).await.is_ok());
    }

    async fn the_implicit_grant_gives_a_token_for_one_resource(fixture: Fixture) {
        fixture.app().await;
        let implicit = App::request("notes", &[NOTES]).set("response_type", "token");
        let token = Secret::from(in_fragment(&fixture.authorize(&implicit).await, "access_token").unwrap().as_str());
        assert_eq!(fixture.admitted(&token).await, [NOTES]);
        let refusal = fixture.refusal(&implicit.and("resource", MAIL)).await;
        assert_eq!(refusal.code, Code::InvalidTarget);
    }

    async fn a_pushed_request_keeps_every_resource(fixture: Fixture) {
        let app = fixture.app().await;
        let push = App::request("notes mail", &[NOTES, MAIL]).set("client_secret", app.secret().expose());
        let pushed = fixture.server.push(None, &push.params()).await.unwrap();
        let query = format!("client_id=app&request_uri={}", pushed.request_uri);
        let brought = fixture.server.pushed_request(&Params::parse(query.as_bytes()), &Secret::generate()).await.unwrap();
        let both: Resources = [Some(resource(NOTES)), Some(resource(MAIL))].into_iter().collect();
        assert_eq!(*brought.resources(), both);
    }

    async fn a_yes_is_remembered_for_its_resources(fixture: Fixture) {
        fixture.app().await;
        let consented = async |scope: &str, resources: &[&str]| {
            let request = fixture.judge(&App::request(scope, resources)).await.unwrap();
            fixture.server.is_consented(&request, "alice").await.unwrap()
        };
        fixture.authorize(&App::request("notes", &[NOTES])).await;
        assert!(consented("notes", &[NOTES]).await);
        assert!(!consented("notes", &[NOTES, MAIL]).await, "a resource more");
        assert!(!consented("read", &[]).await);
        fixture.authorize(&App::request("notes mail", &[NOTES, MAIL])).await;
        for resources in [&[NOTES, MAIL][..], &[NOTES]] {
            assert!(consented("notes", resources).await, "{resources:?}");
        }
    }

    async fn an_ordinary_token_stores_nothing_of_it(fixture: Fixture) {
        fixture.tokens().await;
        for column in ["resources FROM oauth_grants", "resources FROM oauth_consents", "audience FROM oauth_access_tokens"] {
            let (name, rest) = column.split_once(' ').unwrap();
            let stored = format!("SELECT coalesce({name}, 'NULL') AS text {rest}");
            assert_eq!(fixture.database.texts(&stored), ["NULL"], "{column}");
        }
        assert!(fixture.judge(&code_request()).await.unwrap().resources().is_own_api());
    }
}
