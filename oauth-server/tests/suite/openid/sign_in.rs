//! Who is asked to sign in, and when: OpenID Connect Core §3.1.2.

use crate::support::PASSWORD;

use super::*;

const ALICE: [(&str, &str); 2] = [("username", "alice"), ("password", PASSWORD)];

both_databases! {
    /// Core §3.1.2.6.
    async fn where_nobody_may_be_asked_the_client_is_told_at_once(openid: OpenId) {
        let none = openid.request(&[("prompt", "none")]);
        let nobody = openid.site.browser().get(&authorization(&none)).await.with_status(303);
        assert_eq!(nobody.in_query("error").as_deref(), Some("login_required"));
        let alice = openid.site.sign_in().await;
        let unasked = alice.get(&authorization(&none)).await.with_status(303);
        assert_eq!(unasked.in_query("error").as_deref(), Some("consent_required"));
        assert_eq!(unasked.in_query("state").as_deref(), Some("xyz"));
    }

    async fn what_was_allowed_before_is_answered_without_a_page(openid: OpenId) {
        let OpenId { site, secret } = openid;
        let site = site.with(|config| config.settings.remember_consent = true).await;
        let openid = OpenId { site, secret };
        let alice = openid.site.sign_in().await;
        openid.tokens(&alice, &[]).await;
        let none = openid.request(&[("prompt", "none")]);
        let answered = alice.get(&authorization(&none)).await.with_status(303);
        assert!(answered.in_query("code").is_some(), "{answered:#?}");
    }

    async fn an_unknown_client_is_no_way_to_be_sent_anywhere_by_prompt_none(openid: OpenId) {
        let request = openid.request(&[("prompt", "none"), ("redirect_uri", "https://evil.example/")]);
        openid.site.browser().get(&authorization(&request)).await.with_status(400);
    }

    /// Core §3.1.2.1: with `prompt=login` the user proves anew who they are.
    async fn who_is_signed_in_signs_in_once_more_where_the_client_wants_it(openid: OpenId) {
        let request = openid.request(&[("prompt", "login")]);
        let browser = openid.site.sign_in().await;
        openid.site.clock.advance(100);
        let again = browser.get(&authorization(&request)).await.with_status(303);
        assert!(again.location().starts_with("/accounts/login/?next="), "{}", again.location());
        let back = browser.get(&authorization(&request)).await.with_status(303);
        assert!(back.location().starts_with("/accounts/login/"), "coming back is not enough");
        openid.site.clock.advance(10);
        let page = browser.page(again.location()).await;
        let signed_in = browser.submit(&page.form, &[("username", "alice"), ("password", PASSWORD)]);
        signed_in.await.with_status(303);
        let code = browser.code(&request).await;
        let auth_time = claims(&openid.exchange(&code).await.text("id_token"))["auth_time"].clone();
        assert_eq!(auth_time, 1_000_110);
        openid.site.clock.advance(1);
        let anew = browser.get(&authorization(&request)).await.with_status(303);
        assert!(anew.location().starts_with("/accounts/login/"), "the next request begins anew");
    }

    /// Core §3.1.2.1: a sign-in of the same second was for something else.
    async fn a_fresh_sign_in_is_wanted_however_short_ago_the_last_one_was(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        for fresh in [("prompt", "login"), ("max_age", "0")] {
            let request = openid.request(&[fresh]);
            let asked = browser.get(&authorization(&request)).await.with_status(303);
            assert!(asked.location().starts_with("/accounts/login/"), "{fresh:?}: {}", asked.location());
            let page = browser.page(asked.location()).await;
            browser.submit(&page.form, &ALICE).await.with_status(303);
            browser.code(&request).await;
        }
    }

    /// Core §3.1.2.2: the client means somebody by a value of the claim `sub`, before anybody is signed in.
    async fn where_another_user_than_the_client_names_has_signed_in_it_is_told(openid: OpenId) {
        let claims = r#"{"id_token":{"sub":{"value":"somebody else"}}}"#;
        let request = openid.request(&[("claims", claims)]);
        let browser = openid.site.browser();
        browser.get(&authorization(&request)).await.with_status(303);
        let browser = openid.site.sign_in_at(browser).await;
        let told = browser.get(&authorization(&request)).await.with_status(303);
        assert_eq!(told.in_query("error").as_deref(), Some("login_required"), "{told:#?}");
    }

    async fn nobody_has_to_sign_in_twice_for_a_fresh_sign_in(openid: OpenId) {
        let request = openid.request(&[("max_age", "0")]);
        let browser = openid.site.browser();
        browser.get(&authorization(&request)).await.with_status(303);
        openid.site.clock.advance(5);
        let browser = openid.site.sign_in_at(browser).await;
        openid.site.clock.advance(5);
        browser.code(&request).await;
    }

    async fn select_account_shows_the_page_also_to_who_allowed_it_before(openid: OpenId) {
        let OpenId { site, secret } = openid;
        let site = site.with(|config| config.settings.remember_consent = true).await;
        let openid = OpenId { site, secret };
        let alice = openid.site.sign_in().await;
        openid.tokens(&alice, &[]).await;
        let request = openid.request(&[("prompt", "select_account")]);
        let page = alice.get(&authorization(&request)).await.with_status(200);
        assert!(page.body.contains("user_action"));
    }

    /// The page that wants a sign-in must not lead back without one: the browser would go in circles.
    async fn who_has_to_sign_in_again_is_not_offered_to_go_on_without(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        openid.site.clock.advance(100);
        let request = openid.request(&[("max_age", "10")]);
        let again = browser.get(&authorization(&request)).await.with_status(303);
        let page = browser.get(again.location()).await.with_status(200).body;
        assert!(!page.contains("Continue as alice"), "{page}");
        assert!(page.contains("You are signed in as alice. To go on, sign in again."), "{page}");
        let switch = browser.get("/accounts/login/?next=%2Fplain%2Fread&switch=1").await.body;
        assert!(switch.contains("Continue as alice"), "{switch}");
    }

    async fn a_wrong_password_does_not_lose_that_the_user_signs_in_again(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        openid.site.clock.advance(100);
        let request = openid.request(&[("prompt", "login")]);
        let again = browser.get(&authorization(&request)).await.with_status(303);
        let form = browser.page(again.location()).await.form;
        let wrong = browser.submit(&form, &[("username", "alice"), ("password", "wrong")]).await.with_status(422);
        assert!(!wrong.body.contains("Continue as alice"), "{}", wrong.body);
        let form = crate::support::HtmlForm::of(&wrong);
        browser.submit(&form, &ALICE).await.with_status(303);
        browser.code(&request).await;
    }

    async fn a_flood_of_requests_that_want_a_fresh_sign_in_writes_nothing(openid: OpenId) {
        for number in 0..5 {
            let request = openid.request(&[("prompt", "login"), ("state", &number.to_string())]);
            openid.site.browser().get(&authorization(&request)).await.with_status(303);
        }
        assert_eq!(openid.site.database.count("oauth_pushed_requests"), 0);
    }

    async fn when_the_request_began_is_kept_by_a_cookie_until_it_is_answered(openid: OpenId) {
        let browser = openid.site.browser();
        let request = openid.request(&[("prompt", "login")]);
        let asked = browser.get(&authorization(&request)).await.with_status(303);
        let cookies = asked.headers.get_all("Set-Cookie").iter().map(|value| value.to_str().unwrap());
        let began: Vec<_> = cookies.filter(|cookie| cookie.starts_with("oauth_session_began=1000000.")).collect();
        assert!(began.len() == 1 && began[0].ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"), "{began:?}");
        let browser = openid.site.sign_in_at(browser).await;
        browser.code(&request).await;
        assert_eq!(browser.cookie("oauth_session_began").unwrap_or_default(), "");
    }

    async fn a_registration_may_want_each_sign_in_to_be_fresh(openid: OpenId) {
        openid.site.database.execute(
            "UPDATE oauth_clients SET metadata = replace(metadata, '{', '{\"default_max_age\":0,'), version = version + 1 \
             WHERE client_id = 'login'",
        );
        let browser = openid.site.browser();
        let request = openid.request(&[]);
        browser.get(&authorization(&request)).await.with_status(303);
        openid.site.clock.advance(5);
        let browser = openid.site.sign_in_at(browser).await;
        openid.site.clock.advance(5);
        browser.code(&request).await;
    }

    /// Core §3.1.2.6, for who has signed in: an endpoint that sends anybody on is an open redirector (RFC 9700 §4.11.2).
    async fn a_request_in_an_object_or_at_an_address_is_refused_at_the_client(openid: OpenId) {
        for (name, value, code) in [
            ("request", "e30.e30.", "request_not_supported"),
            ("request_uri", "https://app.example/request.jwt", "request_uri_not_supported"),
        ] {
            let request = authorization(&openid.request(&[(name, value)]));
            let nobody = openid.site.browser().get(&request).await.with_status(303);
            assert!(nobody.location().starts_with("/accounts/login/"), "{}", nobody.location());
            let refused = openid.site.sign_in().await.get(&request).await.with_status(303);
            assert!(refused.location().starts_with(CALLBACK), "{}", refused.location());
            assert_eq!(refused.in_query("error").as_deref(), Some(code));
            assert_eq!(refused.in_query("state").as_deref(), Some("xyz"));
            let none = authorization(&openid.request(&[(name, value), ("prompt", "none")]));
            let at_once = openid.site.browser().get(&none).await.with_status(303);
            assert_eq!(at_once.in_query("error").as_deref(), Some(code));
        }
    }

    /// RFC 9126 §2.1: what is pushed is the authorization request, whole.
    async fn a_pushed_request_keeps_what_openid_connect_says(openid: OpenId) {
        let form = openid.request(&[("nonce", "n-7")]).set("client_secret", openid.secret.expose());
        let pushed = openid.site.post("/oauth2/par/", &form).await.with_status(201);
        let browser = openid.site.sign_in().await;
        let request = Form::new(&[("client_id", "login"), ("request_uri", &pushed.text("request_uri"))]);
        let tokens = openid.exchange(&browser.code(&request).await).await;
        assert_eq!(claims(&tokens.text("id_token"))["nonce"], "n-7");
    }
}
