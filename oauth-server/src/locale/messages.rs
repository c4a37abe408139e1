//! The messages of each language, and which language a reader gets.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

use super::{preference::Preference, reader};
use crate::{BuildError, OAuth, pages::Locale};

#[derive(RustEmbed)]
#[folder = "locales"]
#[include = "*.ftl"]
struct Bundled;

/// The language that has every message, and answers for those that another one lacks.
const DEFAULT: &str = "en";

/// The messages of every language.
pub(crate) struct Messages {
    catalogues: Vec<Catalogue>,
}

/// The messages of one language.
struct Catalogue {
    tag: String,
    bundle: FluentBundle<FluentResource>,
    /// What the messages come from; of a key the last counts.
    sources: Vec<Locale>,
}

/// What a message says.
pub(super) struct Said {
    pub(super) text: String,
    /// What it names and is not given, and where it stands.
    pub(super) problem: Option<String>,
}

impl Messages {
    /// The bundled messages, and those of the application over them.
    pub(crate) fn with(overrides: Vec<Locale>) -> Result<Self, BuildError> {
        let mut messages = Self { catalogues: Vec::new() };
        let bundled = Bundled::iter().filter_map(|file| {
            let (language, _) = file.split_once('/')?;
            let messages = String::from_utf8_lossy(&Bundled::get(&file)?.data).into_owned();
            Some(Locale { language: language.to_owned(), file: None, messages })
        });
        for locale in bundled.chain(overrides) {
            let language = locale.language.clone();
            let failed = |problem| BuildError::Locale { language, problem };
            messages.add(locale).map_err(failed)?;
        }
        Ok(messages)
    }

    fn add(&mut self, locale: Locale) -> Result<(), String> {
        let id: LanguageIdentifier = locale
            .language
            .parse()
            .map_err(|_| "it is no language tag (BCP 47), such as `de` or `pt-BR`".to_owned())?;
        let resource = match FluentResource::try_new(locale.messages.clone()) {
            Ok(resource) => resource,
            Err((_, errors)) => {
                let told = errors.iter().map(|error| {
                    let before = locale.messages.get(..error.pos.start).unwrap_or_default();
                    format!("{}: {error}", locale.place(before.matches('\n').count() + 1))
                });
                return Err(told.collect::<Vec<_>>().join("; "));
            }
        };
        let tag = id.to_string();
        if !self.catalogues.iter().any(|catalogue| catalogue.tag == tag) {
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            // The isolation marks are invisible, and would be copied along with a name.
            bundle.set_use_isolating(false);
            self.catalogues.push(Catalogue { tag: tag.clone(), bundle, sources: Vec::new() });
        }
        if let Some(catalogue) = self.catalogues.iter_mut().find(|catalogue| catalogue.tag == tag) {
            catalogue.bundle.add_resource_overriding(resource);
            catalogue.sources.push(locale);
        }
        Ok(())
    }

    /// The languages that there are.
    pub(crate) fn languages(&self) -> impl Iterator<Item = &str> {
        self.catalogues.iter().map(|catalogue| catalogue.tag.as_str())
    }

    /// The language of the current request.
    pub(crate) fn language(&self) -> String {
        reader::language().unwrap_or_else(|| DEFAULT.to_owned())
    }

    /// The language that a reader wishes most: RFC 9110 §12.5.4.
    pub(super) fn negotiated(&self, mut wishes: Vec<Preference>) -> &str {
        let refused = |tag: &str| {
            wishes.iter().any(|wish| wish.quality == 0 && tag.eq_ignore_ascii_case(&wish.range))
        };
        let offered: Vec<&str> = self.languages().filter(|tag| !refused(tag)).collect();
        let fallback = offered.iter().find(|tag| **tag == DEFAULT).or(offered.first());
        wishes.sort_by_key(|wish| std::cmp::Reverse(wish.quality)); // stable: of two alike, the first
        let wished = wishes.iter().filter(|wish| wish.quality > 0).find_map(|wish| {
            if wish.range == "*" { fallback.copied() } else { lookup(&offered, &wish.range) }
        });
        wished.or(fallback.copied()).unwrap_or(DEFAULT)
    }

    /// The language that there is for a tag, such as `ru` for `ru-RU`.
    pub(crate) fn nearest(&self, tag: &str) -> &str {
        lookup(&self.languages().collect::<Vec<_>>(), tag).unwrap_or(DEFAULT)
    }

    /// A message in this language, or else in English; `None` where there is none of this key. With an attribute, what
    /// stands there.
    pub(super) fn text(
        &self,
        language: &str,
        key: &str,
        attribute: Option<&str>,
        arguments: &FluentArgs<'_>,
    ) -> Option<Said> {
        let of = |tag: &str| {
            let catalogue = self.catalogues.iter().find(|catalogue| catalogue.tag == tag)?;
            catalogue.text(key, attribute, arguments)
        };
        of(language).or_else(|| of(DEFAULT))
    }

    /// The translation of a text of the application's, in the language of the current request, where there is one.
    pub(crate) fn translated(&self, key: &str, attribute: Option<&str>) -> Option<String> {
        let said = self.text(&self.language(), key, attribute, &FluentArgs::new())?;
        Some(said.at_any_rate())
    }

    /// A message in the language of the current request; its key where there is none.
    pub(crate) fn say(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        let mut given = FluentArgs::new();
        for &(name, value) in arguments {
            given.set(name, FluentValue::String(Cow::Borrowed(value)));
        }
        self.said(key, &given)
    }

    /// A message with a number, which languages put into words in their own ways: it is called `count` there.
    pub(crate) fn say_count(&self, key: &str, count: i64) -> String {
        let mut given = FluentArgs::new();
        given.set("count", count);
        self.said(key, &given)
    }

    fn said(&self, key: &str, given: &FluentArgs<'_>) -> String {
        let said = self.text(&self.language(), key, None, given);
        let unknown = || {
            tracing::error!(key, "there is no such message");
            key.to_owned()
        };
        said.map_or_else(unknown, Said::at_any_rate)
    }
}

impl Said {
    /// The text, also where it is not whole.
    pub(super) fn at_any_rate(self) -> String {
        if let Some(problem) = self.problem {
            tracing::error!(problem, "a message is not whole");
        }
        self.text
    }
}

impl Catalogue {
    fn text(&self, key: &str, attribute: Option<&str>, arguments: &FluentArgs<'_>) -> Option<Said> {
        let message = self.bundle.get_message(key)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
        let problem = (!errors.is_empty()).then(|| {
            let errors = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            format!("{}: {key}: {errors}", self.place(key))
        });
        Some(Said { text, problem })
    }

    /// Where a message stands.
    fn place(&self, key: &str) -> String {
        let begins = |line: &str| line.split_once('=').is_some_and(|(id, _)| id.trim_end() == key);
        let mut places = self.sources.iter().rev().filter_map(|locale| {
            let line = locale.messages.lines().position(begins)?;
            Some(locale.place(line + 1))
        });
        places.next().unwrap_or_else(|| self.tag.clone())
    }
}

impl Locale {
    /// A line of it.
    fn place(&self, line: usize) -> String {
        match &self.file {
            Some(file) => format!("{}, line {line}", file.display()),
            None => format!("line {line}"),
        }
    }
}

/// RFC 4647 §3.4: the range, then with its last subtags off; and where a reader names only a language, any variety of it.
fn lookup<'a>(offered: &[&'a str], range: &str) -> Option<&'a str> {
    let mut range = range;
    loop {
        if let Some(found) = offered.iter().find(|tag| tag.eq_ignore_ascii_case(range)) {
            return Some(found);
        }
        match range.rsplit_once('-') {
            Some((shorter, _)) => range = shorter,
            None => break,
        }
    }
    let language =
        |tag: &str| tag.split('-').next().is_some_and(|it| it.eq_ignore_ascii_case(range));
    offered.iter().find(|tag| language(tag)).copied()
}

/// A message that the code itself shows, by its key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message(&'static str);

impl Message {
    pub(crate) fn new(key: &'static str) -> Self {
        Self(key)
    }

    /// Its text, in the language of the current request.
    pub(crate) fn said(self, oauth: &OAuth) -> String {
        self.said_of(oauth, &[])
    }

    /// The same, with what it speaks of.
    pub(crate) fn said_of(self, oauth: &OAuth, arguments: &[(&str, &str)]) -> String {
        oauth.pages().messages().say(self.0, arguments)
    }

    /// The same, with how many they are.
    pub(crate) fn said_with_count(self, oauth: &OAuth, count: i64) -> String {
        oauth.pages().messages().say_count(self.0, count)
    }
}
