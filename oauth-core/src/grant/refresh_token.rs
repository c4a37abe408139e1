//! `grant_type=refresh_token`: RFC 6749 §6, with the rotation of RFC 9700 §4.14.2.

use crate::{
    AuthorizationServer, Client, Endpoint, EventKind, GrantType, Params, PolicyData, Resource,
    Scopes, Tokens,
    error::TokenError::{self, InvalidGrant, InvalidRequest, InvalidScope, InvalidTarget},
    event::LedTo,
    grant::{
        Asked, NewTokens, Ruled, Terms,
        issue::{require_active, successors},
        repetition::{Judged, Repetition},
        reuse::reused,
        ruled,
    },
    oidc::id_token::{Answer, beside},
    scope::not_available,
    scope_request::{left_of_grant, names, with_implied},
    secret::{Key, Kind, Secret, random_bytes},
    store::{
        self, Affected, DbConnection, grant::Grant, refresh_token::RefreshToken, rotation::Rotation,
    },
};

/// Trades a refresh token for a new pair of tokens, of the same scope or less.
pub(super) async fn exchange(
    server: &AuthorizationServer,
    client: &Client,
    params: &Params,
) -> Result<Tokens, TokenError> {
    let presented = Secret::from(
        params.get("refresh_token").ok_or(InvalidRequest("refresh_token is missing".into()))?,
    );
    let unknown = || InvalidGrant("the refresh token is unknown".into());
    let key = Key::presented(presented.expose(), Kind::RefreshToken).ok_or_else(unknown)?;
    let found = server.store.refresh_token(key).await?;
    let (token, grant) = found.ok_or_else(unknown)?;

    if !server.settings.access_tokens_refreshable {
        return Err(InvalidGrant("this server does not refresh access tokens".into()));
    }
    if grant.client_id != client.id {
        return Err(InvalidGrant("the refresh token was issued to another client".into()));
    }
    let dead = !grant.is_live(server.now());
    if grant.revoked_at.is_some() && token.redeemed_at.is_some() {
        return Err(InvalidGrant(USED_AGAIN.into()));
    }
    let expired =
        token.redeemed_at.is_none() && token.expires_at.is_some_and(|end| end <= server.now());
    if dead || expired {
        return Err(InvalidGrant("the refresh token has expired or was revoked".into()));
    }
    let is_redeemed = token.redeemed_at.is_some();
    let presented = Presented { secret: presented, key, token, grant };
    if is_redeemed {
        // Judged before what is asked for: a replay is one whatever that is.
        return judge(server, client, &presented, params).await;
    }
    let audience = server.audience(&presented.grant.resources, params)?;
    let scopes = narrowed(server, &presented.grant.scopes, params).await?;
    let scopes = left_of_grant(server, client, &scopes, &presented.token.given).await?;
    let scopes = server.scopes_at(audience.as_ref(), &presented.grant.resources, scopes).await?;
    let asked = Asked {
        client,
        subject: presented.grant.subject.as_deref(),
        grant_type: GrantType::RefreshToken,
        endpoint: Endpoint::Token,
        scopes,
        resources: std::iter::once(audience).collect(),
        data: presented.grant.data.as_deref().map(PolicyData::stored),
    };
    let ruled = ruled(server, asked).await?;
    rotate(server, client, (&presented, params), ruled).await
}

/// A refresh token that may be redeemed, as far as a look could tell.
struct Presented {
    secret: Secret,
    key: Key,
    token: RefreshToken,
    grant: Grant,
}

/// §6: the requested scope "MUST NOT include any scope not originally granted by the resource owner", and defaults to
/// what was. The new refresh token keeps the scope of the grant: narrowing is for the access token, and so is what the
/// client may not have just now. What the requested ones imply goes with them.
pub(super) async fn narrowed(
    server: &AuthorizationServer,
    granted: &Scopes,
    params: &Params,
) -> Result<Scopes, TokenError> {
    let requested = params.get("scope").unwrap_or_default();
    let requested: Scopes = requested
        .parse()
        .map_err(|error: crate::InvalidScope| InvalidScope(error.to_string().into()))?;
    match requested.beyond(granted) {
        _ if requested.is_empty() => Ok(granted.clone()),
        beyond if beyond.is_empty() => {
            let implied = names(&with_implied(server, &requested).await?).within(granted);
            Ok(requested.iter().chain(implied.iter()).collect())
        }
        beyond => Err(InvalidScope(not_available(&beyond))),
    }
}

async fn rotate(
    server: &AuthorizationServer,
    client: &Client,
    (presented, params): (&Presented, &Params),
    ruled: Ruled,
) -> Result<Tokens, TokenError> {
    let (now, salt) = (server.now(), random_bytes());
    let grant = &presented.grant;
    let terms = Terms::new(server, client, &ruled, grant.expires_at);
    let successors = successors(&presented.secret, &salt);
    let (access, refresh) =
        successors.ok_or(InvalidGrant("the refresh token is unknown".into()))?;
    let id_token = beside(server, Answer::Refresh, (client, grant), &ruled.scopes, &access).await?;
    let rotation = Rotation {
        key: presented.key,
        now,
        salt,
        access: terms.access_token(&access),
        refresh: terms.refresh_token(&refresh, Some(presented.key.digest)),
        redeemed: presented.token.clone(),
        data: ruled.new_data.clone(),
        members: ruled.stored_members.clone(),
    };
    let prepare = || -> LedTo<bool> {
        let (client_id, subject) = (client.client_id.clone(), grant.subject.clone());
        let audience = ruled.audience();
        let Ruled { scopes, data, .. } = ruled;
        let refreshed = EventKind::TokenRefreshed { client_id, subject, scopes, audience, data };
        Box::new(|&won| if won { vec![refreshed] } else { Vec::new() })
    };
    if server.compare_and_raise(rotation, prepare).await? {
        let answer = NewTokens::pair(access, refresh, terms).into_answer();
        return Ok(Tokens { id_token, ..answer });
    }
    judge(server, client, presented, params).await
}

/// What is told of a token that was redeemed before, perhaps by a moment.
async fn judge(
    server: &AuthorizationServer,
    client: &Client,
    presented: &Presented,
    params: &Params,
) -> Result<Tokens, TokenError> {
    let (grant, now) = (&presented.grant, server.now());
    let grant_id = grant.id;
    let repetition = Repetition {
        secret: presented.secret.clone(),
        key: presented.key,
        now,
        grace: server.settings.refresh_token_grace,
    };
    let judge = move |db: &mut DbConnection| {
        let judged = repetition.judged(db)?;
        let ended = matches!(judged, Judged::Replay) && store::grant::revoke(db, grant_id, now)?;
        Ok((judged, ended))
    };
    let prepare = || -> LedTo<(Judged, bool)> {
        let reused = reused(client, grant, |client_id, subject| {
            EventKind::RefreshTokenUsedAfterInvalidation { client_id, subject }
        });
        Box::new(|&(_, ended)| if ended { reused } else { Vec::new() })
    };
    match server.write_and_raise(Affected::Grant(grant_id), judge, prepare).await?.0 {
        Judged::Pair(tokens, its_audience) => {
            // After the judgement, so that a replay ends the family whoever its user is.
            require_active(server, grant.subject.as_deref()).await?;
            narrowed(server, &grant.scopes, params).await?;
            let audience = server.audience(&grant.resources, params)?;
            if audience.as_ref().map(Resource::as_str) != its_audience.as_deref() {
                return Err(InvalidTarget(FOR_ANOTHER.into()));
            }
            let of = (client, grant);
            let id_token =
                beside(server, Answer::Refresh, of, &tokens.scopes, &tokens.access_token).await?;
            Ok(Tokens { id_token, ..*tokens })
        }
        Judged::Revoked => Err(InvalidGrant(REVOKED.into())),
        Judged::Ahead(seconds) => {
            tracing::warn!(seconds, "a refresh token was redeemed ahead of this server's clock");
            Err(InvalidGrant(AHEAD.into()))
        }
        Judged::Replay => Err(InvalidGrant(USED_AGAIN.into())),
    }
}

const FOR_ANOTHER: &str = "the refresh token was used before, for another resource: use the one that came with that answer";
const REVOKED: &str = "the refresh token was used before, and the access token that it led to was revoked: use the refresh token that came with it";
const USED_AGAIN: &str =
    "the refresh token was used before; its family is revoked, ask for authorization again";
const AHEAD: &str =
    "the refresh token was used before, at a time that the clock of this server has yet to reach";
