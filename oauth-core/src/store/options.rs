//! How a store is opened, apart from its URL.

use std::time::Duration;

use crate::InvalidSetting;

/// What an operator may set of a store. Begin with the default, and change what should be otherwise:
///
/// ```
/// use std::time::Duration;
///
/// use oauth_core::StoreOptions;
///
/// let options = StoreOptions::default().with_deadline(Duration::from_secs(2)).with_connections(32);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOptions {
    /// Whatever the database does, who asks it is answered within this time, from 1 second to 5 minutes; without an
    /// answer of the database, by [`StoreError::Unavailable`](crate::StoreError::Unavailable). All that one request asks
    /// ([`Origin::around`](crate::Origin::around)) has so much together; answers that come within a second, or a quarter
    /// of this time, are not counted. Default: 5 seconds.
    pub deadline: Duration,
    /// On PostgreSQL, how many connections there are at most, from 1 to 1000; on SQLite, how many lists are read at once
    /// (look-ups open what they need, and writes share one). Default: 16, enough for two to eight cores.
    pub connections: usize,
    /// Who applies the migrations. Default: the store.
    pub migrated_by: MigratedBy,
}

/// Who applies the provider's migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MigratedBy {
    /// [`Store::migrate`](crate::Store::migrate), which keeps its books in `oauth_schema_migrations`.
    #[default]
    Store,
    /// The application, with its own ones: [`with_diesel::Migrations`](crate::with_diesel::Migrations), or the files of
    /// `migrations/`. Then [`Store::migrate`](crate::Store::migrate) applies nothing, and what is pending is judged by
    /// whether the tables have the columns that this program asks for.
    Application,
}

impl Default for StoreOptions {
    fn default() -> Self {
        let (deadline, migrated_by) = (Duration::from_secs(5), MigratedBy::default());
        Self { deadline, connections: 16, migrated_by }
    }
}

impl StoreOptions {
    /// With another [`deadline`](Self::deadline).
    #[must_use]
    pub const fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// With another number of [`connections`](Self::connections).
    #[must_use]
    pub const fn with_connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// With migrations that [somebody else](Self::migrated_by) applies.
    #[must_use]
    pub const fn with_migrations_by(self, migrated_by: MigratedBy) -> Self {
        Self { migrated_by, ..self }
    }

    /// Says what no store can be opened with.
    ///
    /// # Errors
    /// The first option that is out of its range.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let range = Duration::from_secs(1)..=Duration::from_secs(300);
        if !range.contains(&self.deadline) {
            return Err(InvalidSetting { setting: "deadline", expected: "from 1 to 300 seconds" });
        }
        if !(1..=1000).contains(&self.connections) {
            return Err(InvalidSetting { setting: "connections", expected: "from 1 to 1000" });
        }
        Ok(())
    }
}
