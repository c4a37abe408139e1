//! `grant_type=authorization_code`: RFC 6749 §4.1.3, with PKCE (RFC 7636 §4.5).

use crate::{
    AuthorizationServer, Client, Endpoint, EventKind, GrantType, Params, PolicyData, RedirectUri,
    Tokens,
    error::TokenError::{self, InvalidGrant, InvalidRequest},
    event::LedTo,
    grant::{Asked, NewTokens, Terms, issued, reuse::reused, ruled},
    oidc::id_token::{Answer, beside},
    pkce::Verifier,
    scope_request::left_of_grant,
    secret::{Key, Kind},
    store::{
        self, Affected, DbConnection, authorization_code::AuthorizationCode, grant::Grant,
        redemption::Redemption,
    },
};

/// Trades a code for tokens, once.
///
/// Only the client that it was issued to, with the redirect URI and the verifier that belong to it, can redeem it. Only
/// that client can have it count as used again: proven by its secret or, where it has none, by redirect URI and verifier.
/// So a code that leaked is no way to revoke what it led to.
pub(super) async fn exchange(
    server: &AuthorizationServer,
    client: &Client,
    params: &Params,
) -> Result<Tokens, TokenError> {
    let presented = params.get("code").ok_or(InvalidRequest("code is missing".into()))?;
    let unknown = || InvalidGrant("the code is unknown".into());
    let key = Key::presented(presented, Kind::AuthorizationCode).ok_or_else(unknown)?;
    let found = server.store.read(move |db| store::authorization_code::find(db, key)).await?;
    let (code, grant) = found.ok_or_else(unknown)?;

    if grant.client_id != client.id {
        return Err(InvalidGrant("the code was issued to another client".into()));
    }
    if !client.is_public && code.redeemed_at.is_some() {
        return Err(used_again(server, client, &grant).await?); // its secret says that it is the code's own client
    }
    check_redirect_uri(client, &code, params)?;
    check_verifier(&code, params)?;
    if code.redeemed_at.is_some() {
        return Err(used_again(server, client, &grant).await?);
    }
    if code.expires_at <= server.now() || !grant.is_live(server.now()) {
        return Err(InvalidGrant("the code has expired or was revoked".into()));
    }
    let found = Found { key, code: &code, grant: &grant };
    match redeem(server, client, found, params, GrantType::AuthorizationCode).await? {
        Some(tokens) => Ok(tokens),
        None => Err(used_again(server, client, &grant).await?), // somebody else was faster
    }
}

/// A code that may be redeemed.
pub(super) struct Found<'a> {
    pub(super) key: Key,
    pub(super) code: &'a AuthorizationCode,
    pub(super) grant: &'a Grant,
}

/// Issues what a code stands for, as far as there is still leave for it; `None` where somebody else was faster.
pub(super) async fn redeem(
    server: &AuthorizationServer,
    client: &Client,
    Found { key, code, grant }: Found<'_>,
    params: &Params,
    grant_type: GrantType,
) -> Result<Option<Tokens>, TokenError> {
    let audience = server.audience(&grant.resources, params)?;
    let scopes = left_of_grant(server, client, &grant.scopes, &code.given).await?;
    let scopes = server.scopes_at(audience.as_ref(), &grant.resources, scopes).await?;
    let asked = Asked {
        client,
        subject: grant.subject.as_deref(),
        grant_type: grant_type.clone(),
        endpoint: Endpoint::Token,
        scopes,
        resources: std::iter::once(audience).collect(),
        data: grant.data.as_deref().map(PolicyData::stored),
    };
    let ruled = ruled(server, asked).await?;
    let terms = Terms::new(server, client, &ruled, grant.expires_at);
    let tokens = NewTokens::drawn(server, client, grant.id, terms);
    let id_token =
        beside(server, Answer::Code, (client, grant), &ruled.scopes, tokens.access()).await?;
    let redemption =
        Redemption { key, now: server.now(), tokens: tokens.rows(), data: ruled.new_data.clone() };
    let prepare = || -> LedTo<bool> {
        let issued = issued(grant_type, client, grant.subject.as_deref(), &ruled);
        Box::new(|&won| if won { vec![issued] } else { Vec::new() })
    };
    let won = server.compare_and_raise(redemption, prepare).await?;
    Ok(won.then(|| Tokens { id_token, ..tokens.into_answer() }))
}

/// §4.1.2: the server "MUST deny the request and SHOULD revoke (when possible) all tokens previously issued based on
/// that authorization code".
async fn used_again(
    server: &AuthorizationServer,
    client: &Client,
    grant: &Grant,
) -> Result<TokenError, TokenError> {
    let (id, now) = (grant.id, server.now());
    if grant.is_live(now) {
        let prepare = || -> LedTo<bool> {
            let reused = reused(client, grant, code_used_again);
            Box::new(|&ended| if ended { reused } else { Vec::new() })
        };
        let revoke = move |db: &mut DbConnection| store::grant::revoke(db, id, now);
        server.write_and_raise(Affected::Grant(id), revoke, prepare).await?;
    }
    Ok(InvalidGrant(USED_AGAIN.into()))
}

fn code_used_again(client_id: String, subject: Option<String>) -> EventKind {
    EventKind::AuthorizationCodeUsedAgain { client_id, subject }
}

const USED_AGAIN: &str =
    "the code was used before; what it led to is revoked, ask for authorization again";

/// §4.1.3: where the authorization request named a redirect URI, "their values MUST be identical". A client that proves
/// itself with PKCE may leave it out, as in OAuth 2.1.
fn check_redirect_uri(
    client: &Client,
    code: &AuthorizationCode,
    params: &Params,
) -> Result<(), TokenError> {
    let matches = match (&code.redirect_uri, params.get("redirect_uri")) {
        (Some(_), None) if code.code_challenge.is_some() => true,
        (Some(_), None) => {
            return Err(InvalidRequest(
                "redirect_uri is missing: the authorization request named one".into(),
            ));
        }
        (Some(named), Some(presented)) => named == presented,
        (None, None) => true,
        (None, Some(presented)) => {
            RedirectUri::parse(presented).is_ok_and(|presented| client.registered(&presented))
        }
    };
    if matches {
        Ok(())
    } else {
        // Libraries with a URL type add the slash of an empty path.
        Err(InvalidGrant(
            "redirect_uri is not, to the last slash, that of the authorization request".into(),
        ))
    }
}

/// RFC 7636 §4.6. RFC 9700 §2.1.1: a verifier without a challenge is refused too, or PKCE could be stripped.
fn check_verifier(code: &AuthorizationCode, params: &Params) -> Result<(), TokenError> {
    match (&code.code_challenge, params.get("code_verifier")) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            Err(InvalidGrant("code_verifier was sent, but the code has no code_challenge".into()))
        }
        (Some(_), None) => {
            Err(InvalidGrant("code_verifier is missing: the code has a code_challenge".into()))
        }
        (Some(challenge), Some(verifier)) => match Verifier::parse(verifier) {
            None => Err(InvalidRequest(
                "code_verifier must be 43 to 128 characters A-Z a-z 0-9 - . _ ~".into(),
            )),
            Some(verifier) if verifier.answers(challenge) => Ok(()),
            Some(_) => Err(InvalidGrant("code_verifier does not match the code_challenge".into())),
        },
    }
}
