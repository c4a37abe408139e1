//! What happens over HTTP is told to the subscribers of the server.

use oauth_server::{EventKind, Subscription, oauth_core::PageFault};

use crate::support::{
    Site, authorization,
    client::{code_request, implicit_request},
};

/// What was raised since it was last asked for.
fn heard(events: &mut Subscription) -> Vec<EventKind> {
    let next = || events.try_next().map(|heard| heard.expect("none missed").kind.clone());
    std::iter::from_fn(next).collect()
}

both_databases! {
    async fn a_sign_in_that_failed_one_that_did_not_and_a_sign_out(site: Site) {
        let subject = site.alice().await.id.to_string();
        let mut events = site.server.events().subscribe();
        let browser = site.browser();
        let form = browser.page("/accounts/login/").await.form;
        for (username, whose) in [("alice", Some(subject.clone())), ("correct horse", None)] {
            let fields = [("username", username), ("password", "a wrong one")];
            browser.submit(&form, &fields).await.with_status(422);
            assert_eq!(heard(&mut events), [EventKind::SignInFailed { subject: whose }]);
        }
        let browser = site.sign_in().await;
        assert_eq!(heard(&mut events), [EventKind::SignedIn { subject: subject.clone() }]);
        let form = browser.page("/accounts/logout/").await.form;
        browser.submit(&form, &[]).await.with_status(303);
        assert_eq!(heard(&mut events), [EventKind::SignedOut { subject }]);
    }

    async fn the_page_that_asks_tells_nothing_and_the_answer_tells_of_itself(site: Site) {
        let browser = site.sign_in().await;
        let mut events = site.server.events().subscribe();
        let form = browser.page(&authorization(&code_request())).await.form;
        assert_eq!(heard(&mut events), []);
        browser.submit(&form, &[("user_action", "Decline")]).await.with_status(303);
        let heard_of = heard(&mut events);
        assert!(matches!(&heard_of[..], [EventKind::AuthorizationDeclined { .. }]), "{heard_of:?}");
        browser.authorize(&implicit_request()).await;
        let heard_of = heard(&mut events);
        let [EventKind::AuthorizationAccepted { .. }, EventKind::TokenIssued { .. }] = &heard_of[..] else {
            panic!("{heard_of:?}");
        };
    }

    async fn a_token_request_that_http_itself_makes_wrong_is_told_too(site: Site) {
        let mut events = site.server.events().subscribe();
        for path in ["/oauth2/token", "/own/token"] {
            let path = format!("{path}?client_id=confidential");
            site.post(&path, &site.exchange_form("x")).await.with_status(400);
            let refused = EventKind::TokenRefused { client_id: None, code: "invalid_request" };
            assert_eq!(heard(&mut events), [refused], "{path}");
        }
    }

    async fn a_request_that_http_itself_makes_wrong_is_told_too(site: Site) {
        let site = site.with(|config| config.settings.ssl_only = true).await;
        let mut events = site.server.events().subscribe();
        site.get(&authorization(&code_request())).await.with_status(400);
        let fault = PageFault::InsecureRequest;
        let failed = EventKind::AuthorizationFailedOnPage { client_id: None, fault };
        assert_eq!(heard(&mut events), [failed]);
    }
}
