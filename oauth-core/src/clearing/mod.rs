//! Deleting what has ended: a bounded number of rows at a time, so that no request waits for long.
//!
//! | what | goes |
//! |---|---|
//! | a session, an access token, a browser that was known, a request that was pushed, a device that waited for its user, an initial access token, a logout token that could not be delivered, a secret in whose place a client has another | an hour after its end, of a token also after it was revoked: within a refresh token's grace, which lasts at most as long, the answer may have to be given again |
//! | an authorization code | a day after its end, redeemed or not: until then its reuse ends what it led to |
//! | a family (a grant, and all that hangs on it) | a day after it expired or was revoked; and where nothing of it is kept for being alive any more: no code, no access token, no refresh token a day after its end. One that began with `openid` in a session is kept for as long as a session may last, so that its client is told when that ends |
//! | a client that registered itself | a day after that, unless somebody has granted it something by then: as one that staff deleted |
//! | a client that staff deleted | at once, which is with the next clean-up: its families and its consents, then its row |
//! | a signing key | a day after the next one of its algorithm has begun to sign: all that it signed has ended by then |
//! | a redeemed refresh token | with its family: until then its reuse ends the family. Of a family without end, a year after its own end |
//!
//! So nothing is deleted that is alive, or whose reuse would end something alive; and whoever presents what was deleted
//! is refused with the code it would be refused with otherwise. Consents stay, but for those of deleted clients. A redeemed refresh token that never
//! ends, in a family that never ends, stays with its family: who sets both lifetimes to none keeps a row for each refresh.
//!
//! Families are looked at one after the other, in the order of their keys: an index of what ends when would cost every
//! issue more than this walk does.

mod task;

use std::time::{Duration, Instant};

pub use self::task::ClearingTask;
pub use crate::store::clearing::Cleared;
use crate::{
    AuthorizationServer, ClientChange, StoreError,
    settings::LONGEST_SIGNED,
    store::{
        Affected, DbConnection, Query,
        clearing::{self as rows, Ends, families},
    },
};

/// One clean-up, batch by batch.
#[derive(Debug)]
pub struct Clearing {
    server: AuthorizationServer,
    ends: Ends,
    step: Option<Step>,
    /// How long the last batch took.
    rest: Duration,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Sessions,
    KnownBrowsers,
    PushedRequests,
    LogoutDeliveries,
    DeviceCodes,
    RegistrationTokens,
    ClientSecrets,
    SigningKeys,
    UnusedClients,
    DeletedClients,
    /// Those behind this one.
    Families(i64),
}

impl AuthorizationServer {
    /// Begins to delete what has ended by now: [`Clearing::batch`] until it says that there is no more.
    ///
    /// Any number may run, on one server or on many: they delete the same rows only once.
    #[must_use]
    pub fn clearing(&self) -> Clearing {
        let now = self.now();
        let endless = now - 365 * DAY;
        let ends = Ends {
            single: now - HOUR,
            family: now - DAY,
            endless,
            deleted: now,
            session: now - self.settings.session_lifetime,
            signed: now - LONGEST_SIGNED,
        };
        Clearing { server: self.clone(), ends, step: Some(Step::Sessions), rest: Duration::ZERO }
    }

    /// Deletes all that has ended by now.
    ///
    /// # Errors
    /// When the store fails; what was deleted until then is gone.
    pub async fn clear_expired(&self) -> Result<Cleared, StoreError> {
        let mut clearing = self.clearing();
        let mut cleared = Cleared::default();
        while let Some(batch) = clearing.batch().await? {
            cleared += batch;
        }
        Ok(cleared)
    }
}

impl Clearing {
    /// About how many rows there are to delete, for a progress bar: what has ended by its own date. The refresh tokens
    /// of ended families, and families that have nothing left, come on top. It looks at each of them once, which a
    /// command has the time for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn estimate(&self) -> Result<usize, StoreError> {
        let ends = self.ends;
        let ended = self.server.store.read(move |db| rows::ended(db, ends)).await?;
        Ok(usize::try_from(ended).unwrap_or_default())
    }

    /// Deletes the next batch, of some hundred rows; `None` where there was nothing left.
    ///
    /// It first rests for as long as the last one took, so that at least half of the database's time is the requests'.
    ///
    /// # Errors
    /// When the store fails. The next call tries the same again.
    pub async fn batch(&mut self) -> Result<Option<Cleared>, StoreError> {
        tokio::time::sleep(self.rest).await;
        let Some(step) = self.step else { return Ok(None) };
        let begun = Instant::now();
        let (cleared, next) = match step {
            Step::Sessions => self.rows(rows::sessions, step, Step::KnownBrowsers).await?,
            Step::KnownBrowsers => {
                self.rows(rows::known_browsers, step, Step::PushedRequests).await?
            }
            Step::PushedRequests => {
                self.rows(rows::pushed_requests, step, Step::LogoutDeliveries).await?
            }
            Step::LogoutDeliveries => {
                self.rows(rows::logout_deliveries, step, Step::DeviceCodes).await?
            }
            Step::DeviceCodes => {
                self.rows(rows::device_codes, step, Step::RegistrationTokens).await?
            }
            Step::RegistrationTokens => {
                self.rows(rows::registration_tokens, step, Step::ClientSecrets).await?
            }
            Step::ClientSecrets => self.rows(rows::client_secrets, step, Step::SigningKeys).await?,
            Step::SigningKeys => self.rows(rows::signing_keys, step, Step::UnusedClients).await?,
            Step::UnusedClients => self.unused_clients().await?,
            Step::DeletedClients => {
                self.rows(rows::deleted_clients, step, Step::Families(i64::MIN)).await?
            }
            Step::Families(after) => self.families(after).await?,
        };
        (self.step, self.rest) = (next, begun.elapsed());
        Ok(Some(cleared))
    }

    /// The same step again while there are rows, and then the next one.
    async fn rows(
        &self,
        delete: fn(&mut DbConnection, Ends, i64) -> Query<Cleared>,
        step: Step,
        then: Step,
    ) -> Result<(Cleared, Option<Step>), StoreError> {
        let cleared = self.write(delete).await?;
        Ok((cleared, Some(if cleared.total() > 0 { step } else { then })))
    }

    async fn write(
        &self,
        delete: fn(&mut DbConnection, Ends, i64) -> Query<Cleared>,
    ) -> Result<Cleared, StoreError> {
        let ends = self.ends;
        let delete = move |db: &mut DbConnection| {
            rows::one_at_a_time(db)?;
            delete(db, ends, BATCH)
        };
        // What it deletes ended long ago, or when its client was deleted.
        self.server.store.write_affecting(Affected::Nothing, delete).await
    }

    /// Marks as deleted who registered itself and was never used; the next step deletes them.
    async fn unused_clients(&self) -> Result<(Cleared, Option<Step>), StoreError> {
        let ends = self.ends;
        let mark = move |db: &mut DbConnection| {
            rows::one_at_a_time(db)?;
            rows::unused_clients(db, ends, BATCH)
        };
        let (looked_at, deleted) = self.server.store.write(mark).await?;
        for client_id in &deleted {
            self.server.client_changed(client_id, ClientChange::Deleted);
        }
        let next = if looked_at > 0 { Step::UnusedClients } else { Step::DeletedClients };
        Ok((Cleared::default(), Some(next)))
    }

    /// Looks at the families behind this one, and deletes what is to be deleted of them.
    async fn families(&self, after: i64) -> Result<(Cleared, Option<Step>), StoreError> {
        let ends = self.ends;
        let look = move |db: &mut DbConnection| {
            let Some(stretch) = families::stretch(db, after, BATCH)? else { return Ok(None) };
            Ok(Some((stretch, families::has_ended(db, ends, stretch)?)))
        };
        let Some((stretch, has_ended)) = self.server.store.list(look).await? else {
            return Ok((Cleared::default(), None));
        };
        let next = Some(Step::Families(stretch.until));
        if !has_ended {
            return Ok((Cleared::default(), next));
        }
        let delete = move |db: &mut DbConnection| {
            rows::one_at_a_time(db)?;
            families::clear(db, ends, stretch, BATCH)
        };
        // What it deletes ended long ago.
        let (cleared, is_all) =
            self.server.store.write_affecting(Affected::Nothing, delete).await?;
        Ok((cleared, if is_all { next } else { Some(Step::Families(after)) }))
    }
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// Rows of a table; they hold SQLite's writer for some milliseconds.
const BATCH: i64 = 100;
