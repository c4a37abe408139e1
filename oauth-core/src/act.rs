//! Who acts with an access token that was exchanged: the claim `act` of RFC 8693 §4.1.

use std::{iter::successors, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{AuthorizationServer, Client, StoreError, Timestamp, store::access_token::Standing};

/// Who acts with an access token that was exchanged (RFC 8693 §4.1): the client that it was issued to. The user granted
/// what it allows to another one, the token's `client_id`.
///
/// ```
/// # use oauth_core::AccessToken;
/// fn told(token: &AccessToken) -> String {
///     let client = &token.client_id;
///     match &token.act {
///         None => format!("{client} acts"),
///         Some(act) => format!("{} acts, with what {client} was granted", act.sub),
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Act {
    /// The client, by its identifier.
    pub sub: String,
    /// Who acted before, where that token had been exchanged itself. It is there to be read, and decides nothing: §4.1 has
    /// only the latest one "considered for access control".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Self>>,
}

impl Act {
    /// All who acted, by their identifiers, the latest first.
    pub fn chain(&self) -> impl Iterator<Item = &str> {
        successors(Some(self), |act| act.act.as_deref()).map(|act| act.sub.as_str())
    }

    /// As it is stored.
    pub(crate) fn text(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(StoreError::internal)
    }

    /// The same, read.
    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(StoreError::internal)
    }
}

impl Standing {
    /// Who acts with it, where it was exchanged.
    pub(crate) fn act(&self) -> Result<Option<Act>, StoreError> {
        self.actor.as_deref().map(Act::stored).transpose()
    }

    /// The client that it was issued to: who acts with it or, where nobody else does, whom it was granted to.
    pub(crate) fn holder<'a>(&'a self, act: Option<&'a Act>) -> &'a str {
        act.map_or(&*self.client_id, |act| &*act.sub)
    }
}

impl AuthorizationServer {
    /// All who act with a token of this time; `None` where one of them is disabled or gone: the token is dead with it. A
    /// client that was registered since is not the one that acted, though it bears the same identifier.
    pub(crate) async fn acting(
        &self,
        act: &Act,
        issued_at: Timestamp,
    ) -> Result<Option<Vec<Arc<Client>>>, StoreError> {
        let mut acting = Vec::new();
        for client_id in act.chain() {
            let client = self.store.client(client_id.to_owned()).await?;
            match client.filter(|client| client.created_at <= issued_at) {
                Some(client) => acting.push(client),
                None => return Ok(None),
            }
        }
        Ok(Some(acting))
    }
}
