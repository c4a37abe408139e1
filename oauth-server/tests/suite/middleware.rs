//! What goes around the whole application.

use std::collections::HashSet;

use reqwest::Method;

use crate::support::{Site, app::CAUSE};

both_databases! {
    async fn a_path_answers_with_and_without_its_trailing_slash_and_no_redirect(site: Site) {
        for (path, status) in [
            ("/", 200),
            ("/accounts/login", 200),
            ("/oauth2/authorization", 303),
            ("/oauth2/token", 405),
            ("/own/token", 405),
            ("/api/read", 401),
            ("/api/open", 200),
            ("/plain/any", 401),
            ("/openapi.json", 200),
            ("/nothing", 404),
        ] {
            for path in
                [path.to_owned(), format!("{path}/"), format!("{path}/?a=b"), format!("{path}?a=b")]
            {
                let answer = site.get(&path).await;
                assert_eq!(answer.status, status, "{path}: {answer:#?}");
            }
        }
    }

    async fn every_answer_has_an_id_that_no_other_has(site: Site) {
        let mut ids = HashSet::new();
        for path in [
            "/",
            "/nothing",
            "/fails",
            "/panics",
            "/api/read",
            "/oauth2/token",
            "/accounts/login",
            "/",
        ] {
            let request =
                site.request(Method::GET, path).header("X-Request-Id", "chosen-by-the-client");
            let answer = site.send(request).await;
            let id = answer.header("X-Request-Id");
            assert!(
                !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()),
                "{path}: {id:?}"
            );
            assert_ne!(id, "chosen-by-the-client", "{path}");
            assert!(ids.insert(id.to_owned()), "{path}: {id} again");
        }
    }

    async fn a_handler_that_panics_is_a_500_without_its_message(site: Site) {
        let answer = site.get("/panics").await.with_status(500);
        assert!(!answer.body.contains(CAUSE), "{answer:#?}");
        assert!(!answer.body.is_empty());
        site.get("/").await.with_status(200);
    }

    async fn a_handler_that_fails_does_not_tell_why(site: Site) {
        for (path, status) in [("/fails", 500), ("/api/fail", 500), ("/unavailable", 503)] {
            let answer = site.get(path).await.with_status(status);
            assert!(!answer.body.contains(CAUSE), "{path}: {answer:#?}");
            assert!(!answer.body.is_empty(), "{path}");
        }
    }
}
