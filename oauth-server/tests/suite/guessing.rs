//! Too many wrong passwords, as a browser and a program are told.

use oauth_server::{GrantType, NewUser, OAuth};
use poem::{EndpointExt, Request, handler, http::StatusCode, web::Data};
use reqwest::{
    Method,
    header::{ACCEPT_LANGUAGE, RETRY_AFTER},
};

use crate::support::{Answer, Browser, Config, Form, FormBody, PASSWORD, Site};

/// A login page of the application's own, at which every password is wrong.
#[handler]
async fn own_login(request: &Request, Data(oauth): Data<&OAuth>) -> poem::Result<StatusCode> {
    let _wrong = oauth.guess(request, "alice").await?;
    Ok(StatusCode::UNPROCESSABLE_ENTITY)
}

fn own_login_page(config: &mut Config) {
    config.urls = |oauth| {
        oauth.routes().at("/login", own_login).with(oauth.middleware()).map_to_response().boxed()
    };
}

impl Site {
    /// What the login page answers in a browser, in some language.
    async fn types(&self, browser: &Browser, given: (&str, &str), language: &str) -> Answer {
        let form = browser.page("/accounts/login/").await.form;
        let fields = form.hidden.and("username", given.0).and("password", given.1);
        let request = browser.request(Method::POST, "/accounts/login/").form_body(fields.encoded());
        browser.send(request.header(ACCEPT_LANGUAGE, language)).await
    }

    /// Ten wrong passwords at an account, of which this site knows no browser.
    async fn lock_out(&self, username: &str) {
        for _ in 0..10 {
            self.server.verify_password(username, "wrong").await.expect("heard");
        }
    }

    async fn password_form(&self, username: &str, password: &str) -> Form {
        let secret = self
            .register(|new| {
                new.client_id = Some("old".to_owned());
                new.grant_types = vec![GrantType::Password];
            })
            .await;
        Form::new(&[
            ("grant_type", "password"),
            ("client_id", "old"),
            ("client_secret", secret.expect("a generated secret").expose()),
            ("username", username),
            ("password", password),
            ("scope", "read"),
        ])
    }

    /// A wrong password for an account that nobody has, with what a proxy says.
    async fn guess(&self, number: usize, forwarded: &str) -> u16 {
        let browser = self.browser();
        let form = browser.page("/accounts/login/").await.form;
        let fields = form.hidden.and("username", &format!("user{number}")).and("password", "x");
        let request = browser.request(Method::POST, "/accounts/login/").form_body(fields.encoded());
        browser.send(request.header("X-Forwarded-For", forwarded)).await.status
    }
}

both_databases! {
    async fn the_login_page_says_when_to_try_again_and_keeps_the_user_name(site: Site) {
        site.alice().await;
        let browser = site.browser();
        for _ in 0..10 {
            site.types(&browser, ("alice", "wrong"), "en").await.with_status(422);
        }
        let answer = site.types(&browser, ("alice", PASSWORD), "en").await.with_status(429);
        assert_eq!(answer.header(RETRY_AFTER.as_str()), "6");
        let said = "Too many attempts to sign in. Try again in 6 seconds.";
        assert!(answer.body.contains(said), "{}", answer.body);
        assert!(answer.body.contains("value=\"alice\""), "{}", answer.body);
        assert!(!answer.body.contains(PASSWORD), "{}", answer.body);
        assert!(!browser.is_signed_in().await);

        site.clock.advance(6);
        site.types(&browser, ("alice", PASSWORD), "en").await.with_status(303);
    }

    async fn it_says_so_in_each_language_as_numbers_are_said_there(site: Site) {
        site.lock_out("alice").await;
        let browser = site.browser();
        for (seconds, english, russian) in [
            (0, "Try again in 6 seconds.", "Попробуйте ещё раз через 6 секунд."),
            (2, "Try again in 4 seconds.", "Попробуйте ещё раз через 4 секунды."),
            (3, "Try again in a second.", "Попробуйте ещё раз через 1 секунду."),
        ] {
            site.clock.advance(seconds);
            for (language, said) in [("en", english), ("ru", russian)] {
                let answer = site.types(&browser, ("alice", "x"), language).await.with_status(429);
                assert!(answer.body.contains(said), "{said}: {}", answer.body);
            }
        }
    }

    async fn a_login_page_of_the_applications_own_says_when_to_try_again(site: Site) {
        let site = site.with(own_login_page).await;
        for _ in 0..10 {
            site.browser().get("/login").await.with_status(422);
        }
        let answer = site.browser().get("/login").await.with_status(429);
        assert_eq!(answer.header(RETRY_AFTER.as_str()), "6");
        let said = "Too many attempts to sign in. Try again in 6 seconds.";
        assert!(answer.body.contains(said), "{}", answer.body);
        site.clock.advance(6);
        site.browser().get("/login").await.with_status(422);
    }

    async fn a_browser_of_before_signs_in_while_strangers_guess(site: Site) {
        let browser = site.sign_in().await;
        let page = browser.page("/accounts/logout/").await;
        browser.submit(&page.form, &[]).await;
        assert!(!browser.is_signed_in().await);
        site.lock_out("alice").await;
        site.types(&site.browser(), ("alice", PASSWORD), "en").await.with_status(429);
        site.types(&browser, ("alice", PASSWORD), "en").await.with_status(303);
    }

    async fn what_a_browser_is_known_by_is_kept_for_180_days_and_read_by_no_script(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let cookie = |answer: &Answer| {
            let cookies = answer.headers.get_all("Set-Cookie").iter();
            let cookies = cookies.map(|cookie| cookie.to_str().unwrap().to_owned());
            cookies.filter(|cookie| cookie.contains("_browser=")).collect::<Vec<_>>()
        };
        let wrong = site.types(&browser, ("alice", "wrong"), "en").await;
        assert_eq!(cookie(&wrong), [""; 0], "only who has signed in is known");
        let cookies = cookie(&site.types(&browser, ("alice", PASSWORD), "en").await);
        assert_eq!(cookies.len(), 1, "{cookies:?}");
        for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=15552000"] {
            assert!(cookies[0].contains(attribute), "{attribute}: {}", cookies[0]);
        }
    }

    async fn a_program_is_told_in_json_when_to_try_again(site: Site) {
        site.alice().await;
        let form = site.password_form("alice", PASSWORD).await;
        for path in ["/oauth2/token", "/own/token"] {
            site.post(path, &form).await.with_status(200);
        }
        site.lock_out("alice").await;
        for path in ["/oauth2/token", "/own/token"] {
            let answer = site.post(path, &form).await;
            answer.assert_refused(429, "temporarily_unavailable");
            let answer = site.post(path, &form).await;
            assert_eq!(answer.header(RETRY_AFTER.as_str()), "6");
            assert_eq!(answer.header("Cache-Control"), "no-store");
        }
    }

    async fn a_trusted_proxy_says_from_where_a_guess_comes(site: Site) {
        let site = site
            .with(|config| {
                config.oauth = |oauth| oauth.trusted_proxies(vec!["127.0.0.0/8".parse().unwrap()]);
                config.settings.sign_in_guesses_by_address = Some(2);
            })
            .await;
        let answers = [
            site.guess(0, "192.0.2.1").await,
            site.guess(1, "192.0.2.1").await,
            site.guess(2, "192.0.2.1").await,
            site.guess(3, "192.0.2.2").await,
            site.guess(4, "198.51.100.7, 192.0.2.1").await,
        ];
        assert_eq!(answers, [422, 422, 429, 422, 429]);
    }

    async fn nobody_else_says_so(site: Site) {
        let site = site.with(|config| config.settings.sign_in_guesses_by_address = Some(2)).await;
        let answers = [
            site.guess(0, "192.0.2.1").await,
            site.guess(1, "192.0.2.2").await,
            site.guess(2, "192.0.2.3").await,
        ];
        assert_eq!(answers, [422, 422, 429]);
    }

    async fn who_administers_sets_a_password_in_spite_of_the_limit(site: Site) {
        let new = NewUser { username: "bob".to_owned(), ..NewUser::default() };
        let bob = site.server.create_user(new, PASSWORD).await.unwrap();
        site.lock_out("bob").await;
        assert!(site.server.set_password(bob.id, PASSWORD).await.unwrap());
    }
}
