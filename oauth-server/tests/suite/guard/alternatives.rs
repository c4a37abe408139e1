//! Guards that are content with one of several, and handlers that guard themselves: RFC 6750 §3.

use super::{assert_bare_challenge, assert_refused};
use crate::support::Site;

both_databases! {
    async fn a_guard_of_several_alternatives_admits_a_token_that_has_one_of_them_whole(site: Site) {
        for (scope, either, or_both) in [("read", 200, 403), ("write", 200, 403), ("read write", 200, 200)] {
            let token = site.access_token(scope).await;
            for guard in ["/plain", "/api"] {
                site.call(&format!("{guard}/read_or_write"), &token).await.with_status(either);
                site.call(&format!("{guard}/admin_or_both"), &token).await.with_status(or_both);
            }
        }
    }

    /// §3: what the challenge names is for a new token "with sufficient scope": the first alternative, not all of them.
    async fn a_token_that_has_none_of_the_alternatives_is_told_of_the_first(site: Site) {
        let token = site.access_token("read").await;
        for path in ["/plain/admin_or_both", "/api/admin_or_both"] {
            let answer = site.call(path, &token).await;
            assert_refused(&answer, 403, "insufficient_scope");
            let challenge = answer.header("WWW-Authenticate");
            assert!(challenge.ends_with(", scope=\"admin\""), "{challenge}");
        }
    }

    async fn a_handler_may_find_out_itself_what_it_wants(site: Site) {
        let token = site.access_token("read").await;
        let told = site.call("/plain/later?read", &token).await.with_status(200).body;
        assert_eq!(told, format!("confidential for {}: read", site.alice().await.id));
        site.call("/plain/later?", &token).await.with_status(200);

        let lacking = site.call("/plain/later?write", &token).await;
        assert_refused(&lacking, 403, "insufficient_scope");
        assert_refused(&site.call("/plain/later?read", "unknown").await, 401, "invalid_token");
        assert_bare_challenge(&site.get("/plain/later?read").await);
    }
}
