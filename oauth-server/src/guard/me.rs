//! The application's own user, whom a token acts for.

use std::{marker::PhantomData, ops::Deref};

use oauth_core::{AccessToken, BearerError, StoreError, User};
use poem::{FromRequest, Request, RequestBody};

use super::{Access, Guard, refuse};
use crate::{InHeader, OAuth, Presentation, ScopeSet};

/// A user of the application, found by the subject of a token: what [`Me`] gives.
pub trait FromSubject: Sized + Send + Sync + 'static {
    /// The user of this subject; `None` where there is none any more. The request has what the application gave to its
    /// handlers, such as its database (`request.data`).
    ///
    /// # Errors
    /// When that cannot be found out just now.
    fn from_subject(
        subject: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Option<Self>, StoreError>> + Send;
}

/// A user of the bundled accounts.
impl FromSubject for User {
    async fn from_subject(subject: &str, request: &Request) -> Result<Option<Self>, StoreError> {
        match request.data::<OAuth>() {
            Some(oauth) => oauth.bundled_accounts().user(subject).await,
            None => Ok(None),
        }
    }
}

/// [`Access`], and the application's own user whom the token acts for. Who is gone, as who has no user because the client
/// acts for itself, is refused with 401 (`invalid_token`, RFC 6750 §3.1). In a poem-openapi operation it is
/// [`Shown<Me<..>>`](crate::Shown).
///
/// ```
/// use oauth_server::{FromSubject, StoreError, scope};
/// use poem::{Request, handler};
///
/// scope! { pub Profile = "profile", "See your name." }
///
/// struct User {
///     name: String,
/// }
///
/// impl FromSubject for User {
///     async fn from_subject(subject: &str, _: &Request) -> Result<Option<Self>, StoreError> {
///         let is_known = subject == "1867"; // here you ask your own table
///         Ok(is_known.then(|| Self { name: "Marie".to_owned() }))
///     }
/// }
///
/// /// Once for the application; its handlers say `Me<Profile>`.
/// type Me<S> = oauth_server::Me<User, S>;
///
/// #[handler]
/// async fn profile(me: Me<Profile>) -> String {
///     format!("{} lets {} in", me.name, me.token().client_id)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Me<U, S: ScopeSet = (), P: Presentation = InHeader> {
    user: U,
    token: AccessToken,
    requirements: PhantomData<fn() -> (S, P)>,
}

impl<U, S: ScopeSet, P: Presentation> Me<U, S, P> {
    /// The token that acts for the user.
    #[must_use]
    pub fn token(&self) -> &AccessToken {
        &self.token
    }

    /// The user, to keep.
    #[must_use]
    pub fn into_user(self) -> U {
        self.user
    }
}

impl<U, S: ScopeSet, P: Presentation> Deref for Me<U, S, P> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.user
    }
}

impl<'a, U: FromSubject, S: ScopeSet, P: Presentation> FromRequest<'a> for Me<U, S, P> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let Access { token, .. } = Access::<S, P>::from_request(request, body).await?;
        let found = match token.subject.as_deref() {
            Some(subject) => U::from_subject(subject, request).await,
            None => Ok(None),
        };
        let refusal = match found {
            Ok(Some(user)) => return Ok(Self { user, token, requirements: PhantomData }),
            Ok(None) => BearerError::InvalidToken("the access token acts for no user".into()),
            Err(cause) => BearerError::Server(cause),
        };
        Err(refuse(request, S::RESOURCE, &refusal))
    }
}

impl<U: FromSubject, S: ScopeSet, P: Presentation> Guard for Me<U, S, P> {
    type Scopes = S;
}
