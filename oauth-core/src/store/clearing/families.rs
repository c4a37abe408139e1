//! Families, and what hangs on them: looked at in the order of their keys, a stretch at a time. No index serves this
//! alone: it would cost each issue more than the walk does.

use std::cell::Cell;

use diesel::{
    dsl::{exists, not},
    prelude::*,
};

use super::{Cleared, Ends};
use crate::store::{
    DbConnection, Query,
    schema::{
        oauth_access_tokens as access, oauth_authorization_codes as codes, oauth_grants as grants,
        oauth_refresh_tokens as refresh,
    },
};

macro_rules! ended_access {
    ($ends:expr, $stretch:expr) => {
        access::table
            .filter(access::grant_id.gt($stretch.after))
            .filter(access::grant_id.le($stretch.until))
            .filter(access::expires_at.le($ends.single).or(access::revoked_at.le($ends.single)))
    };
}

macro_rules! ended_codes {
    ($ends:expr, $stretch:expr) => {
        codes::table
            .filter(codes::grant_id.gt($stretch.after))
            .filter(codes::grant_id.le($stretch.until))
            .filter(codes::expires_at.le($ends.family))
    };
}

/// Redeemed refresh tokens of families without end.
macro_rules! forgotten {
    ($ends:expr, $stretch:expr) => {
        refresh::table
            .filter(refresh::grant_id.gt($stretch.after))
            .filter(refresh::grant_id.le($stretch.until))
            .filter(refresh::redeemed_at.is_not_null())
            .filter(refresh::expires_at.le($ends.endless))
            .filter(
                refresh::grant_id.eq_any(
                    grants::table
                        .filter(grants::id.gt($stretch.after))
                        .filter(grants::id.le($stretch.until))
                        .filter(grants::expires_at.is_null())
                        .select(grants::id),
                ),
            )
    };
}

/// Deletes rows of a table that hangs on families, about a batch of them. Says how many, and whether that was all.
macro_rules! delete_a_batch {
    ($db:expr, $table:ident, $rows:expr, $limit:expr) => {{
        let rows = $rows.order(($table::grant_id, $table::digest)).limit($limit);
        let rows: Vec<(i64, Vec<u8>)> =
            rows.select(($table::grant_id, $table::digest)).load($db)?;
        match rows.last() {
            Some(&(last, _)) if rows.len() as i64 == $limit => {
                let of_last = rows.iter().filter(|(family, _)| *family == last);
                let digests: Vec<&[u8]> = of_last.map(|(_, digest)| &**digest).collect();
                let before =
                    diesel::delete($rows.filter($table::grant_id.lt(last))).execute($db)?;
                let of_last = $table::table
                    .filter($table::grant_id.eq(last))
                    .filter($table::digest.eq_any(digests));
                (before + diesel::delete(of_last).execute($db)?, false)
            }
            Some(_) => (diesel::delete($rows).execute($db)?, true),
            None => (0, true),
        }
    }};
}

/// The families whose keys lie behind the first, up to the second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    after: i64,
    pub(crate) until: i64,
}

/// The next stretch: so many families, or fewer where a lot hangs on them. `None` where there is no further one.
pub(crate) fn stretch(db: &mut DbConnection, after: i64, limit: i64) -> Query<Option<Stretch>> {
    let families = grants::table.filter(grants::id.gt(after)).order(grants::id).limit(limit);
    let families: Vec<i64> = families.select(grants::id).load(db)?;
    let Some(&last) = families.last() else { return Ok(None) };
    let crowded = access::table
        .filter(access::grant_id.gt(after))
        .filter(access::grant_id.le(last))
        .order((access::grant_id, access::digest))
        .offset(limit * 10);
    let crowded: Option<i64> = crowded.select(access::grant_id).first(db).optional()?;
    Ok(Some(Stretch { after, until: crowded.unwrap_or(last) }))
}

/// Whether there is anything to delete.
pub(crate) fn has_ended(db: &mut DbConnection, ends: Ends, stretch: Stretch) -> Query<bool> {
    Ok(!over(db, ends, stretch)?.is_empty()
        || diesel::select(exists(ended_access!(ends, stretch))).get_result(db)?
        || diesel::select(exists(ended_codes!(ends, stretch))).get_result(db)?
        || diesel::select(exists(forgotten!(ends, stretch))).get_result(db)?)
}

/// Deletes the families that are over, with all that hangs on them, and of the others what has ended: about a batch of
/// each table. Says whether that was all of the stretch.
pub(crate) fn clear(
    db: &mut DbConnection,
    ends: Ends,
    stretch: Stretch,
    limit: i64,
) -> Query<(Cleared, bool)> {
    let over = over(db, ends, stretch)?;
    let (mut cleared, were_all) = delete(db, &over, limit)?;
    if !were_all {
        return Ok((cleared, false));
    }
    let is_all = Cell::new(true);
    let counted = counted(&is_all);
    let ended = || ended_codes!(ends, stretch);
    cleared.authorization_codes += counted(delete_a_batch!(db, codes, ended(), limit));
    let ended = || ended_access!(ends, stretch);
    cleared.access_tokens += counted(delete_a_batch!(db, access, ended(), limit));
    let ended = || forgotten!(ends, stretch);
    cleared.refresh_tokens += counted(delete_a_batch!(db, refresh, ended(), limit));
    Ok((cleared, is_all.get()))
}

/// Deletes these families with all that hangs on them: about a batch of each table, and the families themselves last.
/// Says whether that was all.
pub(in crate::store) fn delete(
    db: &mut DbConnection,
    families: &[i64],
    limit: i64,
) -> Query<(Cleared, bool)> {
    let (mut cleared, is_all) = (Cleared::default(), Cell::new(true));
    let counted = counted(&is_all);
    let hanging = || codes::table.filter(codes::grant_id.eq_any(families));
    cleared.authorization_codes = counted(delete_a_batch!(db, codes, hanging(), limit));
    let hanging = || access::table.filter(access::grant_id.eq_any(families));
    cleared.access_tokens = counted(delete_a_batch!(db, access, hanging(), limit));
    let hanging = || refresh::table.filter(refresh::grant_id.eq_any(families));
    cleared.refresh_tokens = counted(delete_a_batch!(db, refresh, hanging(), limit));
    if is_all.get() {
        let families = grants::table.filter(grants::id.eq_any(families));
        cleared.grants = diesel::delete(families).execute(db)?;
    }
    Ok((cleared, is_all.get()))
}

/// The rows of a batch, and in the cell whether all batches so far were all there was.
fn counted(is_all: &Cell<bool>) -> impl Fn((usize, bool)) -> usize {
    move |(rows, were_all)| {
        is_all.set(is_all.get() && were_all);
        rows
    }
}

/// The families that expired or were revoked, and those of which nothing is alive: what has ended leads to nothing new,
/// so that they are over for good. One that began in a session is kept while that may go on: its client is told when the
/// session ends.
fn over(db: &mut DbConnection, ends: Ends, Stretch { after, until }: Stretch) -> Query<Vec<i64>> {
    let live_access = access::table
        .filter(access::grant_id.eq(grants::id))
        .filter(access::expires_at.gt(ends.single))
        .filter(access::revoked_at.is_null().or(access::revoked_at.gt(ends.single)));
    // Redeemed or not: while a code is kept, so is what its reuse would end.
    let live_code = codes::table
        .filter(codes::grant_id.eq(grants::id))
        .filter(codes::expires_at.gt(ends.family));
    let live_refresh = refresh::table
        .filter(refresh::grant_id.eq(grants::id))
        .filter(refresh::redeemed_at.is_null())
        .filter(refresh::expires_at.is_null().or(refresh::expires_at.gt(ends.family)));
    let dead = grants::expires_at.le(ends.family).or(grants::revoked_at.le(ends.family));
    let nothing_lives =
        not(exists(live_access)).and(not(exists(live_code))).and(not(exists(live_refresh)));
    grants::table
        .filter(grants::id.gt(after))
        .filter(grants::id.le(until))
        .filter(dead.or(nothing_lives))
        .filter(grants::sid.is_null().or(grants::created_at.le(ends.session)))
        .select(grants::id)
        .load(db)
}
