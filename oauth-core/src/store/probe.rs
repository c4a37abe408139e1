//! Whether the tables are there, where the application applies the migrations and keeps its own books of them.

use diesel::{QueryDsl, RunQueryDsl, dsl::exists, result::Error::DatabaseError};

use super::{DbConnection, Query, StoreError, schema};

/// Asks every table for all columns that the queries know.
macro_rules! answer {
    ($db:ident: $($table:ident)+) => {{
        $(
            let all = schema::$table::table.select(schema::$table::all_columns);
            diesel::select(exists(all)).get_result::<bool>($db)?;
        )+
        Ok(())
    }};
}

/// Whether every table has every column; what else they have is the application's business.
pub(super) fn is_complete(db: &mut DbConnection) -> Result<bool, StoreError> {
    match ask(db).map_err(StoreError::from) {
        Ok(()) => Ok(true),
        Err(StoreError::Query(DatabaseError(..))) => Ok(false),
        Err(error) => Err(error),
    }
}

fn ask(db: &mut DbConnection) -> Query<()> {
    answer!(db: oauth_users oauth_sessions oauth_known_browsers oauth_scopes oauth_clients oauth_client_secrets
        oauth_grants oauth_consents oauth_authorization_codes oauth_access_tokens oauth_refresh_tokens oauth_audit)
}
