//! Signing out by a client: RP-Initiated Logout 1.0.

mod own_users;

use oauth_server::{DynamicRegistration, OpenIdMetadata};

use super::*;

/// A client that logs its users in and wants them back after they signed out.
struct Logout {
    openid: OpenId,
    secret: Secret,
}

const BYE: &str = "https://rp.example/bye?from=there";
const LOGOUT: &str = "/oauth2/logout/";

impl Logout {
    async fn on(database: Database) -> Self {
        let openid = OpenId::on(database).await;
        let secret = registered(&openid.site).await;
        Self { openid, secret }
    }

    /// Alice's browser, and an ID token that the client got in its session.
    async fn signed_in(&self) -> (Browser, String) {
        let browser = self.openid.site.sign_in().await;
        let tokens = self.tokens(&browser).await;
        (browser, tokens.text("id_token"))
    }

    async fn tokens(&self, browser: &Browser) -> Answer {
        let code = browser.code(&request()).await;
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", "rp"),
            ("client_secret", self.secret.expose()),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ]);
        self.openid.site.post("/oauth2/token/", &form).await.with_status(200)
    }

    async fn stays(&self, browser: &Browser, more: &[(&str, &str)], fault: &str) {
        let page = browser.get(&at(more)).await.with_status(400);
        assert!(page.body.contains(fault), "{page:#?}");
        assert!(browser.is_signed_in().await);
    }
}

async fn registered(site: &Site) -> Secret {
    let openid = OpenIdMetadata {
        post_logout_redirect_uris: vec![BYE.to_owned(), "com.example.app:/bye".to_owned()],
        backchannel_logout_uri: Some("https://rp.example/logout".to_owned()),
        ..OpenIdMetadata::default()
    };
    let new = NewClient {
        client_id: Some("rp".to_owned()),
        redirect_uris: vec![CALLBACK.to_owned()],
        scopes: "openid".parse().unwrap(),
        require_pkce: Some(false),
        openid,
        ..NewClient::new("The <party>")
    };
    site.server.register_client(new).await.unwrap().secret.unwrap()
}

fn request() -> Form {
    Form::new(&[
        ("response_type", "code"),
        ("client_id", "rp"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("state", "xyz"),
    ])
}

fn at(query: &[(&str, &str)]) -> String {
    format!("{LOGOUT}?{}", Form::new(query).encoded())
}

both_databases! {
    /// RP-Initiated Logout §2.1, Back-Channel Logout §2.1.
    async fn discovery_says_where_and_what(logout: Logout) {
        let document = logout.openid.site.get("/.well-known/openid-configuration").await.json();
        assert_eq!(document["end_session_endpoint"], "http://localhost/oauth2/logout/");
        assert_eq!(document["backchannel_logout_supported"], true);
        assert_eq!(document["backchannel_logout_session_supported"], true);
    }

    async fn with_the_switch_off_there_is_no_such_address(site: Site) {
        let site = site.with(|config| config.urls = urls).await;
        site.get(LOGOUT).await.with_status(404);
    }

    async fn an_id_token_of_this_session_signs_out_unasked_and_leads_back(logout: Logout) {
        let (browser, hint) = logout.signed_in().await;
        let query = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", "a&b")];
        let answer = browser.get(&at(&query)).await.with_status(303);
        assert_eq!(answer.location(), "https://rp.example/bye?from=there&state=a%26b");
        assert!(!browser.is_signed_in().await);
        assert_eq!(logout.openid.site.database.count("oauth_logout_deliveries"), 1);
    }

    /// §2: "The OP SHOULD accept ID Tokens [...] even when the exp time has passed."
    async fn so_does_one_that_is_over(logout: Logout) {
        let (browser, hint) = logout.signed_in().await;
        logout.openid.site.clock.advance(7200);
        let answer = browser.get(&at(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)])).await;
        assert_eq!(answer.with_status(303).location(), BYE);
    }

    async fn it_ends_what_the_client_was_granted_in_the_session(logout: Logout) {
        let (browser, hint) = logout.signed_in().await;
        let tokens = logout.tokens(&browser).await;
        let token = tokens.text("access_token");
        logout.openid.site.call("/oauth2/userinfo/", &token).await.with_status(200);
        browser.get(&at(&[("id_token_hint", &hint)])).await.with_status(200);
        logout.openid.site.call("/oauth2/userinfo/", &token).await.with_status(401);
    }

    /// §6: without a hint anybody's page could send a browser here.
    async fn without_a_hint_the_user_is_asked_and_comes_back(logout: Logout) {
        let (browser, _) = logout.signed_in().await;
        let query = [("client_id", "rp"), ("post_logout_redirect_uri", BYE), ("ui_locales", "xx ru-RU en")];
        let page = browser.page(&at(&query)).await;
        assert!(browser.is_signed_in().await, "not yet");
        assert_eq!(page.answer.header("Content-Language"), "ru");
        assert!(page.answer.body.contains("The &lt;party&gt;"), "{:#?}", page.answer);
        assert!(!page.answer.header("Content-Security-Policy").contains("form-action"), "it leads to a client");
        let answer = browser.submit(&page.form, &[("user_action", "SignOut")]).await.with_status(303);
        assert_eq!(answer.location(), BYE);
        assert!(!browser.is_signed_in().await);
    }

    async fn a_hint_of_another_session_or_user_is_asked_about_as_well(logout: Logout) {
        let (_, elsewhere) = logout.signed_in().await;
        let browser = logout.openid.site.sign_in().await;
        let bob = (*logout.openid.site).sign_in("bob").await;
        for browser in [browser, bob] {
            let page = browser.page(&at(&[("id_token_hint", &elsewhere), ("post_logout_redirect_uri", BYE)])).await;
            assert!(browser.is_signed_in().await);
            browser.submit(&page.form, &[("user_action", "SignOut")]).await.with_status(303);
            assert!(!browser.is_signed_in().await);
        }
    }

    async fn a_form_of_another_site_signs_nobody_out(logout: Logout) {
        let (browser, _) = logout.signed_in().await;
        let query = at(&[("client_id", "rp"), ("post_logout_redirect_uri", BYE)]);
        for form in [
            Form::new(&[("user_action", "SignOut")]),
            Form::new(&[("user_action", "SignOut"), ("csrf_token", "guessed")]),
        ] {
            browser.post(&query, &form).await.with_status(403);
            assert!(browser.is_signed_in().await);
        }
    }

    /// §2: "MUST support the use of the HTTP GET and POST methods".
    async fn a_request_by_post_is_one_by_get(logout: Logout) {
        let (browser, hint) = logout.signed_in().await;
        let form = Form::new(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]);
        let answer = browser.post(LOGOUT, &form).await.with_status(303);
        assert!(browser.is_signed_in().await, "a form of another site brings no session");
        assert_eq!(browser.get(answer.location()).await.with_status(303).location(), BYE);
        assert!(!browser.is_signed_in().await);
    }

    async fn who_is_not_signed_in_goes_on_at_once_or_is_told_so(logout: Logout) {
        let (_, hint) = logout.signed_in().await;
        let nobody = logout.openid.site.browser();
        for query in [[("client_id", "rp"), ("post_logout_redirect_uri", BYE)], [("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]] {
            assert_eq!(nobody.get(&at(&query)).await.with_status(303).location(), BYE);
        }
        let app = [("client_id", "rp"), ("post_logout_redirect_uri", "com.example.app:/bye")];
        assert_eq!(nobody.get(&at(&app)).await.with_status(303).location(), "com.example.app:/bye");
        let page = nobody.get(LOGOUT).await.with_status(200);
        assert!(page.body.contains("You are signed out"), "{page:#?}");
    }

    /// §3: without an ID token as hint "the OP MUST NOT perform post-logout redirection unless the OP has other means of
    /// confirming the legitimacy of the post-logout redirection target". What a stranger has registered confirms nothing.
    async fn a_client_that_registered_itself_leads_nobody_away_without_a_hint(openid: OpenId) {
        let OpenId { site, .. } = openid;
        let site = site.with(|config| config.settings.dynamic_registration = DynamicRegistration::Open).await;
        let document = serde_json::json!({ "redirect_uris": [CALLBACK], "post_logout_redirect_uris": [BYE] });
        let stranger = site.server.register_stranger(None, document.to_string().as_bytes()).await.unwrap();
        let query = [("client_id", stranger.client.client_id.as_str()), ("post_logout_redirect_uri", BYE)];
        let page = site.browser().get(&at(&query)).await.with_status(200);
        assert!(page.body.contains("You are signed out"), "{page:#?}");
    }

    /// §3.1: "MUST exactly match"; §4: the OP "MUST NOT perform post-logout redirection".
    async fn a_wrong_request_stays_here_and_says_why(logout: Logout) {
        let (browser, hint) = logout.signed_in().await;
        for uri in ["https://evil.example/", "https://rp.example/bye", "https://rp.example/bye?from=there&x=y", CALLBACK, ""] {
            let query = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", uri)];
            if uri.is_empty() {
                continue; // an empty parameter is none
            }
            logout.stays(&browser, &query, "post_logout_redirect_uri is not registered").await;
        }
        logout.stays(&browser, &[("post_logout_redirect_uri", BYE)], "needs id_token_hint or client_id").await;
        logout.stays(&browser, &[("client_id", "nobody")], "client_id is unknown").await;
        logout.stays(&browser, &[("client_id", "login"), ("id_token_hint", &hint)], "another client").await;
        for wrong in ["x", "a.b.c", &format!("{hint}x"), &hint[..hint.len() / 2]] {
            logout.stays(&browser, &[("id_token_hint", wrong)], "no ID token of this server").await;
        }
        let twice = format!("{LOGOUT}?client_id=rp&client_id=rp");
        browser.get(&twice).await.with_status(400);
    }

    async fn another_issuers_id_token_is_no_hint(logout: Logout) {
        let (browser, _) = logout.signed_in().await;
        let unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0Iiwic3ViIjoiMSIsImF1ZCI6InJwIn0.";
        logout.stays(&browser, &[("id_token_hint", unsigned)], "no ID token of this server").await;
    }

    async fn another_method_is_told_which_there_are(logout: Logout) {
        let request = logout.openid.site.browser();
        let answer = request.send(request.request(Method::PUT, LOGOUT)).await.with_status(405);
        assert_eq!(answer.header("Allow"), "GET, HEAD, POST");
    }

    async fn a_look_at_the_headers_signs_nobody_out(logout: Logout) {
        let (browser, hint) = logout.signed_in().await;
        browser.send(browser.request(Method::HEAD, &at(&[("id_token_hint", &hint)]))).await.with_status(200);
        assert!(browser.is_signed_in().await);
    }
}
