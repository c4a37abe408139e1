//! A bad value is one line that names the variable and says what would be right.

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {value:?} is not {expected}")]
pub(crate) struct BadValue {
    variable: String,
    value: String,
    expected: String,
}

impl BadValue {
    pub(crate) fn new(variable: &str, value: &str, expected: impl Into<String>) -> Self {
        let (variable, value) = (variable.to_owned(), value.to_owned());
        Self { variable, value, expected: expected.into() }
    }

    /// Of what nobody should read in a log.
    pub(crate) fn hidden(variable: &str, expected: &impl ToString) -> Self {
        Self::new(variable, "(hidden)", expected.to_string())
    }
}

/// A variable and its value, where it is set; empty counts as not set.
pub(super) struct Variable<'a> {
    name: &'static str,
    value: Option<&'a str>,
}

impl<'a> Variable<'a> {
    pub(super) fn new(name: &'static str, value: Option<&'a str>) -> Self {
        Self { name, value: value.filter(|value| !value.is_empty()) }
    }

    /// What the text means, or `default` where there is none.
    pub(super) fn or<T>(
        &self,
        default: T,
        expected: &str,
        meaning: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, BadValue> {
        match self.value {
            None => Ok(default),
            Some(value) => meaning(value).ok_or_else(|| BadValue::new(self.name, value, expected)),
        }
    }

    pub(super) fn switch(&self, default: bool) -> Result<bool, BadValue> {
        self.or(default, "true or false", |value| value.parse().ok())
    }

    pub(super) fn text(&self, default: &str) -> String {
        self.value.unwrap_or(default).to_owned()
    }

    /// Seconds that last.
    pub(super) fn seconds(&self, default: i64) -> Result<i64, BadValue> {
        self.seconds_up_to(CENTURY, default)
    }

    /// Seconds that last, up to a bound.
    pub(super) fn seconds_up_to(&self, most: i64, default: i64) -> Result<i64, BadValue> {
        let expected = format!("a number of seconds from 1 to {most}");
        self.or(default, &expected, |value| {
            value.parse().ok().filter(|seconds| (1..=most).contains(seconds))
        })
    }

    /// Seconds, where 0 means that there is no end.
    pub(super) fn seconds_or_never(&self, default: Option<i64>) -> Result<Option<i64>, BadValue> {
        let expected = format!("a number of seconds from 1 to {CENTURY}, or 0 for no end");
        let meaning = |value: &str| match value.parse().ok()? {
            0 => Some(None),
            seconds @ 1..=CENTURY => Some(Some(seconds)),
            _ => None,
        };
        self.or(default, &expected, meaning)
    }

    /// A number, where 0 means that there is no limit.
    pub(super) fn number_or_none(&self, default: Option<u32>) -> Result<Option<u32>, BadValue> {
        let expected = format!("a number from 1 to {}, or 0 for no limit", u32::MAX);
        let meaning = |value: &str| Some(Some(value.parse().ok()?).filter(|number| *number > 0));
        self.or(default, &expected, meaning)
    }
}

const CENTURY: i64 = 3_155_760_000;
