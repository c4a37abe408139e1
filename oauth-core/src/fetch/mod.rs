//! The one door to the outside: whatever this server fetches from an address that somebody else has written down.
//!
//! https only, and http to this very machine where the issuer is on it. A name is resolved once, all of its addresses are
//! judged ([`address`]), and only those are connected to; a literal is judged by the same rules. No proxy of the
//! environment is asked, no redirect followed, nothing decompressed and no connection kept. A fetch has 5 seconds, of
//! which it may wait for one of the places that all share, and reads so much of the answer at most.

mod address;
mod budget;
mod client;
mod resolver;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, sync::Arc, time::Duration};

use reqwest::{Client, RequestBuilder, Response, header};
use tokio::{
    sync::{OnceCell, Semaphore},
    time::{Instant, timeout_at},
};
use url::{Host, Url};

pub(crate) use self::budget::Budget;
pub use self::resolver::HostResolver;
use self::{address::Reach, budget::Spent};
use crate::{AuthorizationServer, Timestamp};

/// What is asked of the outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fetch<'a> {
    pub(crate) url: &'a str,
    pub(crate) method: Method<'a>,
    /// How much of the answer is read, at most [`MOST_BYTES`]. Where it is 0, none.
    pub(crate) most_bytes: usize,
    pub(crate) budget: Budget,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Method<'a> {
    /// With the types that are accepted.
    Get { accept: &'a str },
    /// A form, encoded.
    Post { form: &'a str },
}

/// What was answered, whatever its status.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) cache_control: Option<String>,
    /// `None` where it is longer than what was to be read.
    pub(crate) body: Option<Vec<u8>>,
}

/// Why there is no answer: for the operator, never for a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("it is no URL that is fetched, which is one of https without a user's name")]
    Url,
    #[error("its host has the address {0}, which is none of the internet")]
    Address(IpAddr),
    #[error("its host is unknown: {0}")]
    Unknown(String),
    #[error("its host was asked too often within a minute")]
    TooOften,
    #[error("too much is fetched at once")]
    Busy,
    #[error("there was no answer in time")]
    TooSlow,
    #[error("there was no answer: {0}")]
    Unanswered(String),
    #[error("nothing can be fetched here: {0}")]
    NoClient(String),
}

/// What is fetched with. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Outside(Arc<Door>);

struct Door {
    /// Whether the issuer is on this very machine.
    is_loopback: bool,
    resolver: HostResolver,
    https: OnceCell<Client>,
    http: OnceCell<Client>,
    places: Semaphore,
    patience: Duration,
    spent: Spent,
}

impl AuthorizationServer {
    /// Asks this which addresses a host has, before anything is fetched from it: in place of the operating system. What it
    /// answers is judged all the same. For tests, and for who resolves names by other means.
    ///
    /// ```
    /// # fn example(server: oauth_core::AuthorizationServer) -> oauth_core::AuthorizationServer {
    /// use std::{net::Ipv4Addr, sync::Arc};
    ///
    /// server.with_host_resolver(Arc::new(|_host| {
    ///     Box::pin(async { Ok(vec![Ipv4Addr::LOCALHOST.into()]) })
    /// }))
    /// # }
    /// ```
    #[must_use]
    pub fn with_host_resolver(self, resolver: HostResolver) -> Self {
        let outside = Outside::new(self.outside.0.is_loopback, resolver, PATIENCE);
        Self { outside, ..self }
    }

    /// Fetches nothing from this very machine, also where the issuer is on it: for a server that others can reach all the
    /// same, and that would fetch for them what only this machine shall see.
    #[must_use]
    pub fn without_loopback_fetches(self) -> Self {
        let outside = Outside::new(false, self.outside.0.resolver.clone(), PATIENCE);
        Self { outside, ..self }
    }

    /// Fetches from the outside, or posts to it.
    pub(crate) async fn fetch(&self, fetch: Fetch<'_>) -> Result<Fetched, FetchError> {
        self.outside.fetch(fetch, self.now()).await
    }
}

impl Outside {
    pub(crate) fn of_system(is_loopback: bool) -> Self {
        Self::new(is_loopback, resolver::of_system(), PATIENCE)
    }

    fn new(is_loopback: bool, resolver: HostResolver, patience: Duration) -> Self {
        Self(Arc::new(Door {
            is_loopback,
            resolver,
            https: OnceCell::new(),
            http: OnceCell::new(),
            places: Semaphore::new(AT_ONCE),
            patience,
            spent: Spent::default(),
        }))
    }

    /// Counts what somebody has fetched; false where there was enough.
    pub(crate) fn may_ask(&self, budget: Budget, who: &str, now: Timestamp) -> bool {
        self.0.spent.spend(budget, who, now)
    }

    async fn fetch(&self, fetch: Fetch<'_>, now: Timestamp) -> Result<Fetched, FetchError> {
        let door = &self.0;
        let (url, reach) = door.admit(fetch.url)?;
        if !door.spent.spend(fetch.budget, url.host_str().unwrap_or_default(), now) {
            return Err(FetchError::TooOften);
        }
        let deadline = Instant::now() + door.patience;
        let place = timeout_at(deadline, door.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(FetchError::Busy) };
        let answered = async {
            let client = door.client(&url, reach).await?;
            let request = match fetch.method {
                Method::Get { accept } => client.get(url).header(header::ACCEPT, accept),
                Method::Post { form } => {
                    client.post(url).header(header::CONTENT_TYPE, FORM).body(form.to_owned())
                }
            };
            answer(request, fetch.most_bytes.min(MOST_BYTES)).await
        };
        timeout_at(deadline, answered).await.unwrap_or(Err(FetchError::TooSlow))
    }
}

impl Door {
    /// What of this URL can be judged before anything is resolved.
    fn admit(&self, url: &str) -> Result<(Url, Reach), FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Url)?;
        let reach = match (url.scheme(), self.is_loopback) {
            ("https", false) => Reach::Internet,
            ("https", true) => Reach::InternetAndLoopback,
            ("http", true) => Reach::Loopback,
            _ => return Err(FetchError::Url),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Url);
        }
        // Of a literal, no resolver is asked.
        let literal = match url.host() {
            Some(Host::Domain(_)) => return Ok((url, reach)),
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
            None => return Err(FetchError::Url),
        };
        if reach.has(literal) { Ok((url, reach)) } else { Err(FetchError::Address(literal)) }
    }
}

async fn answer(request: RequestBuilder, most_bytes: usize) -> Result<Fetched, FetchError> {
    let mut response = request.send().await.map_err(|error| client::cause(&error))?;
    let text = |response: &Response, name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let mut fetched = Fetched {
        status: response.status().as_u16(),
        content_type: text(&response, header::CONTENT_TYPE),
        cache_control: text(&response, header::CACHE_CONTROL),
        body: None,
    };
    if most_bytes == 0 {
        return Ok(fetched);
    }
    let mut body = Vec::new();
    // By what comes, whatever the head says of its length.
    while let Some(chunk) = response.chunk().await.map_err(|error| client::cause(&error))? {
        if body.len() + chunk.len() > most_bytes {
            return Ok(fetched);
        }
        body.extend_from_slice(&chunk);
    }
    fetched.body = Some(body);
    Ok(fetched)
}

const FORM: &str = "application/x-www-form-urlencoded";
const AT_ONCE: usize = 10;
const PATIENCE: Duration = Duration::from_secs(5);
/// In bytes.
pub(crate) const MOST_BYTES: usize = 64 * 1024;
