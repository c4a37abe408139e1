//! Access tokens, and versions of clients, that SQLite need not be asked for again, for as long as nothing can have
//! changed them.
//!
//! What is remembered holds for the last commit that is known here. A request that finds another one forgets everything:
//! it is another process's. A commit of our own writer takes what is remembered along, all but what it has [`Affected`],
//! before anybody is told of it. So a token is refused by the first request after whatever ended it, as if SQLite had
//! been asked.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use quick_cache::{Weighter, sync::Cache};

use super::{
    super::{Affected, access_token::Standing, client::ClientVersion},
    wal_index::{LastCommit, WalIndex},
};
use crate::secret::Key;

pub(super) struct Standings {
    wal_index: WalIndex,
    known: RwLock<Known>,
    /// How many writes of our own have affected a grant.
    affected: AtomicU64,
    /// The same, by the remainder of the grant's key.
    affected_by_grant: Box<[AtomicU64]>,
    remembered: Cache<Key, Remembered, Bytes>,
    /// By the identifier, with the epoch: whatever changes a client affects everything.
    clients: Cache<String, (ClientVersion, u64)>,
}

/// The commit for which what is remembered holds.
struct Known {
    last_commit: LastCommit,
    /// Rises whenever everything is forgotten.
    epoch: u64,
    /// Between the beginning of a transaction of our own and the news of its commit: what is found meanwhile may be its.
    writing: bool,
}

#[derive(Clone)]
struct Remembered {
    standing: Arc<Standing>,
    epoch: u64,
    affected: u64,
}

/// When a look-up began: what it finds may be remembered, if no grant was affected meanwhile.
pub(super) struct Moment {
    epoch: u64,
    affected: u64,
}

impl Standings {
    pub(super) fn new(wal_index: WalIndex) -> Self {
        Self {
            wal_index,
            known: RwLock::new(Known { last_commit: LastCommit::NONE, epoch: 0, writing: false }),
            affected: AtomicU64::new(0),
            affected_by_grant: std::iter::repeat_with(AtomicU64::default)
                .take(REMAINDERS)
                .collect(),
            remembered: Cache::with_weighter(AVERAGE, MOST_BYTES, Bytes),
            clients: Cache::new(CLIENTS),
        }
    }

    /// What is remembered of the token, or the moment at which the database is asked instead.
    pub(super) fn find(&self, key: &Key) -> Result<Arc<Standing>, Option<Moment>> {
        let Some(moment) = self.moment() else { return Err(None) };
        match self.remembered.get(key) {
            Some(found) if self.holds(&found, &moment) => Ok(found.standing),
            _ => Err(Some(moment)),
        }
    }

    /// Remembers what was found, if it holds still.
    pub(super) fn remember(&self, key: Key, standing: &Arc<Standing>, moment: &Moment) {
        let affected = self.of_grant(standing.grant_id).load(SeqCst);
        // In this order: a write that came after the look-up began is seen here, or makes `affected` old.
        if self.affected.load(SeqCst) == moment.affected {
            let standing = Arc::clone(standing);
            self.remembered.insert(key, Remembered { standing, epoch: moment.epoch, affected });
        }
    }

    /// The same of a client.
    pub(super) fn find_client(&self, client_id: &str) -> Result<ClientVersion, Option<Moment>> {
        let Some(moment) = self.moment() else { return Err(None) };
        match self.clients.get(client_id) {
            Some((version, epoch)) if epoch == moment.epoch => Ok(version),
            _ => Err(Some(moment)),
        }
    }

    /// Remembers what was found: it holds until anything was changed since the look-up began.
    pub(super) fn remember_client(&self, client_id: String, found: ClientVersion, moment: &Moment) {
        self.clients.insert(client_id, (found, moment.epoch));
    }

    /// Our writer has begun a transaction: nobody else can commit until it ends.
    pub(super) fn writing(&self) -> Option<LastCommit> {
        self.known.write().unwrap_or_else(PoisonError::into_inner).writing = true;
        self.wal_index.last_commit()
    }

    /// Our writer has committed, and tells nobody before this returns.
    pub(super) fn committed(
        &self,
        before: Option<LastCommit>,
        affected: impl Iterator<Item = Affected>,
    ) {
        let after = self.wal_index.last_commit();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.writing = false;
        for affected in affected {
            match affected {
                Affected::Nothing => {}
                Affected::Grant(id) => {
                    self.affected.fetch_add(1, SeqCst); // first, see `remember`
                    self.of_grant(id).fetch_add(1, SeqCst);
                }
                Affected::Anything => known.epoch += 1,
            }
        }
        let (Some(before), Some(after)) = (before, after) else { return };
        if before != known.last_commit {
            known.epoch += 1; // another process had committed before
        }
        if after == before || after.follows(&before) {
            known.last_commit = after;
        } // else another process has committed since: the next request finds that out
    }

    /// Our writer's transaction failed: perhaps nothing of it is there, perhaps all.
    pub(super) fn failed(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        (known.writing, known.last_commit) = (false, LastCommit::NONE);
    }

    /// `None` while it cannot be told what the last commit was.
    fn moment(&self) -> Option<Moment> {
        let last_commit = self.wal_index.last_commit()?;
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.last_commit == last_commit {
                return Some(Moment { epoch: known.epoch, affected: self.affected.load(SeqCst) });
            }
            if known.writing {
                return None;
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let last_commit = self.wal_index.last_commit()?; // not older than what is known by now
        if known.writing {
            return None;
        }
        if known.last_commit != last_commit {
            known.last_commit = last_commit;
            known.epoch += 1;
        }
        Some(Moment { epoch: known.epoch, affected: self.affected.load(SeqCst) })
    }

    fn holds(&self, found: &Remembered, moment: &Moment) -> bool {
        let affected = self.of_grant(found.standing.grant_id).load(SeqCst);
        (found.epoch, found.affected) == (moment.epoch, affected)
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder is below what it was divided by")]
    fn of_grant(&self, grant_id: i64) -> &AtomicU64 {
        &self.affected_by_grant[grant_id.unsigned_abs() as usize % REMAINDERS]
    }
}

/// How much memory one takes.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Remembered> for Bytes {
    fn weight(&self, _: &Key, remembered: &Remembered) -> u64 {
        let standing = &remembered.standing;
        let subject = standing.subject.as_ref().map_or(0, String::len);
        let data = standing.data.as_ref().map_or(0, String::len);
        let audience = standing.audience.as_ref().map_or(0, String::len);
        let actor = standing.actor.as_ref().map_or(0, String::len);
        (FIXED
            + subject
            + data
            + audience
            + actor
            + standing.client_id.len()
            + standing.scopes.len()) as u64
    }
}

/// Of a power of two the remainder is a mask.
const REMAINDERS: usize = 1024;
/// Some 40,000 tokens.
const MOST_BYTES: u64 = 16 << 20;
/// As many as are remembered whole.
const CLIENTS: usize = 10_000;
/// What is expected to fit.
const AVERAGE: usize = 40_000;
/// The key, the columns of fixed length, and what keeping them costs.
const FIXED: usize = 350;
