//! A key as it is used: what is secret of it, ready to sign, and what everybody may know.

use aws_lc_rs::{
    encoding::AsDer,
    error::Unspecified,
    rsa::{self, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::aws_lc,
    errors::Error,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use pem::Pem;

use crate::{
    Secret,
    SigningAlgorithm::{self, EdDsa, Es256, Ps256, Rs256},
    StoreError,
};

/// What signs, and what verifies.
pub(super) struct KeyPair {
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    /// With its `kid`, which is its thumbprint (RFC 7638), its `alg` and its `use`.
    pub(super) public: Jwk,
    pub(super) kid: String,
}

/// Draws a key, as PEM of PKCS#8 (RFC 7468 §10). Takes up to a second where it is one of RSA.
pub(super) fn draw(algorithm: SigningAlgorithm) -> Result<Secret, StoreError> {
    let der = match algorithm {
        Rs256 | Ps256 => rsa::KeyPair::generate(KeySize::Rsa2048)
            .and_then(|pair| pair.as_der())
            .map(|der| der.as_ref().to_vec()),
        Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .and_then(|pair| pair.to_pkcs8v1())
            .map(|der| der.as_ref().to_vec()),
        EdDsa => Ed25519KeyPair::generate()
            .and_then(|pair| pair.to_pkcs8v1())
            .map(|der| der.as_ref().to_vec()),
    };
    let der = der.map_err(|Unspecified| StoreError::internal("no key could be drawn"))?;
    Ok(Secret::from(pem::encode(&Pem::new("PRIVATE KEY", der)).as_str()))
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoKey {
    #[error("it is no private key of this algorithm in PEM (PKCS#8, or PKCS#1 of RSA)")]
    Unreadable,
    #[error("an RSA key has at least 2048 bits")]
    TooShort,
}

impl KeyPair {
    /// The key that stands in a PEM.
    pub(super) fn read(algorithm: SigningAlgorithm, pem: &str) -> Result<Self, NoKey> {
        // Refused where it is there already, or where the application has chosen one for itself.
        aws_lc::DEFAULT_PROVIDER.install_default().ok();
        let pair = Self::parsed(algorithm, pem.as_bytes()).map_err(|_| NoKey::Unreadable)?;
        // A key may be well-formed and yet sign nothing.
        let probe = jsonwebtoken::crypto::sign(b"probe", &pair.encoding, of_crate(algorithm));
        probe.map_err(|_| NoKey::Unreadable)?;
        let is_long = !matches!(algorithm, Rs256 | Ps256) || modulus_bytes(&pair.public) >= 256;
        if is_long { Ok(pair) } else { Err(NoKey::TooShort) }
    }

    fn parsed(algorithm: SigningAlgorithm, pem: &[u8]) -> Result<Self, Error> {
        let encoding = match algorithm {
            Rs256 | Ps256 => EncodingKey::from_rsa_pem(pem),
            Es256 => EncodingKey::from_ec_pem(pem),
            EdDsa => EncodingKey::from_ed_pem(pem),
        }?;
        let mut public = Jwk::from_encoding_key(&encoding, of_crate(algorithm))?;
        let decoding = DecodingKey::from_jwk(&public)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { encoding, decoding, public, kid })
    }
}

/// The same, as the crate calls it.
pub(crate) fn of_crate(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        Rs256 => Algorithm::RS256,
        Ps256 => Algorithm::PS256,
        Es256 => Algorithm::ES256,
        EdDsa => Algorithm::EdDSA,
    }
}

/// How long an RSA key is, from its base64.
fn modulus_bytes(public: &Jwk) -> usize {
    match &public.algorithm {
        jsonwebtoken::jwk::AlgorithmParameters::RSA(key) => key.n.len() * 3 / 4,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_of_each_algorithm_can_be_read_again() {
        for algorithm in SigningAlgorithm::ALL {
            let pem = draw(algorithm).unwrap();
            let pair = KeyPair::read(algorithm, pem.expose()).unwrap();
            let public = serde_json::to_value(&pair.public).unwrap();
            assert_eq!(public["alg"], algorithm.as_str());
            assert_eq!(public["use"], "sig");
            assert_eq!(public["kid"], pair.kid.as_str());
            assert!(["d", "p", "q", "k"].iter().all(|secret| public.get(secret).is_none()));
        }
    }

    #[test]
    fn a_key_of_another_kind_is_none_of_this_algorithm() {
        let es256 = draw(Es256).unwrap();
        for algorithm in [Rs256, Ps256, EdDsa] {
            assert!(KeyPair::read(algorithm, es256.expose()).is_err());
        }
        assert!(KeyPair::read(Es256, "").is_err());
    }
}
