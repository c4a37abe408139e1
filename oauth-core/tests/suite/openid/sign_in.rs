//! Whether a sign-in will do: OpenID Connect Core §3.1.2.

use oauth_core::RequiredSignIn;

use super::*;

const HOLDS: Result<Option<String>, String> = Ok(None);

fn at(auth_time: i64) -> Authentication {
    Authentication { auth_time: Some(auth_time), ..signed_in() }
}

fn refused() -> Result<Option<String>, String> {
    Err("login_required".to_owned())
}

impl OpenId {
    /// What the browser keeps where the user has to sign in.
    async fn wanted(&self, more: &[(&str, &str)], auth_time: i64, began: Option<&str>) -> String {
        self.sign_in(more, &at(auth_time), began).await.unwrap().expect("a sign-in is wanted")
    }
}

both_databases! {
    /// §3.1.2.1: `prompt=login` is met by a sign-in after the request began, and not by coming back.
    async fn a_fresh_sign_in_is_one_after_the_request_began(openid: OpenId) {
        let login = &[("prompt", "login")];
        let began = openid.wanted(login, 999_999, None).await;
        openid.fixture.clock.advance(60);
        assert_eq!(openid.wanted(login, 999_999, Some(&began)).await, began, "coming back is not enough");
        assert_eq!(openid.sign_in(login, &at(1_000_030), Some(&began)).await, HOLDS);
    }

    async fn a_request_that_waits_for_its_user_writes_nothing(openid: OpenId) {
        let server = &openid.fixture.server;
        let request = server.authorization_request(&openid.request(&[("prompt", "login")])).await.unwrap();
        for number in 0..5 {
            let at = AtBrowser { browser: &Secret::from("x"), query: &number.to_string(), began: None };
            assert!(server.sign_in_wanted(&request, at).await.unwrap().is_some());
        }
        assert_eq!(openid.fixture.count("oauth_pushed_requests"), "0");
    }

    async fn when_it_began_is_kept_for_that_request_of_that_browser_alone(openid: OpenId) {
        let login = &[("prompt", "login")];
        let began = openid.wanted(login, 999_999, None).await;
        openid.fixture.clock.advance(60);
        for place in [("another browser", "this query"), ("a browser", "another query")] {
            let judged = openid.sign_in_of("alice", login, &at(1_000_030), (place, Some(&began))).await;
            assert_ne!(judged, HOLDS, "{place:?}");
        }
    }

    async fn nobody_makes_up_when_it_began(openid: OpenId) {
        let login = &[("prompt", "login")];
        let began = openid.wanted(login, 999_999, None).await;
        let earlier = began.replace("1000000.", "999990.");
        assert_ne!(earlier, began);
        for made_up in [earlier.as_str(), "999990.", "999990", "", ".", "-1.x", &format!("{began}x")] {
            assert_ne!(openid.sign_in(login, &at(999_995), Some(made_up)).await, HOLDS, "{made_up}");
        }
    }

    async fn after_ten_minutes_it_begins_anew(openid: OpenId) {
        let login = &[("prompt", "login")];
        let began = openid.wanted(login, 999_999, None).await;
        openid.fixture.clock.advance(600);
        assert_eq!(openid.sign_in(login, &at(1_000_030), Some(&began)).await, HOLDS);
        openid.fixture.clock.advance(1);
        assert_ne!(openid.wanted(login, 1_000_030, Some(&began)).await, began);
    }

    async fn a_sign_in_may_be_as_old_as_max_age_says(openid: OpenId) {
        assert_eq!(openid.sign_in(&[("max_age", "10")], &signed_in(), None).await, HOLDS);
        for too_little in ["9", "0"] {
            openid.wanted(&[("max_age", too_little)], 999_990, None).await;
        }
    }

    /// §3.1.2.6.
    async fn where_nobody_may_be_asked_a_sign_in_that_is_too_old_is_refused(openid: OpenId) {
        let asked = &[("prompt", "none"), ("max_age", "9")];
        assert_eq!(openid.sign_in(asked, &signed_in(), None).await, refused());
        assert_eq!(openid.sign_in(&[("prompt", "none")], &signed_in(), None).await, HOLDS);
    }

    async fn where_nobody_knows_when_it_was_a_fresh_sign_in_is_refused(openid: OpenId) {
        let unknown = Authentication::default();
        assert_eq!(openid.sign_in(&[("max_age", "9")], &unknown, None).await, refused());
        assert_eq!(openid.sign_in(&[], &unknown, None).await, HOLDS);
    }

    /// §3.1.2.1: `max_age=0` "is equivalent to" `prompt=login`, and neither is met by a sign-in for something else.
    async fn a_fresh_sign_in_is_wanted_also_in_the_second_of_the_last_one(openid: OpenId) {
        for fresh in [("prompt", "login"), ("max_age", "0")] {
            let began = openid.wanted(&[fresh], 1_000_000, None).await;
            assert_eq!(openid.sign_in(&[fresh], &at(1_000_000), Some(&began)).await, HOLDS, "{fresh:?}");
        }
    }

    /// §3.1.2.1: `id_token_hint`, also one that is over.
    async fn who_is_signed_in_is_whom_the_hint_means_or_signs_in(openid: OpenId) {
        let hint = openid.tokens(&[]).await.id_token.unwrap();
        openid.fixture.clock.advance(100_000);
        let hint = &[("id_token_hint", hint.as_str())];
        let browser = ("a browser", "q");
        assert_eq!(openid.sign_in_of("alice", hint, &signed_in(), (browser, None)).await, HOLDS);
        let began = openid.sign_in_of("bob", hint, &signed_in(), (browser, None)).await.unwrap();
        // §3.1.2.3: where another signs in all the same, the server "SHOULD return an error", and asks no more.
        let judged = openid.sign_in_of("bob", hint, &at(1_100_000), (browser, began.as_deref())).await;
        assert_eq!(judged, refused());
    }

    /// §3.1.2.6.
    async fn where_nobody_may_be_asked_a_hint_at_another_user_is_refused(openid: OpenId) {
        let hint = openid.tokens(&[]).await.id_token.unwrap();
        let asked = &[("id_token_hint", hint.as_str()), ("prompt", "none")];
        let judged = openid.sign_in_of("bob", asked, &signed_in(), (("a browser", "q"), None)).await;
        assert_eq!(judged, refused());
    }

    /// §3.1.2.2: "the Authorization Server MUST NOT reply with an ID Token or Access Token for a different user", also where
    /// the request means one "by requesting a specific Claim Value as described in Section 5.5.1".
    async fn who_is_signed_in_is_whom_the_claim_sub_names_or_signs_in(openid: OpenId) {
        let alice = json!({ "id_token": { "sub": { "value": "alice" } } }).to_string();
        let alice = ("claims", alice.as_str());
        let browser = ("a browser", "q");
        assert_eq!(openid.sign_in(&[alice], &signed_in(), None).await, HOLDS);
        let began = openid.sign_in_of("bob", &[alice], &signed_in(), (browser, None)).await.unwrap();
        let again = openid.sign_in_of("bob", &[alice], &at(1_000_000), (browser, began.as_deref())).await;
        assert_eq!(again, refused());
        let quietly = openid.sign_in_of("bob", &[alice, ("prompt", "none")], &signed_in(), (browser, None)).await;
        assert_eq!(quietly, refused());
        let no_name = json!({ "id_token": { "sub": { "value": 1 } } }).to_string();
        openid.wanted(&[("claims", &no_name)], 999_990, None).await;
    }

    async fn a_hint_that_another_client_got_is_refused(openid: OpenId) {
        let secret = OpenId::registered(&openid.fixture, "other", OpenIdMetadata::default()).await;
        let hint = openid.tokens_of("other", &secret, &[]).await.id_token.unwrap();
        let judged = openid.sign_in(&[("id_token_hint", &hint)], &signed_in(), None).await;
        assert_eq!(judged, Err("invalid_request".to_owned()));
    }

    /// §3.1.2.1: `acr_values` is "a Voluntary Claim".
    async fn an_acr_that_the_client_would_rather_have_is_asked_for_once(openid: OpenId) {
        let platinum = &[("acr_values", "platinum")];
        let began = openid.wanted(platinum, 999_990, None).await;
        assert_eq!(openid.sign_in(platinum, &at(1_000_001), Some(&began)).await, HOLDS);
        assert_eq!(openid.sign_in(&[("acr_values", "platinum gold")], &signed_in(), None).await, HOLDS);
        let none = &[("acr_values", "platinum"), ("prompt", "none")];
        assert_eq!(openid.sign_in(none, &signed_in(), None).await, HOLDS);
        let nameless = Authentication { acr: None, ..signed_in() };
        assert_eq!(openid.sign_in(platinum, &nameless, None).await, HOLDS, "no sign-in here has a name");
    }

    /// Registration §2, `default_acr_values`: "Values specified in the `acr_values` request parameter or an individual `acr`
    /// Claim request override these default values".
    async fn a_client_may_have_acr_values_for_requests_that_name_none(openid: OpenId) {
        let wants = OpenIdMetadata { default_acr_values: vec!["platinum".to_owned()], ..OpenIdMetadata::default() };
        OpenId::registered(&openid.fixture, "wants", wants).await;
        let client = ("client_id", "wants");
        let began = openid.wanted(&[client], 999_990, None).await;
        assert_eq!(openid.sign_in(&[client], &at(1_000_001), Some(&began)).await, HOLDS, "it is voluntary");
        assert_eq!(openid.sign_in(&[client, ("acr_values", "gold")], &signed_in(), None).await, HOLDS);
        let claims = json!({ "id_token": { "acr": null } }).to_string();
        assert_eq!(openid.sign_in(&[client, ("claims", &claims)], &signed_in(), None).await, HOLDS);
        let of_others = json!({ "userinfo": { "acr": null } }).to_string();
        openid.wanted(&[client, ("claims", &of_others)], 999_990, None).await;
    }

    /// Registration §2, `require_auth_time`: "specifying whether the `auth_time` Claim in the ID Token is REQUIRED".
    async fn a_client_that_needs_to_know_when_users_signed_in_is_refused_where_nobody_does(openid: OpenId) {
        let needs = OpenIdMetadata { require_auth_time: true, ..OpenIdMetadata::default() };
        let secret = OpenId::registered(&openid.fixture, "needs", needs).await;
        let (client, unknown) = (("client_id", "needs"), Authentication::default());
        assert_eq!(openid.sign_in(&[client], &unknown, None).await, refused());
        assert_eq!(openid.sign_in(&[client, ("scope", "read")], &unknown, None).await, HOLDS, "no ID token is asked for");
        assert_eq!(openid.sign_in(&[client], &signed_in(), None).await, HOLDS);
        let (_, claims) = id_token(&openid.tokens_of("needs", &secret, &[]).await);
        assert_eq!(claims["auth_time"], 999_990);
    }

    /// RFC 9470 §3.
    async fn a_resource_may_want_an_acr(openid: OpenId) {
        let tokens = openid.tokens(&[("scope", "read"), ("acr_values", "gold")]).await;
        let server = &openid.fixture.server;
        let token = server.verify(tokens.access_token.expose(), &"read".parse().unwrap()).await.unwrap();
        assert_eq!((token.acr().as_deref(), token.auth_time()), (Some("gold"), Some(999_990)));
        let wants = |acr: &str, max_age| RequiredSignIn { acr_values: vec![acr.to_owned()], max_age };
        assert!(wants("gold", None).check(&token, server.now()).is_ok());
        assert!(wants("gold", Some(10)).check(&token, server.now()).is_ok());
        for required in [wants("platinum", None), wants("gold", Some(9))] {
            let refused = required.check(&token, server.now()).unwrap_err();
            assert_eq!(refused.code(), Some("insufficient_user_authentication"));
        }
    }

    /// §5.5.1.1: "If this is an Essential Claim and the requirement cannot be met, then the Authorization Server MUST treat
    /// that outcome as a failed authentication attempt." Unmet Authentication Requirements §1 has the code for it.
    async fn an_acr_that_the_client_cannot_do_without_is_asked_for_once_and_met_or_refused(openid: OpenId) {
        let asking = |acr: &str| json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string();
        let (gold, platinum) = (asking("gold"), asking("platinum"));
        assert_eq!(openid.sign_in(&[("claims", &gold)], &signed_in(), None).await, HOLDS);
        let needed = &[("claims", platinum.as_str())];
        let began = openid.wanted(needed, 999_990, None).await;
        openid.fixture.clock.advance(2);
        let unmet = Err("unmet_authentication_requirements".to_owned());
        assert_eq!(openid.sign_in(needed, &at(1_000_001), Some(&began)).await, unmet);
        let better = Authentication { acr: Some("platinum".to_owned()), ..at(1_000_001) };
        assert_eq!(openid.sign_in(needed, &better, Some(&began)).await, HOLDS);
        let unasked = &[("claims", platinum.as_str()), ("prompt", "none")];
        assert_eq!(openid.sign_in(unasked, &signed_in(), None).await, unmet);
        let nameless = Authentication { acr: None, ..signed_in() };
        assert_eq!(openid.sign_in(needed, &nameless, None).await, unmet, "no sign-in here has a name");
    }
}
