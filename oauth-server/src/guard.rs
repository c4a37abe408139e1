//! The guard of protected resources: RFC 6750.

mod me;
mod refusal;
mod shown;
mod step_up;

use std::{marker::PhantomData, ops::Deref, slice};

use oauth_core::{AccessToken, BearerError, InvalidResource, Resource, Scopes, Timestamp};
use poem::{FromRequest, Request, RequestBody};

pub use self::{
    me::{FromSubject, Me},
    refusal::GuardRefusal,
    shown::{Secured, Shown},
    step_up::{SignInLevel, StepUp},
};
use crate::{
    InHeader, OAuth, Presentation, ScopeSet,
    locale::token_was_in_query,
    presentation::{Presented, Refusal, presented},
    response::{
        self,
        bearer::{Wanted, refusal, refused},
    },
};

/// Admits a request whose token has every scope of `S`, and gives the handler that token: djoauth2's `@oauth_scope`.
///
/// ```
/// use oauth_server::{Access, scope};
/// use poem::handler;
///
/// scope! { pub UserInfo = "user_info", "Access basic information about the user." }
/// scope! { pub Email = "email", "See the user's address." }
///
/// #[handler]
/// async fn whoami(token: Access<(UserInfo, Email)>) -> String {
///     format!("{} acts for {:?}", token.client_id, token.subject)
/// }
/// ```
///
/// The token must be for the server's own API, or for the resource that its scopes are declared at ([`At`](crate::At)).
/// [`AnyOf`](crate::AnyOf) wants one scope of several, and `Access<()>` any live token; a handler that decides later what
/// it wants asks [`OAuth::verify`]. The token comes in the `Authorization` header; `Access<UserInfo, Anywhere>` takes it from a form's body and from the
/// query as well. An application without [`OAuth::middleware`] refuses every request, because nobody could tell who sends it; in a process without the
/// database `RemoteGuard` takes its place (the feature `remote-guard`).
#[derive(Debug, Clone)]
pub struct Access<S: ScopeSet, P: Presentation = InHeader> {
    token: AccessToken,
    requirements: PhantomData<fn() -> (S, P)>,
}

impl<S: ScopeSet, P: Presentation> Deref for Access<S, P> {
    type Target = AccessToken;

    fn deref(&self) -> &AccessToken {
        &self.token
    }
}

impl<'a, S: ScopeSet, P: Presentation> FromRequest<'a> for Access<S, P> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let all_of = |names: &&[&str]| names.iter().copied().collect();
        let alternatives: Vec<Scopes> = S::ALTERNATIVES.iter().map(all_of).collect();
        let token = admit::<P>(request, body, S::RESOURCE, &alternatives).await?;
        let checked = step_up::required::<S>().check(&token, now(request));
        checked.map_err(|error| refuse(request, S::RESOURCE, &error))?;
        Ok(Self { token, requirements: PhantomData })
    }
}

/// A poem extractor that lets nobody in but who has a token of these scopes: [`Access`], [`Me`], and those of an
/// application that go through one of them. [`Shown`] shows it in a document.
pub trait Guard {
    /// What it requires, as it is shown; an extractor of your own names the guard's that it goes through.
    type Scopes: ScopeSet;
}

impl<S: ScopeSet, P: Presentation> Guard for Access<S, P> {
    type Scopes = S;
}

impl OAuth {
    /// The guard as a function, for a handler that finds out by itself which scopes it wants: djoauth2's
    /// `AccessTokenAuthenticator`, oauthost's `auth_handler_response`. The token comes in the `Authorization` header.
    ///
    /// ```
    /// use oauth_server::OAuth;
    /// use poem::{Request, Result, handler, web::Data};
    ///
    /// #[handler]
    /// async fn notes(request: &Request, Data(oauth): Data<&OAuth>) -> Result<&'static str> {
    ///     let wanted = if request.uri().query().is_some() { "notes:search" } else { "notes:read" };
    ///     oauth.verify(request, &[wanted].into_iter().collect()).await?;
    ///     Ok("your notes")
    /// }
    /// ```
    ///
    /// # Errors
    /// When the request is refused; the error holds the answer that the guard gives, and why: its `data` is a
    /// [`GuardRefusal`].
    pub async fn verify(&self, request: &Request, required: &Scopes) -> poem::Result<AccessToken> {
        self.verify_at(None, request, required).await
    }

    /// The same of a token for this resource (RFC 8707) and for no other; `None` is the server's own API. A path below the
    /// issuer becomes one by [`AuthorizationServer::resource_at`](oauth_core::AuthorizationServer::resource_at).
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub async fn verify_at(
        &self,
        resource: Option<&Resource>,
        request: &Request,
        required: &Scopes,
    ) -> poem::Result<AccessToken> {
        let body = &mut RequestBody::default();
        let alternatives = slice::from_ref(required);
        let verified = verified::<InHeader>(self, request, body, resource, alternatives).await;
        let wanted = Wanted { resource, scopes: Some(required) };
        verified.map_err(|refusal| refused(&refusal, self, wanted))
    }
}

async fn admit<P: Presentation>(
    request: &Request,
    body: &mut RequestBody,
    resource: Option<&'static str>,
    alternatives: &[Scopes],
) -> poem::Result<AccessToken> {
    #[cfg(feature = "remote-guard")]
    if let Some(remote) = request.data::<crate::RemoteGuard>() {
        return remote.admit::<P>(request, body, resource, alternatives).await;
    }
    let oauth = request.data::<OAuth>().ok_or_else(outside_of_middleware)?;
    let resource = resource.map(|address| oauth.server().resource_at(address)).transpose();
    let resource = resource.map_err(no_resource)?;
    let verified = verified::<P>(oauth, request, body, resource.as_ref(), alternatives).await;
    let wanted = Wanted { resource: resource.as_ref(), scopes: alternatives.first() };
    verified.map_err(|refusal| refused(&refusal, oauth, wanted))
}

/// By the clock of whoever admits here.
fn now(request: &Request) -> Timestamp {
    #[cfg(feature = "remote-guard")]
    if let Some(remote) = request.data::<crate::RemoteGuard>() {
        return remote.now();
    }
    request.data::<OAuth>().map_or(Timestamp::MAX, |oauth| oauth.server().now())
}

/// Refuses in the words of whoever admits here.
fn refuse(request: &Request, resource: Option<&'static str>, error: &BearerError) -> poem::Error {
    #[cfg(feature = "remote-guard")]
    if let Some(remote) = request.data::<crate::RemoteGuard>() {
        return remote.refuse(resource, error);
    }
    let Some(oauth) = request.data::<OAuth>() else { return outside_of_middleware() };
    let resource = resource.and_then(|address| oauth.server().resource_at(address).ok());
    refusal(error, oauth, Wanted { resource: resource.as_ref(), scopes: None })
}

async fn verified<P: Presentation>(
    oauth: &OAuth,
    request: &Request,
    body: &mut RequestBody,
    resource: Option<&Resource>,
    alternatives: &[Scopes],
) -> Result<AccessToken, Refusal> {
    let token = read::<P>(oauth, request, body).await?;
    Ok(oauth.server().verify_at(resource, &token, alternatives).await?)
}

fn no_resource(error: InvalidResource) -> poem::Error {
    tracing::error!(%error, "a guard's resource has no such address: every request is refused");
    response::as_error(response::failure())
}

fn outside_of_middleware() -> poem::Error {
    tracing::error!(
        "a guarded handler runs outside of OAuth::middleware: every request is refused"
    );
    response::as_error(response::failure())
}

async fn read<P: Presentation>(
    oauth: &OAuth,
    request: &Request,
    body: &mut RequestBody,
) -> Result<String, Refusal> {
    if oauth.settings().ssl_only && !oauth.proxies().is_secure(request) {
        return Err(BearerError::InvalidRequest("requests must use TLS".into()).into());
    }
    let Presented { token, in_query } = presented::<P>(request, body).await?;
    if in_query {
        token_was_in_query();
        if oauth.settings().oauth_2_1 {
            let fault = "a token must not stand in the query (OAuth 2.1)";
            return Err(BearerError::InvalidRequest(fault.into()).into());
        }
    }
    Ok(token)
}
