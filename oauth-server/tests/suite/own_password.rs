//! The page on which users change their own password.

use crate::support::{Answer, Browser, Form, PASSWORD, Site};

const PAGE: &str = "/accounts/password/";
const NEW: &str = "another password of alice";

async fn change(browser: &Browser, old: &str, new: &str, more: &[(&str, &str)]) -> Answer {
    let page = browser.page(PAGE).await;
    let given = [("old_password", old), ("new_password", new), ("new_password_again", new)];
    browser.submit(&page.form, &[&given, more].concat()).await
}

/// Whether alice signs in with this password.
async fn opens(site: &Site, password: &str) -> bool {
    site.server.verify_password("alice", password).await.unwrap().is_some()
}

both_databases! {
    async fn a_user_changes_their_password_and_stays_signed_in_under_another_id(site: Site) {
        let browser = site.sign_in().await;
        let before = browser.session();
        let answer = change(&browser, PASSWORD, NEW, &[]).await.with_status(303);
        assert_eq!(answer.location(), format!("{PAGE}?done=1"));
        let page = browser.get(answer.location()).await.with_status(200);
        assert!(page.body.contains("Your password was changed"), "{}", page.body);
        assert_ne!(browser.session(), before);
        assert!(opens(&site, NEW).await && !opens(&site, PASSWORD).await);
    }

    async fn the_users_other_browsers_are_signed_out(site: Site) {
        let (here, elsewhere) = (site.sign_in().await, site.sign_in().await);
        change(&here, PASSWORD, NEW, &[]).await.with_status(303);
        assert!(here.is_signed_in().await && !elsewhere.is_signed_in().await);
    }

    async fn connected_applications_end_where_the_box_is_ticked_and_else_go_on(site: Site) {
        let token = site.access_token("read").await;
        let browser = site.sign_in().await;
        change(&browser, PASSWORD, NEW, &[]).await.with_status(303);
        site.call("/plain/read", &token).await.with_status(200);
        change(&browser, NEW, PASSWORD, &[("disconnect", "1")]).await.with_status(303);
        site.call("/plain/read", &token).await.with_status(401);
    }

    async fn each_problem_stands_beside_its_field_and_nothing_is_changed(site: Site) {
        let browser = site.sign_in().await;
        let answer = change(&browser, "wrong", "password", &[("disconnect", "1")]).await.with_status(422);
        for shown in [
            "Your password was not changed.",
            "id=\"old_password-problem\">This is not your password.<",
            "id=\"new_password-problem\">It is too easy to guess. It is among the 10 most common passwords. Add another",
            "name=\"disconnect\" type=\"checkbox\" value=\"1\" checked",
        ] {
            assert!(answer.body.contains(shown), "{shown}: {}", answer.body);
        }
        let same = change(&browser, PASSWORD, PASSWORD, &[]).await.with_status(422);
        assert!(same.body.contains("This is your old password."), "{}", same.body);
        let short = change(&browser, PASSWORD, "short", &[]).await.with_status(422);
        assert!(short.body.contains("fewer than 8 characters"), "{}", short.body);
        let again = change(&browser, PASSWORD, NEW, &[("new_password_again", "other")]).await.with_status(422);
        assert!(again.body.contains("id=\"new_password_again-problem\""), "{}", again.body);
        for answer in [answer, same, short, again] {
            assert!(!answer.body.contains(PASSWORD) && !answer.body.contains(NEW), "no password is shown");
        }
        assert!(opens(&site, PASSWORD).await && browser.is_signed_in().await);
    }

    async fn too_many_wrong_old_passwords_are_answered_as_at_the_login_page(site: Site) {
        let browser = site.sign_in().await;
        for _ in 0..10 {
            change(&browser, "wrong", NEW, &[]).await.with_status(422);
        }
        let answer = change(&browser, PASSWORD, NEW, &[]).await.with_status(429);
        assert_eq!(answer.header("Retry-After"), "6");
        let said = "id=\"old_password-problem\">Too many wrong passwords. Try again in 6 seconds.<";
        assert!(answer.body.contains(said), "{}", answer.body);
        assert!(browser.is_signed_in().await);
        site.clock.advance(6);
        change(&browser, PASSWORD, NEW, &[]).await.with_status(303);
    }

    async fn the_browser_of_the_change_stays_known(site: Site) {
        let browser = site.sign_in().await;
        change(&browser, PASSWORD, NEW, &[]).await.with_status(303);
        while site.server.verify_password("alice", "wrong").await.is_ok() {}
        let page = browser.page("/accounts/logout/").await;
        browser.submit(&page.form, &[]).await;
        let form = browser.page("/accounts/login/").await.form;
        browser.submit(&form, &[("username", "alice"), ("password", NEW)]).await.with_status(303);
    }

    async fn the_advice_is_in_the_language_of_the_reader(site: Site) {
        let browser = site.sign_in().await;
        let page = browser.page(PAGE).await;
        let form = page.form.hidden.clone().set("old_password", "wrong");
        let form = form.set("new_password", "12345678").set("new_password_again", "12345678");
        let request = browser.request(reqwest::Method::POST, PAGE).header("Accept-Language", "ru");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form.encoded());
        let answer = browser.send(request).await.with_status(422);
        for said in ["Это не ваш пароль.", "Его слишком легко угадать.", "Добавьте слово-другое."] {
            assert!(answer.body.contains(said), "{said}: {}", answer.body);
        }
    }

    async fn the_fields_say_what_a_password_manager_may_fill_in(site: Site) {
        let page = site.sign_in().await.page(PAGE).await.answer.body;
        assert!(page.contains("value=\"alice\" autocomplete=\"username\""), "{page}");
        assert_eq!(page.matches("autocomplete=\"current-password\"").count(), 1);
        assert_eq!(page.matches("autocomplete=\"new-password\"").count(), 2);
    }

    async fn a_form_of_another_session_changes_nothing(site: Site) {
        let (browser, other) = (site.sign_in().await, site.sign_in().await);
        let foreign = other.page(PAGE).await.form;
        let given = [("old_password", PASSWORD), ("new_password", NEW), ("new_password_again", NEW)];
        browser.submit(&foreign, &given).await.with_status(403);
        browser.post(PAGE, &Form::new(&given)).await.with_status(403);
        assert!(opens(&site, PASSWORD).await);
    }

    async fn who_is_not_signed_in_does_so_first_and_comes_back(site: Site) {
        for answer in [site.browser().get(PAGE).await, site.browser().post(PAGE, &Form::new(&[])).await] {
            assert_eq!(answer.location(), "/accounts/login/?next=%2Faccounts%2Fpassword%2F");
        }
    }

    async fn the_page_of_connected_applications_leads_to_it(site: Site) {
        let page = site.sign_in().await.get("/accounts/apps/").await;
        assert!(page.body.contains(&format!("href=\"{PAGE}\"")), "{}", page.body);
    }

    async fn a_user_signs_in_in_another_spelling_of_the_name(site: Site) {
        site.server.store().migrate().unwrap();
        site.alice().await;
        site.server.store().migrate().unwrap();
        let browser = site.browser();
        let form = browser.page("/accounts/login/").await.form;
        browser.submit(&form, &[("username", "ALICE"), ("password", PASSWORD)]).await.with_status(303);
        assert!(browser.is_signed_in().await);
    }
}
