//! A guard in a process without the database: it asks the provider what a token is worth (RFC 7662).

mod known;
mod provider;
mod settings;

use std::sync::Arc;

use oauth_core::{
    AccessToken, BearerError, Introspected, InvalidSetting, Resource, Scopes, Timestamp,
};
use poem::{Endpoint, Error, IntoResponse, Middleware, Request, RequestBody, Response, Result};

pub use self::settings::RemoteGuardSettings;
use self::{known::Known, provider::Provider};
use crate::{
    GuardRefusal, InHeader, Presentation,
    presentation::{Refusal, presented},
    proxy::TrustedProxies,
    refusals::Refusals,
    request,
    response::{
        bearer::{self, Wanted},
        kept_by_nobody, no_store,
    },
};

/// **A revoked token may still pass for up to 5 seconds**, or what [`RemoteGuardSettings::cached_for`] says: this is
/// [`Access`](crate::Access), [`Secured`](crate::Secured) and [`Me`](crate::Me) in a process that has not the provider's database.
///
/// It goes around the handlers as [`OAuth::middleware`](crate::OAuth::middleware) does beside the provider, and their
/// guards ask the provider's introspection endpoint (RFC 7662), as a client with a secret whose registration names the
/// resource (`register-client --introspects`). What that says of a token, good or bad, is remembered for some seconds, by
/// the token's digest, and never beyond the token's end; who asks for a token of which the provider is being asked already
/// waits for that answer. Where the provider cannot be asked, the request is refused with 503, never with 401, and never
/// answered by what was known before.
///
/// ```
/// use oauth_server::{Access, RemoteGuard, RemoteGuardSettings, scope};
/// use poem::{Endpoint, EndpointExt, Response, Route, handler};
///
/// scope! { pub Notes = "notes", "Read your notes." }
///
/// #[handler]
/// async fn notes(token: Access<Notes>) -> String {
///     format!("the notes of {:?}", token.subject)
/// }
///
/// fn api() -> Result<impl Endpoint, Box<dyn std::error::Error>> {
///     let endpoint = "https://id.example/oauth2/introspect/";
///     let secret = std::env::var("CLIENT_SECRET").unwrap_or_default();
///     let guard = RemoteGuard::new(RemoteGuardSettings::new(endpoint, "notes-api", secret.as_str()))?;
///     Ok(Route::new().at("/notes", notes).with(guard))
/// }
/// ```
///
/// Inside of it guards ask it, also where [`OAuth::middleware`](crate::OAuth::middleware) is around them, too.
/// [`OAuth::cors`](crate::OAuth::cors) has no place here.
#[derive(Clone)]
pub struct RemoteGuard(Arc<Parts>);

struct Parts {
    settings: RemoteGuardSettings,
    resource: Option<Resource>,
    proxies: TrustedProxies,
    provider: Provider,
    known: Known,
    /// Of the lines that say why the provider cannot be asked, so many a second are written.
    refusals: Refusals,
}

impl RemoteGuard {
    /// A guard with these settings. It asks nothing before the first request.
    ///
    /// # Errors
    /// When a setting is out of its range.
    pub fn new(settings: RemoteGuardSettings) -> Result<Self, InvalidSetting> {
        let resource = settings.checked()?;
        Ok(Self(Arc::new(Parts {
            resource,
            proxies: TrustedProxies::new(settings.trusted_proxies.clone()),
            provider: Provider::new(&settings)?,
            known: Known::new(settings.cached_for, settings.cached),
            refusals: Refusals::default(),
            settings,
        })))
    }

    /// The guard as a function, for a handler that finds out by itself which scopes it wants: as
    /// [`OAuth::verify`](crate::OAuth::verify).
    ///
    /// # Errors
    /// When the request is refused; the error holds the answer, and why: its `data` is a [`GuardRefusal`].
    pub async fn verify(&self, request: &Request, required: &Scopes) -> Result<AccessToken> {
        let alternatives = std::slice::from_ref(required);
        self.admit::<InHeader>(request, &mut RequestBody::default(), None, alternatives).await
    }

    pub(crate) async fn admit<P: Presentation>(
        &self,
        request: &Request,
        body: &mut RequestBody,
        resource: Option<&'static str>,
        alternatives: &[Scopes],
    ) -> Result<AccessToken> {
        let admitted = self.admitted::<P>(request, body, resource, alternatives).await;
        admitted.map_err(|refusal| {
            let resource = self.resource(resource);
            let wanted = Wanted { resource: resource.as_ref(), scopes: alternatives.first() };
            bearer::refused(&refusal, self, wanted)
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.settings.clock.now()
    }

    pub(crate) fn refuse(&self, resource: Option<&'static str>, error: &BearerError) -> Error {
        let resource = self.resource(resource);
        bearer::refusal(error, self, Wanted { resource: resource.as_ref(), scopes: None })
    }

    /// The resource that a guard's scopes name, as far as it is known without an answer of the provider, which tells where
    /// its own paths are; else that of the settings.
    fn resource(&self, named: Option<&'static str>) -> Option<Resource> {
        named.and_then(|address| address.parse().ok()).or_else(|| self.0.resource.clone())
    }

    async fn admitted<P: Presentation>(
        &self,
        request: &Request,
        body: &mut RequestBody,
        resource: Option<&'static str>,
        alternatives: &[Scopes],
    ) -> Result<AccessToken, Refusal> {
        if self.0.settings.ssl_only && !self.0.proxies.is_secure(request) {
            return Err(BearerError::InvalidRequest("requests must use TLS".into()).into());
        }
        let token = presented::<P>(request, body).await?.token;
        let invalid =
            || BearerError::InvalidToken("the access token is unknown, expired or revoked".into());
        if !AccessToken::is_shaped(&token) {
            return Err(invalid().into());
        }
        let (known, now) = (&self.0.known, self.0.settings.clock.now());
        let seen = known.look_up(&token, now, || self.0.provider.ask(&token)).await;
        let seen = seen.map_err(BearerError::Server)?.ok_or_else(invalid)?;
        let now = self.0.settings.clock.now();
        if !self.is_for(resource, &seen) || seen.token.expires_at.is_some_and(|end| end <= now) {
            return Err(invalid().into());
        }
        if !alternatives.iter().any(|required| required.is_within(&seen.token.scopes)) {
            let first = alternatives.first().cloned().unwrap_or_default();
            return Err(BearerError::InsufficientScope(first).into());
        }
        Ok(seen.token.clone())
    }

    /// RFC 8707 §3: a token for one resource is of no use at another. A guard whose scopes name none is one of the
    /// settings' resource.
    fn is_for(&self, resource: Option<&'static str>, seen: &Introspected) -> bool {
        let issuer = seen.issuer.as_ref();
        let its = match resource {
            None => self.0.resource.as_ref().or(issuer).cloned(),
            Some(address) => Resource::at(address, issuer.map_or("", Resource::as_str)).ok(),
        };
        its.is_some() && seen.audience == its
    }
}

impl bearer::Voice for RemoteGuard {
    fn realm(&self) -> &str {
        &self.0.settings.realm
    }

    fn body(&self, _: &BearerError, refusal: &GuardRefusal) -> Response {
        no_store(refusal.json())
    }
}

impl<E: Endpoint> Middleware<E> for RemoteGuard {
    type Output = RemotelyGuarded<E>;

    fn transform(&self, inner: E) -> Self::Output {
        RemotelyGuarded { guard: self.clone(), inner }
    }
}

/// An application inside of a [`RemoteGuard`].
pub struct RemotelyGuarded<E> {
    guard: RemoteGuard,
    inner: E,
}

impl<E: Endpoint> Endpoint for RemotelyGuarded<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        // RFC 6750 §2.3: what a token in the query opened is kept by nobody.
        let in_query = request::query(&request).get("access_token").is_some();
        request.set_data(self.guard.clone());
        let answered = self.guard.0.refusals.around(self.inner.call(request)).await;
        let answered = answered.map(IntoResponse::into_response);
        if in_query { answered.map(kept_by_nobody) } else { answered }
    }
}
