//! Scopes: RFC 6749 §3.3.

use std::{
    borrow::Cow,
    fmt::{self, Display},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// A set of scope tokens: order and repetition mean nothing.
///
/// ```
/// use oauth_core::Scopes;
///
/// let granted: Scopes = "user_info  email user_info".parse()?;
/// assert_eq!(granted.to_string(), "email user_info");
/// assert!("email".parse::<Scopes>()?.is_within(&granted));
/// # Ok::<(), oauth_core::InvalidScope>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(String); // each once, sorted, a space between: as it is stored and sent

/// A scope holds a character that RFC 6749 §3.3 does not allow in a scope token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope may only hold printable ASCII without space, double quote and backslash")]
pub struct InvalidScope;

impl Scopes {
    /// Whether every scope of this set is in the other one.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let mut others = other.iter();
        self.iter().all(|scope| others.any(|other| other == scope)) // both are sorted
    }

    /// Whether the set holds this scope.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|scope| scope == name)
    }

    /// Whether there is no scope at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The length of their text.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The scopes, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|scope| !scope.is_empty())
    }

    /// The scopes that the other set has, too.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        self.beyond(&self.beyond(other))
    }

    /// The scopes that the other set lacks.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        let mut others = other.iter().peekable();
        let is_beyond = |scope: &&str| {
            while others.next_if(|other| other < scope).is_some() {}
            others.peek() != Some(scope)
        };
        self.iter().filter(is_beyond).collect()
    }
}

/// Separated by spaces; more than one space in a row is forgiven.
impl FromStr for Scopes {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let tokens = || text.split(' ').filter(|token| !token.is_empty());
        if tokens().all(is_scope_token) { Ok(tokens().collect()) } else { Err(InvalidScope) }
    }
}

/// From a column of the database, where only valid scopes are ever written.
impl TryFrom<String> for Scopes {
    type Error = InvalidScope;

    fn try_from(text: String) -> Result<Self, InvalidScope> {
        text.parse()
    }
}

/// As they are stored and sent.
impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.0
    }
}

impl<'a> FromIterator<&'a str> for Scopes {
    /// For names that the program itself declares; what comes from outside is parsed.
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        Self(names.join(" "))
    }
}

impl Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the text is one `scope-token`: `1*( %x21 / %x23-5B / %x5D-7E )`. Usable in constants.
#[must_use]
pub const fn is_scope_token(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    let mut valid = !bytes.is_empty();
    while let [byte, rest @ ..] = bytes {
        valid = valid && matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        bytes = rest;
    }
    valid
}

/// Names scopes to the client's developer, as many as a description may hold.
pub(crate) fn not_available(scopes: &Scopes) -> Cow<'static, str> {
    let mut names = scopes.to_string();
    if names.len() > 200 {
        names.truncate(200); // scopes are ASCII
        names.push_str(" ...");
    }
    format!("these scopes are unknown or not available to this client: {names}").into()
}

/// That the client may go on when the user is away (OpenID Connect Core §11): every server knows it, and every client may
/// ask for it that has the refresh grant. It allows nothing else, and belongs to no resource.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";
/// That the client may know who the user is (OpenID Connect Core §3.1.2.1).
pub(crate) const OPENID: &str = "openid";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_characters_of_rfc_6749_section_3_3_make_a_scope() {
        for valid in ["user_info", "polls:results", "https://a.example/read", "!#[]~"] {
            assert!(is_scope_token(valid), "{valid}");
        }
        for invalid in ["", "a b", "a\"b", "a\\b", "a\tb", "\u{fc}", "a\0"] {
            assert!(!is_scope_token(invalid), "{invalid:?}");
        }
        assert_eq!("a\tb".parse::<Scopes>(), Err(InvalidScope));
    }

    #[test]
    fn sets_are_compared_as_sets() {
        let set = |text: &str| text.parse::<Scopes>().unwrap();
        for (few, many) in [("", ""), ("", "a"), ("b", "a b c"), ("c a", "a b c"), ("a b", "b a")] {
            assert!(set(few).is_within(&set(many)), "{few} in {many}");
            assert!(set(few).beyond(&set(many)).is_empty(), "{few} in {many}");
        }
        for (these, those, beyond) in
            [("a", "", "a"), ("a b c", "b", "a c"), ("a ab b", "ab", "a b"), ("d", "a e", "d")]
        {
            assert!(!set(these).is_within(&set(those)), "{these} in {those}");
            assert_eq!(set(these).beyond(&set(those)), set(beyond));
            let within = set(these).within(&set(those));
            assert!(within.is_within(&set(those)), "{these} in {those}");
            assert_eq!(set(these).beyond(&within), set(beyond));
        }
    }

    #[test]
    fn order_repetition_and_runs_of_spaces_do_not_matter() {
        assert_eq!("b  a b ".parse::<Scopes>(), "a b".parse());
        assert!("   ".parse::<Scopes>().unwrap().is_empty());
    }
}
