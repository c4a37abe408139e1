//! The bundled accounts: signing in and out.

use reqwest::{Method, header};

use crate::support::{Form, FormBody, PASSWORD, Site, client::code_request};

both_databases! {
    async fn the_login_form_signs_a_user_in_and_leads_to_the_front_page(site: Site) {
        let browser = site.sign_in().await;
        assert!(browser.is_signed_in().await);
        assert_eq!(browser.get("/accounts/login/").await.location(), "/");
    }

    async fn the_login_page_has_labelled_fields_and_the_headers_of_every_page(site: Site) {
        let page = site.get("/accounts/login/").await.with_status(200);
        for field in [
            "<label for=\"username\"",
            "<label for=\"password\"",
            "type=\"password\"",
            "name=\"username\"",
        ] {
            assert!(page.body.contains(field), "{field}: {}", page.body);
        }
        let policy = page.header("Content-Security-Policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("form-action"),
            "{policy}"
        );
        for (header, value) in [
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            ("X-Frame-Options", "DENY"),
        ] {
            assert_eq!(page.header(header), value, "{header}");
        }
    }

    async fn a_wrong_password_is_said_and_the_user_name_kept(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let form = browser.page("/accounts/login/?next=%2Fplain%2Fread").await.form;
        for (username, password) in [("alice", "wrong"), ("nobody", PASSWORD), ("alice", "")] {
            let given = [("username", username), ("password", password)];
            let answer = browser.submit(&form, &given).await.with_status(422);
            assert!(
                answer.body.contains("The user name or the password is wrong."),
                "{}",
                answer.body
            );
            assert!(answer.body.contains(&format!("value=\"{username}\"")), "{}", answer.body);
            assert!(!answer.body.contains(PASSWORD) && !answer.body.contains("value=\"wrong\""));
        }
        assert!(!browser.is_signed_in().await);
        let again = browser.submit(&form, &[("username", "alice"), ("password", PASSWORD)]).await;
        assert_eq!(again.location(), "/plain/read", "the way back is kept as well");
    }

    async fn a_user_name_is_text_and_no_markup(site: Site) {
        let browser = site.browser();
        let form = browser.page("/accounts/login/").await.form;
        let given = [("username", "\"><script>alert(1)</script>"), ("password", "wrong")];
        let answer = browser.submit(&form, &given).await.with_status(422);
        assert!(!answer.body.contains("<script"), "{}", answer.body);
        assert!(answer.body.contains("value=\"&quot;&gt;&lt;script&gt;"), "{}", answer.body);
    }

    async fn after_signing_in_the_browser_goes_on_to_a_local_path(site: Site) {
        site.alice().await;
        for next in [
            "/plain/read",
            "/oauth2/authorization/?client_id=a%20b&state=%2F%2Fx",
            "/a//b?c=https://d.example/",
        ] {
            let browser = site.browser();
            let query = Form::new(&[("next", next)]).encoded();
            let form = browser.page(&format!("/accounts/login/?{query}")).await.form;
            let given = [("username", "alice"), ("password", PASSWORD)];
            assert_eq!(browser.submit(&form, &given).await.location(), next);
            let again = browser.get(&format!("/accounts/login/?{query}")).await;
            assert_eq!(again.location(), next, "also when the user has signed in already");
        }
    }

    /// RFC 9700 §4.11: no open redirector.
    async fn it_goes_nowhere_else(site: Site) {
        let browser = site.sign_in().await;
        for next in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "///evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "evil.example",
            "",
            "/\r\nLocation: https://evil.example",
            "/\u{fc}",
            "/.//evil.example/..//",
        ] {
            let query = Form::new(&[("next", next)]).encoded();
            let answer = browser.get(&format!("/accounts/login/?{query}")).await;
            let location = answer.location();
            let here = url::Url::parse("http://id.example/").unwrap();
            let there = here.join(location).unwrap();
            assert_eq!(there.host_str(), Some("id.example"), "{next:?} leads to {location}");
        }
        let twice = browser.get("/accounts/login/?next=/plain/read&next=//evil.example").await;
        assert_eq!(twice.location(), "/");
    }

    /// `next` in the body is not what the form was made for.
    async fn only_the_forms_own_next_counts(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let form = browser.page("/accounts/login/?next=//evil.example").await.form;
        let given = [("username", "alice"), ("password", PASSWORD), ("next", "//evil.example")];
        assert_eq!(browser.submit(&form, &given).await.location(), "/");
    }

    async fn logout_ends_the_session_and_forgets_the_cookie(site: Site) {
        let browser = site.sign_in().await;
        let session = browser.session().unwrap();
        let form = browser.page("/accounts/logout/").await.form;
        let answer = browser.submit(&form, &[]).await;
        assert_eq!(answer.location(), "/");
        assert!(answer.header("Set-Cookie").starts_with("oauth_session=; "), "{answer:#?}");
        assert!(answer.header("Set-Cookie").ends_with("; Max-Age=0"), "{answer:#?}");

        browser.set_cookie("oauth_session", &session);
        assert!(!browser.is_signed_in().await, "the id is dead, not only forgotten");
    }

    async fn a_link_to_logout_shows_a_page_and_keeps_the_session(site: Site) {
        let browser = site.sign_in().await;
        let page = browser.page("/accounts/logout/").await.answer;
        assert!(page.body.contains("alice"), "{}", page.body);
        assert!(browser.is_signed_in().await);
    }

    async fn logout_of_nobody_leads_to_the_front_page(site: Site) {
        assert_eq!(site.get("/accounts/logout/").await.location(), "/");
        assert_eq!(site.post("/accounts/logout/", &Form::new(&[])).await.location(), "/");
    }

    async fn signing_out_leaves_tokens_and_other_sessions_alone(site: Site) {
        let (browser, other) = (site.sign_in().await, site.sign_in().await);
        let tokens = site.exchange(&browser.code(&code_request()).await).await;
        let form = browser.page("/accounts/logout/").await.form;
        browser.submit(&form, &[]).await.with_status(303);
        assert!(other.is_signed_in().await);
        site.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
    }

    async fn a_form_that_cannot_be_read_is_refused(site: Site) {
        for path in ["/accounts/login", "/accounts/logout"] {
            let json =
                site.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
            site.send(json.body("{}")).await.with_status(400);
            let large = site.request(Method::POST, path).form_body("x".repeat(64 * 1024 + 1));
            site.send(large).await.with_status(413);
        }
    }

    async fn a_password_change_ends_every_session_of_the_user(site: Site) {
        let browser = site.sign_in().await;
        let id = site.alice().await.id;
        site.server.set_password(id, "another password").await.unwrap();
        assert!(!browser.is_signed_in().await);
    }
}
