//! What a client asks for, and may have: RFC 6749 §3.3. It is judged whenever something is issued, by one rule; which list
//! of the registration that holds it against says [`Asking`].
//!
//! What a scope implies is granted with it: that stands in the grant, is shown with it and remembered, and a token has it,
//! so that a guard need not know. It is settled then: what a scope is said to imply later, it implies for later grants.

mod asking;

use std::borrow::Cow;

pub(crate) use self::asking::Asking;
pub(crate) use crate::scope::OFFLINE_ACCESS;
use crate::{
    AuthorizationServer, Client, InvalidScope, Params, Resources, Scope, Scopes, StoreError,
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

/// The rule: of these scopes the client may have those that it is registered for, and what those imply, as far as the
/// server gives them now.
pub(crate) async fn left(
    server: &AuthorizationServer,
    asking: Asking<'_>,
    scopes: &Scopes,
    given: &Scopes,
) -> Result<Scopes, StoreError> {
    let given = scopes.within(given).beyond(&asking.never());
    let left = match asking.listed() {
        Some(listed) if !given.is_within(listed) => {
            given.within(&names(&with_implied(server, listed).await?))
        }
        _ => given,
    };
    if scopes.contains(OFFLINE_ACCESS) && asking.may_go_on() {
        return Ok(left.iter().chain([OFFLINE_ACCESS]).collect());
    }
    Ok(left)
}

/// What is left of scopes that a user granted before. A client is told where that is nothing.
pub(crate) async fn left_of_grant(
    server: &AuthorizationServer,
    client: &Client,
    granted: &Scopes,
    given: &Scopes,
) -> Result<Scopes, TokenError> {
    let left = left(server, Asking::ForUser(client), granted, given).await?;
    if left.is_empty() { Err(TokenError::InvalidScope(not_available(granted))) } else { Ok(left) }
}

/// The scopes of a request for these resources: all of them, or none, and what they imply. A client that asks for none gets
/// its default ones; "if the client omits the scope parameter" and has none, the server "MUST [...] fail the request
/// indicating an invalid scope".
pub(crate) async fn requested_scopes(
    server: &AuthorizationServer,
    asking: Asking<'_>,
    params: &Params,
    resources: &Resources,
) -> Result<Vec<Scope>, ScopeFault> {
    server.prepare_openid().await?;
    let requested: Result<Scopes, InvalidScope> = params.get("scope").unwrap_or_default().parse();
    let requested = requested.map_err(|error| ScopeFault::Refused(error.to_string().into()))?;
    if requested.is_empty() {
        let mut defaults = allowed(server, asking, &asking.client().default_scopes).await?;
        defaults.retain(|scope| scope.is_of(resources));
        let refused = || Err(ScopeFault::Refused(asking.without_scope()));
        return if defaults.is_empty() { refused() } else { Ok(defaults) };
    }
    available(server, asking, &requested, resources).await
}

/// These scopes, and what they imply, where the client may have all of them for these resources.
pub(crate) async fn available(
    server: &AuthorizationServer,
    asking: Asking<'_>,
    requested: &Scopes,
    resources: &Resources,
) -> Result<Vec<Scope>, ScopeFault> {
    let mut available = available_anywhere(server, asking, requested).await?;
    let is_asked = |scope: &&Scope| requested.contains(&scope.name);
    let elsewhere = available.iter().filter(is_asked).filter(|scope| !scope.is_of(resources));
    let elsewhere: Scopes = elsewhere.map(|scope| scope.name.as_str()).collect();
    if !elsewhere.is_empty() {
        return Err(ScopeFault::Refused(of_another_resource(&elsewhere)));
    }
    available.retain(|scope| scope.is_of(resources));
    Ok(available)
}

/// The same, whichever resources they belong to.
pub(crate) async fn available_anywhere(
    server: &AuthorizationServer,
    asking: Asking<'_>,
    requested: &Scopes,
) -> Result<Vec<Scope>, ScopeFault> {
    if requested.iter().count() > MOST {
        return Err(ScopeFault::Refused("scope names too many scopes at once".into()));
    }
    let allowed = allowed(server, asking, requested).await?;
    let missing = requested.beyond(&names(&allowed));
    if missing.is_empty() {
        Ok(allowed)
    } else {
        Err(ScopeFault::Refused(asking.without(&missing)))
    }
}

/// Those of the scopes that the client may have, and what they imply, as users see them.
pub(crate) async fn allowed(
    server: &AuthorizationServer,
    asking: Asking<'_>,
    scopes: &Scopes,
) -> Result<Vec<Scope>, StoreError> {
    let mut given = with_implied(server, scopes).await?;
    let asked: Scopes = names(&given).iter().chain(scopes.iter()).collect();
    let left = left(server, asking, &asked, &names(&given)).await?;
    given.retain(|scope| left.contains(&scope.name));
    if left.contains(OFFLINE_ACCESS) && !given.iter().any(|scope| scope.name == OFFLINE_ACCESS) {
        given.push(offline_access());
    }
    Ok(given)
}

/// These scopes and what they imply, as far as they are given.
pub(crate) async fn with_implied(
    server: &AuthorizationServer,
    scopes: &Scopes,
) -> Result<Vec<Scope>, StoreError> {
    let scopes = scopes.clone();
    server.store.read(move |db| store::scope::with_implied(db, &scopes)).await
}

/// The names of scopes.
pub(crate) fn names(scopes: &[Scope]) -> Scopes {
    scopes.iter().map(|scope| scope.name.as_str()).collect()
}

impl Scope {
    /// Whether it is of use at one of these.
    pub(crate) fn is_of(&self, resources: &Resources) -> bool {
        self.name == OFFLINE_ACCESS
            || resources
                .iter()
                .any(|one| one.map(crate::Resource::as_str) == self.resource.as_deref())
    }
}

fn offline_access() -> Scope {
    Scope {
        name: OFFLINE_ACCESS.to_owned(),
        description: WORDS.to_owned(),
        title: String::new(),
        resource: None,
        implies: Scopes::default(),
    }
}

fn of_another_resource(scopes: &Scopes) -> Cow<'static, str> {
    format!(
        "{}; they belong to another resource: name it in resource (RFC 8707)",
        not_available(scopes)
    )
    .into()
}

/// Where the reader's language has no others.
const WORDS: &str = "Keep this access when you are away, until you take it back.";
/// What one request may name: each is looked up.
const MOST: usize = 500;
