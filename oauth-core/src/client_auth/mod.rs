//! Client authentication: RFC 6749 §2.3. Exactly one method a request.

mod basic;
mod none;
mod post;
mod secret;

use std::{borrow::Cow, sync::Arc};

use crate::{
    AuthorizationServer, Client, Params, Secret,
    error::TokenError::{self, InvalidClient, InvalidRequest},
};

/// What the client presents, whichever way.
pub(crate) struct Credentials {
    client_id: String,
    /// `None` is the method `none` (RFC 7591 §2): a public client only says who it is.
    secret: Option<Secret>,
    /// In Basic, where a `+` or `%` stands: who did not encode it sent another id or secret than was meant. That is said
    /// by what was presented alone, and tells nothing of what would be right.
    may_be_raw: bool,
}

/// The client that this request names, and what it has to prove that with.
///
/// # Errors
/// `invalid_request` when it uses two methods, `invalid_client` when there is no such client.
pub(crate) async fn identify(
    server: &AuthorizationServer,
    authorization: Option<&str>,
    params: &Params,
) -> Result<(Arc<Client>, Credentials), TokenError> {
    let credentials = presented(authorization, params)?;
    match server.client(&credentials.client_id).await? {
        Some(client) => Ok((client, credentials)),
        None => Err(credentials.refused("no client is registered under this client_id")),
    }
}

impl Credentials {
    /// Proves the client, as far as its registration asks.
    ///
    /// # Errors
    /// `invalid_client` when they prove nothing.
    pub(crate) async fn prove(
        &self,
        server: &AuthorizationServer,
        client: &Client,
    ) -> Result<(), TokenError> {
        match (client.is_public, &self.secret) {
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
