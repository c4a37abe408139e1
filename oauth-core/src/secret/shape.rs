//! What a secret says of itself: `<brand><kind>_<body>`. The layout stands with [`Secret`].

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Digest, Secret, hmac, random_bytes};

/// What is issued, and hangs on a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Access tokens: RFC 6749 §1.4.
    AccessToken,
    /// Refresh tokens: §1.5.
    RefreshToken,
    /// Authorization codes: §1.3.1.
    AuthorizationCode,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "at",
            Self::RefreshToken => "rt",
            Self::AuthorizationCode => "ac",
        }
    }

    /// What a successor is derived for: no two kinds are ever the same bits.
    fn purpose(self) -> &'static [u8] {
        match self {
            Self::AccessToken => b"access_token",
            Self::RefreshToken => b"refresh_token",
            Self::AuthorizationCode => b"authorization_code",
        }
    }
}

/// The key of the row of what was issued: its family's, and the digest of the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) family: i64,
    pub(crate) digest: Digest,
}

impl Key {
    /// `None` is no secret of this kind that a server like this one ever drew: the database need not be asked.
    pub(crate) fn presented(text: &str, kind: Kind) -> Option<Self> {
        let shape = Shape::of(text).filter(|shape| shape.kind == kind.as_str())?;
        Some(Self { family: shape.family()?, digest: Digest::of(text) })
    }

    /// That of a row.
    pub(crate) fn stored(family: i64, digest: &[u8]) -> Option<Self> {
        Some(Self { family, digest: Digest::stored(digest)? })
    }
}

/// The digest of a device's code. `None` is none that a server like this one ever drew.
pub(crate) fn device_digest(text: &str) -> Option<Digest> {
    Shape::of(text).filter(|shape| shape.kind == DEVICE_CODE).map(|_| Digest::of(text))
}

impl Secret {
    /// 256 bits from the operating system, in the name of a family.
    pub(crate) fn of_family(brand: &str, kind: Kind, family: i64) -> Self {
        Self::shaped(brand, kind.as_str(), &family.to_be_bytes(), &random_bytes())
    }

    /// The secret of a client: 256 bits from the operating system, and no family.
    pub(crate) fn of_client(brand: &str) -> Self {
        Self::shaped(brand, CLIENT_SECRET, &[], &random_bytes())
    }

    /// What a device polls with: 256 bits from the operating system, and no family, which begins when its user says yes.
    pub(crate) fn of_device(brand: &str) -> Self {
        Self::shaped(brand, DEVICE_CODE, &[], &random_bytes())
    }

    /// What follows a secret of a family, with its brand: the same secret and salt always give it again, and nobody
    /// without either can.
    pub(crate) fn successor(&self, kind: Kind, salt: &[u8; 32]) -> Option<Self> {
        let shape = Shape::of(&self.0)?;
        let derived = hmac(salt, &[kind.purpose(), b"\0", self.0.as_bytes()]);
        Some(Self::shaped(shape.brand, kind.as_str(), &shape.family()?.to_be_bytes(), &derived))
    }

    /// What is kept of it in the clear, so that staff recognise it: 36 of its random bits. Only of what has the shape.
    pub(crate) fn prefix(&self) -> String {
        let Some((head, body)) = self.0.split_once('_') else { return String::new() };
        let has_family = !head.ends_with(CLIENT_SECRET) && !head.ends_with(DEVICE_CODE);
        let family = if has_family { CHARACTERS_OF_FAMILY } else { 0 };
        body.chars().skip(family).take(6).collect()
    }

    fn shaped(brand: &str, kind: &str, family: &[u8], random: &[u8; 32]) -> Self {
        let head = format!("{brand}{kind}_");
        let mut body = [family, random].concat();
        body.extend_from_slice(&checksum(&head, &body));
        Self(head + &URL_SAFE_NO_PAD.encode(body))
    }
}

/// A text that has the shape, and whose checksum is right.
struct Shape<'a> {
    brand: &'a str,
    kind: &'a str,
    /// The family's key, if it has one, and the random bits.
    body: Vec<u8>,
}

impl<'a> Shape<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (head, body) = text.split_once('_').filter(|_| text.len() <= LONGEST)?;
        let (brand, kind) = head.split_at_checked(head.len().checked_sub(2)?)?;
        if !is_brand(brand) {
            return None;
        }
        let mut body = URL_SAFE_NO_PAD.decode(body).ok()?;
        let random = body.len().checked_sub(4)?;
        let told = body.split_off(random);
        (told == checksum(text.get(..=head.len())?, &body)).then_some(Self { brand, kind, body })
    }

    fn family(&self) -> Option<i64> {
        let (family, random) = self.body.split_first_chunk::<8>()?;
        (random.len() == 32).then(|| i64::from_be_bytes(*family))
    }
}

/// CRC-32 as of zip and PNG, the highest byte first. It is no protection, and need not be: it tells a slip from a guess.
fn checksum(head: &str, body: &[u8]) -> [u8; 4] {
    let mut crc = crc32fast::Hasher::new();
    crc.update(head.as_bytes());
    crc.update(body);
    crc.finalize().to_be_bytes()
}

/// What a secret may begin with.
pub(crate) fn is_brand(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

const CLIENT_SECRET: &str = "cs";
const DEVICE_CODE: &str = "dc";
/// Those that hold bits of the family's key.
const CHARACTERS_OF_FAMILY: usize = 11;
/// A brand of 16, a kind, the underscore, and 59 characters.
const LONGEST: usize = 78;

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of [`Secret`]'s documentation.
    #[test]
    fn the_layout_is_the_documented_one() {
        let random: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let family = 0x0123_4567_89ab_cdef_i64.to_be_bytes();
        for (brand, kind, family, told) in [
            (
                "o",
                "at",
                &family[..],
                "oat_ASNFZ4mrze8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH6ig_IA",
            ),
            (
                "acme2",
                "rt",
                &family[..],
                "acme2rt_ASNFZ4mrze8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHxZcxgE",
            ),
            ("o", "cs", &[][..], "ocs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9lmCCX"),
        ] {
            assert_eq!(Secret::shaped(brand, kind, family, &random).expose(), told);
        }
    }

    #[test]
    fn a_secret_names_its_kind_and_its_family() {
        for kind in [Kind::AccessToken, Kind::RefreshToken, Kind::AuthorizationCode] {
            let secret = Secret::of_family("acme", kind, 7);
            let key = Key::presented(secret.expose(), kind).unwrap();
            assert_eq!((key.family, key.digest), (7, Digest::of(secret.expose())));
        }
        let code = Secret::of_family("o", Kind::AuthorizationCode, 7);
        assert_eq!(Key::presented(code.expose(), Kind::AccessToken), None);
        assert_eq!(Key::presented(Secret::of_client("o").expose(), Kind::AccessToken), None);
        let device = Secret::of_device("o");
        assert_eq!(Key::presented(device.expose(), Kind::AuthorizationCode), None);
        assert_eq!(device_digest(device.expose()), Some(Digest::of(device.expose())));
        assert_eq!(device_digest(Secret::of_client("o").expose()), None);
    }

    #[test]
    fn a_secret_that_differs_in_one_character_is_none() {
        let secret = Secret::of_family("o", Kind::AccessToken, i64::MAX);
        let text = secret.expose();
        for at in 0..text.len() {
            for other in ["A", "b", "_", "-", "", "ä"] {
                let slip = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                if slip != text {
                    assert_eq!(Key::presented(&slip, Kind::AccessToken), None, "{slip}");
                }
            }
        }
        assert_eq!(Key::presented(&format!("{text}A"), Kind::AccessToken), None);
        assert_eq!(Key::presented("", Kind::AccessToken), None);
    }

    #[test]
    fn a_prefix_is_of_the_random_part_and_stands_in_the_secret() {
        let (one, other) = (
            Secret::of_family("o", Kind::AccessToken, 7),
            Secret::of_family("o", Kind::AccessToken, 7),
        );
        assert_ne!(one.prefix(), other.prefix());
        for secret in [one, other, Secret::of_client("o"), Secret::of_device("o")] {
            assert_eq!(secret.prefix().len(), 6);
            assert!(secret.expose().contains(&secret.prefix()));
        }
    }

    #[test]
    fn a_successor_depends_on_the_presented_one_the_salt_and_the_kind_and_keeps_brand_and_family() {
        let [one, other] =
            [7, 7].map(|family| Secret::of_family("acme", Kind::RefreshToken, family));
        let successor = |of: &Secret, salt, kind| of.successor(kind, &[salt; 32]).unwrap();
        let first = successor(&one, 1, Kind::AccessToken);
        assert_eq!(first, successor(&one, 1, Kind::AccessToken));
        assert!(first.expose().starts_with("acmeat_"));
        assert_eq!(Key::presented(first.expose(), Kind::AccessToken).unwrap().family, 7);
        let random = |secret: &Secret| secret.prefix();
        for differs in [
            successor(&other, 1, Kind::AccessToken),
            successor(&one, 2, Kind::AccessToken),
            successor(&one, 1, Kind::RefreshToken),
        ] {
            assert_ne!(random(&first), random(&differs));
        }
        assert_eq!(Secret::from("of no shape").successor(Kind::AccessToken, &[1; 32]), None);
    }
}
