//! What this server signs for others to verify: JSON Web Tokens (RFC 7519). Nothing else names the crate that signs.

use std::sync::Arc;

use jsonwebtoken::{Header, Validation, decode, decode_header, encode};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256, Sha512};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    AuthorizationServer, SigningAlgorithm, StoreError,
    key::{SigningKey, of_crate},
};

/// Signs claims; `typ` says what they are (RFC 8725 §3.11).
pub(crate) fn sign(
    key: &SigningKey,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, StoreError> {
    let mut header = Header::new(of_crate(key.algorithm));
    header.typ = Some(typ.to_owned());
    header.kid = Some(key.kid.clone());
    encode(&header, claims, &key.encoding).map_err(StoreError::internal)
}

/// The claims of what this server has signed itself, whenever that was; `None` where it did not. The algorithm is the
/// key's, whatever the token says.
pub(crate) async fn own_claims<T: DeserializeOwned + Clone>(
    server: &AuthorizationServer,
    token: &str,
) -> Result<Option<T>, StoreError> {
    let header = Some(token).filter(|token| token.len() <= LONGEST).map(decode_header);
    let Some(Ok(header)) = header else { return Ok(None) };
    // Not what it says to others, such as a logout token.
    let Some(kid) = header.kid.filter(|_| header.typ.as_deref() == Some("JWT")) else {
        return Ok(None);
    };
    let Some(key) = server.verifier(&kid).await? else { return Ok(None) };
    Ok(verified(&key, token))
}

fn verified<T: DeserializeOwned + Clone>(key: &Arc<SigningKey>, token: &str) -> Option<T> {
    let mut validation = Validation::new(of_crate(key.algorithm));
    // Judged by who asks, on the server's own clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode(token, &key.decoding, &validation).ok().map(|token| token.claims)
}

/// The left half of the hash that goes with an algorithm: `at_hash` and `c_hash` (OpenID Connect Core §3.1.3.6, §3.3.2.11).
pub(crate) fn half_hash(algorithm: SigningAlgorithm, text: &str) -> String {
    let hash = match algorithm {
        SigningAlgorithm::EdDsa => Sha512::digest(text).to_vec(),
        _ => Sha256::digest(text).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(hash.get(..hash.len() / 2).unwrap_or_default())
}

/// In bytes. Longer than anything that is signed here.
const LONGEST: usize = 16 * 1024;
