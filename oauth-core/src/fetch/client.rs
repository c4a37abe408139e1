//! The HTTP client behind the door, which decides nothing.

use std::{
    error::Error,
    sync::{Arc, Once},
};

use reqwest::{Client, redirect::Policy, retry};
use url::Url;

use super::{Door, FetchError, address::Reach, resolver::Judged};

impl Door {
    /// Made when it is first needed: where no CA certificates are installed, that fails, and what needs none goes on.
    pub(super) async fn client(&self, url: &Url, reach: Reach) -> Result<&Client, FetchError> {
        let is_https = url.scheme() == "https";
        let client = if is_https { &self.https } else { &self.http };
        client.get_or_try_init(async || self.new_client(is_https, reach)).await
    }

    fn new_client(&self, is_https: bool, reach: Reach) -> Result<Client, FetchError> {
        static CRYPTOGRAPHY: Once = Once::new();
        // reqwest wants one installed; where the application has installed its own, that stays.
        CRYPTOGRAPHY
            .call_once(|| drop(rustls::crypto::aws_lc_rs::default_provider().install_default()));
        let judged = Judged { resolver: Arc::clone(&self.resolver), reach };
        // What is off by default is said where another crate of the program can switch it on.
        let client = Client::builder()
            .dns_resolver(Arc::new(judged))
            .no_proxy()
            .redirect(Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .http1_only()
            .pool_max_idle_per_host(0)
            .user_agent(USER_AGENT)
            .https_only(is_https);
        let client = if is_https { client } else { client.tls_certs_only([]) };
        client.build().map_err(|error| FetchError::NoClient(innermost(&error)))
    }
}

/// What the client's error is of ours, or in the words of what went wrong at last.
pub(super) fn cause(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(it) = cause {
        if let Some(ours) = it.downcast_ref::<FetchError>() {
            return ours.clone();
        }
        cause = it.source();
    }
    FetchError::Unanswered(innermost(error))
}

fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

const USER_AGENT: &str = "oauth-core";
