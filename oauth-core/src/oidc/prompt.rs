//! `prompt`: what a client wants its user to be asked. OpenID Connect Core §3.1.2.1.

/// What is to be asked, and whether anything may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// Nothing may be: the answer comes at once, or an error.
    pub(crate) none: bool,
    /// Who they are, whether they are signed in or not.
    pub(crate) login: bool,
    /// Whether they allow it, whether they have or not.
    pub(crate) consent: bool,
}

impl Prompt {
    /// Reads it. What is not known is ignored; `none` stands alone.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let all: Vec<&str> = text.split(' ').filter(|one| !one.is_empty()).collect();
        let has = |name: &str| all.contains(&name);
        if has("none") && all.len() > 1 {
            return Err("prompt=none stands alone: it says that nothing may be asked");
        }
        // Who it is stands on the consent page, with the way to be somebody else.
        let consent = has("consent") || has("select_account");
        Ok(Self { none: has("none"), login: has("login"), consent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone() {
        assert!(Prompt::parse("none").unwrap().none);
        for more in ["none login", "consent none", "none none"] {
            assert!(Prompt::parse(more).is_err(), "{more}");
        }
    }

    #[test]
    fn an_account_is_selected_where_consent_is_given() {
        assert!(Prompt::parse("select_account").unwrap().consent);
        assert!(Prompt::parse("login consent").unwrap().consent);
        assert!(!Prompt::parse("login").unwrap().consent);
        assert_eq!(Prompt::parse("create").unwrap(), Prompt::default());
    }
}
