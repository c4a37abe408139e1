//! The bundled accounts: who has no users of its own uses these.

mod login;
mod logout;
mod next;
mod password;
mod sessions;

use std::sync::Arc;

use async_trait::async_trait;
use oauth_core::{
    Authentication, AuthorizationServer, GuessError, Session, StoreError, User, WantedClaims,
};
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route, get,
    http::StatusCode,
    middleware::{NormalizePath, TrailingSlash},
};
use serde_json::{Map, Value};

use crate::{
    OAuth, ResourceOwner, Users,
    cookies::Cookie,
    response::{method_not_allowed, page::insecure},
};

/// Users with passwords in the provider's own tables, who sign in on its own pages.
///
/// A user's subject is the key of its row, in decimal digits: `7`, and neither `07` nor `+7`.
///
/// ```no_run
/// # use oauth_server::{Accounts, StoreError};
/// async fn called(accounts: &Accounts, subject: &str) -> Result<Option<String>, StoreError> {
///     Ok(accounts.user(subject).await?.map(|user| user.username))
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Accounts {
    server: AuthorizationServer,
    cookie: Cookie,
    /// The path of the login page.
    login: String,
}

impl Accounts {
    pub(crate) fn new(server: AuthorizationServer, cookie: Cookie, login: String) -> Self {
        Self { server, cookie, login }
    }

    /// The session of this request, if it has a live one.
    pub(crate) async fn session(&self, request: &Request) -> Result<Option<Session>, StoreError> {
        match self.cookie.presented(request) {
            Some(secret) => self.server.session(secret.expose()).await,
            None => Ok(None),
        }
    }

    /// The user of a subject; `None` when there is no such user any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user(&self, subject: &str) -> Result<Option<User>, StoreError> {
        let id = subject.parse().ok().filter(|id: &i64| id.to_string() == subject);
        match id {
            Some(id) => self.server.user(id).await,
            None => Ok(None),
        }
    }
}

#[async_trait]
impl Users for Accounts {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        let session = self.session(request).await?;
        Ok(session.map(|session| resource_owner(&session.user)))
    }

    fn login_url(&self, _: &Request, next: &str) -> String {
        format!("{}?next={next}", self.login)
    }

    fn switch_url(&self, request: &Request, next: &str) -> Option<String> {
        Some(format!("{}&switch=1", self.login_url(request, next)))
    }

    fn sign_in_again_url(&self, request: &Request, next: &str) -> String {
        format!("{}&switch={}", self.login_url(request, next), login::AGAIN)
    }

    async fn display_name(&self, subject: &str) -> Result<Option<String>, StoreError> {
        Ok(self.user(subject).await?.as_ref().map(|user| resource_owner(user).name))
    }

    /// Too many guesses are answered like a wrong one; [`AuthorizationServer::verify_password`] says which it is.
    async fn verify_password(
        &self,
        _: &Request,
        username: &str,
        password: &str,
    ) -> Result<Option<ResourceOwner>, StoreError> {
        match self.server.verify_password(username, password).await {
            Ok(user) => Ok(user.as_ref().map(resource_owner)),
            Err(GuessError::TooManyGuesses { .. }) => Ok(None),
            Err(GuessError::Store(error)) => Err(error),
        }
    }

    async fn is_active(&self, subject: &str) -> Result<bool, StoreError> {
        Ok(self.user(subject).await?.is_some())
    }

    async fn authentication(
        &self,
        request: &Request,
        _: &ResourceOwner,
    ) -> Result<Authentication, StoreError> {
        let Some(session) = self.session(request).await? else {
            return Ok(Authentication::default());
        };
        Ok(Authentication {
            auth_time: Some(session.signed_in_at),
            amr: vec!["pwd".to_owned()],
            acr: None,
            sid: session.sid,
        })
    }

    async fn claims(
        &self,
        subject: &str,
        _: &WantedClaims,
    ) -> Result<Map<String, Value>, StoreError> {
        Ok(self.user(subject).await?.as_ref().map_or_else(Map::new, claims))
    }

    async fn sign_out(
        &self,
        request: &Request,
        onward: Response,
    ) -> Result<Option<Response>, StoreError> {
        if let Some(session) = self.session(request).await? {
            self.server.end_session(&session).await?;
        }
        Ok(Some(self.cookie.forget(onward)))
    }

    async fn is_staff(&self, owner: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(self.user(&owner.subject).await?.is_some_and(|user| user.is_staff))
    }

    async fn is_superuser(&self, owner: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(self.user(&owner.subject).await?.is_some_and(|user| user.is_superuser))
    }
}

/// What an account knows of its user; what is empty is not said.
fn claims(user: &User) -> Map<String, Value> {
    let texts = [
        ("name", resource_owner(user).name),
        ("given_name", user.first_name.clone()),
        ("family_name", user.last_name.clone()),
        ("preferred_username", user.username.clone()),
        ("email", user.email.clone()),
    ];
    let said = texts.into_iter().filter(|(_, text)| !text.is_empty());
    let mut claims: Map<_, _> = said.map(|(name, text)| (name.to_owned(), text.into())).collect();
    if !user.email.is_empty() {
        claims.insert("email_verified".to_owned(), user.email_verified.into());
    }
    claims
}

fn resource_owner(user: &User) -> ResourceOwner {
    let full_name = format!("{} {}", user.first_name, user.last_name);
    let name = if full_name.trim().is_empty() {
        user.username.clone()
    } else {
        full_name.trim().to_owned()
    };
    ResourceOwner::new(user.id.to_string(), name)
}

/// The browser is known from now on, because the password was right. What it was given for is done, also where that
/// could not be kept.
async fn remembered(
    oauth: &OAuth,
    server: &AuthorizationServer,
    user: &User,
    onward: Response,
) -> Response {
    match server.remember_browser(user).await {
        Ok(secret) => oauth.cookies().browser.keep_for(
            AuthorizationServer::BROWSER_KNOWN_FOR,
            &secret,
            onward,
        ),
        Err(error) => {
            tracing::warn!(%error, "a browser is not known after a right password");
            onward
        }
    }
}

/// Passwords and sessions do not cross the network in the clear, where `ssl_only` says so.
pub(crate) fn refused_in_the_clear(oauth: &OAuth, request: &Request) -> Option<Response> {
    let refused = oauth.settings().ssl_only && !oauth.proxies().is_secure(request);
    refused.then(|| insecure(oauth))
}

/// Only over TLS; and another method is told which are allowed (RFC 9110 §15.5.6).
async fn guarded<E: Endpoint>(pages: Arc<E>, request: Request) -> poem::Result<Response> {
    let refused = request.data::<OAuth>().and_then(|oauth| refused_in_the_clear(oauth, &request));
    if let Some(refused) = refused {
        return Ok(refused);
    }
    match pages.call(request).await {
        Err(error) if error.status() == StatusCode::METHOD_NOT_ALLOWED => {
            Ok(method_not_allowed("GET, HEAD, POST", Response::default()))
        }
        answered => answered.map(IntoResponse::into_response),
    }
}

/// `/login`, `/logout`, `/password`, `/sessions` and `/apps`.
pub(crate) fn routes<E: Endpoint + 'static>(
    connected_apps: E,
) -> impl Endpoint<Output = Response> + use<E> {
    Route::new()
        .at("/login", get(login::show).post(login::sent))
        .at("/logout", get(logout::show).post(logout::sent))
        .at("/password", get(password::show).post(password::sent))
        .at("/sessions", get(sessions::show).post(sessions::sent))
        .at("/apps", connected_apps)
        .with(NormalizePath::new(TrailingSlash::Trim))
        .around(guarded)
}
