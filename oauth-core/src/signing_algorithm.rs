//! How something is signed.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How something is signed: RFC 7518 §3.1, RFC 8037 §3.1. What is not in here is not spoken, `none` and shared secrets
/// among it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// RSA of 2048 bits or more with SHA-256, in the older padding: what OpenID Connect requires of everybody.
    #[serde(rename = "RS256")]
    Rs256,
    /// The same keys in the newer padding.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on the curve P-256 with SHA-256: short, and quick to sign.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// Its `alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = UnknownSigningAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownSigningAlgorithm> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownSigningAlgorithm)
    }
}

/// An algorithm that this server does not sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is signed with RS256, PS256, ES256 or EdDSA")]
pub struct UnknownSigningAlgorithm;
