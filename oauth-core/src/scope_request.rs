//! What a client asks for, and may have: RFC 6749 §3.3. It is judged whenever something is issued, by one rule.

use std::borrow::Cow;

use crate::{
    AuthorizationServer, Client, GrantType, InvalidScope, Params, Scope, Scopes, StoreError,
    TokenError, scope::not_available, store,
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

/// The rule: of these scopes the client may have those that it is registered for, as far as the server gives them now.
pub(crate) fn left(client: &Client, scopes: &Scopes, given: &Scopes) -> Scopes {
    let given = scopes.within(given);
    let left = if client.any_scope { given } else { given.within(&client.metadata.scope) };
    if scopes.contains(OFFLINE_ACCESS) && client.allows(&GrantType::RefreshToken) {
        return left.iter().chain([OFFLINE_ACCESS]).collect();
    }
    left
}

/// That the client may go on when the user is away (OpenID Connect Core §11): every server knows it, and every client may
/// ask for it that has the refresh grant. It allows nothing else.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// What is left of scopes that were granted before. A client is told where that is nothing.
pub(crate) fn left_of_grant(
    client: &Client,
    granted: &Scopes,
    given: &Scopes,
) -> Result<Scopes, TokenError> {
    let left = left(client, granted, given);
    if left.is_empty() { Err(TokenError::InvalidScope(not_available(granted))) } else { Ok(left) }
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
        let defaults = allowed(server, client, &client.default_scopes).await?;
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
    let allowed = allowed(server, client, requested).await?;
    let missing = requested.beyond(&names(&allowed));
    if missing.is_empty() { Ok(allowed) } else { Err(ScopeFault::Refused(not_available(&missing))) }
}

/// Those of the scopes that the client may have, as users see them.
async fn allowed(
    server: &AuthorizationServer,
    client: &Client,
    scopes: &Scopes,
) -> Result<Vec<Scope>, StoreError> {
    let asked = scopes.clone();
    let mut given = server.store.read(move |db| store::scope::named(db, &asked)).await?;
    let left = left(client, scopes, &names(&given));
    given.retain(|scope| left.contains(&scope.name));
    if left.contains(OFFLINE_ACCESS) && !given.iter().any(|scope| scope.name == OFFLINE_ACCESS) {
        let (name, description) = (OFFLINE_ACCESS.to_owned(), WORDS.to_owned());
        given.push(Scope { name, description, title: String::new() });
    }
    Ok(given)
}

/// The names of scopes.
pub(crate) fn names(scopes: &[Scope]) -> Scopes {
    scopes.iter().map(|scope| scope.name.as_str()).collect()
}

/// Where the reader's language has no others.
const WORDS: &str = "Keep this access when you are away, until you take it back.";
/// What one request may name: each is looked up.
const MOST: usize = 500;
