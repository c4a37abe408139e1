//! Clients that need not be parsed again.
//!
//! The database is asked by every request which version of a client there is: that is what makes a change count from the
//! next request on, at every process. What is remembered here is what that version holds.

use std::{collections::HashMap, fmt, sync::Arc};

use quick_cache::{Weighter, sync::Cache};

use super::{Client, ClientVersion, with_keys};
use crate::store::{Store, StoreError};

impl Store {
    /// The client of this identifier, unless it is disabled.
    pub(crate) async fn client(
        &self,
        client_id: String,
    ) -> Result<Option<Arc<Client>>, StoreError> {
        let Some(current) = self.executor.client_version(client_id).await? else { return Ok(None) };
        let client = self.clients([current]).await?.remove(&current.id);
        Ok(client.filter(|client| client.disabled_at.is_none()))
    }

    /// The clients of these keys, disabled or not, and not deleted. Only what is not remembered is read.
    pub(crate) async fn clients(
        &self,
        current: impl IntoIterator<Item = ClientVersion>,
    ) -> Result<HashMap<i64, Arc<Client>>, StoreError> {
        let (mut clients, mut missing) = (HashMap::new(), Vec::new());
        for current in current {
            match self.remembered.find(current) {
                Some(client) => drop(clients.insert(current.id, client)),
                None => missing.push(current.id),
            }
        }
        if !missing.is_empty() {
            let read = self.read(move |db| with_keys(db, &missing)).await?;
            clients.extend(read.into_iter().map(|it| (it.id, self.remembered.remember(it))));
        }
        Ok(clients)
    }
}

pub(crate) struct Remembered(Cache<i64, Arc<Client>, Bytes>);

impl Remembered {
    /// The client, where this version of it is known.
    pub(crate) fn find(&self, current: ClientVersion) -> Option<Arc<Client>> {
        self.0.get(&current.id).filter(|client| client.version == current.version)
    }

    /// Remembers a client as it was committed: a version that is rolled back is another one's soon.
    pub(crate) fn remember(&self, client: Client) -> Arc<Client> {
        let client = Arc::new(client);
        self.0.insert(client.id, Arc::clone(&client));
        client
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::with_weighter(AVERAGE, MOST_BYTES, Bytes))
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered(..)")
    }
}

/// How much memory one takes.
#[derive(Clone)]
struct Bytes;

impl Weighter<i64, Arc<Client>> for Bytes {
    fn weight(&self, _: &i64, client: &Arc<Client>) -> u64 {
        let uris = client.metadata.redirect_uris.iter().map(|uri| uri.len() + STRING);
        let scopes = client.metadata.scope.len() + client.default_scopes.len();
        let unknown = client.metadata.unknown.iter();
        let unknown = unknown.map(|(name, value)| name.len() + value.to_string().len());
        let lists = uris.sum::<usize>() + scopes + unknown.sum::<usize>();
        (FIXED + client.description.len() + lists) as u64
    }
}

/// Some 10,000 clients; those with long lists fewer.
const MOST_BYTES: u64 = 16 << 20;
/// What is expected to fit.
const AVERAGE: usize = 10_000;
/// A list's own part in one of its texts.
const STRING: usize = 24;
/// What is of about the same length in each, and what keeping it costs.
const FIXED: usize = 1500;
