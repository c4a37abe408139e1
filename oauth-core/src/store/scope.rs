//! The scopes that the server knows, with what users are told of them: RFC 6749 §3.3.

use diesel::prelude::*;

use super::{DbConnection, Query, schema::oauth_scopes};
use crate::Scopes;

/// A scope as users see it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_scopes)]
pub struct Scope {
    /// The scope token.
    pub name: String,
    /// What it allows, in a sentence for users.
    pub description: String,
}

/// Those of the scopes that the server knows, by name.
pub(crate) fn named(db: &mut DbConnection, scopes: &Scopes) -> Query<Vec<Scope>> {
    let names: Vec<&str> = scopes.iter().collect();
    oauth_scopes::table
        .filter(oauth_scopes::name.eq_any(names))
        .order(oauth_scopes::name)
        .select(Scope::as_select())
        .load(db)
}

/// Inserts a scope; `false` when there is one of this name.
pub(crate) fn insert(db: &mut DbConnection, name: &str, description: &str) -> Query<bool> {
    let known =
        oauth_scopes::table.filter(oauth_scopes::name.eq(name)).count().get_result::<i64>(db)?;
    if known > 0 {
        return Ok(false);
    }
    diesel::insert_into(oauth_scopes::table)
        .values((oauth_scopes::name.eq(name), oauth_scopes::description.eq(description)))
        .execute(db)?;
    Ok(true)
}
