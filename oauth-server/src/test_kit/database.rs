//! A database that one test has for itself.

use std::sync::{Arc, OnceLock};

use oauth_core::Store;

use super::temporary_directory::TemporaryDirectory;

/// The database of a [`TestServer`](super::TestServer), with the provider's tables. Cloning it gives the same one.
#[derive(Debug, Clone)]
pub struct TestDatabase(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: String,
    /// Closed before its file goes.
    store: OnceLock<Store>,
    _directory: Option<TemporaryDirectory>,
}

impl TestDatabase {
    /// A new SQLite database, in a directory of its own that goes with the last clone of this value.
    #[must_use]
    pub fn sqlite() -> Self {
        let directory = TemporaryDirectory::new("oauth-server");
        let url = format!("sqlite://{}", directory.path().join("test.sqlite3").display());
        Self(Arc::new(Inner { url, store: OnceLock::new(), _directory: Some(directory) }))
    }

    /// A database that is there already, and stays: with PostgreSQL, an empty schema for each test, which the URL names
    /// with `?options=-csearch_path%3Dname_of_the_schema`.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        let inner = Inner { url: url.into(), store: OnceLock::new(), _directory: None };
        Self(Arc::new(inner))
    }

    /// Its URL, for an application that keeps tables of its own in the same database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The provider's store in it, which has its tables.
    ///
    /// # Panics
    /// When the database does not answer.
    #[must_use]
    pub fn store(&self) -> &Store {
        self.0.store.get_or_init(|| {
            let store = Store::open(&self.0.url).expect("the test's database");
            store.migrate().expect("the provider's tables");
            store
        })
    }
}
