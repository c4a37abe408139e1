//! Whether clients may register themselves.

use std::str::FromStr;

/// Whether clients may register themselves (RFC 7591), and who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DynamicRegistration {
    /// Nobody: staff register them.
    Off,
    /// Who presents an initial access token, which staff give out.
    Token,
    /// Anybody: 20 an hour from one address, where changes of a registration count as well.
    Open,
}

impl DynamicRegistration {
    /// The name, as it is set.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Token => "token",
            Self::Open => "open",
        }
    }
}

/// A way to register that this server does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("clients may register themselves: off, token or open")]
pub struct UnknownDynamicRegistration;

impl FromStr for DynamicRegistration {
    type Err = UnknownDynamicRegistration;

    fn from_str(text: &str) -> Result<Self, UnknownDynamicRegistration> {
        let all = [Self::Off, Self::Token, Self::Open];
        all.into_iter().find(|one| one.as_str() == text).ok_or(UnknownDynamicRegistration)
    }
}
