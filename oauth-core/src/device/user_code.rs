//! The code that a user types: RFC 8628 §6.1.

use std::fmt;

use crate::secret::{Digest, random_bytes};

/// Eight letters, none of them a vowel, so that they spell no word and are not mistaken for digits.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct UserCode(String);

impl UserCode {
    pub(super) fn draw() -> Self {
        let mut letters = String::with_capacity(LENGTH);
        while letters.len() < LENGTH {
            // What is left of 256 by 20 would make the first letters likelier.
            let even =
                random_bytes().into_iter().filter(|&byte| usize::from(byte) < 12 * LETTERS.len());
            let drawn = even.filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()));
            letters.extend(drawn.map(|&letter| char::from(letter)).take(LENGTH - letters.len()));
        }
        Self(letters)
    }

    /// What somebody typed, in any case, and with whatever between the letters. `None` is no such code.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let mut letters = String::with_capacity(LENGTH);
        for letter in typed.chars().filter(|letter| letter.is_alphanumeric()) {
            if letters.len() == LENGTH {
                return None;
            }
            let letter = u8::try_from(letter).ok()?.to_ascii_uppercase();
            letters.push(char::from(*LETTERS.iter().find(|&&known| known == letter)?));
        }
        (letters.len() == LENGTH).then_some(Self(letters))
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

/// As it is shown: `XXXX-XXXX`.
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(f, "{first}-{second}")
    }
}

const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_any_case_with_or_without_dash() {
        let code = UserCode("WDJBMJHT".to_owned());
        assert_eq!(code.to_string(), "WDJB-MJHT");
        for typed in ["WDJB-MJHT", "wdjbmjht", " Wdjb mjht ", "W.D.J.B\u{2013}MJHT"] {
            assert!(UserCode::parse(typed) == Some(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        let long = "W".repeat(100_000);
        for typed in
            ["", "-", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1", "WDJB-MJH\u{428}", &long]
        {
            assert!(UserCode::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn drawn_codes_are_read_again_and_differ() {
        let (one, other) = (UserCode::draw(), UserCode::draw());
        assert!(one != other && UserCode::parse(&one.to_string()) == Some(one));
    }
}
