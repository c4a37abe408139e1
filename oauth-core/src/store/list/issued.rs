//! What was issued: codes, access tokens, refresh tokens. They are listed by family, the newest first.

use std::{fmt, str::FromStr};

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Binary, Bool, Nullable, Text},
};

use super::PAGE;
use crate::{
    Resources, Scopes, Secret, Timestamp,
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
#[non_exhaustive]
pub enum IssuedFilter {
    /// Every one.
    All,
    /// The one of this whole value.
    Value(Secret),
    /// Those that hang on one grant, by its key.
    OfFamily(i64),
}

/// Which code or token is meant: the key of its family, and the first 8 bytes of its digest, which tell nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuedId {
    /// The key of its family.
    pub family: i64,
    digest: [u8; 8],
}

impl IssuedId {
    /// What comes before every other in a list, the newest first.
    pub(crate) const BEFORE_ALL: Self = Self { family: i64::MAX, digest: [0xff; 8] };

    pub(crate) fn of(family: i64, digest: &[u8]) -> Self {
        Self { family, digest: digest.first_chunk().copied().unwrap_or_default() }
    }

    /// What no digest that begins like this one lies behind.
    fn behind(self) -> Vec<u8> {
        let mut behind = vec![0xff; 33];
        behind.splice(..8, self.digest);
        behind
    }
}

/// As it stands in an address: both in one word.
impl fmt::Display for IssuedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.family, u64::from_be_bytes(self.digest))
    }
}

/// A text that names no code or token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of a code or token is a number, -, and 16 hexadecimal digits")]
pub struct NoIssuedId;

impl FromStr for IssuedId {
    type Err = NoIssuedId;

    fn from_str(text: &str) -> Result<Self, NoIssuedId> {
        let (family, digest) = text.rsplit_once('-').ok_or(NoIssuedId)?;
        let digest = u64::from_str_radix(digest, 16).map_err(|_| NoIssuedId)?;
        let family = family.parse().map_err(|_| NoIssuedId)?;
        let id = Self { family, digest: digest.to_be_bytes() };
        if id.to_string() == text { Ok(id) } else { Err(NoIssuedId) }
    }
}

/// What something hangs on: its grant, and that one's client.
pub(crate) type Hook = (Grant, ClientName);

/// What any of them is by itself.
#[derive(Queryable)]
pub(crate) struct IssuedRow {
    pub(crate) grant_id: i64,
    pub(crate) digest: Vec<u8>,
    pub(crate) prefix: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    #[diesel(deserialize_as = String)]
    pub(crate) scopes: Scopes,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) redeemed_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    #[diesel(deserialize_as = Option<String>)]
    pub(crate) resources: Resources,
    pub(crate) actor: Option<String>,
}

impl IssuedRow {
    pub(crate) fn id(&self) -> IssuedId {
        IssuedId::of(self.grant_id, &self.digest)
    }
}

/// The newest first.
pub(crate) fn issued(
    db: &mut DbConnection,
    kind: Kind,
    filter: &IssuedFilter,
    before: IssuedId,
) -> Query<Vec<(IssuedRow, Hook)>> {
    match kind {
        Kind::AuthorizationCode => codes(db, filter, before),
        Kind::AccessToken => access_tokens(db, filter, before),
        Kind::RefreshToken => refresh_tokens(db, filter, before),
    }
}

/// The one of this key.
pub(crate) fn issued_one(
    db: &mut DbConnection,
    kind: Kind,
    id: IssuedId,
) -> Query<Option<(IssuedRow, Hook)>> {
    match kind {
        Kind::AuthorizationCode => code(db, id),
        Kind::AccessToken => access_token(db, id),
        Kind::RefreshToken => refresh_token(db, id),
    }
}

/// The queries of a kind: `own` is what its rows hold behind what all have.
macro_rules! queries {
    ($kind:expr, $list:ident, $one:ident, $table:ident, $($own:expr),+) => {
        fn $list(
            db: &mut DbConnection,
            filter: &IssuedFilter,
            before: IssuedId,
        ) -> Query<Vec<(IssuedRow, Hook)>> {
            let key = concat!("(", stringify!($table), ".grant_id, ", stringify!($table), ".digest) < (");
            let list = $table::table
                .inner_join(oauth_grants::table.inner_join(oauth_clients::table))
                .filter(
                    sql::<Bool>(key)
                        .bind::<BigInt, _>(before.family)
                        .sql(", ")
                        .bind::<Binary, _>(before.digest.to_vec())
                        .sql(")"),
                )
                .order(($table::grant_id.desc(), $table::digest.desc()))
                .limit(PAGE)
                .select(queries!(@columns $table, $($own),+))
                .into_boxed();
            match filter {
                IssuedFilter::All => list,
                IssuedFilter::Value(secret) => match Key::presented(secret.expose(), $kind) {
                    Some(key) => list
                        .filter($table::grant_id.eq(key.family))
                        .filter($table::digest.eq(key.digest.as_bytes().to_vec())),
                    None => return Ok(Vec::new()),
                },
                IssuedFilter::OfFamily(id) => list.filter($table::grant_id.eq(*id)),
            }
            .load(db)
        }

        fn $one(db: &mut DbConnection, id: IssuedId) -> Query<Option<(IssuedRow, Hook)>> {
            $table::table
                .filter($table::grant_id.eq(id.family))
                .filter($table::digest.ge(id.digest.to_vec()))
                .filter($table::digest.le(id.behind()))
                .inner_join(oauth_grants::table.inner_join(oauth_clients::table))
                .select(queries!(@columns $table, $($own),+))
                .get_result(db)
                .optional()
        }
    };
    (@columns $table:ident, $($own:expr),+) => {
        (
            (
                $table::grant_id,
                $table::digest,
                $table::prefix,
                $table::created_at,
                $table::expires_at.nullable(),
                $($own),+
            ),
            (Grant::as_select(), ClientName::as_select()),
        )
    };
}

queries!(
    Kind::AuthorizationCode,
    codes,
    code,
    oauth_authorization_codes,
    oauth_grants::scopes,
    oauth_authorization_codes::redirect_uri,
    oauth_authorization_codes::redeemed_at,
    sql::<Nullable<BigInt>>("NULL"),
    oauth_grants::resources,
    sql::<Nullable<Text>>("NULL")
);
queries!(
    Kind::AccessToken,
    access_tokens,
    access_token,
    oauth_access_tokens,
    oauth_access_tokens::scopes,
    sql::<Nullable<Text>>("NULL"),
    sql::<Nullable<BigInt>>("NULL"),
    oauth_access_tokens::revoked_at,
    oauth_access_tokens::audience,
    oauth_access_tokens::actor
);
queries!(
    Kind::RefreshToken,
    refresh_tokens,
    refresh_token,
    oauth_refresh_tokens,
    oauth_grants::scopes,
    sql::<Nullable<Text>>("NULL"),
    oauth_refresh_tokens::redeemed_at,
    sql::<Nullable<BigInt>>("NULL"),
    oauth_grants::resources,
    sql::<Nullable<Text>>("NULL")
);
