//! Clients that manage their own registration: RFC 7592.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    ClientInformation, Registered,
    dynamic::{OFF, document, presented},
    stranger::{by_property, stranger},
};
use crate::{
    AuthorizationServer, Client, DynamicRegistration, Secret,
    admin::{Actor, AdminError},
    cors,
    error::ClientRegistrationError::{self, AccessDenied, InvalidToken},
    secret::Digest,
    store,
};

impl AuthorizationServer {
    /// What a client is registered with, told to itself: RFC 7592 §2.1. `authorization` is the value of that header.
    ///
    /// # Errors
    /// When its registration access token is not presented; that is said of a client that does not exist, too.
    pub async fn own_registration(
        &self,
        client_id: &str,
        authorization: Option<&str>,
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let (client, registration_access_token) = self.managing(client_id, authorization).await?;
        let client = (*client).clone();
        Ok(ClientInformation { client, secret: None, registration_access_token })
    }

    /// Puts what a client says of itself now in place of what it has said: RFC 7592 §2.2. What staff have set beside that
    /// stays. A client that had no secret and wants one gets it with this.
    ///
    /// # Errors
    /// As for [`own_registration`](Self::own_registration); when the document is refused, or names another client or
    /// another secret; when staff have made the client one that users are not asked for, and it would be answered
    /// elsewhere or have other grants; when too many were registered or changed from this address.
    pub async fn change_own_registration(
        &self,
        client_id: &str,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let (client, registration_access_token) = self.managing(client_id, authorization).await?;
        // Each change is a row of the trail, which is kept for good.
        let counted = self.count_registration()?;
        let changed = self.changed_by_itself(&client, body).await;
        if changed.as_ref().map_or(true, |changed| changed.client.version == client.version) {
            counted.give_back();
        }
        let Registered { client, secret, .. } = changed?;
        Ok(ClientInformation { client, secret, registration_access_token })
    }

    async fn changed_by_itself(
        &self,
        client: &Client,
        body: &[u8],
    ) -> Result<Registered, ClientRegistrationError> {
        let document = document(body)?;
        self.is_of(&document, client)?;
        let new = stranger(&document, &self.settings)?.in_place_of(client);
        let admin = self.admin(Actor::registration());
        Ok(admin.update_client(client.id, client.version, new).await?)
    }

    /// Deletes a client that wants it: RFC 7592 §2.3. All that hangs on it is dead with that.
    ///
    /// # Errors
    /// As for [`own_registration`](Self::own_registration).
    pub async fn delete_own_registration(
        &self,
        client_id: &str,
        authorization: Option<&str>,
    ) -> Result<(), ClientRegistrationError> {
        let (client, _) = self.managing(client_id, authorization).await?;
        Ok(self.admin(Actor::registration()).delete_client(client.id).await?)
    }

    /// The client that presents its registration access token, and that.
    async fn managing(
        &self,
        client_id: &str,
        authorization: Option<&str>,
    ) -> Result<(Arc<Client>, Secret), ClientRegistrationError> {
        if self.settings.dynamic_registration == DynamicRegistration::Off {
            return Err(AccessDenied(OFF));
        }
        let token = presented(authorization)?;
        let client = self.client(client_id).await?.ok_or(WRONG)?;
        let id = client.id;
        let stored = self.store.read(move |db| store::client::management_token(db, id)).await?;
        if !stored.is_some_and(|stored| Digest::of(token.expose()).is(&stored)) {
            return Err(WRONG);
        }
        cors::proven(&client);
        Ok((client, token))
    }

    /// §2.2: the client's own `client_id` "MUST" be there, and a `client_secret` is its own.
    fn is_of(
        &self,
        document: &Map<String, Value>,
        client: &Client,
    ) -> Result<(), ClientRegistrationError> {
        if document.get("client_id").and_then(Value::as_str) != Some(&client.client_id) {
            return Err(ClientRegistrationError::metadata("client_id must be the client's own"));
        }
        let Some(secret) = document.get("client_secret").filter(|secret| !secret.is_null()) else {
            return Ok(());
        };
        let digest = secret.as_str().map(Digest::of);
        let is_own = |digest| client.live_secrets(self.now()).any(|secret| secret.is(&digest));
        if digest.is_some_and(is_own) {
            return Ok(());
        }
        Err(ClientRegistrationError::metadata(
            "client_secret must be the client's own, or left out",
        ))
    }
}

impl From<AdminError> for ClientRegistrationError {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Invalid(faults) => {
                faults.into_iter().map(by_property).collect::<Vec<_>>().into()
            }
            AdminError::NotFound => WRONG,
            AdminError::Conflict => {
                Self::metadata("it was changed meanwhile; read it and try again")
            }
            AdminError::Forbidden(_) | AdminError::Refused(_) => AccessDenied(OF_STAFF),
            AdminError::Store(cause) => Self::Server(cause),
        }
    }
}

/// The same of a client that does not exist: RFC 7592 §2.1.
const WRONG: ClientRegistrationError = InvalidToken {
    description: "this is no client's registration access token",
    is_presented: true,
};
const OF_STAFF: &str = "the provider's staff have made this client one of their own";
