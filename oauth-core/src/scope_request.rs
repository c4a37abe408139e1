//! What a client asks for, and may have: RFC 6749 §3.3.

use std::borrow::Cow;

use crate::{
    AuthorizationServer, Client, InvalidScope, Params, Scope, Scopes, StoreError,
    scope::not_available, store,
};

/// The scope is refused, or could not be looked up.
pub(crate) enum ScopeFault {
    Refused(Cow<'static, str>),
    Failed(StoreError),
}

impl From<StoreError> for ScopeFault {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// The scopes of a request: all of them, or none. A client that asks for none gets its default ones; "if the client
/// omits the scope parameter" and has none, the server "MUST [...] fail the request indicating an invalid scope".
pub(crate) async fn requested_scopes(
    server: &AuthorizationServer,
    client: &Client,
    params: &Params,
) -> Result<Vec<Scope>, ScopeFault> {
    let refused = |why: &'static str| Err(ScopeFault::Refused(why.into()));
    let requested: Result<Scopes, InvalidScope> = params.get("scope").unwrap_or_default().parse();
    let requested = requested.map_err(|error| ScopeFault::Refused(error.to_string().into()))?;
    if requested.is_empty() {
        let defaults = given(server, &client.default_scopes).await?;
        return if defaults.is_empty() { refused("scope must be included") } else { Ok(defaults) };
    }
    available(server, client, &requested).await
}

/// These scopes, where the client may have all of them.
pub(crate) async fn available(
    server: &AuthorizationServer,
    client: &Client,
    requested: &Scopes,
) -> Result<Vec<Scope>, ScopeFault> {
    let refused = |why: &'static str| Err(ScopeFault::Refused(why.into()));
    if requested.iter().count() > MOST {
        return refused("scope names too many scopes at once");
    }
    let beyond = requested.beyond(&client.scopes);
    if !client.any_scope && !beyond.is_empty() {
        return Err(ScopeFault::Refused(not_available(&beyond)));
    }
    let given = given(server, requested).await?;
    let missing = requested.beyond(&given.iter().map(|scope| scope.name.as_str()).collect());
    if missing.is_empty() { Ok(given) } else { Err(ScopeFault::Refused(not_available(&missing))) }
}

/// Those of the scopes that the server knows and has not disabled.
async fn given(server: &AuthorizationServer, scopes: &Scopes) -> Result<Vec<Scope>, StoreError> {
    let scopes = scopes.clone();
    server.store.read(move |db| store::scope::named(db, &scopes)).await
}

/// What one request may name: each is looked up.
const MOST: usize = 500;
