//! One page of a list, continued by key and never by counting: page 20,000 costs what page 1 does.

/// How many rows a page has.
pub const PAGE_SIZE: usize = 50;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows: the newest first, or in alphabetical order where names were searched for.
    pub rows: Vec<T>,
    /// What the next page is asked for with, where there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Of one row more than a page has, if there are so many.
    pub(super) fn of(mut rows: Vec<T>, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > PAGE_SIZE;
        rows.truncate(PAGE_SIZE);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { rows, next }
    }

    /// Of nothing: for what no row can hold.
    pub(super) fn empty() -> Self {
        Self { rows: Vec::new(), next: None }
    }

    pub(super) fn map<U>(self, show: impl Fn(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(show).collect(), next: self.next }
    }
}

/// Where a page goes on: the key of the last row before it, and in a list of names its name. Another text than one that
/// a page gave means the beginning.
#[derive(Clone)]
pub(crate) struct Cursor(String);

impl Cursor {
    pub(super) fn new(after: Option<&str>) -> Self {
        Self(after.filter(|after| !after.contains('\0')).unwrap_or_default().to_owned())
    }

    /// Of a row; `name` is given in a list of names.
    pub(super) fn of(id: i64, name: Option<&String>) -> String {
        match name {
            Some(name) => format!("{id}~{}", name.to_ascii_lowercase()),
            None => id.to_string(),
        }
    }

    /// In a list of keys, the newest first.
    pub(crate) fn key(&self) -> i64 {
        self.0.parse().unwrap_or(i64::MAX)
    }

    /// In a list of names.
    pub(crate) fn name(&self) -> (String, i64) {
        let parts = self.0.split_once('~');
        let parsed = parts.and_then(|(id, name)| Some((name.to_owned(), id.parse().ok()?)));
        parsed.unwrap_or_default()
    }
}
