//! The admin site of an application with its own users.

use oauth_server::{ResourceOwner, StoreError, Users, async_trait};
use poem::Request;

use super::{change, opened, record, shown_once};
use crate::support::Site;

/// Everybody is staff, and known by a number.
struct Own;

#[async_trait]
impl Users for Own {
    async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        Ok(Some(ResourceOwner::new("curie", "Dr. Curie")))
    }

    fn login_url(&self, _: &Request, _: &str) -> String {
        "/sso".to_owned()
    }

    async fn display_name(&self, subject: &str) -> Result<Option<String>, StoreError> {
        Ok((subject == "curie").then(|| "Dr. Curie".to_owned()))
    }

    async fn is_staff(&self, _: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(true)
    }
}

/// The same, of whom everybody is a superuser.
struct Superusers;

#[async_trait]
impl Users for Superusers {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        Own.signed_in(request).await
    }

    fn login_url(&self, request: &Request, next: &str) -> String {
        Own.login_url(request, next)
    }

    async fn is_staff(&self, _: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn is_superuser(&self, _: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(true)
    }
}

async fn own(site: Site) -> Site {
    site.with(|config| config.oauth = |oauth| oauth.users(Own)).await
}

both_databases! {
    async fn has_no_users_to_manage(site: Site) {
        let site = own(site).await;
        let browser = site.browser();
        for path in ["/admin/users/", "/admin/users/new/", "/admin/users/1/", "/admin/users/1/delete/"] {
            browser.get(path).await.with_status(404);
        }
        let page = browser.get("/admin/").await.with_status(200).body;
        assert!(!page.contains("/admin/users/") && !page.contains("/accounts/logout/"), "{page}");
    }

    async fn all_else_works_and_is_audited_under_their_names(site: Site) {
        let site = own(site).await;
        let browser = site.browser();
        change(&browser, "/admin/scopes/new/", &[("name", "notes:share")]).await.with_status(303);
        let client = record(&browser, "/admin/clients/", "confidential").await;
        let path = format!("{client}issue-token/");
        let form = opened(&browser, &path).await.set("subject", "curie").set("scopes", "read");
        let token = shown_once(&browser.post(&path, &form).await, "access_token");
        assert_eq!(site.call("/plain/read", &token).await.body, "confidential for curie: read");
        let page = browser.get("/admin/tokens/").await.body;
        assert!(page.contains("Dr. Curie"), "{page}");
        let trail = browser.get("/admin/audit/").await.body;
        assert!(trail.contains("Issued access token") && trail.contains("Dr. Curie"), "{trail}");
    }

    async fn a_forged_form_neither_changes_anything_nor_takes_the_browsers_session(site: Site) {
        let site = own(site).await;
        let browser = site.browser();
        let form = opened(&browser, "/admin/scopes/new/").await.set("name", "forged");
        let answer = site.browser().post("/admin/scopes/new/", &form).await.with_status(403);
        assert!(!answer.has_header("Set-Cookie"), "{answer:#?}");
        assert_eq!(site.database.count("oauth_audit"), 0);
        assert_eq!(site.database.count("oauth_sessions"), 0);
    }

    async fn are_superusers_only_where_the_application_says_so(site: Site) {
        let site = own(site).await;
        let browser = site.browser();
        let path = format!("{}edit/", record(&browser, "/admin/clients/", "confidential").await);
        change(&browser, &path, &[("skip_consent", "on")]).await.with_status(403);
        let site = site.with(|config| config.oauth = |oauth| oauth.users(Superusers)).await;
        change(&site.browser(), &path, &[("skip_consent", "on")]).await.with_status(303);
    }

    async fn a_subject_that_the_application_does_not_know_is_refused(site: Site) {
        let site = own(site).await;
        let browser = site.browser();
        let path = format!("{}issue-token/", record(&browser, "/admin/clients/", "confidential").await);
        let form = opened(&browser, &path).await.set("subject", "nobody").set("scopes", "read");
        let answer = browser.post(&path, &form).await.with_status(422);
        assert!(answer.body.contains("must be the subject of a user"), "{}", answer.body);
    }
}
