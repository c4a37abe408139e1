//! SQLite: reads run right where they are asked for, writes go to the one writer.

use std::sync::Arc;

use diesel::r2d2::Pool;

use super::{
    super::{
        Affected, DbConnection, Query, StoreError,
        access_token::{self, Standing},
        connection::Database,
    },
    standings::{Moment, Standings},
    wal_index::WalIndex,
    writer::Writer,
};
use crate::secret::Digest;

#[derive(Clone)]
pub(in crate::store) struct Sqlite {
    readers: Pool<Database>,
    writer: Arc<Writer>,
    standings: Arc<Standings>,
}

impl Sqlite {
    pub(super) fn start(database: &Database, path: &str) -> Result<Self, StoreError> {
        let connection = database.connect()?; // first, so that the file exists and is in WAL mode
        let standings = Arc::new(Standings::new(WalIndex::open(database, path)?));
        let writer = Writer::start(database.clone(), connection, Arc::clone(&standings))?;
        let readers = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .build(database.clone())?;
        Ok(Self { readers, writer: Arc::new(writer), standings })
    }

    /// A worker never waits for a connection: where all are out, the work goes to a blocking thread, which does.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        if let Some(mut connection) = self.readers.try_get() {
            return Ok(work(&mut connection)?);
        }
        self.list(work).await
    }

    pub(super) async fn list<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = self.readers.clone();
        let waiting = move || Ok(work(&mut *readers.get()?)?);
        tokio::task::spawn_blocking(waiting).await.map_err(StoreError::internal)?
    }

    /// Asks the database where the answer is not remembered.
    pub(super) async fn standing(
        &self,
        digest: Digest,
    ) -> Result<Option<Arc<Standing>>, StoreError> {
        match self.standings.find(&digest) {
            Ok(standing) => Ok(Some(standing)),
            // In a box, because every guarded request carries the future of its guard, and few come here.
            Err(moment) => Box::pin(self.asked_for_standing(digest, moment)).await,
        }
    }

    async fn asked_for_standing(
        &self,
        digest: Digest,
        moment: Option<Moment>,
    ) -> Result<Option<Arc<Standing>>, StoreError> {
        let found = self.read(move |db| access_token::standing(db, &digest)).await?.map(Arc::new);
        if let (Some(standing), Some(moment)) = (&found, moment) {
            self.standings.remember(digest, standing, &moment);
        }
        Ok(found)
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        affected: Affected,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(affected, work).await
    }
}

/// At least one for each worker of any runtime that a machine of today gives; they are opened as they are needed.
const READERS: u32 = 32;
