//! Clients that register themselves: RFC 7591.

use serde_json::{Map, Value};

use super::{ClientInformation, NewClient, Prepared, drawn_identifier, stranger::stranger};
use crate::{
    AuthorizationServer, ClientChange, DynamicRegistration, Secret,
    account::Registering,
    admin::{Action, Actor, Entry, Kind},
    error::ClientRegistrationError::{self, AccessDenied, InvalidToken},
    secret::Digest,
    store::{
        self, Affected, DbConnection,
        client::{Registration, Stranger},
        registration_token,
    },
};

/// By which a stranger is let in.
enum Admitted {
    /// The initial access token of this digest.
    ByToken(Digest),
    /// The quota of its address.
    ByQuota(Registering),
}

impl AuthorizationServer {
    /// Registers a client that nobody knows, by what it says of itself: `authorization` is the value of that header, `body`
    /// the document of RFC 7591 §3.1. What it may ask for is every scope that the server gives now, whatever it names: the
    /// user is asked for each, and who is refused for a scope later asks for more.
    ///
    /// # Errors
    /// When the document is refused; when registering is switched off, or needs a token that is not presented; when too
    /// many were registered from this address.
    pub async fn register_stranger(
        &self,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Result<ClientInformation, ClientRegistrationError> {
        match self.admit_stranger(authorization).await? {
            Admitted::ByToken(token) => self.registered_stranger(Some(token), body).await,
            Admitted::ByQuota(counted) => {
                let registered = self.registered_stranger(None, body).await;
                if registered.is_err() {
                    counted.give_back();
                }
                registered
            }
        }
    }

    /// Who presents a token is let in by it, also where nobody needs one.
    async fn admit_stranger(
        &self,
        authorization: Option<&str>,
    ) -> Result<Admitted, ClientRegistrationError> {
        match (self.settings.dynamic_registration, authorization) {
            (DynamicRegistration::Off, _) => Err(AccessDenied(OFF)),
            (DynamicRegistration::Open, None) => self.count_registration().map(Admitted::ByQuota),
            (DynamicRegistration::Open | DynamicRegistration::Token, _) => {
                let (digest, now) = (Digest::of(presented(authorization)?.expose()), self.now());
                let look =
                    move |db: &mut DbConnection| registration_token::is_good(db, &digest, now);
                let is_good = self.store.read(look).await?;
                if is_good { Ok(Admitted::ByToken(digest)) } else { Err(NOT_GOOD) }
            }
        }
    }

    async fn registered_stranger(
        &self,
        token: Option<Digest>,
        body: &[u8],
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let new = stranger(&document(body)?, &self.settings)?;
        let new = NewClient { scopes: self.supported_scopes().await?, ..new };
        let Prepared { registration, secret } = self.prepare(&new).await?;
        let registration_access_token = Secret::generate();
        let (trail, client_id) = (self.clone().of_strangers().trail(), drawn_identifier());
        let stranger = Stranger {
            token: Some(Digest::of(registration_access_token.expose())),
            reap_at: trail.at + UNUSED_FOR,
        };
        let registration = Registration { stranger: Some(stranger), ..registration };
        let insert = move |db: &mut DbConnection| {
            if let Some(token) = &token
                && !registration_token::take(db, token, trail.at)?
            {
                return Ok(None); // somebody else was faster
            }
            let (none, at) = (crate::Scopes::default(), trail.at);
            let id = store::client::register(db, &client_id, &registration, &none, at)?;
            let Some(id) = id else { return Ok(None) };
            let name = &registration.metadata.client_name;
            trail.write(db, &Entry::new(Action::Create, Kind::Client, id, name))?;
            store::client::with_key(db, id)
        };
        let inserted = self.store.write_affecting(Affected::Nothing, insert).await?;
        let client = inserted.ok_or(NOT_GOOD)?;
        self.client_changed(&client.client_id, ClientChange::Registered);
        Ok(ClientInformation { client, secret, registration_access_token })
    }

    /// The same server, whose changes are those of clients that register themselves.
    pub(super) fn of_strangers(self) -> Self {
        self.in_the_name_of(Actor::registration())
    }
}

/// RFC 7591 §3.1: "a JSON document".
pub(super) fn document(body: &[u8]) -> Result<Map<String, Value>, ClientRegistrationError> {
    serde_json::from_slice(body)
        .map_err(|_| ClientRegistrationError::metadata("the body must be a JSON object"))
}

/// What stands in the header, by RFC 6750 §2.1.
pub(super) fn presented(authorization: Option<&str>) -> Result<Secret, ClientRegistrationError> {
    let parts = authorization.and_then(|value| value.split_once(' '));
    let bearer = parts.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
    bearer.map(|(_, token)| Secret::from(token.trim())).ok_or(NONE)
}

pub(super) const OFF: &str = "this server does not let clients register themselves";
const NONE: ClientRegistrationError =
    InvalidToken { description: "present a token as Authorization: Bearer", is_presented: false };
const NOT_GOOD: ClientRegistrationError = InvalidToken {
    description: "the initial access token is unknown, over, or used up",
    is_presented: true,
};
/// Seconds from its registration until it must have been granted something.
pub(super) const UNUSED_FOR: i64 = 24 * 3600;
