//! Lists: the newest first, a page at a time by key, so that a million rows cost no more than fifty.

use oauth_core::admin::Page;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::visit::Visit;

/// A choice of which rows a list shows. Its label stands in the template `admin/which`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    /// Those that are so.
    Are(&'static str),
    /// Those that have what was searched for.
    Have(&'static str),
}

impl Which {
    fn name(self) -> &'static str {
        match self {
            Self::Are(name) | Self::Have(name) => name,
        }
    }
}

/// What a list was asked for.
pub(super) struct Asked<'a> {
    visit: &'a Visit<'a>,
    choices: &'a [Which],
}

impl<'a> Asked<'a> {
    pub(super) fn new(visit: &'a Visit<'a>, choices: &'a [Which]) -> Self {
        Self { visit, choices }
    }

    /// Which rows, and what was searched for: a list has one filter at a time, which an index serves. A search wins.
    pub(super) fn filter(&self) -> (&'static str, &'a str) {
        let text = self.visit.query.get("q").map(str::trim).unwrap_or_default();
        let chosen = self.visit.query.get("which").unwrap_or_default();
        let chosen = self.choices.iter().find(|choice| choice.name() == chosen);
        let search = self.choices.iter().find(|choice| matches!(choice, Which::Have(_)));
        let fits = |choice: &&Which| matches!(choice, Which::Have(_)) != text.is_empty();
        let choice = chosen.filter(fits).or(if text.is_empty() { None } else { search });
        choice.map_or(("", ""), |choice| (choice.name(), text))
    }

    /// A key in the query.
    pub(super) fn key(&self, name: &str) -> Option<i64> {
        self.visit.query.get(name)?.parse().ok()
    }

    /// Where the page goes on, as the page before said.
    pub(super) fn after(&self) -> Option<&'a str> {
        self.visit.query.get("after")
    }

    /// What every list's template is given.
    pub(super) fn context<T>(&self, page: &Page<T>, rows: impl Iterator<Item = Value>) -> Value {
        let (applied, text) = self.filter();
        let options = self
            .choices
            .iter()
            .map(|choice| json!({ "value": choice.name(), "selected": choice.name() == applied }));
        let is_filtered = !applied.is_empty() || KEYS.iter().any(|name| self.key(name).is_some());
        json!({
            "rows": rows.collect::<Vec<_>>(),
            "filter": {
                "options": options.collect::<Vec<_>>(),
                "takes_text": self.choices.iter().any(|choice| matches!(choice, Which::Have(_))),
                "q": text,
                "is_applied": is_filtered,
            },
            "pager": {
                "newest": self.after().map(|_| self.link(None)),
                "older": page.next.as_deref().map(|next| self.link(Some(next))),
            },
        })
    }

    fn link(&self, after: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in ["which", "q"].iter().chain(&KEYS) {
            if let Some(value) = self.visit.query.get(name) {
                query.append_pair(name, value);
            }
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        let query = query.finish();
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{}{separator}{query}", self.visit.here())
    }
}

/// By what a list is filtered where a link leads to it: the rows that hang on one record.
const KEYS: [&str; 2] = ["client", "family"];
