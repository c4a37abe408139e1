//! SQLite: reads run right where they are asked for, writes go to the one writer.

use std::sync::Arc;

use diesel::r2d2::Pool;

use super::{
    super::{DbConnection, Query, StoreError, connection::Database},
    writer::Writer,
};

#[derive(Clone)]
pub(in crate::store) struct Sqlite {
    readers: Pool<Database>,
    writer: Arc<Writer>,
}

impl Sqlite {
    pub(super) fn start(database: &Database) -> Result<Self, StoreError> {
        let writer = Writer::start(database.clone())?; // first, so that the file exists and is in WAL mode
        let readers = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .build(database.clone())?;
        Ok(Self { readers, writer: Arc::new(writer) })
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

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(work).await
    }
}

/// At least one for each worker of any runtime that a machine of today gives; they are opened as they are needed.
const READERS: u32 = 32;
