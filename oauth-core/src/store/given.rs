//! Of a grant's scopes, those that the server gives now: read with what hangs on the grant, in the same statement.

use diesel::{
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::Text,
};

/// A column of what is joined to `oauth_grants`. Each database takes the grant's text apart in its own way.
#[derive(Debug, Clone, Copy, QueryId, ValidGrouping)]
pub(crate) struct Given;

impl Expression for Given {
    type SqlType = Text;
}

impl<T> AppearsOnTable<T> for Given {}

impl<T> SelectableExpression<T> for Given {}

impl QueryFragment<Pg> for Given {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        pass.push_sql(
            "coalesce((SELECT string_agg(oauth_scopes.name, ' ') FROM oauth_scopes WHERE oauth_scopes.is_enabled \
             AND oauth_scopes.name = ANY (string_to_array(oauth_grants.scopes COLLATE \"C\", ' '))), '')",
        );
        Ok(())
    }
}

/// A scope token holds neither a quotation mark nor a backslash (RFC 6749 §3.3), so that this is JSON.
#[cfg(feature = "sqlite")]
impl QueryFragment<diesel::sqlite::Sqlite> for Given {
    fn walk_ast<'b>(
        &'b self,
        mut pass: AstPass<'_, 'b, diesel::sqlite::Sqlite>,
    ) -> diesel::QueryResult<()> {
        pass.push_sql(
            "coalesce((SELECT group_concat(oauth_scopes.name, ' ') FROM oauth_scopes WHERE oauth_scopes.is_enabled \
             AND oauth_scopes.name IN (SELECT value FROM \
             json_each('[\"' || replace(oauth_grants.scopes, ' ', '\",\"') || '\"]'))), '')",
        );
        Ok(())
    }
}
