//! The rows of many keys, on PostgreSQL. Each is looked up by the primary key, which begins with the family: where the
//! table is in partitions, those of the families are visited and no others.

use diesel::{
    dsl::{AsExprOf, sql},
    expression::{SqlLiteral, UncheckedBind},
    sql_types::{Array, BigInt, Binary, Bool},
};

use crate::secret::Key;

type Families = UncheckedBind<SqlLiteral<Bool>, AsExprOf<Vec<i64>, Array<BigInt>>>;
type Digests<'k> =
    UncheckedBind<SqlLiteral<Bool, Families>, AsExprOf<Vec<&'k [u8]>, Array<Binary>>>;

/// Whether a row of this table has one of the keys.
pub(super) fn one_of<'k>(table: &str, keys: &'k [Key]) -> SqlLiteral<Bool, Digests<'k>> {
    let families: Vec<i64> = keys.iter().map(|key| key.family).collect();
    let digests: Vec<&[u8]> = keys.iter().map(|key| key.digest.as_bytes()).collect();
    sql(&format!("({table}.grant_id, {table}.digest) IN (SELECT * FROM unnest("))
        .bind::<Array<BigInt>, _>(families)
        .sql("::bigint[], ")
        .bind::<Array<Binary>, _>(digests)
        .sql("::bytea[]))")
}
