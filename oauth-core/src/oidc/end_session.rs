//! A client has a browser's user signed out: OpenID Connect RP-Initiated Logout 1.0.

use std::{borrow::Cow, sync::Arc};

use super::{authentication::Authentication, id_token::Hint, subject};
use crate::{AuthorizationServer, Client, Params, RedirectUri, RegisteredBy, StoreError};

/// A request to sign out that a client sends a browser with, and that is right as far as it goes (§2).
#[derive(Debug, Clone)]
pub struct LogoutRequest {
    client: Option<Arc<Client>>,
    hint: Option<Hint>,
    onward: Option<String>,
    ui_locales: String,
}

impl LogoutRequest {
    /// The client that asks, as far as it says: it need not be who it says it is.
    #[must_use]
    pub fn client(&self) -> Option<&Client> {
        self.client.as_deref()
    }

    /// Where the client wants the browser afterwards, with its `state`: one of its registered `post_logout_redirect_uris`. Of a
    /// client that nobody here registered, only where `id_token_hint` proves that it has signed somebody in (§3).
    #[must_use]
    pub fn onward(&self) -> Option<&str> {
        self.onward.as_deref()
    }

    /// The languages that pages shall be in, the best first (BCP 47).
    pub fn ui_locales(&self) -> impl Iterator<Item = &str> {
        self.ui_locales.split(' ').filter(|language| !language.is_empty())
    }
}

/// Why such a request is refused. That is said on a page: nothing proves where the browser may go (§4).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogoutError {
    /// A sentence for the client's developer.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthorizationServer {
    /// Judges a request to sign out: `id_token_hint`, `client_id`, `post_logout_redirect_uri`, `state` and `ui_locales`; any
    /// other parameter, `logout_hint` among them, is let be. An ID token may have ended long ago, as long as the key is there
    /// that it was signed with.
    ///
    /// ```no_run
    /// # use oauth_core::{AuthorizationServer, LogoutError, Params};
    /// # async fn example(server: &AuthorizationServer) -> Result<(), LogoutError> {
    /// let query = b"client_id=printer&post_logout_redirect_uri=https%3A%2F%2Fprinter.example%2Fbye&state=xyz";
    /// let request = server.logout_request(&Params::parse(query)).await?;
    /// assert_eq!(request.onward(), Some("https://printer.example/bye?state=xyz"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the hint is no ID token of this server or another client's, the client is unknown, or the URI is not exactly one
    /// that the client registered; when the store fails.
    pub async fn logout_request(&self, params: &Params) -> Result<LogoutRequest, LogoutError> {
        params.check(PARAMETERS).map_err(|fault| LogoutError::Invalid(fault.into()))?;
        let hint = match params.get("id_token_hint") {
            Some(token) => {
                let hint = Hint::read(self, token).await?;
                Some(hint.ok_or_else(|| invalid("id_token_hint is no ID token of this server"))?)
            }
            None => None,
        };
        let named = params.get("client_id");
        let hinted = hint.as_ref().map(|hint| hint.aud.as_str());
        if named.zip(hinted).is_some_and(|(named, hinted)| named != hinted) {
            return Err(invalid("id_token_hint was issued to another client than client_id"));
        }
        let client = match named.or(hinted) {
            Some(client_id) => self.client(client_id).await?,
            None => None,
        };
        if named.is_some() && client.is_none() {
            return Err(invalid("client_id is unknown"));
        }
        let uri = params.get("post_logout_redirect_uri");
        let onward = uri.map(|uri| onward(client.as_deref(), uri, params.get("state")));
        // §3: without a hint that takes "other means of confirming the legitimacy", which is that staff know the client.
        let of_staff = |client: &Arc<Client>| client.registered_by == RegisteredBy::Staff;
        let is_legitimate = hint.is_some() || client.as_ref().is_some_and(of_staff);
        let onward = onward.transpose().map_err(invalid)?.filter(|_| is_legitimate);
        let ui_locales = params.get("ui_locales").unwrap_or_default().to_owned();
        Ok(LogoutRequest { client, hint, onward, ui_locales })
    }

    /// Whether the request itself proves that it comes from where this very session is known: by an ID token of it. Any other
    /// may be a link on a stranger's page, and its user is asked (§2, §6).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_logout_proven(
        &self,
        request: &LogoutRequest,
        subject: &str,
        authentication: &Authentication,
    ) -> Result<bool, StoreError> {
        let Some((hint, client)) = request.hint.as_ref().zip(request.client()) else {
            return Ok(false);
        };
        let is_session = hint.sid.is_some() && hint.sid == authentication.sid;
        Ok(is_session && hint.sub == subject::towards(self, client, subject).await?)
    }
}

/// §3.1: the URI "MUST exactly match" a registered one.
fn onward(client: Option<&Client>, uri: &str, state: Option<&str>) -> Result<String, &'static str> {
    let client = client.ok_or("post_logout_redirect_uri needs id_token_hint or client_id")?;
    let registered = &client.metadata.openid.post_logout_redirect_uris;
    if !registered.iter().any(|registered| registered == uri) {
        return Err("post_logout_redirect_uri is not registered");
    }
    let uri = RedirectUri::parse(uri).map_err(|_| "post_logout_redirect_uri is malformed")?;
    Ok(match state {
        Some(state) => uri.with_query(&[("state", state)]),
        None => uri.as_str().to_owned(),
    })
}

fn invalid(why: &'static str) -> LogoutError {
    LogoutError::Invalid(why.into())
}

const PARAMETERS: &[&str] = &["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];
