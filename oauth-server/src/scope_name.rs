//! The name of a scope that is taken from where it stands, made by the compiler: `polls:results`. Only for
//! [`scope!`](crate::scope!).

/// The first module below the crate; the crate itself at its root.
#[must_use]
pub const fn application(module_path: &'static str) -> &'static str {
    match split_at_colons(module_path) {
        (krate, None) => krate,
        (_, Some(inner)) => split_at_colons(inner).0,
    }
}

/// The last name of a path, as `stringify!` writes it.
#[must_use]
pub const fn view(path: &'static str) -> &'static str {
    match split_at_colons(path) {
        (name, None) => name.trim_ascii(),
        (_, Some(rest)) => view(rest),
    }
}

/// `application:view`.
#[must_use]
#[expect(clippy::indexing_slicing, reason = "a constant: what is out of bounds does not compile")]
pub const fn joined<const LENGTH: usize>(application: &str, view: &str) -> [u8; LENGTH] {
    let (application, view) = (application.as_bytes(), view.as_bytes());
    let mut name = [b':'; LENGTH];
    let mut at = 0;
    while at < application.len() {
        name[at] = application[at];
        at += 1;
    }
    at = 0;
    while at < view.len() {
        name[application.len() + 1 + at] = view[at];
        at += 1;
    }
    name
}

/// The name as text.
#[must_use]
#[expect(clippy::panic, reason = "a constant: it would not compile")]
pub const fn text(name: &[u8]) -> &str {
    match std::str::from_utf8(name) {
        Ok(name) => name,
        Err(_) => panic!("identifiers are UTF-8"),
    }
}

#[expect(clippy::indexing_slicing, reason = "a constant: what is out of bounds does not compile")]
const fn split_at_colons(path: &'static str) -> (&'static str, Option<&'static str>) {
    let bytes = path.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] == b':' && bytes[at + 1] == b':' {
            let (before, rest) = path.split_at(at);
            return (before, Some(rest.split_at(2).1));
        }
        at += 1;
    }
    (path, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_application_is_the_first_module_below_the_crate() {
        assert_eq!(application("example_app::polls::views"), "polls");
        assert_eq!(application("example_app::polls"), "polls");
        assert_eq!(application("example_app"), "example_app");
    }

    #[test]
    fn the_view_is_the_last_name_of_its_path() {
        assert_eq!(view("results"), "results");
        assert_eq!(view("Polls :: results"), "results");
        assert_eq!(view("super::views::Polls::results"), "results");
    }

    #[test]
    fn both_make_the_name() {
        const NAME: [u8; 13] = joined("polls", "results");
        assert_eq!(text(&NAME), "polls:results");
    }
}
