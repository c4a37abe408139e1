//! The fields of a form, and what they take.

/// A field of a form.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line of text.
    Line,
    /// Lines of text.
    Lines,
    /// Something that is never shown again, not even to who typed it.
    Hidden,
    /// The same as in that field, likewise.
    Again(&'static str),
    /// On or off.
    Check,
    /// One or more of what is offered.
    Choice,
}

impl Field {
    pub(super) const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind }
    }
}

/// A choice that a field offers; its label stands in the templates where it is `None`.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: Option<String>,
}

impl Choice {
    /// One that is called what it is.
    pub(super) fn named(value: &str) -> Self {
        Self { value: value.to_owned(), label: Some(value.to_owned()) }
    }
}
