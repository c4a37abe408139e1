//! The templates: those that are compiled in, and those of the application over them, in every language.

use std::{collections::HashMap, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use handlebars::{Handlebars, RenderError, RenderErrorReason};
use rust_embed::RustEmbed;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Sources;
use crate::{
    BuildError,
    locale::{Messages, NotWhole, add_helpers},
};

#[derive(RustEmbed)]
#[folder = "templates"]
#[include = "*.hbs"]
#[include = "*.css"]
#[include = "*.js"]
struct Bundled;

/// The parsed templates, and the hashes by which the policy knows the stylesheets and the script.
pub(crate) struct Pages {
    /// One set for each language: they differ in what `{{t}}` says.
    templates: HashMap<String, Handlebars<'static>>,
    messages: Arc<Messages>,
    pub(super) styles: String,
    /// The directive for a page that submits itself.
    pub(super) script: String,
}

impl Pages {
    /// The bundled templates and messages, and those of the application over them.
    pub(crate) fn with(sources: &Sources) -> Result<Self, BuildError> {
        let messages = Arc::new(Messages::with(sources.locales()?)?);
        let overrides = sources.templates()?;
        let is_bundled = |name: &&str| bundled().any(|(bundled, _)| bundled == *name);
        let mut replaced: Vec<_> =
            overrides.iter().map(|(name, _)| name.as_str()).filter(is_bundled).collect();
        replaced.dedup();
        if !replaced.is_empty() {
            tracing::info!(
                ?replaced,
                "the application has its own templates in place of bundled ones"
            );
        }
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        let mut styles = STYLESHEETS.map(|_| String::new());
        let mut script = String::new();
        for (name, source) in bundled().chain(overrides) {
            let stylesheets = STYLESHEETS.iter().zip(&mut styles);
            for (_, style) in stylesheets.filter(|(stylesheet, _)| **stylesheet == name) {
                *style = hash(&source);
            }
            if name == SCRIPT {
                script = format!(" script-src {};", hash(&source));
            }
            let parsed = templates.register_template_string(&name, source);
            parsed.map_err(|error| BuildError::Template { name, problem: error.to_string() })?;
        }
        let styles = styles.join(" ");
        let in_language = |language: &str| {
            let mut templates = templates.clone();
            add_helpers(&mut templates, &messages, language, NotWhole::Shown);
            (language.to_owned(), templates)
        };
        let templates = messages.languages().map(in_language).collect();
        let pages = Self { templates, messages, styles, script };
        pages.check()?;
        Ok(pages)
    }

    /// Renders each bundled page with what it is given, so that a mistake in one that the application replaced, in what
    /// all of them share, or in a message is found at the start.
    fn check(&self) -> Result<(), BuildError> {
        let contexts = contexts();
        let pages: Vec<_> = contexts.iter().map(|(name, given)| (name.as_str(), given)).collect();
        self.check_with(&pages)
    }

    /// The same of a template of the application's own that stands in place of a bundled page.
    pub(crate) fn check_in_place_of(&self, bundled: &str, own: &str) -> Result<(), BuildError> {
        let contexts = contexts();
        let page = contexts.get(bundled).map(|given| (own, given));
        self.check_with(page.as_slice())
    }

    /// Renders each of these with each of the contexts, in every language.
    fn check_with(&self, pages: &[(&str, &[Value; 2])]) -> Result<(), BuildError> {
        for (language, templates) in &self.templates {
            let mut strict = templates.clone();
            add_helpers(&mut strict, &self.messages, language, NotWhole::Refused);
            for (name, contexts) in pages {
                let failed = |error: RenderError| BuildError::Template {
                    name: (*name).to_owned(),
                    problem: format!("in the language {language}: {error}"),
                };
                contexts
                    .iter()
                    .try_for_each(|given| strict.render(name, given).map(drop))
                    .map_err(failed)?;
            }
        }
        Ok(())
    }

    pub(super) fn render(
        &self,
        language: &str,
        template: &str,
        context: &impl Serialize,
    ) -> Result<String, RenderError> {
        let unknown = || RenderErrorReason::Other(format!("there is no language {language}"));
        self.templates.get(language).ok_or_else(unknown)?.render(template, context)
    }

    pub(crate) fn messages(&self) -> &Messages {
        &self.messages
    }
}

/// By which a policy knows what stands inside of a page.
fn hash(source: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(source.as_bytes())))
}

fn contexts() -> HashMap<String, [Value; 2]> {
    serde_json::from_str(CONTEXTS).unwrap_or_default()
}

fn bundled() -> impl Iterator<Item = (String, String)> {
    Bundled::iter().filter_map(|file| {
        let source = Bundled::get(&file)?;
        let name = file.strip_suffix(".hbs").unwrap_or(&file).to_owned();
        Some((name, String::from_utf8_lossy(&source.data).into_owned()))
    })
}

/// The stylesheets stand inside of each page, so that an application has nothing to mount.
const STYLESHEETS: [&str; 2] = ["style.css", "admin/style.css"];

/// The one script, which stands inside of the page that submits itself.
const SCRIPT: &str = "submit.js";

/// What each page is given, with everything in it, and with nothing that may be absent: `TEMPLATES.md` explains it.
const CONTEXTS: &str = include_str!("../../templates/contexts.json");
