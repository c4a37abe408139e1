//! Logging in elsewhere with this server: OpenID Connect Core. One switch, [`Settings::openid`](crate::Settings::openid).
//!
//! What it adds hangs on a family that begins with the scope `openid`: how the user proved who they are, and what the client
//! wants to be told ([`OpenId`](crate::store::openid::OpenId)). Everything else about such a family is as of any other.

pub(crate) mod authentication;
pub(crate) mod claims;
pub(crate) mod delivery;
mod end_session;
pub(crate) mod id_token;
mod logout;
mod logout_token;
mod prompt;
pub(crate) mod request;
mod sign_in;
pub(crate) mod subject;
mod userinfo;

pub use self::{
    authentication::Authentication,
    claims::{ClaimsSource, WantedClaims},
    delivery::DeliveryTask,
    end_session::{LogoutError, LogoutRequest},
    sign_in::{AtBrowser, SignIn},
    userinfo::UserInfo,
};
pub(crate) use crate::scope::OPENID;
use crate::{AuthorizationServer, NewScope, RegistrationError, Scope, StoreError};

impl AuthorizationServer {
    /// Asks the application for the claims of its users.
    #[must_use]
    pub fn with_claims(self, claims: ClaimsSource) -> Self {
        Self { claims: Some(claims), ..self }
    }

    /// The claims that a client may ask for.
    pub fn supported_claims(&self) -> impl Iterator<Item = &'static str> {
        ["sub", "auth_time", "acr", "amr"].into_iter().chain(claims::all())
    }

    /// The scopes of OpenID Connect (Core §5.4), each with what it is for; none where that is off.
    pub fn openid_scopes(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.settings.openid.then_some(SCOPES).into_iter().flatten()
    }

    /// Registers the scopes of OpenID Connect where they are not there, and makes the first keys. Called by whoever needs
    /// either; for a start, so that what is wrong is said there.
    ///
    /// # Errors
    /// When the store fails, and [`StoreError::SealedKeys`] where the keys are sealed under another key than is given.
    pub async fn prepare_openid(&self) -> Result<(), StoreError> {
        if !self.settings.openid {
            return Ok(());
        }
        // By itself, and in nobody's name.
        let itself = Self { actor: None, ..self.clone() };
        let prepare = async || {
            for (name, description) in SCOPES {
                let (name, description) = (name.to_owned(), description.to_owned());
                let scope = NewScope { name, description, ..NewScope::default() };
                match itself.register_new_scope(scope).await {
                    Ok(()) | Err(RegistrationError::Taken(_)) => {}
                    Err(RegistrationError::Store(error)) => return Err(error),
                    Err(refused) => return Err(StoreError::internal(refused)),
                }
            }
            itself.prepare_keys().await
        };
        self.openid_is_prepared.get_or_try_init(prepare).await.copied()
    }
}

impl Scope {
    /// Whether users are told of it in the words that the server itself has given it, and nobody since: it is one of
    /// OpenID Connect's.
    #[must_use]
    pub fn has_words_of_server(&self) -> bool {
        self.title.is_empty() && SCOPES.contains(&(self.name.as_str(), self.description.as_str()))
    }
}

/// The scopes of §5.4, as they are worded where the reader's language has no words of its own for them.
const SCOPES: [(&str, &str); 5] = [
    (OPENID, "Know who you are here."),
    ("profile", "See your name and what else your profile says."),
    ("email", "See your e-mail address."),
    ("address", "See your postal address."),
    ("phone", "See your telephone number."),
];
