//! How headers, cookies and URLs are set on the lines of the transcript.

use reqwest::header::HeaderValue;

/// A long URL, one parameter a line.
pub(crate) fn broken(url: &str) -> String {
    if url.chars().count() <= WIDTH {
        return url.to_owned();
    }
    url.replace('?', "\n      ?").replace('#', "\n      #").replace('&', "\n      &")
}

/// A cookie whose value is cut: it is long, and it is somebody's session.
pub(crate) fn shortened(cookie: &str) -> String {
    let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let (value, cut) = value
        .char_indices()
        .nth(8)
        .map_or((value, ""), |(end, _)| (value.get(..end).unwrap_or(value), "…"));
    let semicolon = if attributes.is_empty() { "" } else { ";" };
    format!("{name}={value}{cut}{semicolon}{attributes}")
}

/// `www-authenticate` as people write it: `WWW-Authenticate`.
pub(crate) fn titled(name: &str) -> String {
    let word = |word: &str| match word.split_at_checked(1) {
        Some(("w", "ww")) => "WWW".to_owned(),
        Some((first, rest)) => first.to_uppercase() + rest,
        None => String::new(),
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

pub(crate) fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

pub(crate) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// What fits on a line.
pub(crate) const WIDTH: usize = 72;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_cut_after_eight_characters_and_keeps_its_attributes() {
        assert_eq!(shortened("session=0123456789; Path=/"), "session=01234567…; Path=/");
        assert_eq!(shortened("lang=en"), "lang=en");
    }

    #[test]
    fn a_long_url_has_one_parameter_a_line() {
        let url = format!("http://localhost/?a={}&b=1", "x".repeat(WIDTH));
        assert_eq!(broken(&url).lines().count(), 3);
        assert_eq!(broken("http://localhost/?a=1&b=1").lines().count(), 1);
    }

    #[test]
    fn header_names_are_written_as_people_write_them() {
        assert_eq!(titled("www-authenticate"), "WWW-Authenticate");
        assert_eq!(titled("content-type"), "Content-Type");
    }
}
