//! Whether what a stranger says of itself is what people see of it.

use url::Url;

/// Whether everybody sees all of a name: with what is invisible it would be another's in every list, and marks that are
/// heaped on one letter are drawn over what stands beside it.
pub(super) fn is_seen(name: &str) -> bool {
    let (mut before, mut marks) = (' ', 0);
    name.chars().all(|character| {
        marks = if is_mark(character) { marks + 1 } else { 0 };
        // Joiners and variants belong to some scripts, and to pictures.
        let shapes = matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
        let joins_nothing = shapes && (before.is_ascii_alphabetic() || before == ' ');
        before = character;
        !is_invisible(character) && !joins_nothing && marks <= MOST_MARKS
    })
}

/// Whether a URI reads the same to people, browsers and whoever else takes it apart: RFC 3986 §2, and of https and http
/// that there is a host which is one.
pub(super) fn is_plain(uri: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let Some((_, rest)) = uri.split_once("://") else { return uri.bytes().all(fits) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_web = Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let is_whole = !is_web || !authority.is_empty() && !authority.contains('*');
    uri.bytes().all(fits) && is_whole && !authority.contains('@')
}

/// What takes no ink: the characters that programs ignore (Unicode's `Default_Ignorable_Code_Point`) but for those that
/// shape others, separators of lines, and the empty ones of Braille, of Hangul and of notes between lines.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Drawn above, below or over the letter before it (Unicode's blocks of combining marks).
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{489}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}

const MOST_MARKS: usize = 4;
