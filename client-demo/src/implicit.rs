//! The implicit grant: RFC 6749 §4.2. RFC 9700 §2.1.2 advises against it: tokens in URLs leak.

use crate::{api, authorization::AuthorizationRequest, demo_data, failure::Failure, wire::Wire};

/// Asks for a token as a public client, and calls the API with it.
pub(crate) async fn walk(wire: &mut Wire) -> Result<(), Failure> {
    wire.step("Implicit grant");
    wire.explain("A client without a secret is given the token at once, in the fragment of the");
    wire.explain("redirect URI, which the browser does not send to any server.");
    let request = AuthorizationRequest::new(wire, "token", demo_data::IMPLICIT_CLIENT_ID, &[])?;
    let redirect = request.grant(wire).await?;
    let access_token = request.verify(redirect.fragment())?.take("access_token")?;

    wire.explain("\nThe fragment carries the token, and the state is the one that was sent:");
    api::call(wire, &access_token).await.map(drop)
}
