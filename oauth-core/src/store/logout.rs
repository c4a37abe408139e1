//! What ends with a session that clients know, or with all of a user's: about a batch of families at a time. Each statement
//! goes by an index.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    client::{self, Client},
    logout_delivery::{self, NewLogoutDelivery},
    schema::oauth_grants as grants,
};
use crate::{
    Scopes, Timestamp,
    scope::{OFFLINE_ACCESS, OPENID},
};

/// Which sessions end.
#[derive(Debug, Clone)]
pub(crate) enum Whose {
    /// Those that clients know by these names.
    Sessions(Vec<String>),
    /// All of this user's.
    Subject(String),
}

/// How far that has come.
#[derive(Debug, Clone)]
pub(crate) struct Logout {
    whose: Whose,
    now: Timestamp,
    /// The last family that was looked at.
    after: i64,
    /// Which clients were told, and of what.
    told: BTreeSet<NewLogoutDelivery>,
}

/// What a batch came to.
#[derive(Debug, Default)]
pub(crate) struct LoggedOut {
    /// The clients, by the names that they send, and the users whose live families were ended.
    pub(crate) ended: BTreeSet<(String, String)>,
    /// What is left to do.
    pub(crate) rest: Option<Logout>,
}

impl Logout {
    pub(crate) fn of(whose: Whose, now: Timestamp) -> Self {
        Self { whose, now, after: i64::MIN, told: BTreeSet::new() }
    }

    /// Ends the next families, but for those that outlive the session because the user allowed `offline_access`, and lets
    /// all of their clients be told that want to.
    pub(crate) fn batch(&self, db: &mut DbConnection) -> Query<LoggedOut> {
        let families = self.families(db)?;
        let mut rest = self.clone();
        let clients = rest.tell(db, &families)?;
        let ends = |family: &&Family| {
            family.revoked_at.is_none()
                && family.is_of_openid()
                && !family.scopes.contains(OFFLINE_ACCESS)
        };
        let ending: Vec<&Family> = families.iter().filter(ends).collect();
        if !ending.is_empty() {
            let live = grants::id.eq_any(ending.iter().map(|family| family.id));
            let live = grants::table.filter(live).filter(grants::revoked_at.is_null());
            diesel::update(live).set(grants::revoked_at.eq(self.now)).execute(db)?;
        }
        let named = |family: &Family| {
            let client = clients.get(&family.client_id)?;
            Some((client.client_id.clone(), family.subject.clone()?))
        };
        let ended = ending.into_iter().filter_map(named).collect();
        let last = families.last().filter(|_| families.len() as i64 == BATCH);
        let rest = last.map(|last| Self { after: last.id, ..rest });
        Ok(LoggedOut { ended, rest })
    }

    /// The next ones that began with `openid`, over or not.
    fn families(&self, db: &mut DbConnection) -> Query<Vec<Family>> {
        let next = grants::table
            .filter(grants::openid.is_not_null())
            .filter(grants::id.gt(self.after))
            .order(grants::id)
            .limit(BATCH)
            .select(Family::as_select());
        match &self.whose {
            Whose::Subject(subject) => next.filter(grants::subject.eq(subject)).load(db),
            Whose::Sessions(sids) => next
                .filter(grants::sid.is_not_null()) // in the words of its index
                .filter(grants::sid.eq_any(sids))
                .load(db),
        }
    }

    /// Lets the clients of these families be told, each once of the same: of the session, or where all of the user's end and
    /// the client need not know which, of the user. Gives the clients by their keys.
    fn tell(&mut self, db: &mut DbConnection, families: &[Family]) -> Query<BTreeMap<i64, Client>> {
        let keys: BTreeSet<i64> = families.iter().map(|family| family.client_id).collect();
        let clients = client::with_keys(db, &keys.into_iter().collect::<Vec<_>>())?;
        let clients: BTreeMap<i64, Client> =
            clients.into_iter().map(|client| (client.id, client)).collect();
        for family in families.iter().filter(|family| family.is_of_openid()) {
            let Some(client) = clients.get(&family.client_id) else { continue };
            let Some(subject) = family.subject.clone() else { continue };
            let openid = &client.metadata.openid;
            if openid.backchannel_logout_uri.is_none() || client.disabled_at.is_some() {
                continue;
            }
            let names_session = matches!(self.whose, Whose::Sessions(_))
                || openid.backchannel_logout_session_required;
            let sid = family.sid.clone().filter(|_| names_session);
            let new = NewLogoutDelivery { client_id: client.id, subject, sid };
            if self.told.insert(new.clone()) {
                logout_delivery::insert(db, &new, self.now)?;
            }
        }
        Ok(clients)
    }

    /// The same of families that are about to be deleted.
    pub(super) fn tell_of(&mut self, db: &mut DbConnection, families: &[i64]) -> Query<()> {
        let families = grants::table
            .filter(grants::id.eq_any(families))
            .filter(grants::openid.is_not_null())
            .select(Family::as_select());
        let families = families.load(db)?;
        self.tell(db, &families).map(drop)
    }
}

impl Family {
    /// Others know how their users signed in because a resource wanted to (RFC 9470): no logout is for them.
    fn is_of_openid(&self) -> bool {
        self.sid.is_some() || self.scopes.contains(OPENID)
    }
}

/// A family that began with `openid`, or knows how its user signed in.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = grants)]
struct Family {
    id: i64,
    client_id: i64,
    subject: Option<String>,
    #[diesel(deserialize_as = String)]
    scopes: Scopes,
    revoked_at: Option<Timestamp>,
    sid: Option<String>,
}

/// Families; they hold SQLite's writer for some milliseconds.
const BATCH: i64 = 100;

#[cfg(test)]
mod tests;
