//! What staff end in the admin site of one process.

use super::ANNA;
use crate::support::{Agent, EXAMPLE_CLIENT, EXAMPLE_SERVICE, Pair};

both_databases! {
    async fn a_token_that_staff_revoke_at_one_process_is_refused_by_the_other(pair: Pair) {
        let staff = pair.one.signed_in().await;
        let token = pair.access_token(&staff).await;
        staff.confirm(&staff.record("/admin/tokens/").await, "revoke").await;
        pair.both_refuse(&token).await;
    }

    async fn a_token_whose_family_staff_revoke_at_one_process_is_refused_by_the_other(pair: Pair) {
        let staff = pair.one.signed_in().await;
        let token = pair.access_token(&staff).await;
        staff.confirm(&staff.record("/admin/families/").await, "revoke").await;
        pair.both_refuse(&token).await;
    }

    async fn a_token_whose_client_staff_disable_at_one_process_is_refused_by_the_other(pair: Pair) {
        let staff = pair.one.signed_in().await;
        let token = pair.access_token(&staff).await;
        staff.confirm(&client(&staff, EXAMPLE_CLIENT.0).await, "disable").await;
        pair.both_refuse(&token).await;
    }

    async fn a_token_whose_client_staff_enable_again_at_one_process_is_admitted_by_the_other(
        pair: Pair,
    ) {
        let staff = pair.one.signed_in().await;
        let token = pair.access_token(&staff).await;
        let record = client(&staff, EXAMPLE_CLIENT.0).await;
        staff.confirm(&record, "disable").await;
        pair.both_refuse(&token).await;
        staff.confirm(&record, "enable").await;
        pair.both_admit(&token).await;
    }

    async fn a_token_whose_client_staff_delete_at_one_process_is_refused_by_the_other(pair: Pair) {
        let staff = pair.one.signed_in().await;
        let token = pair.access_token(&staff).await;
        staff.confirm(&client(&staff, EXAMPLE_CLIENT.0).await, "delete").await;
        pair.both_refuse(&token).await;
    }

    async fn a_token_whose_user_staff_deactivate_at_one_process_is_refused_by_the_other(
        pair: Pair,
    ) {
        let (staff, record, token) = token_of_anna(&pair).await;
        staff.fill_in(&record, &[("username", ANNA.0)]).await; // without is_active
        pair.both_refuse(&token).await;
    }

    async fn a_token_whose_user_staff_delete_at_one_process_is_refused_by_the_other(pair: Pair) {
        let (staff, record, token) = token_of_anna(&pair).await;
        staff.confirm(&record, "delete").await;
        pair.both_refuse(&token).await;
    }

    /// A secret that a person picked is remembered by each process once it was verified.
    async fn a_secret_that_staff_replace_at_one_process_is_refused_by_the_other(pair: Pair) {
        service_is_answered(&pair).await;
        let staff = pair.one.signed_in().await;
        let page = format!("{}rotate-secret/", client(&staff, EXAMPLE_SERVICE.0).await);
        let page = staff.get(&page).await;
        let shown = staff.submit(&page, &[("old_ends_in", "0")]).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        service_is_refused(&pair).await;
    }

    async fn a_client_that_staff_disable_at_one_process_gets_no_token_of_the_other(pair: Pair) {
        service_is_answered(&pair).await;
        let staff = pair.one.signed_in().await;
        staff.confirm(&client(&staff, EXAMPLE_SERVICE.0).await, "disable").await;
        service_is_refused(&pair).await;
    }
}

/// Where the admin site has a client.
async fn client(staff: &Agent, client_id: &str) -> String {
    staff.record(&format!("/admin/clients/?which=client_id&q={client_id}")).await
}

/// Staff at the first process, where the admin site has anna, and a token by which a client acts for her.
async fn token_of_anna(pair: &Pair) -> (Agent, String, String) {
    let staff = pair.one.signed_in().await;
    let record = staff.create_anna().await;
    let anna = pair.one.agent();
    assert_eq!(anna.sign_in(ANNA.0, ANNA.1).await.status, 303);
    let token = pair.access_token(&anna).await;
    (staff, record, token)
}

/// Both processes know the service's secret well.
async fn service_is_answered(pair: &Pair) {
    for server in [&pair.one, &pair.other].repeat(3) {
        let tokens = server.agent().token(Some(EXAMPLE_SERVICE), &FOR_ITSELF).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
    }
}

async fn service_is_refused(pair: &Pair) {
    for server in [&pair.other, &pair.one].repeat(3) {
        let refused = server.agent().token(Some(EXAMPLE_SERVICE), &FOR_ITSELF).await;
        assert_eq!((refused.status, refused.field("error").as_str()), (401, "invalid_client"));
    }
}

const FOR_ITSELF: [(&str, &str); 2] =
    [("grant_type", "client_credentials"), ("scope", "polls:results")];
