//! What a user has allowed: remembered, shown, and taken back.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    AuthorizationRequest, AuthorizationServer, Client, EventKind, Revocation, Scopes, StoreError,
    Timestamp,
    event::LedTo,
    store::{
        self, Affected, DbConnection,
        consent::{Allowed, Consent},
        grant::Connection,
    },
};

/// An application that a user has granted access.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, StoreError};
/// # async fn example(server: &AuthorizationServer, subject: &str) -> Result<(), StoreError> {
/// for app in server.connected_apps(subject).await? {
///     println!("{} may {}", app.client.name(), app.scopes);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectedApp {
    /// The client.
    pub client: Arc<Client>,
    /// What it may do, over all of its live grants.
    pub scopes: Scopes,
    /// When it was first granted access.
    pub since: Timestamp,
    /// When it last got a token or, to the hour, used one.
    pub last_used_at: Timestamp,
}

impl AuthorizationServer {
    /// Whether the request needs no asking: the client is the provider's own, or the user has said yes to the same
    /// before.
    ///
    /// A yes counts for the redirect URI that it was given for: where the client gets another one, somebody else may
    /// read the answer there; and for the resources (RFC 8707) that were named. Never where the request says `prompt=consent`. RFC 6749 §10.2 forbids to answer repeated requests by themselves
    /// where the client cannot be told from an impostor, so a remembered consent counts for a client that has a secret
    /// or takes its answer over `https`, and not for an application on the user's machine (RFC 8252 §8.6).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_consented(
        &self,
        request: &AuthorizationRequest,
        subject: &str,
    ) -> Result<bool, StoreError> {
        let client = request.client();
        if request.asks_for_consent() {
            return Ok(false);
        }
        if client.skip_consent {
            return Ok(true);
        }
        let proven = !client.is_public || request.redirect_uri().is_https();
        if !self.settings.remember_consent || !proven {
            return Ok(false);
        }
        let consent = consent(request, subject);
        let known = self.store.read(move |db| store::consent::allowed(db, &consent)).await?;
        Ok(known.is_some_and(|known| {
            request.granted().is_within(&known.scopes)
                && request.resources().is_within(&known.resources)
        }))
    }

    /// Remembers that the user said yes to this request.
    pub(crate) async fn remember_consent(
        &self,
        request: &AuthorizationRequest,
        subject: &str,
    ) -> Result<(), StoreError> {
        if !self.settings.remember_consent || self.is_consented(request, subject).await? {
            return Ok(());
        }
        let consent = consent(request, subject);
        let granted = Allowed { scopes: request.granted(), resources: request.resources().clone() };
        let now = self.now();
        let remember = move |db: &mut DbConnection| {
            store::consent::remember(db, &consent, &granted, now).map(Some)
        };
        let remembered = match self.store.insert(remember.clone()).await {
            // The connection may have broken at its commit. To remember it twice is to remember it.
            Err(error) if error.is_unavailable() => self.store.insert(remember).await,
            remembered => remembered,
        };
        remembered.map(drop) // who was faster by a moment has remembered it
    }

    /// The applications that a user has granted access, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connected_apps(&self, subject: &str) -> Result<Vec<ConnectedApp>, StoreError> {
        let (subject, now) = (subject.to_owned(), self.now());
        let connections =
            self.store.read(move |db| store::grant::connections(db, &subject, now)).await?;
        let clients = self.store.clients(connections.iter().map(|it| it.client)).await?;
        let mut apps = BTreeMap::<(String, i64), ConnectedApp>::new();
        for Connection { grant, created_at, last_used_at, client } in connections {
            let Some(client) = clients.get(&client.id) else { continue }; // deleted a moment ago
            let used = last_used_at.unwrap_or(created_at);
            let key = (client.name().to_owned(), client.id);
            let app = apps.entry(key).or_insert_with(|| ConnectedApp {
                client: Arc::clone(client),
                scopes: Scopes::default(),
                since: created_at,
                last_used_at: used,
            });
            app.scopes = app.scopes.iter().chain(grant.scopes.iter()).collect();
            app.since = app.since.min(created_at);
            app.last_used_at = app.last_used_at.max(used);
        }
        Ok(apps.into_values().collect())
    }

    /// Takes back what a user granted to one client, or to all, in one transaction: every grant and remembered consent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn disconnect(
        &self,
        subject: &str,
        client_id: Option<&str>,
    ) -> Result<(), StoreError> {
        let (owner, only) = (subject.to_owned(), client_id.map(str::to_owned));
        let now = self.now();
        let disconnect = move |db: &mut DbConnection| {
            let client = match &only {
                None => None,
                Some(client_id) => match store::client::key(db, client_id)? {
                    None => return Ok(0),
                    known => known,
                },
            };
            store::consent::forget(db, &owner, client)?;
            store::grant::revoke_of_subject(db, &owner, client, now)
        };
        let prepare = || -> LedTo<usize> {
            let (client_id, subject) = (client_id.map(str::to_owned), Some(subject.to_owned()));
            let revoked = EventKind::GrantRevoked { client_id, subject, cause: Revocation::User };
            Box::new(move |&ended| if ended > 0 { vec![revoked] } else { Vec::new() })
        };
        self.write_and_raise(Affected::Anything, disconnect, prepare).await.map(drop)
    }
}

/// What a yes to this request is remembered by.
fn consent(request: &AuthorizationRequest, subject: &str) -> Consent {
    Consent {
        subject: subject.to_owned(),
        client_id: request.client().id,
        redirect_uri: request.redirect_uri().without_loopback_port(),
    }
}
