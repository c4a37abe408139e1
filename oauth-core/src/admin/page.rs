//! One page of a list, continued by key and never by counting: page 20,000 costs what page 1 does.

pub(super) use crate::store::list::Cursor;
pub use crate::store::list::PAGE_SIZE;

/// One page of a list.
#[derive(Debug, Clone)]
#[non_exhaustive]
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
