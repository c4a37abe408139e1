//! What was issued: codes, access tokens, refresh tokens. Never a digest.

use diesel::prelude::*;

use super::PAGE;
use crate::{
    Scopes, Secret, Timestamp,
    secret::{Key, Kind},
    store::{
        DbConnection, Query,
        client::ClientName,
        grant::Grant,
        schema::{
            oauth_access_tokens, oauth_authorization_codes, oauth_clients, oauth_grants,
            oauth_refresh_tokens,
        },
    },
};

/// Which codes and tokens are listed.
#[derive(Debug, Clone)]
pub enum IssuedFilter {
    /// Every one.
    All,
    /// The one of this whole value.
    Value(Secret),
    /// Those that hang on one grant, by its key.
    OfFamily(i64),
}

/// What something hangs on: its grant, that one's client, and since when that is disabled.
pub(crate) type Hook = (Grant, ClientName, Option<Timestamp>);

#[derive(Queryable, Selectable)]
#[diesel(table_name = oauth_authorization_codes)]
pub(crate) struct CodeRow {
    pub(crate) id: i64,
    pub(crate) prefix: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) redeemed_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = oauth_access_tokens)]
pub(crate) struct TokenRow {
    pub(crate) id: i64,
    pub(crate) prefix: String,
    #[diesel(deserialize_as = String)]
    pub(crate) scopes: Scopes,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = oauth_refresh_tokens)]
pub(crate) struct RefreshTokenRow {
    pub(crate) id: i64,
    pub(crate) prefix: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) redeemed_at: Option<Timestamp>,
}

/// A list of what hangs on a grant.
macro_rules! list {
    ($list:ident, $table:ident, $Row:ty, $kind:expr) => {
        /// The newest first.
        pub(crate) fn $list(
            db: &mut DbConnection,
            filter: &IssuedFilter,
            before: i64,
        ) -> Query<Vec<($Row, Hook)>> {
            let list = $table::table
                .inner_join(oauth_grants::table.inner_join(oauth_clients::table))
                .filter($table::id.lt(before))
                .order($table::id.desc())
                .limit(PAGE)
                .select((
                    <$Row>::as_select(),
                    (Grant::as_select(), ClientName::as_select(), oauth_clients::disabled_at),
                ))
                .into_boxed();
            match filter {
                IssuedFilter::All => list,
                IssuedFilter::Value(secret) => match Key::presented(secret.expose(), $kind) {
                    Some(key) => list
                        .filter($table::digest.eq(key.digest.as_bytes().to_vec()))
                        .filter($table::grant_id.eq(key.family)),
                    None => return Ok(Vec::new()),
                },
                IssuedFilter::OfFamily(id) => list.filter($table::grant_id.eq(*id)),
            }
            .load(db)
        }
    };
}

/// A look-up by key of what hangs on a grant.
macro_rules! one {
    ($one:ident, $table:ident, $Row:ty) => {
        pub(crate) fn $one(db: &mut DbConnection, id: i64) -> Query<Option<($Row, Hook)>> {
            $table::table
                .find(id)
                .inner_join(oauth_grants::table.inner_join(oauth_clients::table))
                .select((
                    <$Row>::as_select(),
                    (Grant::as_select(), ClientName::as_select(), oauth_clients::disabled_at),
                ))
                .get_result(db)
                .optional()
        }
    };
}

list!(codes, oauth_authorization_codes, CodeRow, Kind::AuthorizationCode);
list!(access_tokens, oauth_access_tokens, TokenRow, Kind::AccessToken);
list!(refresh_tokens, oauth_refresh_tokens, RefreshTokenRow, Kind::RefreshToken);
one!(code, oauth_authorization_codes, CodeRow);
one!(access_token, oauth_access_tokens, TokenRow);
