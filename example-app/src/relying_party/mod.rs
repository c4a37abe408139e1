//! "Log in with Example provider": another application, whose users log in with this one (OpenID Connect Core §3.1).
//!
//! A relying party, as that is called, mostly runs elsewhere; this one has a path of its own, and knows of the provider
//! what any other would: its issuer, and how it is registered there. `provider.rs` is what it says to the provider,
//! `views.rs` what its users see, `logins.rs` who they are. Copy all three.

mod logins;
mod provider;
mod views;

use std::sync::Arc;

use oauth_server::{
    OAuth,
    methods::{get, post},
};
use poem::{Endpoint, EndpointExt, Response, Route};

use self::{logins::Logins, provider::Provider};

/// How it is registered with the provider (see `demo_data.rs`).
pub(crate) const CLIENT_ID: &str = "example-relying-party";
pub(crate) const CLIENT_SECRET: &str = "example-relying-party-secret";

/// Where it stands, and where the provider sends its users back to.
pub(crate) const PATH: &str = "/relying-party/";
pub(crate) const CALLBACK: &str = "/relying-party/callback";

struct RelyingParty {
    /// What its links begin with.
    base: String,
    /// Whether browsers come over TLS, and send its cookies by nothing else.
    is_secure: bool,
    provider: Provider,
    logins: Logins,
}

/// Its pages.
pub(crate) fn urls(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    let issuer = &oauth.server().settings().issuer;
    let relying_party = RelyingParty {
        base: oauth.path(|_| PATH),
        is_secure: issuer.starts_with("https:"),
        provider: Provider::new(issuer),
        logins: Logins::default(),
    };
    Route::new()
        .at("/", get(views::home))
        .at("/login", get(views::log_in))
        .at("/callback", get(views::callback))
        .at("/logout", post(views::log_out))
        .data(Arc::new(relying_party))
        .map_to_response()
}
