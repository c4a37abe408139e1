//! As much HTML as a client without a browser has to read: tags and their attributes.

use crate::entity::unescape;

/// A start tag, or an end tag (its name then begins with `/`).
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The attribute's value, unescaped.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

/// The tags of a page, in their order. What is malformed is skipped, as browsers do.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            let (tag, after) = read_tag(rest);
            tags.push(tag);
            rest = after;
        }
    }
    tags
}

/// The text of the `title` element.
pub(crate) fn title(html: &str) -> Option<String> {
    let (_, after) = html.split_once("<title>")?;
    let (title, _) = after.split_once("</title>")?;
    Some(unescape(title.trim()).replace(char::is_control, " "))
}

fn read_tag(text: &str) -> (Tag, &str) {
    let (name, mut rest) = split_before(text, |c| c.is_ascii_whitespace() || c == '>');
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (Tag { name, attributes }, after);
        }
        if rest.is_empty() {
            return (Tag { name, attributes }, rest);
        }
        let (name, value, after) = read_attribute(rest);
        attributes.push((name.to_ascii_lowercase(), unescape(value)));
        rest = after;
    }
}

/// The name, the value (in quotes of either kind, bare, or none) and what follows.
fn read_attribute(text: &str) -> (&str, &str, &str) {
    let ends_name = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
    let (name, rest) = split_before(text, ends_name);
    let Some(value) = rest.trim_start().strip_prefix('=') else {
        return (name, "", rest);
    };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            let (value, rest) = quoted.split_once(quote).unwrap_or((quoted, ""));
            return (name, value, rest);
        }
    }
    let (value, rest) = split_before(value, |c| c.is_ascii_whitespace() || c == '>');
    (name, value, rest)
}

fn split_before(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_quoted_in_either_way_bare_or_without_a_value() {
        let tags = tags(r#"<INPUT disabled TYPE=hidden name = 'it' value="a > b"/>"#);
        let tag = tags.first();
        let attribute = |name| tag.and_then(|tag| tag.attribute(name));
        assert_eq!(tag.map(|tag| tag.name.as_str()), Some("input"));
        assert_eq!(attribute("type"), Some("hidden"));
        assert_eq!(attribute("name"), Some("it"));
        assert_eq!(attribute("value"), Some("a > b"));
        assert_eq!(attribute("disabled"), Some(""));
    }

    #[test]
    fn comments_and_broken_tags_are_skipped() {
        assert!(tags("<!-- <form> --> 1 < 2 <").is_empty());
        assert_eq!(tags("<br/><form action=\"").len(), 2);
    }

    #[test]
    fn the_title_is_found() {
        assert_eq!(title("<title>\n Log in &amp; go </title>").as_deref(), Some("Log in & go"));
    }
}
