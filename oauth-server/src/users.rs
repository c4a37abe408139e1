//! The embedder's own users.

use std::sync::Arc;

use async_trait::async_trait;
use oauth_core::{
    ActiveCheck, Authentication, ClaimsSource, PasswordVerifier, StoreError, WantedClaims,
};
use poem::{Request, Response};
use serde_json::{Map, Value};

/// Who owns the protected resources: RFC 6749 §1.1.
///
/// ```
/// use oauth_server::ResourceOwner;
///
/// let owner = ResourceOwner::new("1867", "Marie Curie");
/// assert_eq!((owner.subject.as_str(), owner.name.as_str()), ("1867", "Marie Curie"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceOwner {
    /// What identifies the user for good, at most 255 characters: a key, never a name that can change hands.
    pub subject: String,
    /// How pages call the user.
    pub name: String,
}

impl ResourceOwner {
    /// The user of this subject, whom pages call by this name.
    pub fn new(subject: impl Into<String>, name: impl Into<String>) -> Self {
        Self { subject: subject.into(), name: name.into() }
    }
}

/// An application's users, as far as an authorization server must know them. The bundled [`Accounts`](crate::Accounts)
/// are one implementation. Who wants to hear of sign-ins raises [`SignedIn`](oauth_core::EventKind::SignedIn) and
/// [`SignInFailed`](oauth_core::EventKind::SignInFailed) on its own login page, with
/// [`raise`](oauth_core::AuthorizationServer::raise), as the bundled accounts do; and has wrong passwords counted there
/// by [`OAuth::guess`](crate::OAuth::guess).
///
/// ```
/// use oauth_server::{ResourceOwner, StoreError, Users, async_trait};
/// use poem::Request;
///
/// /// A proxy has signed the user in and says who it is; nobody can reach this application but through that proxy.
/// struct BehindSingleSignOn;
///
/// #[async_trait]
/// impl Users for BehindSingleSignOn {
///     async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
///         Ok(request.header("X-Authenticated-User").map(|user| ResourceOwner::new(user, user)))
///     }
///
///     fn login_url(&self, _: &Request, next: &str) -> String {
///         format!("/sso?return_to={next}")
///     }
/// }
/// ```
#[async_trait]
pub trait Users: Send + Sync + 'static {
    /// Who is signed in on this request, if anybody.
    ///
    /// # Errors
    /// When that cannot be found out just now.
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError>;

    /// Where to send the browser of this request, whose user is not signed in: of several login pages the one for its host,
    /// say. `next` is the percent-encoded local path to return to.
    fn login_url(&self, request: &Request, next: &str) -> String;

    /// Where a user goes who is signed in, and is not the one who shall be: the consent page offers it then, and `next` leads
    /// back to it. Your login page shows its form there also to who is signed in. `None` offers nothing, which is the
    /// default.
    fn switch_url(&self, _request: &Request, _next: &str) -> Option<String> {
        None
    }

    /// Where a user goes who is signed in and has to sign in once more for the request that `next` leads back to: a client wants a
    /// newer sign-in than this one (`prompt=login`, `max_age`), or that of somebody else (OpenID Connect Core §3.1.2.1). Your
    /// page shows its form there, too, and does not offer to go on without: the browser would come back at once. That is
    /// [`switch_url`](Self::switch_url), and where there is none [`login_url`](Self::login_url), unless the application says
    /// otherwise.
    fn sign_in_again_url(&self, request: &Request, next: &str) -> String {
        self.switch_url(request, next).unwrap_or_else(|| self.login_url(request, next))
    }

    /// How pages call the user of this subject; `None` when there is no such user any more.
    ///
    /// # Errors
    /// When that cannot be found out just now.
    async fn display_name(&self, subject: &str) -> Result<Option<String>, StoreError> {
        Ok(Some(subject.to_owned()))
    }

    /// The user of this name and password, where passwords are this application's business: for the password grant (RFC
    /// 6749 §4.3), whose token request this is, without its body. How many wrong ones are heard is counted before this is
    /// asked. Who calls [`AuthorizationServer::token`](oauth_core::AuthorizationServer::token) without HTTP has an empty
    /// request here.
    ///
    /// # Errors
    /// When that cannot be found out just now.
    async fn verify_password(
        &self,
        _request: &Request,
        _username: &str,
        _password: &str,
    ) -> Result<Option<ResourceOwner>, StoreError> {
        Ok(None)
    }

    /// Whether the user of this subject is still there, and may be acted for. Asked before anything is issued for the user:
    /// a code or a token at the authorization endpoint, and at every request of the token endpoint, refreshes too. Who is
    /// not active gets nothing more; access tokens that are out live on to their end. Every user is, unless the application
    /// says otherwise.
    ///
    /// ```
    /// # use oauth_server::{ResourceOwner, StoreError, Users, async_trait};
    /// # use poem::Request;
    /// # use std::collections::HashMap;
    /// struct Members {
    ///     paid_up: HashMap<String, bool>,
    /// }
    ///
    /// #[async_trait]
    /// impl Users for Members {
    ///     async fn is_active(&self, subject: &str) -> Result<bool, StoreError> {
    ///         Ok(self.paid_up.get(subject).copied().unwrap_or(false))
    ///     }
    /// #   async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
    /// #       Ok(None)
    /// #   }
    /// #   fn login_url(&self, _: &Request, _: &str) -> String {
    /// #       String::new()
    /// #   }
    /// }
    /// ```
    ///
    /// # Errors
    /// When that cannot be found out just now: the request is answered with 503.
    async fn is_active(&self, _subject: &str) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// When and how the user proved who they are, of who is signed in on this request: for ID tokens (OpenID Connect Core §2).
    /// Without `auth_time` clients that need a fresh sign-in are refused. Nothing is said of it, unless the application
    /// does.
    ///
    /// # Errors
    /// When that cannot be found out just now.
    async fn authentication(
        &self,
        _request: &Request,
        _owner: &ResourceOwner,
    ) -> Result<Authentication, StoreError> {
        Ok(Authentication::default())
    }

    /// What clients are told of the user of this subject, of what is wanted: by the names of OpenID Connect Core §5.1, or
    /// names of the application's own. What was not asked for is left out, whatever this says. Nothing, unless the
    /// application says something.
    ///
    /// ```
    /// # use oauth_server::{ResourceOwner, StoreError, Users, WantedClaims, async_trait};
    /// # use poem::Request;
    /// use serde_json::{Map, Value, json};
    ///
    /// # struct Members;
    /// # impl Members { async fn address_of(&self, _: &str) -> Option<String> { None } }
    /// #[async_trait]
    /// impl Users for Members {
    ///     async fn claims(
    ///         &self,
    ///         subject: &str,
    ///         wanted: &WantedClaims,
    ///     ) -> Result<Map<String, Value>, StoreError> {
    ///         let mut claims = Map::new();
    ///         if wanted.contains("email") {
    ///             claims.insert("email".to_owned(), json!(self.address_of(subject).await));
    ///         }
    ///         Ok(claims)
    ///     }
    /// #   async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
    /// #       Ok(None)
    /// #   }
    /// #   fn login_url(&self, _: &Request, _: &str) -> String {
    /// #       String::new()
    /// #   }
    /// }
    /// ```
    ///
    /// # Errors
    /// When that cannot be found out just now: the request is answered with 503.
    async fn claims(
        &self,
        _subject: &str,
        _wanted: &WantedClaims,
    ) -> Result<Map<String, Value>, StoreError> {
        Ok(Map::new())
    }

    /// Signs out the browser of this request, which the logout endpoint is asked to do. `onward` is the answer that leads the
    /// browser on: give it back with what has it forget the session, such as a `Set-Cookie`, or another one that goes there
    /// by way of your own. What clients were granted in the session ends after this, by the `sid` of
    /// [`authentication`](Self::authentication). `None`, the default, ends nothing, and a page says so.
    ///
    /// ```
    /// # use oauth_server::{ResourceOwner, StoreError, Users, async_trait};
    /// # use poem::{Request, Response, http::{HeaderValue, header}};
    /// # struct Members;
    /// # impl Members { async fn end_session(&self, _: &Request) {} }
    /// #[async_trait]
    /// impl Users for Members {
    ///     async fn sign_out(
    ///         &self,
    ///         request: &Request,
    ///         mut onward: Response,
    ///     ) -> Result<Option<Response>, StoreError> {
    ///         self.end_session(request).await;
    ///         let forget = HeaderValue::from_static("session=; Path=/; Max-Age=0");
    ///         onward.headers_mut().append(header::SET_COOKIE, forget);
    ///         Ok(Some(onward))
    ///     }
    /// #   async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
    /// #       Ok(None)
    /// #   }
    /// #   fn login_url(&self, _: &Request, _: &str) -> String {
    /// #       String::new()
    /// #   }
    /// }
    /// ```
    ///
    /// # Errors
    /// When that cannot be done just now.
    async fn sign_out(
        &self,
        _request: &Request,
        _onward: Response,
    ) -> Result<Option<Response>, StoreError> {
        Ok(None)
    }

    /// Whether the user may enter the admin site ([`OAuth::admin`](crate::OAuth::admin)). Nobody may, unless the
    /// application says so.
    ///
    /// # Errors
    /// When that cannot be found out just now.
    async fn is_staff(&self, _owner: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Whether a member of staff is a superuser: only superusers decide that users are not asked for a client, and where
    /// such a client is answered and what its secret is. Nobody is one, unless the application says so.
    ///
    /// # Errors
    /// When that cannot be found out just now.
    async fn is_superuser(&self, _owner: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(false)
    }
}

/// What the users are said to be, as ID tokens and the userinfo endpoint ask for it.
pub(crate) fn claims(users: Arc<dyn Users>) -> ClaimsSource {
    Arc::new(move |subject, wanted| {
        let users = Arc::clone(&users);
        Box::pin(async move { users.claims(&subject, &wanted).await })
    })
}

/// The users, as every grant asks for them.
pub(crate) fn active(users: Arc<dyn Users>) -> ActiveCheck {
    Arc::new(move |subject| {
        let users = Arc::clone(&users);
        Box::pin(async move { users.is_active(&subject).await })
    })
}

/// The application's own users, as the password grant asks for them without HTTP; the token endpoint asks with its
/// request.
pub(crate) fn passwords(users: Arc<dyn Users>) -> PasswordVerifier {
    Arc::new(move |username, password| {
        let users = Arc::clone(&users);
        Box::pin(async move {
            let owner =
                users.verify_password(&Request::default(), &username, password.expose()).await?;
            Ok(owner.map(|owner| owner.subject))
        })
    })
}
