//! The authorization code grant: RFC 6749 §4.1, with the PKCE of RFC 7636.

use crate::{
    authorization::AuthorizationRequest,
    demo_data,
    failure::Failure,
    pkce::Verifier,
    token::{self, Tokens},
    wire::Wire,
};

/// A code, and the proof that this client asked for it.
pub(crate) struct AuthorizationCode {
    pub(crate) code: String,
    pub(crate) verifier: Verifier,
}

/// Asks for a code, and consents.
pub(crate) async fn authorize(wire: &mut Wire) -> Result<AuthorizationCode, Failure> {
    wire.step("Authorization code: the request and the consent");
    wire.explain("The client sends the user to the authorization endpoint (RFC 6749 §4.1.1).");
    wire.explain("It keeps a secret of which it sends only a hash (PKCE, RFC 7636 §4.3).");
    let verifier = Verifier::generate()?;
    let request = request(wire, &verifier)?;
    let redirect = request.grant(wire).await?;
    let code = request.verify(redirect.query())?.take("code")?;
    wire.explain("\nThe redirect carries the code, and the state is the one that was sent.");
    Ok(AuthorizationCode { code, verifier })
}

pub(crate) fn request(wire: &Wire, verifier: &Verifier) -> Result<AuthorizationRequest, Failure> {
    let challenge = verifier.challenge();
    let pkce = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    AuthorizationRequest::new(wire, "code", demo_data::CLIENT_ID, &pkce)
}

/// Trades the code for tokens: §4.1.3.
pub(crate) async fn exchange(wire: &mut Wire, code: &AuthorizationCode) -> Result<Tokens, Failure> {
    wire.step("Exchange the code for tokens");
    wire.explain(
        "The client authenticates with HTTP Basic: base64 of its id, a colon, its secret.",
    );
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code.code.as_str()),
        ("redirect_uri", demo_data::REDIRECT_URI),
        ("code_verifier", code.verifier.expose()),
    ];
    token::request(wire, &parameters).await
}
