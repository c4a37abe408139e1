//! The character references of HTML, as far as templates write them.

/// Replaces the entities that templates write; any other stays as it is.
pub(crate) fn unescape(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        unescaped.push_str(before);
        let entity = after.split_once(';').and_then(|(name, after)| Some((entity(name)?, after)));
        let (character, after) = entity.unwrap_or(('&', after));
        unescaped.push(character);
        rest = after;
    }
    unescaped + rest
}

fn entity(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        numeric => numeric.strip_prefix('#')?,
    };
    let code = match code.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => code.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_unescaped_once() {
        let escaped = "&amp;&lt;&gt;&quot;&#x27;&#39;&#x3D;&#61;&#96;&#x60;&amp;amp;";
        assert_eq!(unescape(escaped), "&<>\"''==``&amp;");
    }

    #[test]
    fn what_is_no_entity_stays() {
        for text in ["a&b", "a&b=c;", "&unknown;", "&#xZZ;", "&#x110000;", "&", "&;"] {
            assert_eq!(unescape(text), text);
        }
    }
}
