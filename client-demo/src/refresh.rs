//! The refresh grant: RFC 6749 §6.

use crate::{
    api,
    failure::Failure,
    token::{self, Tokens},
    wire::Wire,
};

/// Trades the refresh token for a new pair, and sees that only the new access token works.
pub(crate) async fn refresh(wire: &mut Wire, old: &Tokens) -> Result<(), Failure> {
    wire.step("Refresh the tokens");
    wire.explain("The refresh token brings the next access token, without the user.");
    let parameters =
        [("grant_type", "refresh_token"), ("refresh_token", old.refresh_token.as_str())];
    let new = token::request(wire, &parameters).await?;
    if new.access_token == old.access_token {
        let next = "the fault is the server's: look at its log";
        return Err(Failure::new("a new access token", "the old one came again", next));
    }

    wire.explain("\nThe new access token works:");
    api::call(wire, &new.access_token).await?;
    wire.explain("\nThe old one does not any more:");
    api::call_in_vain(wire, &old.access_token).await
}
