//! Clients that nobody registered: their identifier is the URL of a document in which they say who they are
//! (draft-ietf-oauth-client-id-metadata-document-02).
//!
//! What was fetched is stored as a client like any other, so that every endpoint finds it as such and waits for nobody. It
//! is fetched again only where a user who is signed in is about to be asked, or the client pushes a request.

mod read;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use serde_json::Value;
use tokio::sync::OnceCell;

use self::read::{fresh_for, is_another, judge_address, parsed, unanswered};
use super::{NewClient, dynamic::UNUSED_FOR, prepared::Prepared, stranger::stranger};
use crate::{
    AuthorizationServer, ClientChange, ClientSecret, FieldError, Origin, PageFault, StoreError,
    Timestamp,
    admin::{Action, Entry, Kind},
    fetch::{Budget, Fetch, Fetched, Method},
    store::{
        self, DbConnection,
        client::{ClientFields, Registration, Stranger},
        client_document::{Document, Known},
    },
};

/// Why a client is not had from its document.
#[derive(Debug, Clone)]
pub(crate) enum Refused {
    /// For its developer.
    Document(String),
    Store(Arc<StoreError>),
}

/// The fetches that are under way, so that who wants the same document meanwhile waits for the same answer.
#[derive(Clone, Default)]
pub(crate) struct Fetching(Arc<Mutex<HashMap<String, Weak<Outcome>>>>);

type Outcome = OnceCell<Result<(), Refused>>;

impl AuthorizationServer {
    /// Has the client of this identifier be as its document says, where the identifier is the URL of one and
    /// [`Settings::client_id_metadata`](crate::Settings) is on. `caller` is who has it fetched, and may do so some times
    /// a minute: a user who is signed in, or an address. What is fresh is not fetched, and what was had within 7 days
    /// serves where its host does not answer.
    ///
    /// # Errors
    /// Where the document cannot be had, or is none: what the client's developer has to change.
    pub async fn fetch_client(&self, client_id: &str, caller: &str) -> Result<(), PageFault> {
        match self.fetched_client(client_id, caller).await {
            Ok(()) => Ok(()),
            Err(Refused::Document(why)) => Err(PageFault::ClientDocument(why)),
            Err(Refused::Store(cause)) => {
                tracing::warn!(%cause, "a client's metadata document cannot be stored");
                Err(PageFault::ClientDocument(UNAVAILABLE.to_owned()))
            }
        }
    }

    async fn fetched_client(&self, client_id: &str, caller: &str) -> Result<(), Refused> {
        if !self.is_document(client_id) {
            return Ok(());
        }
        let named = client_id.to_owned();
        let known = self.store.read(move |db| store::client_document::find(db, &named)).await?;
        let has_document = known.is_some_and(|known| known.document.is_some());
        match (self.settings.client_id_metadata, has_document) {
            (true, _) => {}
            (false, true) => return Err(refused(OFF)),
            (false, false) => return Ok(()),
        }
        let now = self.now();
        let is_settled = |known: &Known| {
            known.disabled_at.is_some() || known.document.is_none_or(|it| now < it.fresh_until)
        };
        if known.as_ref().is_some_and(is_settled) {
            return Ok(());
        }
        judge_address(client_id, &self.settings.client_id_metadata_hosts)?;
        if !self.outside.may_ask(BY_CALLER, caller, now) {
            return Err(refused("too many documents were fetched for you within a minute"));
        }
        let outcome = self.fetching.of(client_id);
        // Who hangs up leaves it to who waits for the same.
        let fetched = outcome.get_or_init(|| Box::pin(self.fetch_document(client_id, known)));
        fetched.await.clone()
    }

    /// By its scheme: no identifier that is drawn or usual has one.
    fn is_document(&self, client_id: &str) -> bool {
        client_id.starts_with("https://")
            || self.settings.is_loopback() && client_id.starts_with("http://")
    }

    async fn fetch_document(&self, client_id: &str, known: Option<Known>) -> Result<(), Refused> {
        let fetch = Fetch {
            url: client_id,
            method: Method::Get { accept: "application/json" },
            most_bytes: MOST_BYTES,
            budget: BY_HOST,
        };
        let now = self.now();
        let fetched = match self.fetch(fetch).await {
            Ok(fetched) if fetched.status < 500 => fetched,
            other => {
                let why = other.err();
                let is_kept = known
                    .and_then(|known| known.document)
                    .is_some_and(|it| now < it.fetched_at + KEPT);
                tracing::warn!(
                    client_id,
                    ?why,
                    is_kept,
                    "a client's metadata document cannot be had"
                );
                return if is_kept { Ok(()) } else { Err(unanswered(why.as_ref())) };
            }
        };
        let new = self.read_document(client_id, &fetched).await?;
        let fresh_until = now + fresh_for(fetched.cache_control.as_deref());
        self.keep_document(new, known, Document { fetched_at: now, fresh_until }).await
    }

    /// The client that the document tells of.
    async fn read_document(
        &self,
        client_id: &str,
        fetched: &Fetched,
    ) -> Result<NewClient, Refused> {
        let document = parsed(fetched).map_err(refused)?;
        if document.get("client_id").and_then(Value::as_str) != Some(client_id) {
            return Err(refused("the document's client_id must be its own URL, as it was sent"));
        }
        if document
            .get("client_name")
            .and_then(Value::as_str)
            .is_none_or(|name| name.trim().is_empty())
        {
            return Err(refused("the document must have a client_name, which users are asked by"));
        }
        let has_secret = document.keys().any(|name| name.starts_with("client_secret"));
        let method = document.get("token_endpoint_auth_method").and_then(Value::as_str);
        if has_secret || !matches!(method, None | Some("none")) {
            return Err(refused(
                "a client that is known by a document has no secret: token_endpoint_auth_method is none",
            ));
        }
        let told = |faults: Vec<FieldError>| {
            let said = faults.iter().map(|it| format!("{}: {}", it.field, it.problem));
            refused(&said.collect::<Vec<_>>().join("; "))
        };
        let new = stranger(&document, &self.settings).map_err(told)?;
        // It may be written for many servers: what this one lacks is no fault. Where it says nothing, it may ask for all.
        let (any_scope, unknown) = (new.scopes.is_empty(), self.unknown_scopes(&new.scopes).await?);
        let scopes = new.scopes.beyond(&unknown);
        let client_id = Some(client_id.to_owned());
        Ok(NewClient { client_id, secret: ClientSecret::None, scopes, any_scope, ..new })
    }

    /// Stores it, and has its users asked again where they could see that it is another one now.
    async fn keep_document(
        &self,
        new: NewClient,
        known: Option<Known>,
        document: Document,
    ) -> Result<(), Refused> {
        let client_id = new.client_id.clone().unwrap_or_default();
        let Prepared { registration, .. } = self.prepare(&new).await?;
        let (named, trail) = (client_id.clone(), self.trail());
        let stranger = Stranger { token: None, reap_at: trail.at + UNUSED_FOR };
        let registration = Registration { stranger: Some(stranger), ..registration };
        let keep = move |db: &mut DbConnection| {
            let Some(known) = known else {
                let none = crate::Scopes::default();
                let id = store::client::register(db, &named, &registration, &none, trail.at)?;
                // Somebody else was faster, at another process.
                let Some(id) = id else { return Ok(None) };
                store::client_document::fetched(db, id, document)?;
                let name = &registration.metadata.client_name;
                trail.write(db, &Entry::new(Action::Create, Kind::Client, id, name))?;
                return Ok(Some(ClientChange::Registered));
            };
            store::client_document::fetched(db, known.id, document)?;
            let Some(client) = store::client::with_key(db, known.id)? else { return Ok(None) };
            let metadata = registration.metadata.in_place_of(&client.metadata);
            if metadata == client.metadata {
                return Ok(None);
            }
            let changes = metadata.changed_from(&client.metadata)?;
            let name = &metadata.client_name;
            let entry = Entry::new(Action::Update, Kind::Client, known.id, name).naming(changes);
            trail.write(db, &entry)?;
            let (kept, is_another) =
                (store::client::fields(db, known.id)?, is_another(&metadata, &client.metadata));
            let fields = ClientFields {
                any_scope: registration.fields.any_scope,
                // It was for another one that staff have said so.
                skip_consent: kept.skip_consent && !is_another,
                ..kept
            };
            store::client::update(db, known.id, client.version, &metadata, &fields)?;
            if is_another {
                store::client_document::forget_consents(db, known.id)?;
            }
            Ok(Some(ClientChange::Changed))
        };
        if let Some(change) = self.store.write(keep).await? {
            self.client_changed(&client_id, change);
        }
        Ok(())
    }

    /// Who asks now, where nobody is signed in.
    pub(crate) fn caller_by_address(&self) -> String {
        let address = Origin::current().and_then(|origin| origin.address);
        address.map_or_else(String::new, |address| address.to_string())
    }
}

impl Fetching {
    fn of(&self, client_id: &str) -> Arc<Outcome> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = all.get(client_id).and_then(Weak::upgrade) {
            return outcome;
        }
        all.retain(|_, outcome| outcome.strong_count() > 0);
        let outcome = Arc::default();
        all.insert(client_id.to_owned(), Arc::downgrade(&outcome));
        outcome
    }
}

impl fmt::Debug for Fetching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetching(..)")
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

fn refused(why: &str) -> Refused {
    Refused::Document(why.to_owned())
}

const BY_HOST: Budget = Budget { purpose: "client documents", a_minute: 30 };
const BY_CALLER: Budget = Budget { purpose: "who has client documents fetched", a_minute: 10 };
/// In bytes, as the draft recommends.
const MOST_BYTES: usize = 5 * 1024;
const A_DAY: i64 = 24 * 3600;
/// Seconds for which what was had serves while its host is down.
const KEPT: Timestamp = 7 * A_DAY;
const UNAVAILABLE: &str = "the document cannot be fetched at the moment; try again in a minute";
const OFF: &str = "this server takes no clients that nobody registered any more";
