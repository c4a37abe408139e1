//! What a code and a refresh token are good for: RFC 6749 §4.1.3 and §6.

use crate::support::{Site, client::code_request};

both_databases! {
    async fn where_tokens_are_not_refreshable_none_is_issued(site: Site) {
        let site = site.with(|config| config.settings.access_tokens_refreshable = false).await;
        let answer = site.tokens("read").await;
        assert!(answer.json().get("refresh_token").is_none(), "{answer:#?}");
    }

    async fn a_refresh_token_is_traded_for_a_new_pair(site: Site) {
        let first = site.tokens("read write").await;
        let second = site.refresh(&first.text("refresh_token")).await.with_status(200);
        assert_eq!(second.text("scope"), "read write");
        assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
        site.call("/plain/read", &second.text("access_token")).await.with_status(200);
        site.call("/plain/read", &first.text("access_token")).await.with_status(401);
    }

    async fn the_scope_can_be_narrowed_by_a_refresh_and_not_widened(site: Site) {
        let tokens = site.tokens("read").await;
        for wider in ["read write", "write", "nonsense"] {
            let form = site.refresh_form(&tokens.text("refresh_token")).set("scope", wider);
            site.token(&form).await.assert_refused(400, "invalid_scope");
        }
        let tokens = site.tokens("read write").await;
        let form = site.refresh_form(&tokens.text("refresh_token")).set("scope", "read");
        let narrowed = site.token(&form).await.with_status(200);
        assert_eq!(narrowed.text("scope"), "read");
        site.call("/plain/read_and_write", &narrowed.text("access_token")).await.with_status(403);
    }

    /// §6, RFC 9700 §4.14.2: a client that lost the answer may ask again, for ten seconds; a thief may not.
    async fn a_replayed_refresh_token_ends_its_family_after_the_grace(site: Site) {
        let first = site.tokens("read").await.text("refresh_token");
        let answer = site.refresh(&first).await.with_status(200);
        site.clock.advance(9);
        let again = site.refresh(&first).await.with_status(200);
        assert_eq!(again.text("refresh_token"), answer.text("refresh_token"));
        assert_eq!(again.text("access_token"), answer.text("access_token"));

        site.clock.advance(1);
        site.refresh(&first).await.assert_refused(400, "invalid_grant");
        site.refresh(&answer.text("refresh_token")).await.assert_refused(400, "invalid_grant");
        site.call("/plain/read", &answer.text("access_token")).await.with_status(401);
    }

    /// §4.1.3: where the authorization request named a redirect URI, "their values MUST be identical".
    async fn a_redirect_uri_that_was_named_must_be_named_again_and_be_the_same(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let form = site.exchange_form(&code);
        site.token(&form.clone().without("redirect_uri"))
            .await
            .assert_refused(400, "invalid_request");
        for other in ["https://app.example/other", "https://app.example/callback/", "nonsense"] {
            let form = form.clone().set("redirect_uri", other);
            site.token(&form).await.assert_refused(400, "invalid_grant");
        }
        site.token(&form).await.with_status(200);
    }

    /// The row is kept: that a code was used before is known only as long as it is known at all.
    async fn a_replayed_code_ends_what_it_led_to(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let tokens = site.exchange(&code).await.with_status(200);
        assert_eq!(site.database.count("oauth_authorization_codes"), 1);
        site.exchange(&code).await.assert_refused(400, "invalid_grant");
        site.call("/plain/read", &tokens.text("access_token")).await.with_status(401);
        site.refresh(&tokens.text("refresh_token")).await.assert_refused(400, "invalid_grant");
    }

    async fn a_code_is_good_for_its_lifetime_of_60_seconds(site: Site) {
        let browser = site.sign_in().await;
        let (first, second) =
            (browser.code(&code_request()).await, browser.code(&code_request()).await);
        site.clock.advance(59);
        site.exchange(&first).await.with_status(200);
        site.clock.advance(1);
        site.exchange(&second).await.assert_refused(400, "invalid_grant");
    }
}
