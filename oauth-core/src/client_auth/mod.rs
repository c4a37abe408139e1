//! Client authentication: RFC 6749 §2.3. Exactly one method a request.

mod basic;
mod none;
mod post;
mod secret;

use std::{borrow::Cow, sync::Arc};

use crate::{
    AuthorizationServer, Client, EventKind, Params, Secret, cors,
    error::TokenError::{self, InvalidClient, InvalidRequest},
    origin,
};

/// What the client presents, whichever way.
struct Credentials {
    client_id: String,
    /// `None` is the method `none` (RFC 7591 §2): a public client only says who it is.
    secret: Option<Secret>,
    /// In Basic, where a `+` or `%` stands: who did not encode it sent another id or secret than was meant. That is said
    /// by what was presented alone, and tells nothing of what would be right.
    may_be_raw: bool,
}

impl AuthorizationServer {
    /// The client that sends this request, proven as far as its registration asks. `names` are the parameters that the
    /// endpoint reads.
    ///
    /// # Errors
    /// `invalid_request` where one of them is malformed or two methods are used, `invalid_client` where there is no such
    /// client or it does not prove that it is the one. That is told.
    pub(crate) async fn authenticated(
        &self,
        authorization: Option<&str>,
        params: &Params,
        names: &[&str],
    ) -> Result<Arc<Client>, TokenError> {
        let (client, credentials) = match self.identified(authorization, params, names).await {
            Ok(identified) => identified,
            Err(refusal) => {
                self.token_refused(None, &refusal);
                return Err(refusal);
            }
        };
        let proven = credentials.prove(self, &client).await;
        self.told(&client, proven)?;
        cors::proven(&client);
        Ok(client)
    }

    async fn identified(
        &self,
        authorization: Option<&str>,
        params: &Params,
        names: &[&str],
    ) -> Result<(Arc<Client>, Credentials), TokenError> {
        params.check(names).map_err(|fault| InvalidRequest(fault.into()))?;
        let credentials = presented(authorization, params)?;
        match self.client(&credentials.client_id).await? {
            Some(client) => Ok((client, credentials)),
            None => Err(credentials.refused("no client is registered under this client_id")),
        }
    }

    /// What this client is answered; a refusal is told.
    pub(crate) fn told<T>(
        &self,
        client: &Client,
        answer: Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        answer.inspect_err(|refusal| self.token_refused(Some(client), refusal))
    }

    /// Tells an operator who was refused what, never what was presented. For a token request that is wrong already as
    /// HTTP; of all others the verb itself tells, such as
    /// [`AuthorizationServer::token`]. A guess that is not heard is no event of its own: that
    /// its limit began to bite was one ([`EventKind::GuessesLimited`]), and nobody floods the rest out with more of them.
    /// Nor is that a device has to wait.
    pub fn token_refused(&self, client: Option<&Client>, refusal: &TokenError) {
        if matches!(refusal, TokenError::Server(_)) || refusal.is_patience() {
            return;
        }
        let (client_id, code) = (client.map(|client| client.client_id.as_str()), refusal.code());
        if let Some(client_id) = client_id {
            origin::note("client_id", client_id);
        }
        origin::note("refused", &refusal.to_string());
        if matches!(refusal, TokenError::TooManyGuesses { .. }) {
            return;
        }
        self.raise(|| EventKind::TokenRefused { client_id: client_id.map(str::to_owned), code });
    }
}

impl Credentials {
    /// Proves the client, as far as its registration asks.
    ///
    /// # Errors
    /// `invalid_client` when they prove nothing.
    async fn prove(&self, server: &AuthorizationServer, client: &Client) -> Result<(), TokenError> {
        match (client.is_public, &self.secret) {
            (true, _) if !server.settings.public_clients => {
                Err(InvalidClient(NO_PUBLIC_CLIENTS.into()))
            }
            (true, None) => Ok(()),
            (true, Some(_)) => Err(InvalidClient(
                "this client is public and has no secret; leave client_secret out".into(),
            )),
            (false, None) => {
                Err(InvalidClient("this client must authenticate with its secret".into()))
            }
            (false, Some(secret)) if secret::verify(server, client, secret).await? => Ok(()),
            (false, Some(_)) => Err(self.refused("the client secret is wrong")),
        }
    }

    fn refused(&self, why: &'static str) -> TokenError {
        InvalidClient(with_hint(why, self.may_be_raw))
    }
}

fn with_hint(why: &'static str, may_be_raw: bool) -> Cow<'static, str> {
    if may_be_raw { format!("{why}; {HOW_BASIC_ENCODES}").into() } else { why.into() }
}

/// Where a setting says so.
pub(crate) const NO_PUBLIC_CLIENTS: &str =
    "this server serves no public clients: the client must be registered with a secret";
const HOW_BASIC_ENCODES: &str =
    "HTTP Basic form-urlencodes both first (RFC 6749 2.3.1): + is sent as %2B, and % as %25";

fn presented(authorization: Option<&str>, params: &Params) -> Result<Credentials, TokenError> {
    let Some(authorization) = authorization else {
        return post::credentials(params).or_else(|| none::credentials(params)).ok_or_else(|| {
            InvalidClient("no client authentication: use HTTP Basic, or client_id and client_secret in the body".into())
        });
    };
    let credentials = basic::credentials(authorization)?;
    if params.get("client_secret").is_some() {
        return Err(InvalidRequest(
            "use one authentication method: HTTP Basic or client_secret, not both".into(),
        ));
    }
    if params.get("client_id").is_some_and(|in_body| in_body != credentials.client_id) {
        return Err(InvalidRequest(
            "client_id in the body is not that of the Authorization header".into(),
        ));
    }
    Ok(credentials)
}
