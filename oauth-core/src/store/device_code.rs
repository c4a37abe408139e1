//! Devices that wait for their users: RFC 8628.

use diesel::prelude::*;

use super::{
    Affected, DbConnection, Query,
    authorization_code::{self, NewAuthorizationCode},
    grant::{self, NewGrant},
    kept::{Keep, native},
    schema::oauth_device_codes as devices,
};
use crate::{Resources, Scopes, Timestamp, secret::Digest};

/// A device that asked.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = devices)]
pub(crate) struct DeviceCode {
    pub(crate) digest: Vec<u8>,
    pub(crate) prefix: String,
    pub(crate) client_id: i64,
    #[diesel(deserialize_as = String)]
    pub(crate) scopes: Scopes,
    #[diesel(deserialize_as = Option<String>)]
    pub(crate) resources: Resources,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
    #[diesel(embed)]
    pub(crate) polls: Polls,
    pub(crate) answered_at: Option<Timestamp>,
    /// The family that began when the user said yes.
    pub(crate) grant_id: Option<i64>,
}

/// How often a device asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = devices)]
pub(crate) struct Polls {
    /// How many seconds lie between two of them.
    pub(crate) poll_interval: i64,
    /// The last one that was written down.
    pub(crate) polled_at: Timestamp,
    /// Whether that one came too soon.
    pub(crate) was_early: bool,
}

/// What is stored of a device that asks.
#[derive(Clone)]
pub(crate) struct NewDeviceCode {
    pub(crate) digest: Digest,
    pub(crate) prefix: String,
    pub(crate) user_code: Digest,
    pub(crate) client_id: i64,
    pub(crate) scopes: Scopes,
    pub(crate) resources: Resources,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
    /// In seconds.
    pub(crate) poll_interval: i64,
}

pub(crate) fn insert(db: &mut DbConnection, new: &NewDeviceCode) -> Query<()> {
    diesel::insert_into(devices::table)
        .values((
            devices::digest.eq(new.digest.as_bytes()),
            devices::prefix.eq(&new.prefix),
            devices::user_code.eq(new.user_code.as_bytes()),
            devices::client_id.eq(new.client_id),
            devices::scopes.eq(new.scopes.to_string()),
            devices::resources.eq(new.resources.to_stored()),
            devices::created_at.eq(new.created_at),
            devices::expires_at.eq(new.expires_at),
            devices::address.eq(&new.address),
            devices::user_agent.eq(&new.user_agent),
            devices::poll_interval.eq(new.poll_interval),
        ))
        .returning(devices::created_at)
        .kept()
        .found(db)
        .map(drop)
}

/// The device of this digest, whatever became of it.
pub(crate) fn find(db: &mut DbConnection, digest: &Digest) -> Query<Option<DeviceCode>> {
    native!(
        db,
        devices::table
            .filter(devices::digest.eq(digest.as_bytes()))
            .select(DeviceCode::as_select())
            .get_result(db)
            .optional()
    )
}

/// The device that waits for who types this code.
pub(crate) fn waiting(
    db: &mut DbConnection,
    user_code: &Digest,
    now: Timestamp,
) -> Query<Option<DeviceCode>> {
    native!(
        db,
        devices::table
            .filter(devices::user_code.eq(user_code.as_bytes()))
            .filter(devices::answered_at.is_null())
            .filter(devices::expires_at.gt(now))
            .select(DeviceCode::as_select())
            .get_result(db)
            .optional()
    )
}

/// The compare-and-set by which a poll is written down: of any number at once, one gets `true`.
pub(crate) fn polled(
    db: &mut DbConnection,
    digest: &Digest,
    (seen, next): (Polls, Polls),
) -> Query<bool> {
    let unchanged = devices::table
        .find(digest.as_bytes())
        .filter(devices::answered_at.is_null())
        .filter(devices::polled_at.eq(seen.polled_at))
        .filter(devices::was_early.eq(seen.was_early));
    diesel::update(unchanged)
        .set((
            devices::poll_interval.eq(next.poll_interval),
            devices::polled_at.eq(next.polled_at),
            devices::was_early.eq(next.was_early),
        ))
        .returning(devices::created_at)
        .kept()
        .found(db)
}

/// What the user said yes to: a family, and the code in it that the device redeems.
pub(crate) struct Approval {
    pub(crate) grant: NewGrant,
    pub(crate) code: NewAuthorizationCode,
}

impl Approval {
    /// What it affects.
    pub(crate) const AFFECTED: Affected = Affected::Nothing;

    /// Begins the family, where the device still waits: of any number of answers, one gets `true`.
    pub(crate) fn write(&self, db: &mut DbConnection, now: Timestamp) -> Query<bool> {
        if !answer(db, &self.code.digest, Some(self.grant.id), now)? {
            return Ok(false);
        }
        grant::insert(db, &self.grant)?;
        authorization_code::insert(db, self.grant.id, &self.code).map(|()| true)
    }
}

/// The compare-and-set by which a device is answered: with a family, or with none. Where it asked from nobody needs to know
/// any more.
pub(crate) fn answer(
    db: &mut DbConnection,
    digest: &Digest,
    grant_id: Option<i64>,
    now: Timestamp,
) -> Query<bool> {
    let waiting = devices::table
        .find(digest.as_bytes())
        .filter(devices::answered_at.is_null())
        .filter(devices::expires_at.gt(now));
    diesel::update(waiting)
        .set((
            devices::answered_at.eq(now),
            devices::grant_id.eq(grant_id),
            devices::address.eq(None::<String>),
            devices::user_agent.eq(None::<String>),
        ))
        .returning(devices::created_at)
        .kept()
        .found(db)
}
