//! The audit trail: who changed what, when. Rows are only ever added.

use diesel::prelude::*;

use super::{DbConnection, Query, list::PAGE, schema::oauth_audit};
use crate::{
    Timestamp,
    admin::{Actor, AuditFilter, Entry, Trail},
};

/// One change, as the trail has it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_audit)]
pub struct AuditRecord {
    /// The key of its row.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who: the subject.
    pub actor: String,
    /// Who: the name at that time.
    pub actor_name: String,
    /// What was done: the name of an [`Action`](crate::admin::Action).
    pub action: String,
    /// To what kind of record: the name of a [`Kind`](crate::admin::Kind).
    pub kind: String,
    /// The record's key; the record itself may be gone.
    pub record_id: i64,
    /// The record's name at that time; of a code or token its prefix.
    pub record_name: String,
    /// The fields that changed, separated by commas; never their values.
    pub changes: String,
    /// The id of the request that it came with; none where it was no request's.
    pub request_id: Option<String>,
    /// The address that sent the request, where it is known.
    pub address: Option<String>,
}

pub(crate) fn insert(
    db: &mut DbConnection,
    actor: &Actor,
    trail: &Trail,
    entry: &Entry,
) -> Query<()> {
    let origin = trail.origin.as_deref();
    diesel::insert_into(oauth_audit::table)
        .values((
            oauth_audit::at.eq(trail.at),
            oauth_audit::actor.eq(&actor.subject),
            oauth_audit::actor_name.eq(&actor.name),
            oauth_audit::action.eq(entry.action.as_str()),
            oauth_audit::kind.eq(entry.kind.as_str()),
            oauth_audit::record_id.eq(entry.id),
            oauth_audit::record_name.eq(&entry.name),
            oauth_audit::changes.eq(entry.changes.join(", ")),
            oauth_audit::request_id.eq(origin.map(|origin| origin.request_id.as_str())),
            oauth_audit::address
                .eq(origin.and_then(|origin| origin.address).map(|ip| ip.to_string())),
        ))
        .execute(db)
        .map(drop)
}

pub(crate) fn list(
    db: &mut DbConnection,
    filter: &AuditFilter,
    before: i64,
) -> Query<Vec<AuditRecord>> {
    let list = oauth_audit::table
        .filter(oauth_audit::id.lt(before))
        .order(oauth_audit::id.desc())
        .limit(PAGE)
        .select(AuditRecord::as_select())
        .into_boxed();
    match filter {
        AuditFilter::All => list,
        AuditFilter::Of(kind, id) => {
            list.filter(oauth_audit::kind.eq(kind.as_str())).filter(oauth_audit::record_id.eq(*id))
        }
        AuditFilter::By(subject) => list.filter(oauth_audit::actor.eq(subject.clone())),
    }
    .load(db)
}
