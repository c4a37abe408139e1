//! What hangs on a subject, erased a bounded number of rows at a time. Each statement goes by an index.

use diesel::{QueryResult, prelude::*};

use super::{
    DbConnection, Query,
    audit::Kind,
    clearing::families,
    logout::Logout,
    schema::{
        oauth_audit as audit, oauth_clients as clients, oauth_consents as consents,
        oauth_grants as grants, oauth_known_browsers as browsers, oauth_sessions as sessions,
        oauth_users as users,
    },
    user,
};
use crate::Timestamp;

/// Whom, and how far that has come.
#[derive(Debug, Clone)]
pub(crate) struct Forgetting {
    pub(crate) subject: String,
    /// The key of the bundled user, where the subject may be one.
    pub(crate) user: Option<i64>,
    pub(crate) now: Timestamp,
    /// Up to this row of the trail the user's name is blanked as that of who acted.
    pub(crate) audited: i64,
    /// Which clients know already that they shall be told.
    pub(crate) logout: Logout,
}

/// What a batch came to.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// Whether there was anything to erase.
    pub(crate) has_erased: bool,
    /// Whether nothing is left.
    pub(crate) is_last: bool,
    pub(crate) audited: i64,
    pub(crate) logout: Logout,
}

/// Erases about a batch of each table. A bundled user is deactivated by the first and goes with the last.
pub(crate) fn batch(db: &mut DbConnection, of: &Forgetting) -> Query<Batch> {
    let (audited, logout) = (of.audited, of.logout.clone());
    let mut batch = Batch { has_erased: false, is_last: true, audited, logout };
    if let Some(user) = of.user {
        user::deactivate(db, user)?;
        batch.sign_ins(db, user)?;
        batch.names_of(db, user)?;
    }
    batch.clients(db, of)?;
    batch.consents(db, of)?;
    batch.families(db, of)?;
    batch.names_by(db, of)?;
    if let Some(user) = of.user.filter(|_| batch.is_last) {
        batch.has_erased |= diesel::delete(users::table.find(user)).execute(db)? > 0;
    }
    Ok(batch)
}

impl Batch {
    /// As many of the keys that were found as are one batch.
    fn of<K>(&mut self, found: QueryResult<Vec<K>>) -> Query<Vec<K>> {
        let mut keys = found?;
        self.is_last &= keys.len() <= BATCH;
        keys.truncate(BATCH);
        self.has_erased |= !keys.is_empty();
        Ok(keys)
    }

    fn sign_ins(&mut self, db: &mut DbConnection, user: i64) -> Query<()> {
        let of_user = sessions::table.filter(sessions::user_id.eq(user)).limit(LIMIT);
        let digests: Vec<Vec<u8>> = self.of(of_user.select(sessions::digest).load(db))?;
        diesel::delete(sessions::table.filter(sessions::digest.eq_any(digests))).execute(db)?;

        let of_user = browsers::table.filter(browsers::user_id.eq(user)).limit(LIMIT);
        let ids: Vec<i64> = self.of(of_user.select(browsers::id).load(db))?;
        diesel::delete(browsers::table.filter(browsers::id.eq_any(ids))).execute(db).map(drop)
    }

    /// Clients of the user's are nobody's, act for nobody and are disabled.
    fn clients(&mut self, db: &mut DbConnection, of: &Forgetting) -> Query<()> {
        let owned = clients::table.filter(clients::owner.eq(&of.subject)).limit(LIMIT);
        let ids: Vec<i64> = self.of(owned.select(clients::id).load(db))?;
        let enabled = clients::id.eq_any(&ids).and(clients::disabled_at.is_null());
        diesel::update(clients::table.filter(enabled))
            .set(clients::disabled_at.eq(of.now))
            .execute(db)?;
        let changes = (
            clients::owner.eq(None::<String>),
            clients::acts_as_owner.eq(false),
            clients::version.eq(clients::version + 1),
        );
        let owned = clients::table.filter(clients::id.eq_any(&ids));
        diesel::update(owned).set(changes).execute(db).map(drop)
    }

    fn consents(&mut self, db: &mut DbConnection, of: &Forgetting) -> Query<()> {
        let given = consents::table.filter(consents::subject.eq(&of.subject)).limit(LIMIT);
        let ids: Vec<i64> = self.of(given.select(consents::id).load(db))?;
        diesel::delete(consents::table.filter(consents::id.eq_any(ids))).execute(db).map(drop)
    }

    fn families(&mut self, db: &mut DbConnection, of: &Forgetting) -> Query<()> {
        let granted = grants::table.filter(grants::subject.eq(&of.subject)).order(grants::id);
        let ids: Vec<i64> = self.of(granted.limit(LIMIT).select(grants::id).load(db))?;
        self.logout.tell_of(db, &ids)?;
        let (_, are_all) = families::delete(db, &ids, BATCH as i64)?;
        self.is_last &= are_all;
        Ok(())
    }

    /// The name of a bundled user, in rows that tell of changes of the user.
    fn names_of(&mut self, db: &mut DbConnection, user: i64) -> Query<()> {
        let named = audit::table
            .filter(audit::kind.eq(Kind::User.as_str()))
            .filter(audit::record_id.eq(user))
            .filter(audit::record_name.ne(""));
        let ids: Vec<i64> = self.of(named.limit(LIMIT).select(audit::id).load(db))?;
        let named = audit::table.filter(audit::id.eq_any(ids));
        diesel::update(named).set(audit::record_name.eq("")).execute(db).map(drop)
    }

    /// The name, in rows of what the user changed. There may be many, so each is visited once: those that are blank
    /// already are no less in the way of the index.
    fn names_by(&mut self, db: &mut DbConnection, of: &Forgetting) -> Query<()> {
        let acted = audit::table
            .filter(audit::actor.eq(&of.subject))
            .filter(audit::id.gt(of.audited))
            .order(audit::id)
            .limit(LIMIT);
        let mut ids: Vec<i64> = acted.select(audit::id).load(db)?;
        self.is_last &= ids.len() <= BATCH;
        ids.truncate(BATCH);
        self.audited = ids.last().copied().unwrap_or(of.audited);
        let named = audit::table.filter(audit::id.eq_any(ids)).filter(audit::actor_name.ne(""));
        let blanked = diesel::update(named).set(audit::actor_name.eq("")).execute(db)?;
        self.has_erased |= blanked > 0;
        Ok(())
    }
}

/// Rows of a table; they hold SQLite's writer for some milliseconds.
const BATCH: usize = 100;
/// One more says whether there are more.
const LIMIT: i64 = BATCH as i64 + 1;

#[cfg(test)]
mod tests;
