//! The names of users: who may have which, and what they are compared by (RFC 8265), which no SQL can compute.

use diesel::prelude::*;

use super::{DbConnection, Query, schema::oauth_users as users};
use crate::precis::ComparedName;

/// Why a user cannot have a name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Occupied {
    /// Another has it.
    Taken,
    /// Another has one that looks the same.
    LooksTaken,
}

/// Whether another user than this one has the name, or one that looks the same.
pub(crate) fn occupied(
    db: &mut DbConnection,
    username: &str,
    name: &ComparedName,
    by_other_than: Option<i64>,
) -> Query<Option<Occupied>> {
    let alike: Vec<(i64, String, Option<String>)> = users::table
        .filter(
            users::name_skeleton
                .eq(&name.skeleton)
                .or(users::name_skeleton.eq(&name.written))
                .or(users::username.eq(username)),
        )
        .select((users::id, users::username, users::name_key))
        .load(db)?;
    let mut others = alike.into_iter().filter(|(id, ..)| Some(*id) != by_other_than).peekable();
    let some = others.peek().map(|_| Occupied::LooksTaken);
    let is_same = |(_, known, key): (_, String, Option<String>)| {
        known == username || key.as_ref() == Some(&name.key)
    };
    Ok(if others.any(is_same) { Some(Occupied::Taken) } else { some })
}

/// Gives a user a name that is free.
pub(crate) fn rename(
    db: &mut DbConnection,
    id: i64,
    username: &str,
    name: &ComparedName,
) -> Query<()> {
    let changes = (
        users::username.eq(username),
        users::name_key.eq(&name.key),
        users::name_skeleton.eq(&name.skeleton),
        users::name_shared.eq(false),
    );
    diesel::update(users::table.find(id)).set(changes).execute(db).map(drop)
}

/// Fills in what names are compared by, in batches. Names that look like one before them are marked, and go on as they
/// are; the mark goes once no other looks so. For a transaction of its caller's.
pub(super) fn fill(db: &mut DbConnection) -> Query<()> {
    while fill_batch(db)? == BATCH {}
    for skeleton in shared(db)? {
        if of_skeleton(db, &skeleton)?.len() == 1 {
            let alone = users::table.filter(users::name_skeleton.eq(skeleton));
            diesel::update(alone).set(users::name_shared.eq(false)).execute(db)?;
        }
    }
    Ok(())
}

/// Names that look the same, group by group.
pub(super) fn colliding(db: &mut DbConnection) -> Query<Vec<Vec<String>>> {
    shared(db)?.iter().map(|skeleton| of_skeleton(db, skeleton)).collect()
}

fn fill_batch(db: &mut DbConnection) -> Query<i64> {
    let unfilled: Vec<(i64, String)> = users::table
        .filter(users::name_key.is_null())
        .order(users::id)
        .limit(BATCH)
        .select((users::id, users::username))
        .load(db)?;
    for (id, username) in &unfilled {
        let name = ComparedName::of(username);
        let alike =
            users::table.filter(users::name_skeleton.eq(&name.skeleton)).filter(users::id.ne(id));
        let is_shared: bool = diesel::select(diesel::dsl::exists(alike)).get_result(db)?;
        let filled = (
            users::name_key.eq(name.key),
            users::name_skeleton.eq(name.skeleton),
            users::name_shared.eq(is_shared),
        );
        diesel::update(users::table.find(id)).set(filled).execute(db)?;
    }
    Ok(i64::try_from(unfilled.len()).unwrap_or(BATCH))
}

fn shared(db: &mut DbConnection) -> Query<Vec<String>> {
    users::table
        .filter(users::name_shared)
        .filter(users::name_skeleton.is_not_null())
        .order(users::name_skeleton)
        .select(users::name_skeleton.assume_not_null())
        .distinct()
        .load(db)
}

fn of_skeleton(db: &mut DbConnection, skeleton: &str) -> Query<Vec<String>> {
    let alike = users::table.filter(users::name_skeleton.eq(skeleton));
    alike.order(users::id).select(users::username).load(db)
}

const BATCH: i64 = 500;
