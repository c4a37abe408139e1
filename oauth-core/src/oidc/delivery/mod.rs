//! Logout tokens on their way to clients: OpenID Connect Back-Channel Logout §2.5. They wait in the database, and no request
//! waits for them.
//!
//! Several servers share the queue: who takes a token has it for a minute, by a compare-and-set that moves its time. To one
//! client a server sends one at a time. A client that cannot be told is left alone for a while, longer each time, and its
//! tokens are kept for a day, the newest 10,000 of them.

mod task;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tokio::{
    sync::{Mutex, Notify},
    task::JoinSet,
};

pub use self::task::DeliveryTask;
use super::logout_token;
use crate::{
    AuthorizationServer, Client, EventKind, StoreError, Timestamp,
    event::LedTo,
    fetch::{Budget, Fetch, FetchError, Method},
    store::{
        Affected, DbConnection, client,
        logout_delivery::{self, LogoutDelivery},
    },
};

/// What a process knows of its deliveries. Cloning is cheap.
#[derive(Clone, Default)]
pub(crate) struct Deliveries(Arc<Shared>);

#[derive(Default)]
struct Shared {
    woken: Notify,
    /// By the keys of clients. Who delivers holds it.
    pauses: Mutex<HashMap<i64, Pause>>,
}

/// A client that could not be told, and is left alone.
struct Pause {
    until: Timestamp,
    failures: i64,
}

impl Deliveries {
    /// There may be something to deliver.
    pub(crate) fn wake(&self) {
        self.0.woken.notify_one();
    }
}

/// What became of one.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Told,
    /// It need not be told, or does not want to.
    Over,
    /// It is tried again.
    PutOff,
}

impl AuthorizationServer {
    /// Tells clients of logouts, those that are due, and says how many were told:
    /// [`deliver_logouts_always`](Self::deliver_logouts_always) does this. For an application that has background work of its
    /// own.
    ///
    /// # Errors
    /// When the store fails; what was under way is tried again in a minute.
    pub async fn deliver_logouts(&self) -> Result<usize, StoreError> {
        let shared = Arc::clone(&self.deliveries.0);
        let mut pauses = shared.pauses.lock().await;
        let mut under_way = JoinSet::new();
        let (mut busy, mut told) = (HashSet::new(), 0);
        loop {
            while under_way.len() < AT_ONCE {
                let now = self.now();
                pauses.retain(|_, pause| now < pause.until + REMEMBERED);
                let paused = pauses.iter().filter(|(_, pause)| now < pause.until);
                let not_of = paused.map(|(client, _)| *client).chain(busy.iter().copied());
                let Some(delivery) = self.take_due(not_of.collect()).await? else { break };
                busy.insert(delivery.client_id);
                let server = self.clone();
                under_way.spawn(async move {
                    let client = delivery.client_id;
                    (client, server.deliver(delivery).await)
                });
            }
            let done = tokio::select! {
                done = under_way.join_next() => done,
                () = shared.woken.notified() => continue,
            };
            let Some(done) = done else { return Ok(told) };
            let (client, outcome) = done.map_err(StoreError::internal)?;
            busy.remove(&client);
            match outcome? {
                Outcome::PutOff => {
                    let now = self.now();
                    let pause = pauses.entry(client).or_insert(Pause { until: now, failures: 0 });
                    pause.failures += 1;
                    pause.until = now + wait(pause.failures).min(LONGEST_PAUSE);
                }
                outcome => {
                    pauses.remove(&client);
                    told += usize::from(outcome == Outcome::Told);
                }
            }
        }
    }

    /// One that is due, which is this server's for a minute then.
    async fn take_due(&self, not_of: Vec<i64>) -> Result<Option<LogoutDelivery>, StoreError> {
        let now = self.now();
        let look = {
            let not_of = not_of.clone();
            move |db: &mut DbConnection| logout_delivery::due(db, now, &not_of)
        };
        if self.store.read(look).await?.is_empty() {
            return Ok(None);
        }
        let take = move |db: &mut DbConnection| {
            for due in logout_delivery::due(db, now, &not_of)? {
                let due_at = now + LEASE;
                if logout_delivery::take(db, &due, due_at)? {
                    return Ok(Some(LogoutDelivery { due_at, attempts: due.attempts + 1, ..due }));
                }
            }
            Ok(None)
        };
        self.store.write_affecting(Affected::Nothing, take).await
    }

    async fn deliver(&self, delivery: LogoutDelivery) -> Result<Outcome, StoreError> {
        let key = delivery.client_id;
        let client = self.store.read(move |db| client::with_key(db, key)).await?;
        let client = client.filter(|client| client.disabled_at.is_none());
        let url = client.as_ref().and_then(|it| it.metadata.openid.backchannel_logout_uri.clone());
        let Some((client, url)) = client.zip(url) else {
            return self.end(&delivery, |_| None).await.map(|()| Outcome::Over);
        };
        match self.send(&client, &url, &delivery).await {
            Ok(200..=299) => {
                let event = |subject| {
                    Some(EventKind::LogoutDelivered {
                        client_id: client.client_id.clone(),
                        subject,
                    })
                };
                self.end(&delivery, event).await.map(|()| Outcome::Told)
            }
            // §2.8: it is right as it is, and the client cannot do it.
            Ok(400) => self.give_up(&client, &delivery, "it answered 400".to_owned()).await,
            Ok(status) => self.put_off(&client, &delivery, format!("it answered {status}")).await,
            Err(error) => self.put_off(&client, &delivery, error.to_string()).await,
        }
    }

    /// The status that the client answered with.
    async fn send(
        &self,
        client: &Client,
        url: &str,
        delivery: &LogoutDelivery,
    ) -> Result<u16, FetchError> {
        let token = match logout_token::issue(self, client, delivery).await {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(%error, "a logout token could not be signed");
                return Err(FetchError::NoClient("no token could be signed".to_owned()));
            }
        };
        let form = format!("logout_token={token}"); // base64url and dots: nothing to encode
        let method = Method::Post { form: &form };
        Ok(self.fetch(Fetch { url, method, most_bytes: 0, budget: BUDGET }).await?.status)
    }

    /// Deletes it, and raises what came of it.
    async fn end(
        &self,
        delivery: &LogoutDelivery,
        event: impl FnOnce(String) -> Option<EventKind>,
    ) -> Result<(), StoreError> {
        let id = delivery.id;
        let delete = move |db: &mut DbConnection| logout_delivery::delete(db, id);
        let subject = delivery.subject.clone();
        let raised = || -> LedTo<bool> {
            let event = event(subject);
            Box::new(|&was_there| event.filter(|_| was_there).into_iter().collect())
        };
        self.write_and_raise(Affected::Nothing, delete, raised).await.map(drop)
    }

    async fn give_up(
        &self,
        client: &Client,
        delivery: &LogoutDelivery,
        reason: String,
    ) -> Result<Outcome, StoreError> {
        let client_id = client.client_id.clone();
        tracing::warn!(client_id, reason, "a client was not told of a logout, and is not any more");
        let event = |subject| Some(EventKind::LogoutGivenUp { client_id, subject, reason });
        self.end(delivery, event).await.map(|()| Outcome::Over)
    }

    async fn put_off(
        &self,
        client: &Client,
        delivery: &LogoutDelivery,
        reason: String,
    ) -> Result<Outcome, StoreError> {
        let again_at = self.now() + wait(delivery.attempts);
        if again_at >= delivery.expires_at {
            return self.give_up(client, delivery, reason).await.map(|_| Outcome::PutOff);
        }
        let (taken, error, key) = (delivery.clone(), reason.clone(), client.id);
        let write = move |db: &mut DbConnection| {
            let put_off = logout_delivery::put_off(db, &taken, again_at, &error)?;
            let dropped = logout_delivery::keep_newest(db, key)?;
            Ok((put_off, dropped))
        };
        let (client_id, subject) = (client.client_id.clone(), delivery.subject.clone());
        let raised = || -> LedTo<(bool, usize)> {
            let event = EventKind::LogoutPutOff { client_id, subject, reason, again_at };
            Box::new(|&(put_off, _)| Some(event).filter(|_| put_off).into_iter().collect())
        };
        let (_, dropped) = self.write_and_raise(Affected::Nothing, write, raised).await?;
        if dropped > 0 {
            let client_id = &client.client_id;
            tracing::warn!(
                client_id,
                dropped,
                "too many logouts wait for one client; the oldest went"
            );
        }
        Ok(Outcome::PutOff)
    }
}

/// In seconds: how long it rests after so many attempts.
fn wait(attempts: i64) -> i64 {
    match attempts {
        ..=1 => 10,
        2 => 60,
        3 => 300,
        4 => 1800,
        _ => 7200,
    }
}

const BUDGET: Budget = Budget { purpose: "logout", a_minute: 600 };
/// Of the places of all that is fetched, some stay for others.
const AT_ONCE: usize = 5;
/// In seconds; a fetch takes a few.
const LEASE: i64 = 60;
/// In seconds: how long after its end a pause is remembered, so that the next is longer.
const REMEMBERED: i64 = 3600;
/// In seconds. A client that is back is told of what is new within this time.
const LONGEST_PAUSE: i64 = 300;
