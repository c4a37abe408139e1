//! What clients prove themselves with: RFC 6749 §2.3.1. A row is written once, and only its end is set later.

use std::{collections::HashMap, fmt, sync::OnceLock};

use diesel::prelude::*;

use super::{DbConnection, Query};
use crate::{
    Secret, Timestamp,
    secret::Digest,
    store::schema::oauth_client_secrets::{self as secrets, table},
};

/// A secret of a client, as far as it is kept.
#[derive(Clone)]
pub struct StoredSecret {
    /// The key of its row.
    pub id: i64,
    /// The first random characters of a generated one, by which it can be recognised; empty of a chosen one.
    pub prefix: String,
    /// Since when it is good.
    pub created_at: Timestamp,
    /// Until when; `None` is until another takes its place.
    pub expires_at: Option<Timestamp>,
    known_by: KnownBy,
}

/// What a presented secret is held against.
#[derive(Clone)]
enum KnownBy {
    /// 256 random bits.
    Digest(Digest),
    /// What a person picked: Argon2id, and once one was verified its digest, which is kept in memory alone.
    Hash { hash: String, verified: OnceLock<Digest> },
}

impl StoredSecret {
    /// Whether it is good.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it is known to be the one of this digest. Takes as long whatever is presented.
    pub(crate) fn is(&self, presented: &Digest) -> bool {
        match &self.known_by {
            KnownBy::Digest(digest) => presented.is(digest.as_bytes()),
            KnownBy::Hash { verified, .. } => {
                verified.get().is_some_and(|verified| presented.is(verified.as_bytes()))
            }
        }
    }

    /// The hash of one that a person picked.
    pub(crate) fn hash(&self) -> Option<&str> {
        match &self.known_by {
            KnownBy::Digest(_) => None,
            KnownBy::Hash { hash, .. } => Some(hash),
        }
    }

    /// Remembers that what has this digest was verified, for as long as the client is remembered.
    pub(crate) fn remember(&self, presented: Digest) {
        if let KnownBy::Hash { verified, .. } = &self.known_by {
            verified.get_or_init(|| presented);
        }
    }
}

/// Without what an attacker would guess it against.
impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut secret = f.debug_struct("StoredSecret");
        secret.field("id", &self.id).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// What is stored of a new secret.
#[derive(Clone, Insertable)]
#[diesel(table_name = secrets)]
pub(crate) struct NewSecret {
    digest: Option<Vec<u8>>,
    hash: Option<String>,
    prefix: String,
}

impl NewSecret {
    /// Of one that the server drew.
    pub(crate) fn drawn(secret: &Secret) -> Self {
        let digest = Digest::of(secret.expose()).as_bytes().to_vec();
        Self { digest: Some(digest), hash: None, prefix: secret.prefix() }
    }

    /// Of one that a person picked.
    pub(crate) fn chosen(hash: String) -> Self {
        Self { digest: None, hash: Some(hash), prefix: String::new() }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = secrets)]
struct Row {
    id: i64,
    client_id: i64,
    digest: Option<Vec<u8>>,
    hash: Option<String>,
    prefix: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl Row {
    /// A row has the one or the other.
    fn into_secret(self) -> Option<StoredSecret> {
        let Self { id, digest, hash, prefix, created_at, expires_at, .. } = self;
        let known_by = match (digest, hash) {
            (Some(digest), _) => KnownBy::Digest(Digest::stored(&digest)?),
            (None, hash) => KnownBy::Hash { hash: hash?, verified: OnceLock::new() },
        };
        Some(StoredSecret { id, prefix, created_at, expires_at, known_by })
    }
}

/// The secrets of these clients, each's newest first.
pub(super) fn of_clients(
    db: &mut DbConnection,
    clients: &[i64],
) -> Query<HashMap<i64, Vec<StoredSecret>>> {
    let of = table.filter(secrets::client_id.eq_any(clients)).order(secrets::id.desc());
    let rows: Vec<Row> = of.select(Row::as_select()).load(db)?;
    let mut found = HashMap::<i64, Vec<StoredSecret>>::new();
    for row in rows {
        let client = row.client_id;
        found.entry(client).or_default().extend(row.into_secret());
    }
    Ok(found)
}

/// Gives a client a secret that has no end.
pub(crate) fn add(
    db: &mut DbConnection,
    client: i64,
    secret: &NewSecret,
    now: Timestamp,
) -> Query<()> {
    let row = (secrets::client_id.eq(client), secrets::created_at.eq(now), secret);
    diesel::insert_into(table).values(row).execute(db).map(drop)
}

/// Has these secrets end then.
pub(crate) fn end(db: &mut DbConnection, ids: &[i64], at: Timestamp) -> Query<()> {
    let ending = table.filter(secrets::id.eq_any(ids));
    diesel::update(ending).set(secrets::expires_at.eq(at)).execute(db).map(drop)
}

/// Deletes these secrets.
pub(crate) fn delete(db: &mut DbConnection, ids: &[i64]) -> Query<usize> {
    diesel::delete(table.filter(secrets::id.eq_any(ids))).execute(db)
}

/// Deletes those of a client.
pub(crate) fn delete_of(db: &mut DbConnection, client: i64) -> Query<()> {
    diesel::delete(table.filter(secrets::client_id.eq(client))).execute(db).map(drop)
}

/// Those that ended by then, the first ones.
pub(crate) fn ended(db: &mut DbConnection, by: Timestamp, limit: i64) -> Query<Vec<i64>> {
    let ended = table.filter(secrets::expires_at.le(by)).order(secrets::expires_at).limit(limit);
    ended.select(secrets::id).load(db)
}
