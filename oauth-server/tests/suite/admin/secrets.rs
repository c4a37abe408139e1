//! The secrets of a client, on its page.

use super::{between, change, record, shown_once};
use crate::support::{Browser, Form, Site};

const HOUR: i64 = 3600;

impl Site {
    /// Whether this is a secret of `confidential`: then it is the token that is refused.
    async fn proves(&self, secret: &str) -> bool {
        let request = Form::new(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_id", "confidential"),
            ("client_secret", secret),
        ]);
        let answer = self.token(&request).await;
        match answer.text("error").as_str() {
            "invalid_grant" => true,
            "invalid_client" => false,
            other => panic!("{other}: {answer:?}"),
        }
    }
}

async fn confidential(browser: &Browser) -> String {
    record(browser, "/admin/clients/", "confidential").await
}

async fn rotated(browser: &Browser, client: &str, old_ends_in: &str) -> String {
    let path = format!("{client}rotate-secret/");
    let page = change(browser, &path, &[("old_ends_in", old_ends_in)]).await.with_status(200);
    shown_once(&page, "client_secret")
}

both_databases! {
    async fn rotation_asks_first_and_leaves_the_old_secret_a_day(site: Site) {
        let browser = site.superuser().await;
        let path = format!("{}rotate-secret/", confidential(&browser).await);
        assert!(browser.get(&path).await.body.contains("Rotate the secret of confidential?"));
        let page = change(&browser, &path, &[]).await.with_status(200);
        let (old, new) = (site.secret.expose(), shown_once(&page, "client_secret"));
        site.clock.advance(24 * HOUR - 1);
        assert!(site.proves(old).await && site.proves(&new).await);
        site.clock.advance(1);
        assert!(!site.proves(old).await);
        assert!(site.proves(&new).await);
    }

    async fn the_old_secret_ends_at_once_where_that_is_chosen(site: Site) {
        let browser = site.superuser().await;
        let new = rotated(&browser, &confidential(&browser).await, "0").await;
        assert!(!site.proves(site.secret.expose()).await);
        assert!(site.proves(&new).await);
    }

    async fn the_page_says_which_secrets_are_good_and_until_when(site: Site) {
        let browser = site.superuser().await;
        let client = confidential(&browser).await;
        let only = browser.get(&client).await.body;
        assert!(!only.contains("End now"), "the only one is rotated: {only}");
        let new = rotated(&browser, &client, "3600").await;
        let page = browser.get(&client).await.body;
        for secret in [new.as_str(), site.secret.expose()] {
            assert!(page.contains(&format!("…{}…", crate::support::recognised_by(secret))), "{page}");
        }
        assert!(page.contains("<time datetime=\"1970-01-12 14:46Z\">"), "the end of the old one: {page}");
        site.clock.advance(HOUR);
        let page = browser.get(&client).await.body;
        assert!(!page.contains(crate::support::recognised_by(site.secret.expose())), "{page}");
    }

    async fn one_of_two_is_ended_after_a_question(site: Site) {
        let browser = site.superuser().await;
        let client = confidential(&browser).await;
        let new = rotated(&browser, &client, "3600").await;
        let page = browser.get(&client).await.body;
        let (_, of_old) = page.rsplit_once("data-label=\"Secret\"").unwrap();
        let path = between(of_old, "href=\"", "\"");
        let question = browser.page(path).await;
        assert!(question.answer.body.contains("End the secret"), "{}", question.answer.body);
        assert!(site.proves(site.secret.expose()).await, "nothing is ended by a look");
        let answer = browser.submit(&question.form, &[]).await;
        assert_eq!(answer.location(), format!("{client}?done=ended"));
        assert!(browser.get(answer.location()).await.body.contains("The secret was ended."));
        assert!(!site.proves(site.secret.expose()).await);
        assert!(site.proves(&new).await);
        browser.submit(&question.form, &[]).await.with_status(404);
    }

    async fn a_third_secret_beside_two_is_refused_and_the_page_says_what_to_do(site: Site) {
        let browser = site.superuser().await;
        let client = confidential(&browser).await;
        rotated(&browser, &client, "3600").await;
        let path = format!("{client}rotate-secret/");
        let refused = change(&browser, &path, &[("old_ends_in", "3600")]).await.with_status(409);
        assert!(refused.body.contains("end one of them first"), "{}", refused.body);
        assert!(site.proves(site.secret.expose()).await);
    }

    async fn what_is_no_time_is_said_beside_its_field(site: Site) {
        let browser = site.superuser().await;
        let path = format!("{}rotate-secret/", confidential(&browser).await);
        for wrong in ["", "a day", "-1", "1.5", "9999999999"] {
            let page = change(&browser, &path, &[("old_ends_in", wrong)]).await.with_status(422);
            assert!(page.body.contains("id=\"old_ends_in-problem\""), "{wrong}: {}", page.body);
        }
        assert!(site.proves(site.secret.expose()).await);
    }
}
