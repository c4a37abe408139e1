//! Which addresses a name has, and that none but judged ones are connected to.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::{net::lookup_host, sync::Semaphore};

use super::{FetchError, address::Reach};

/// Answers which addresses a host's name has ([`AuthorizationServer::with_host_resolver`](crate::AuthorizationServer::with_host_resolver)).
pub type HostResolver = Arc<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync,
>;

/// The operating system's. A look-up may take longer than anybody waits, on a thread; so many may at once.
pub(super) fn of_system() -> HostResolver {
    let places = Arc::new(Semaphore::new(LOOK_UPS));
    Arc::new(move |host| {
        let places = Arc::clone(&places);
        Box::pin(async move {
            let place = places.acquire_owned().await.map_err(io::Error::other)?;
            let look_up = tokio::spawn(async move {
                let found = lookup_host((host, 0)).await;
                drop(place);
                found.map(|found| found.map(|address| address.ip()).collect())
            });
            look_up.await?
        })
    })
}

/// What a client connects to: of a name, all of its addresses, where all may be reached. The client asks this once for
/// each connection, and connects to what it is given.
pub(super) struct Judged {
    pub(super) resolver: HostResolver,
    pub(super) reach: Reach,
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, reach) = ((self.resolver)(name.as_str().to_owned()), self.reach);
        Box::pin(async move {
            let found = found.await.map_err(|error| FetchError::Unknown(error.to_string()))?;
            if found.is_empty() {
                return Err(FetchError::Unknown("it has no address".to_owned()).into());
            }
            if let Some(&refused) = found.iter().find(|&&address| !reach.has(address)) {
                return Err(FetchError::Address(refused).into());
            }
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

const LOOK_UPS: usize = 32;
