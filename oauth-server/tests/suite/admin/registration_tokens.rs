//! Initial access tokens on the admin site, and clients that registered themselves.

use oauth_server::DynamicRegistration::{self, Off, Open, Token};
use poem::EndpointExt;
use reqwest::Method;
use serde_json::json;

use super::*;
use crate::support::{CALLBACK, app};

const LIST: &str = "/admin/registration_tokens/";
const NEW: &str = "/admin/registration_tokens/new/";

impl Site {
    async fn registering(self, who: DynamicRegistration) -> Self {
        self.with(|config| {
            config.settings.dynamic_registration = who;
            config.urls =
                |oauth| app::beside(oauth).with(oauth.middleware()).map_to_response().boxed();
        })
        .await
    }

    /// A client registers itself with this token.
    async fn registers_with(&self, token: &str) -> Answer {
        let document = json!({ "client_name": "Stranger", "redirect_uris": [CALLBACK] });
        let request = self.request(Method::POST, "/oauth2/register/").bearer_auth(token);
        let json = request.header("Content-Type", "application/json");
        self.send(json.body(document.to_string())).await
    }
}

both_databases! {
    async fn a_token_that_staff_make_is_shown_once_and_lets_so_many_clients_in(site: Site) {
        let site = site.registering(Token).await;
        let browser = site.superuser().await;
        let none = browser.get(LIST).await.with_status(200).body;
        assert!(none.contains("There is no token."), "{none}");
        let page = change(&browser, NEW, &[("uses", "2"), ("lifetime", "60")]).await.with_status(200);
        let token = shown_once(&page, "registration_token");
        site.registers_with(&token).await.with_status(201);
        let list = browser.get(LIST).await.with_status(200).body;
        assert!(!list.contains(&token), "it was shown once");
        let prefix = token.chars().take(6).collect::<String>();
        for shown in [&*prefix, "alice", "1970-01-12", "<td data-label=\"Clients left\">1</td>", "Live"] {
            assert!(list.contains(shown), "{shown}: {list}");
        }
        site.registers_with(&token).await.with_status(201);
        site.registers_with(&token).await.with_status(401);
        let list = browser.get(LIST).await.with_status(200).body;
        assert!(list.contains("Used up"), "{list}");
        site.clock.advance(60);
        let list = browser.get(LIST).await.with_status(200).body;
        assert!(list.contains("Expired"), "{list}");
    }

    async fn a_token_is_ended_after_a_question_and_both_are_in_the_trail(site: Site) {
        let site = site.registering(Token).await;
        let browser = site.superuser().await;
        let page = change(&browser, NEW, &[("uses", "9")]).await.with_status(200);
        let token = shown_once(&page, "registration_token");
        let list = browser.get(LIST).await.with_status(200).body;
        let path = between(&list, "class=\"button danger\" href=\"", "\"").to_owned();
        let before = changes(&site);
        let question = browser.page(&path).await;
        assert!(question.answer.body.contains("End the initial access token"), "{}", question.answer.body);
        assert_eq!(changes(&site), before, "a question changes nothing");
        site.registers_with(&token).await.with_status(201);
        let done = browser.submit(&question.form, &[]).await.with_status(303);
        let list = browser.get(done.location()).await.with_status(200).body;
        assert!(list.contains("It was revoked.") && list.contains("There is no token."), "{list}");
        site.registers_with(&token).await.with_status(401);
        browser.get(&path).await.with_status(404);
        let trail = browser.get("/admin/audit/").await.body;
        assert!(trail.contains("Issued initial access token"), "{trail}");
        assert!(trail.contains("Revoked initial access token"), "{trail}");
        assert!(!trail.contains(&token), "{trail}");
    }

    async fn what_no_token_can_have_is_said_beside_its_field(site: Site) {
        let site = site.registering(Token).await;
        let browser = site.superuser().await;
        for (field, value, said) in [
            ("uses", "0", "must be 1 to 10000"),
            ("uses", "10001", "must be 1 to 10000"),
            ("uses", "many", "must be a whole number"),
            ("uses", "", "must be a whole number"),
            ("lifetime", "0", "must be 1 second to 100 years"),
            ("lifetime", "9999999999999", "must be 1 second to 100 years"),
            ("lifetime", "never", "must be a whole number"),
        ] {
            let page = change(&browser, NEW, &[(field, value)]).await.with_status(422).body;
            let problem = format!("id=\"{field}-problem\">{said}");
            assert!(page.contains(&problem), "{field} {value}: {page}");
            assert!(page.contains(&format!("value=\"{value}\"")), "it stays: {page}");
        }
        assert_eq!(site.database.count("oauth_registration_tokens"), 0);
    }

    async fn the_site_leads_there_only_where_clients_need_a_token(site: Site) {
        let mut site = site;
        for (who, leads, said) in [(Off, false, "no client register itself"), (Open, false, "without a token here"), (Token, true, "")] {
            site = site.registering(who).await;
            let browser = site.superuser().await;
            let front = browser.get("/admin/").await.with_status(200).body;
            assert_eq!(front.contains("/admin/registration_tokens/"), leads, "{who:?}: {front}");
            let list = browser.get(LIST).await.with_status(200).body;
            assert!(list.contains(said), "{who:?}: {list}");
        }
    }

    async fn staff_see_which_clients_registered_themselves_and_until_when_they_stay_unused(site: Site) {
        let site = site.registering(Token).await;
        let browser = site.superuser().await;
        let page = change(&browser, NEW, &[]).await.with_status(200);
        let token = shown_once(&page, "registration_token");
        site.registers_with(&token).await.with_status(201);
        for (filter, has_stranger, has_others) in
            [("by_itself", true, false), ("by_staff", false, true), ("by_document", false, false), ("", true, true)]
        {
            let list = browser.get(&format!("/admin/clients/?which={filter}")).await.with_status(200).body;
            assert_eq!(list.contains("/\">Stranger</a>"), has_stranger, "{filter}: {list}");
            assert_eq!(list.contains("/\">public</a>"), has_others, "{filter}: {list}");
            assert_eq!(list.contains("<td data-label=\"Registered by\">Itself</td>"), has_stranger, "{list}");
            assert_eq!(list.contains("<td data-label=\"Registered by\">Staff</td>"), has_others, "{list}");
        }
        let stranger = record(&browser, "/admin/clients/", "Stranger").await;
        let page = browser.get(&stranger).await.with_status(200).body;
        assert!(page.contains("Itself: nobody has checked what it says"), "{page}");
        assert!(page.contains("unless a user has granted it something by then"), "{page}");
        let public = record(&browser, "/admin/clients/", "public").await;
        let page = browser.get(&public).await.with_status(200).body;
        assert!(!page.contains("unless a user has granted it something by then"), "{page}");
    }
}
