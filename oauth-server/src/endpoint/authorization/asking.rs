//! For whom a user signs in.

use std::sync::Arc;

use oauth_core::{Client, Params, StoreError};

use crate::OAuth;

impl OAuth {
    /// The application for which somebody signs in: the client of the authorization request that a browser goes on to
    /// afterwards, where `next` is one. For a login page of the application's own, which names it; nothing is proven of the
    /// request yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn asking_client(&self, next: &str) -> Result<Option<Arc<Client>>, StoreError> {
        let (_, query) = next.split_once('?').unwrap_or_default();
        let query = Params::parse(query.as_bytes());
        match query.get("client_id") {
            Some(client_id) if query.get("response_type").is_some() => {
                let client = self.server().client(client_id).await?;
                Ok(client.filter(|client| client.disabled_at.is_none()))
            }
            _ => Ok(None),
        }
    }
}
