//! `issue-registration-token`: clients may register themselves with it.

use oauth_core::admin::Admin;

use super::{CommandError, say};

pub(super) async fn run(admin: &Admin, uses: i64, lifetime: i64) -> Result<(), CommandError> {
    let token = admin.issue_registration_token(uses, lifetime).await?;
    say!("registration_token: {}", token.expose());
    say!(
        "Keep it: it is not shown again. Within {lifetime} seconds so many clients may use it: {uses}."
    );
    Ok(())
}
