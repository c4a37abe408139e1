//! Sessions: one browser, whose requests come to either process.

use reqwest::Method;

use super::ANNA;
use crate::support::{Agent, Pair, agent::send};

both_databases! {
    async fn who_signed_in_at_one_process_is_signed_in_at_the_other(pair: Pair) {
        let user = pair.one.signed_in().await;
        assert!(user.at(&pair.other).is_signed_in().await);
    }

    async fn who_signed_out_at_one_process_is_signed_out_at_the_other(pair: Pair) {
        let user = pair.one.agent();
        let signed_in = user.sign_in("exampleuser", "password").await;
        are_signed_in(&pair, &user).await;
        let page = user.get("/accounts/logout/").await;
        assert_eq!(user.submit(&page, &[]).await.status, 303);
        // The browser forgets its cookie when it signs out. Somebody may have a copy.
        let (cookie, _) = signed_in.header("set-cookie").split_once(';').unwrap();
        let request = pair.other.agent().request(Method::GET, "/accounts/apps/");
        let page = send(request.header("cookie", cookie)).await;
        assert_eq!((page.status, page.location().path()), (303, "/accounts/login/"));
    }

    async fn a_form_of_one_process_can_be_sent_to_the_other(pair: Pair) {
        let user = pair.one.agent();
        let page = user.get("/accounts/login/").await;
        let fields = [("username", "exampleuser"), ("password", "password")];
        let answer = user.at(&pair.other).submit(&page, &fields).await;
        assert_eq!(answer.status, 303, "{answer:?}");
    }

    async fn whom_staff_deactivate_at_one_process_is_signed_out_at_the_other(pair: Pair) {
        let (staff, anna, record) = staff_and_anna(&pair).await;
        staff.fill_in(&record, &[("username", ANNA.0)]).await; // without is_active
        assert!(!anna.at(&pair.other).is_signed_in().await);
    }

    async fn whose_password_staff_set_at_one_process_is_signed_out_at_the_other(pair: Pair) {
        let (staff, anna, record) = staff_and_anna(&pair).await;
        let password = [("password", "battery staple"), ("password_again", "battery staple")];
        staff.fill_in(&format!("{record}password/"), &password).await;
        assert!(!anna.at(&pair.other).is_signed_in().await);
    }

    async fn who_is_made_staff_at_one_process_and_no_longer_is_enters_the_other_accordingly(
        pair: Pair,
    ) {
        let (staff, anna, record) = staff_and_anna(&pair).await;
        let fields = [("username", ANNA.0), ("is_active", "on"), ("is_staff", "on")];
        for (is_staff, status) in [(false, 403), (true, 200), (false, 403)] {
            let fields = if is_staff { &fields[..] } else { &fields[..2] };
            staff.fill_in(&record, fields).await;
            let page = anna.at(&pair.other).get("/admin/").await;
            assert_eq!(page.status, status, "is_staff: {is_staff}, {page:?}");
        }
    }
}

/// Staff at the first process, and anna, who is known as signed in at both, with where the admin site has her.
async fn staff_and_anna(pair: &Pair) -> (Agent, Agent, String) {
    let staff = pair.one.signed_in().await;
    let record = staff.create_anna().await;
    let anna = pair.one.agent();
    assert_eq!(anna.sign_in(ANNA.0, ANNA.1).await.status, 303);
    are_signed_in(pair, &anna).await;
    (staff, anna, record)
}

/// Both processes know this browser well.
async fn are_signed_in(pair: &Pair, user: &Agent) {
    for server in [&pair.one, &pair.other].repeat(4) {
        assert!(user.at(server).is_signed_in().await);
    }
}
