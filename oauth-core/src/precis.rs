//! User names and passwords as they are compared: RFC 8265, and UTS 39 against names that look like another's.
//!
//! A name is compared without regard to case (`UsernameCaseMapped`, §3.3), so that neither a keyboard nor an impostor
//! makes two of one. It may have several parts with a space between: §3.5 lets an application have names such as
//! "Ada Lovelace", whose parts are of the profile.

use std::borrow::Cow;

use precis_profiles::{
    OpaqueString, UsernameCaseMapped,
    precis_core::{Error, profile::PrecisFastInvocation},
};
use unicode_security::confusable_detection::skeleton;

/// What a user name is compared by.
pub(crate) struct ComparedName {
    /// Equal for names that are the same.
    pub(crate) key: String,
    /// Equal for names that look the same, too: UTS 39 §4.
    pub(crate) skeleton: String,
    /// The skeleton of a name that looks as this one does the way it is written: `Т` is a `T`, and `т` is no `t`.
    pub(crate) written: String,
}

impl ComparedName {
    pub(crate) fn of(name: &str) -> Self {
        let key = key(name);
        Self { skeleton: caseless_skeleton(&key), written: caseless_skeleton(name), key }
    }
}

/// The skeletons of UTS 39 tell case apart, and names do not: whoever has `i` may write `I`, which looks like `l`.
fn caseless_skeleton(name: &str) -> String {
    let capitals: String = skeleton(name).collect();
    let small: String = skeleton(&capitals.to_lowercase()).collect();
    small.replace('i', "l")
}

/// What names are found by. A name that the profile has no form for, which an account of before may have, is compared
/// by its letters.
pub(crate) fn key(name: &str) -> String {
    enforced(name).unwrap_or_else(|_| name.to_lowercase())
}

/// Whether a new user may have this name, or what is in the way.
///
/// The profile takes joiners where a script needs them; nobody sees the difference to the name without them.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let joiner = name.chars().find(|character| matches!(character, '\u{200c}' | '\u{200d}'));
    let unfit = match (joiner, enforced(name)) {
        (Some(joiner), _) => u32::from(joiner),
        (None, Ok(_)) => return Ok(()),
        (None, Err(Error::BadCodepoint(unfit))) => unfit.cp,
        (None, Err(_)) if name.contains(' ') => u32::from(' '),
        (None, Err(_)) => return Err("must not mix directions of writing".to_owned()),
    };
    Err(match unfit {
        0x20 => "must have single spaces, and only between its parts".to_owned(),
        unfit => {
            format!("must have letters, digits and ASCII punctuation only, and not U+{unfit:04X}")
        }
    })
}

fn enforced(name: &str) -> Result<String, Error> {
    if name.len() > LONGEST {
        return Err(Error::Invalid);
    }
    let parts = name.split(' ').map(UsernameCaseMapped::enforce);
    Ok(parts.collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// A password as it is hashed: §4.2. What the profile has no form for is hashed as it is; a new one is refused.
pub(crate) fn prepared(password: &str) -> Cow<'_, str> {
    prepare(password).unwrap_or(Cow::Borrowed(password))
}

/// The same, `None` where the profile has no form for it.
pub(crate) fn prepare(password: &str) -> Option<Cow<'_, str>> {
    (password.len() <= LONGEST).then(|| OpaqueString::enforce(password).ok()).flatten()
}

/// In bytes: more than any name or password has. The profiles compare some characters with all others.
pub(crate) const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn are_one(names: [&str; 2]) -> bool {
        let [one, other] = names.map(key);
        one == other
    }

    #[test]
    fn names_are_one_whatever_the_case_the_width_and_the_composition_of_their_letters() {
        for names in [
            ["alice", "ALICE"],
            ["jos\u{e9}", "jose\u{301}"],
            ["bob", "\u{ff42}\u{ff4f}\u{ff42}"],
            ["ada lovelace", "Ada Lovelace"],
            ["\u{2126}", "\u{3c9}"],
        ] {
            assert!(are_one(names), "{names:?}");
        }
        assert!(!are_one(["jose", "jos\u{e9}"]));
    }

    #[test]
    fn a_new_name_has_letters_digits_and_ascii_punctuation_with_single_spaces_between() {
        for fit in [
            "a",
            "alice@example.com",
            "o'brien",
            "Ada Lovelace",
            "\u{438}\u{432}\u{430}\u{43d}",
            "a-b_c.d+e",
        ] {
            assert_eq!(check_name(fit), Ok(()), "{fit:?}");
        }
        for (unfit, why) in [
            ("a  b", "single spaces"),
            (" a", "single spaces"),
            ("a\u{200b}b", "U+200B"),
            ("a\u{feff}b", "U+FEFF"),
            ("a\u{ad}b", "U+00AD"),
            ("\u{915}\u{94d}\u{200d}\u{937}", "U+200D"),
            ("\u{1f600}", "U+1F600"),
            ("\u{fb00}", "U+FB00"),
            ("1\u{5d0}", "directions"),
        ] {
            let refusal = check_name(unfit).unwrap_err();
            assert!(refusal.contains(why), "{unfit:?}: {refusal}");
        }
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for [one, other] in [
            ["paypal", "paypa1"],
            ["alice", "\u{430}lice"],
            ["alice", "a\u{200d}lice"],
            ["alice", "aIice"],
            ["bob", "b0b"],
            ["modem", "rnodern"],
        ] {
            assert_eq!(
                ComparedName::of(one).skeleton,
                ComparedName::of(other).skeleton,
                "{other:?}"
            );
        }
        assert_ne!(ComparedName::of("alice").skeleton, ComparedName::of("alicia").skeleton);
        let written = ComparedName::of("\u{422}om").written;
        assert_eq!(written, ComparedName::of("tom").skeleton, "a Cyrillic capital");
    }

    #[test]
    fn a_password_is_one_whatever_its_composition_and_its_spaces() {
        assert_eq!(prepared("cafe\u{301}\u{a0}noir"), "caf\u{e9} noir");
        assert_eq!(prepared("Caf\u{e9}"), "Caf\u{e9}");
        assert_eq!((prepare("tab\there"), prepared("tab\there").as_ref()), (None, "tab\there"));
    }
}
