//! What people fill in, judged field by field, so that a form can show each problem beside its field.

/// A field that does not hold what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
#[non_exhaustive]
pub struct FieldError {
    /// The field, by its name in the struct that was given.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a field; displayed, it goes on after the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There is nothing in it.
    #[error("must not be empty")]
    Empty,
    /// It has fewer characters than this.
    #[error("must have at least {0} characters")]
    TooShort(usize),
    /// It has more characters than this.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// It holds what nobody can see, and some databases refuse.
    #[error("must not hold control characters")]
    ControlCharacter,
    /// Another record has it.
    #[error("is already taken")]
    Taken,
    /// Another record has one that looks the same (UTS 39).
    #[error("looks like one that is already taken")]
    LooksTaken,
    /// It is not the password.
    #[error("is wrong")]
    Wrong,
    /// It is what was there before.
    #[error("is the same as before")]
    Unchanged,
    /// It is a password that is guessed easily; what would be better.
    #[error("is too easy to guess{}", said(.0))]
    Guessable(Vec<Advice>),
    /// It is of another form; the text says what would be right.
    #[error("{0}")]
    Malformed(String),
}

/// What would make a password harder to guess, or why it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// The key of its message, for who says it in another language; those of `oauth-server` have all of them.
    pub key: &'static str,
    /// A sentence.
    pub english: String,
}

fn said(advice: &[Advice]) -> String {
    let sentences = advice.iter().map(|advice| advice.english.as_str()).collect::<Vec<_>>();
    if sentences.is_empty() { String::new() } else { format!(": {}", sentences.join(" ")) }
}

/// What is wrong with a whole form.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FieldError>);

impl Faults {
    pub(crate) fn add(&mut self, field: &'static str, problem: Problem) {
        self.0.push(FieldError { field, problem });
    }

    pub(crate) fn malformed(&mut self, field: &'static str, problem: impl Into<String>) {
        self.add(field, Problem::Malformed(problem.into()));
    }

    /// One line of text, which may be empty. Says whether it is right.
    pub(crate) fn line(&mut self, field: &'static str, text: &str, most: usize) -> bool {
        self.text(field, text, most, |_| false)
    }

    /// One line of text that says something.
    pub(crate) fn filled_line(&mut self, field: &'static str, text: &str, most: usize) -> bool {
        if text.trim().is_empty() {
            self.add(field, Problem::Empty);
            return false;
        }
        self.line(field, text, most)
    }

    /// Text that may have several lines.
    pub(crate) fn lines(&mut self, field: &'static str, text: &str) -> bool {
        self.text(field, text, LONGEST_TEXT, |character| matches!(character, '\n' | '\r' | '\t'))
    }

    fn text(
        &mut self,
        field: &'static str,
        text: &str,
        most: usize,
        may_hold: impl Fn(char) -> bool,
    ) -> bool {
        if text.chars().count() > most {
            self.add(field, Problem::TooLong(most));
            return false;
        }
        if text.chars().any(|character| is_hidden(character) && !may_hold(character)) {
            self.add(field, Problem::ControlCharacter);
            return false;
        }
        true
    }

    /// The address of a page, where there is one.
    pub(crate) fn web_page(&mut self, field: &'static str, uri: Option<&str>) {
        let Some(uri) = uri else { return };
        if !self.line(field, uri, LONGEST_URI) {
            return;
        }
        let is_web = uri.starts_with("https://") || uri.starts_with("http://");
        if !is_web || url::Url::parse(uri).is_err() {
            self.malformed(field, format!("{uri} is not an http or https URL"));
        }
    }

    /// Who a token acts for.
    pub(crate) fn subject(&mut self, field: &'static str, subject: &str) {
        if self.filled_line(field, subject, LONGEST_SUBJECT) && subject.len() > LONGEST_SUBJECT {
            self.malformed(field, format!("must have at most {LONGEST_SUBJECT} bytes"));
        }
    }

    /// What a person chose to prove themself with; it is hashed, so it may hold anything that can be
    /// typed. Says whether it is right.
    pub(crate) fn chosen_secret(&mut self, field: &'static str, secret: &str) -> bool {
        if secret.chars().count() < SHORTEST_SECRET {
            self.add(field, Problem::TooShort(SHORTEST_SECRET));
            return false;
        }
        self.line(field, secret, LONGEST_SECRET)
    }

    pub(crate) fn into_result(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// Control characters, and those that turn the direction of what follows: with them a name could pose as another.
fn is_hidden(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// In bytes.
pub(crate) const LONGEST_SUBJECT: usize = 255;
/// In characters; browsers and proxies go little further.
pub(crate) const LONGEST_URI: usize = 2000;
const LONGEST_TEXT: usize = 4000;
const SHORTEST_SECRET: usize = 8;
/// A slow hash of more would only cost.
const LONGEST_SECRET: usize = 1000;
