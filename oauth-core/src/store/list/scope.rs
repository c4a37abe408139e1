//! Scopes.

use diesel::{dsl::not, prelude::*};

use super::{Cursor, PAGE, PAGE_SIZE, beginning_with};
use crate::store::{DbConnection, Query, schema::oauth_scopes, scope::ScopeRecord};

/// Which scopes are listed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ScopeFilter {
    /// Every one.
    All,
    /// Those whose name begins so, in alphabetical order.
    NameBegins(String),
    /// Those that are given.
    Enabled,
    /// Those that are not.
    Disabled,
}

pub(crate) fn scopes(
    db: &mut DbConnection,
    filter: &ScopeFilter,
    cursor: &Cursor,
) -> Query<Vec<ScopeRecord>> {
    if let ScopeFilter::NameBegins(prefix) = filter {
        return beginning_with!(db, oauth_scopes.name, ScopeRecord, prefix, &cursor.name());
    }
    let list = oauth_scopes::table
        .filter(oauth_scopes::id.lt(cursor.key()))
        .order(oauth_scopes::id.desc())
        .limit(PAGE)
        .select(ScopeRecord::as_select())
        .into_boxed();
    match filter {
        ScopeFilter::All | ScopeFilter::NameBegins(_) => list,
        ScopeFilter::Enabled => list.filter(oauth_scopes::is_enabled),
        ScopeFilter::Disabled => list.filter(not(oauth_scopes::is_enabled)),
    }
    .load(db)
}
