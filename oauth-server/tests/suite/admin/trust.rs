//! Staff who are no superusers, and clients that users are not asked for.

use oauth_server::AuthorizationServer;

use super::{change, changes, opened, record};
use crate::support::{Browser, CALLBACK, Site, client::code_request};

const STEAL: &str = "https://evil.example/steal";
const SUPERUSERS_ONLY: &str = "Only a superuser may change this.";

/// A browser of a member of staff; alice, whose browser comes first, is a superuser.
pub(super) async fn superuser_and_staff(site: &Site) -> (Browser, Browser) {
    let alice = site.superuser().await;
    site.database.execute(
        "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
         is_active, created_at) SELECT 'mallory', password_hash, '', '', '', TRUE, FALSE, TRUE, created_at \
         FROM oauth_users WHERE username = 'alice'",
    );
    let mallory = site.browser();
    let page = mallory.page("/accounts/login/").await;
    let fields = [("username", "mallory"), ("password", crate::support::PASSWORD)];
    mallory.submit(&page.form, &fields).await.with_status(303);
    (alice, mallory)
}

async fn is_trusted(server: &AuthorizationServer, client_id: &str) -> bool {
    server.client(client_id).await.unwrap().expect("a client").skip_consent
}

both_databases! {
    async fn cannot_have_a_superusers_code_sent_where_they_like(site: Site) {
        let site = site.with(|config| config.settings.remember_consent = true).await;
        let (alice, mallory) = superuser_and_staff(&site).await;
        alice.code(&code_request()).await; // she has said yes before
        let path = format!("{}edit/", record(&mallory, "/admin/clients/", "confidential").await);
        let elsewhere = opened(&mallory, &path).await.set("redirect_uris", &format!("{CALLBACK}\n{STEAL}"));
        let refused = mallory.post(&path, &elsewhere.clone().set("skip_consent", "on")).await.with_status(403);
        assert!(refused.body.contains("only a superuser may have users not be asked"), "{}", refused.body);
        assert!(!is_trusted(&site.server, "confidential").await);
        assert_eq!(changes(&site), 0);

        // Where the client gets another redirect URI, she is asked for it.
        mallory.post(&path, &elsewhere).await.with_status(303);
        let link = code_request().set("redirect_uri", STEAL).encoded();
        let page = alice.get(&format!("/oauth2/authorization/?{link}")).await;
        assert_eq!(page.status, 200, "{page:#?}");
    }

    async fn see_what_is_for_superusers_and_change_the_rest(site: Site) {
        site.register(|client| client.skip_consent = true).await;
        let (alice, mallory) = superuser_and_staff(&site).await;
        let path = format!("{}edit/", record(&mallory, "/admin/clients/", "another").await);
        let page = mallory.get(&path).await.with_status(200).body;
        assert_eq!(page.matches(SUPERUSERS_ONLY).count(), 3, "{page}");
        assert!(!alice.get(&path).await.body.contains(SUPERUSERS_ONLY));

        let form = opened(&mallory, &path).await.set("name", "Renamed");
        mallory.post(&path, &form).await.with_status(303);
        assert!(is_trusted(&site.server, "another").await);
        let form = opened(&mallory, &path).await;
        for forged in [
            form.clone().without("skip_consent"),
            form.clone().set("redirect_uris", STEAL),
            form.set("kind", "public"),
        ] {
            mallory.post(&path, &forged).await.with_status(403);
        }
    }

    async fn rotate_no_secret_of_such_a_client(site: Site) {
        site.register(|client| client.skip_consent = true).await;
        let (alice, mallory) = superuser_and_staff(&site).await;
        let client = record(&mallory, "/admin/clients/", "another").await;
        let path = format!("{client}rotate-secret/");
        for (browser, is_shown) in [(&mallory, false), (&alice, true)] {
            assert_eq!(browser.get(&client).await.body.contains("Rotate the secret"), is_shown);
        }
        // Whoever knows the address is told before anything is asked, and a form of another page does no more.
        let refused = mallory.get(&path).await.with_status(403);
        assert!(refused.body.contains("only a superuser may"), "{}", refused.body);
        let form = opened(&mallory, &format!("{client}edit/")).await;
        mallory.post(&path, &form).await.with_status(403);
        assert_eq!(changes(&site), 0);
        change(&alice, &path, &[]).await.with_status(200);
        let page = alice.get(&client).await.body;
        assert!(page.contains("End now") && !mallory.get(&client).await.body.contains("End now"));
        let (_, ends) = page.rsplit_once("secrets/").unwrap();
        let id = ends.split('/').next().unwrap();
        mallory.get(&format!("{client}secrets/{id}/end/")).await.with_status(403);
    }
}
