//! How much there is to delete.

use diesel::prelude::*;

use super::Ends;
use crate::store::{
    DbConnection, Query,
    schema::{
        oauth_access_tokens, oauth_authorization_codes, oauth_client_secrets, oauth_clients,
        oauth_device_codes, oauth_grants, oauth_known_browsers, oauth_logout_deliveries,
        oauth_pushed_requests, oauth_registration_tokens, oauth_sessions,
    },
};

/// What has ended by its own date, or was revoked: about what a clean-up deletes. It reads whole tables.
pub(crate) fn ended(db: &mut DbConnection, ends: Ends) -> Query<i64> {
    let sessions = oauth_sessions::table.filter(oauth_sessions::expires_at.le(ends.single));
    let browsers =
        oauth_known_browsers::table.filter(oauth_known_browsers::expires_at.le(ends.single));
    let pushed =
        oauth_pushed_requests::table.filter(oauth_pushed_requests::expires_at.le(ends.single));
    let deliveries =
        oauth_logout_deliveries::table.filter(oauth_logout_deliveries::expires_at.le(ends.single));
    let devices = oauth_device_codes::table.filter(oauth_device_codes::expires_at.le(ends.single));
    let registration_tokens = oauth_registration_tokens::table
        .filter(oauth_registration_tokens::expires_at.le(ends.single));
    let unused = oauth_clients::table.filter(oauth_clients::reap_at.le(ends.deleted));
    let secrets =
        oauth_client_secrets::table.filter(oauth_client_secrets::expires_at.le(ends.single));
    let tokens = oauth_access_tokens::table.filter(
        oauth_access_tokens::expires_at
            .le(ends.single)
            .or(oauth_access_tokens::revoked_at.le(ends.single)),
    );
    let codes = oauth_authorization_codes::table
        .filter(oauth_authorization_codes::expires_at.le(ends.family));
    let expired = oauth_grants::table.filter(oauth_grants::expires_at.le(ends.family));
    let revoked = oauth_grants::table.filter(oauth_grants::revoked_at.le(ends.family));
    let deleted = oauth_clients::table
        .filter(oauth_clients::deleted_at.is_not_null())
        .left_join(oauth_grants::table);
    Ok(sessions.count().get_result::<i64>(db)?
        + browsers.count().get_result::<i64>(db)?
        + pushed.count().get_result::<i64>(db)?
        + deliveries.count().get_result::<i64>(db)?
        + devices.count().get_result::<i64>(db)?
        + registration_tokens.count().get_result::<i64>(db)?
        + unused.count().get_result::<i64>(db)?
        + secrets.count().get_result::<i64>(db)?
        + tokens.count().get_result::<i64>(db)?
        + codes.count().get_result::<i64>(db)?
        + expired.count().get_result::<i64>(db)?
        + revoked.count().get_result::<i64>(db)?
        + deleted.count().get_result::<i64>(db)?)
}
