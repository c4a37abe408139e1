//! The bundled users on the admin site.

use super::{change, changes, filled, opened, record};
use crate::support::{Browser, Form, Site};

const NEW: &str = "/admin/users/new/";

pub(super) async fn create(
    browser: &Browser,
    username: &str,
    more: &[(&str, &str)],
) -> crate::support::Answer {
    let given = [
        ("username", username),
        ("password", " a long password "),
        ("password_again", " a long password "),
    ];
    change(browser, NEW, &[&given, more].concat()).await
}

async fn sign_in(site: &Site, username: &str, password: &str) -> Option<Browser> {
    let browser = site.browser();
    let page = browser.page("/accounts/login/").await;
    let answer =
        browser.submit(&page.form, &[("username", username), ("password", password)]).await;
    (answer.status == 303).then_some(browser)
}

both_databases! {
    async fn a_new_user_signs_in_with_the_password_as_it_was_typed(site: Site) {
        let browser = site.superuser().await;
        create(&browser, "bob", &[("email", "bob@example.com")]).await.with_status(303);
        assert!(sign_in(&site, "bob", "a long password").await.is_none());
        let bob = sign_in(&site, "bob", " a long password ").await.expect("bob");
        bob.get("/admin/").await.with_status(403);
    }

    async fn who_is_made_staff_enters(site: Site) {
        let browser = site.superuser().await;
        create(&browser, "bob", &[("is_staff", "on")]).await.with_status(303);
        let bob = sign_in(&site, "bob", " a long password ").await.expect("bob");
        bob.get("/admin/").await.with_status(200);
    }

    async fn another_password_takes_the_old_one_and_all_sessions(site: Site) {
        let browser = site.superuser().await;
        create(&browser, "bob", &[]).await.with_status(303);
        let bob = sign_in(&site, "bob", " a long password ").await.expect("bob");
        let path = format!("{}password/", record(&browser, "/admin/users/", "bob").await);
        let answer = change(&browser, &path, &[("password", "yet another one"), ("password_again", "yet another one")]).await;
        assert!(answer.location().ends_with("?done=password"));
        assert!(!bob.is_signed_in().await);
        assert!(sign_in(&site, "bob", " a long password ").await.is_none());
        assert!(sign_in(&site, "bob", "yet another one").await.is_some());
    }

    async fn who_is_inactive_is_signed_out_and_cannot_sign_in(site: Site) {
        let browser = site.superuser().await;
        create(&browser, "bob", &[]).await.with_status(303);
        let bob = sign_in(&site, "bob", " a long password ").await.expect("bob");
        let path = record(&browser, "/admin/users/", "bob").await;
        let form = opened(&browser, &path).await.without("is_active");
        browser.post(&path, &form).await.with_status(303);
        assert!(!bob.is_signed_in().await);
        assert!(sign_in(&site, "bob", " a long password ").await.is_none());
        assert!(browser.get("/admin/users/?which=inactive").await.body.contains(">bob</a>"));
    }

    async fn a_user_is_deleted_after_a_question_but_not_by_themself(site: Site) {
        let browser = site.superuser().await;
        create(&browser, "bob", &[]).await.with_status(303);
        let bob = record(&browser, "/admin/users/", "bob").await;
        let question = browser.page(&format!("{bob}delete/")).await;
        assert!(question.answer.body.contains("Delete the user bob?"));
        let answer = browser.submit(&question.form, &[]).await;
        assert_eq!(answer.location(), "/admin/users/?done=deleted");
        browser.get(&bob).await.with_status(404);
        let alice = record(&browser, "/admin/users/", "alice").await;
        let question = browser.page(&format!("{alice}delete/")).await;
        let answer = browser.submit(&question.form, &[]).await.with_status(409);
        assert!(answer.body.contains("nobody can delete themself"), "{}", answer.body);
    }

    async fn only_a_superuser_changes_staff(site: Site) {
        let browser = site.superuser().await;
        create(&browser, "bob", &[]).await.with_status(303);
        create(&browser, "carol", &[("is_staff", "on")]).await.with_status(303);
        let bob = record(&browser, "/admin/users/", "bob").await;
        let carol = record(&browser, "/admin/users/", "carol").await;
        site.database.execute("UPDATE oauth_users SET is_superuser = FALSE");
        let before = changes(&site);

        let refused = create(&browser, "dave", &[("is_staff", "on"), ("email", "d@example.com")]).await.with_status(403);
        assert!(refused.body.contains("only a superuser may change staff"), "{}", refused.body);
        assert_eq!(filled(&refused).get("email"), Some("d@example.com"));
        change(&browser, &bob, &[("is_superuser", "on")]).await.with_status(403);
        change(&browser, &carol, &[("first_name", "Carol")]).await.with_status(403);
        let password = [("password", "yet another one"), ("password_again", "yet another one")];
        change(&browser, &format!("{carol}password/"), &password).await.with_status(403);
        change(&browser, &format!("{carol}delete/"), &[]).await.with_status(403);
        assert_eq!(changes(&site), before);
        change(&browser, &bob, &[("first_name", "Bob")]).await.with_status(303);
    }

    async fn nobody_takes_from_themself_what_they_change_users_with(site: Site) {
        let browser = site.superuser().await;
        let alice = record(&browser, "/admin/users/", "alice").await;
        for field in ["is_superuser", "is_active"] {
            let form: Form = opened(&browser, &alice).await.without(field);
            let answer = browser.post(&alice, &form).await.with_status(422);
            assert!(answer.body.contains(&format!("id=\"{field}-problem\"")), "{}", answer.body);
        }
        assert_eq!(changes(&site), 0);
    }
}
