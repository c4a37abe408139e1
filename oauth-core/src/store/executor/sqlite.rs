//! SQLite: reads run right where they are asked for, writes go to the one writer.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{
    super::{
        Affected, DbConnection, NotReady, Query, StoreError, StoreOptions,
        access_token::{self, Standing},
        client::{self, ClientVersion},
        connection::Database,
        sqlite_file::SqliteFile,
    },
    group_commit::GroupCommit,
    health::Health,
    readers::Readers,
    standings::{Moment, Standings},
    wal_index::WalIndex,
    writer::Writer,
};
use crate::secret::Key;

/// What it holds is closed in this order, so that the last connection leaves no `-wal` behind.
#[derive(Clone)]
pub(in crate::store) struct Sqlite {
    readers: Arc<Readers>,
    free: Arc<Semaphore>,
    writer: Arc<Writer>,
    standings: Arc<Standings>,
    file: SqliteFile,
    health: Arc<Health>,
}

impl Sqlite {
    pub(super) fn start(
        database: &Database,
        file: &SqliteFile,
        options: StoreOptions,
    ) -> Result<Self, StoreError> {
        let standings = {
            let _first = file.open()?; // so that the file exists and is in WAL mode
            let standings = Standings::new(WalIndex::open(database, file.path())?);
            file.keep_watch();
            Arc::new(standings)
        };
        let (file, health) = (file.clone(), Arc::new(Health::default()));
        let commits = GroupCommit {
            database: database.clone(),
            file: file.clone(),
            connection: None,
            standings: Arc::clone(&standings),
            health: Arc::clone(&health),
        };
        let writer = Writer::start(commits, Arc::clone(&health), options.deadline)?;
        let readers = Arc::new(Readers::new(database.clone()));
        let free = Arc::new(Semaphore::new(options.connections));
        Ok(Self { readers, free, writer: Arc::new(writer), standings, file, health })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.file.check_lately()?;
        self.noted(self.readers.run(&work))
    }

    pub(super) async fn list<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.file.check_lately()?;
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(StoreError::internal)?;
        let readers = Arc::clone(&self.readers);
        let reading = move || {
            let done = readers.run(&work);
            drop(permit);
            done
        };
        let done = tokio::task::spawn_blocking(reading).await.map_err(StoreError::internal)?;
        self.noted(done)
    }

    /// Whether the last attempt to write, and all that was read, says that the database can be used.
    pub(super) fn ready(&self) -> Result<(), NotReady> {
        self.file.check().map_err(|_| NotReady::Gone)?;
        self.health.ready()
    }

    fn noted<T>(&self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        done.inspect_err(|error| self.health.failed(error))
    }

    /// Asks the database where the answer is not remembered.
    pub(super) async fn standing(&self, key: Key) -> Result<Option<Arc<Standing>>, StoreError> {
        self.file.check_lately()?;
        match self.standings.find(&key) {
            Ok(standing) => Ok(Some(standing)),
            // In a box, because every guarded request carries the future of its guard, and few come here.
            Err(moment) => Box::pin(self.asked_for_standing(key, moment)).await,
        }
    }

    async fn asked_for_standing(
        &self,
        key: Key,
        moment: Option<Moment>,
    ) -> Result<Option<Arc<Standing>>, StoreError> {
        let found = self.read(move |db| access_token::standing(db, key)).await?.map(Arc::new);
        if let (Some(standing), Some(moment)) = (&found, moment) {
            self.standings.remember(key, standing, &moment);
        }
        Ok(found)
    }

    /// The same of a client.
    pub(super) async fn client_version(
        &self,
        client_id: String,
    ) -> Result<Option<ClientVersion>, StoreError> {
        self.file.check_lately()?;
        let moment = match self.standings.find_client(&client_id) {
            Ok(version) => return Ok(Some(version)),
            Err(moment) => moment,
        };
        let asked = client_id.clone();
        let found = self.read(move |db| client::version(db, &asked)).await?;
        if let (Some(version), Some(moment)) = (found, moment) {
            self.standings.remember_client(client_id, version, &moment);
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
