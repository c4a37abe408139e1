//! Proof Key for Code Exchange, `S256`: RFC 7636 §4.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRng, rngs::SysRng};
use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// The secret of one authorization request, kept until the code is exchanged.
pub(crate) struct Verifier(String);

impl Verifier {
    pub(crate) fn generate() -> Result<Self, Failure> {
        random().map(Self)
    }

    /// §4.2: BASE64URL-ENCODE(SHA256(ASCII(code_verifier))).
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// 256 bits of the operating system's, for a verifier (§4.1) or a `state` (RFC 6749 §10.12).
pub(crate) fn random() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| {
        let came = format!("none came ({error})");
        Failure::new("random bytes of the operating system", came, "run this again")
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_appendix_b() {
        let verifier = Verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_verifier_has_43_characters_and_is_never_the_same() {
        let (one, other) = (random().ok(), random().ok());
        assert_eq!(one.as_ref().map(String::len), Some(43));
        assert_ne!(one, other);
    }
}
