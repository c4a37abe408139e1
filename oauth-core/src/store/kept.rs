//! Statements of the requests' paths: prepared once a connection, and handed to the database as it is.
//!
//! diesel keeps no `UPDATE`, nor an `INSERT` for PostgreSQL: a changeset may leave columns out, and so make ever new SQL.
//! Preparing is most of what a small statement costs, and on PostgreSQL it is a round trip of its own; so a statement of
//! a request's path whose SQL is always the same says `.kept()`. It returns the key of its row, because diesel asks a
//! statement whether it may be kept only where it returns something.
//!
//! A look-up by a unique key is read by `get_result`, not by `first`: that binds `LIMIT`, whose value SQLite's planner
//! looks at, so that a kept statement is prepared anew whenever it is bound. And it is sent by [`native!`]: a
//! `MultiConnection` writes the SQL anew each time, the connections under it know a look-up by its type.

use diesel::{
    OptionalExtension, RunQueryDsl,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    query_dsl::LoadQuery,
};

use super::{DbConnection, PgConnection, SqliteConnection};

/// Runs an expression in which `$db` is the connection of whichever database it is.
macro_rules! native {
    ($db:ident, $query:expr) => {
        match $db {
            $crate::store::DbConnection::Postgres($db) => $query,
            $crate::store::DbConnection::Sqlite($db) => $query,
        }
    };
}
pub(super) use native;

/// A statement whose SQL is the same whatever it binds.
pub(super) struct Kept<S>(S);

pub(super) trait Keep: Sized {
    /// Has the connection keep it, prepared.
    fn kept(self) -> Kept<Self> {
        Kept(self)
    }
}

impl<S> Keep for S {}

impl<S> Kept<S> {
    /// Its one row.
    pub(super) fn one<'query, U>(self, db: &mut DbConnection) -> diesel::QueryResult<U>
    where
        Self: LoadQuery<'query, PgConnection, U> + LoadQuery<'query, SqliteConnection, U>,
    {
        native!(db, self.get_result(db))
    }

    /// Runs it, and says whether it found its row.
    pub(super) fn found<'query>(self, db: &mut DbConnection) -> diesel::QueryResult<bool>
    where
        Self: LoadQuery<'query, PgConnection, i64> + LoadQuery<'query, SqliteConnection, i64>,
    {
        Ok(self.one::<i64>(db).optional()?.is_some())
    }
}

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Kept<S> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> diesel::QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> diesel::QueryResult<bool> {
        Ok(true)
    }
}

/// A look-up is found by its type, what writes by its SQL.
impl<S: QueryId> QueryId for Kept<S> {
    type QueryId = S::QueryId;

    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}

impl<S: Query> Query for Kept<S> {
    type SqlType = S::SqlType;
}

impl<S, C> RunQueryDsl<C> for Kept<S> {}

#[cfg(test)]
mod tests;
