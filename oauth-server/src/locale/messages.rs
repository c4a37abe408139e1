//! The messages of each language, and which language a reader gets.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

use super::{preference::Preference, reader};
use crate::{BuildError, OAuth};

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
}

impl Messages {
    /// The bundled messages, and those of the application over them: each a language and its source.
    pub(crate) fn with(overrides: Vec<(String, String)>) -> Result<Self, BuildError> {
        let mut messages = Self { catalogues: Vec::new() };
        let bundled = Bundled::iter().filter_map(|file| {
            let (language, _) = file.split_once('/')?;
            let source = String::from_utf8_lossy(&Bundled::get(&file)?.data).into_owned();
            Some((language.to_owned(), source))
        });
        for (language, source) in bundled.chain(overrides) {
            let failed = |problem| BuildError::Locale { language: language.clone(), problem };
            messages.add(&language, source).map_err(failed)?;
        }
        Ok(messages)
    }

    fn add(&mut self, language: &str, source: String) -> Result<(), String> {
        let id: LanguageIdentifier = language
            .parse()
            .map_err(|_| "it is no language tag (BCP 47), such as `de` or `pt-BR`".to_owned())?;
        let resource = FluentResource::try_new(source).map_err(|(_, errors)| {
            errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        })?;
        let tag = id.to_string();
        if let Some(known) = self.catalogues.iter_mut().find(|catalogue| catalogue.tag == tag) {
            known.bundle.add_resource_overriding(resource);
            return Ok(());
        }
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // The isolation marks are invisible, and would be copied along with a name.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        self.catalogues.push(Catalogue { tag, bundle });
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

    /// A message in this language, or else in English; `None` where there is none of this key.
    pub(crate) fn text(
        &self,
        language: &str,
        key: &str,
        arguments: &FluentArgs<'_>,
    ) -> Option<String> {
        let of = |tag: &str| {
            let catalogue = self.catalogues.iter().find(|catalogue| catalogue.tag == tag)?;
            catalogue.text(key, arguments)
        };
        of(language).or_else(|| of(DEFAULT))
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
        self.text(&self.language(), key, given).unwrap_or_else(|| {
            tracing::error!(key, "there is no such message");
            key.to_owned()
        })
    }
}

impl Catalogue {
    fn text(&self, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(arguments), &mut errors);
        if !errors.is_empty() {
            tracing::error!(language = self.tag, key, ?errors, "a message is not whole");
        }
        Some(text.into_owned())
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
