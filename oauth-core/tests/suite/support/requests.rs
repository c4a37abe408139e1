//! What the clients of the fixtures ask for.

use super::Form;

pub(crate) const CALLBACK: &str = "https://app.example/callback";
/// The pair of RFC 7636, Appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What `confidential` asks for.
pub(crate) fn code_request() -> Form {
    Form::new(&[
        ("response_type", "code"),
        ("client_id", "confidential"),
        ("redirect_uri", CALLBACK),
        ("scope", "read write"),
        ("state", "xyz"),
    ])
}

/// What `public` asks for.
pub(crate) fn public_request() -> Form {
    code_request()
        .set("client_id", "public")
        .set("code_challenge", CHALLENGE)
        .set("code_challenge_method", "S256")
}

/// What `implicit` asks for.
pub(crate) fn implicit_request() -> Form {
    code_request().set("client_id", "implicit").set("response_type", "token")
}

/// How `public` redeems a code.
pub(crate) fn public_exchange(code: &str) -> Form {
    Form::new(&[
        ("grant_type", "authorization_code"),
        ("client_id", "public"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ])
}

/// What staff recognise a code, a token or the secret of a client by: the first 6 characters of its random part.
pub(crate) fn recognised_by(secret: &str) -> &str {
    let (head, body) = secret.split_once('_').expect("a shape");
    let family = if head.ends_with("cs") { 0 } else { 11 };
    &body[family..family + 6]
}
