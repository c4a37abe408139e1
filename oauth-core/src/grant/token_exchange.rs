//! `grant_type=urn:ietf:params:oauth:grant-type:token-exchange`: RFC 8693. An API that was called with a user's token gets
//! one for its own calls.
//!
//! The new token is for the same user and the same resource, allows no more, ends no later, and hangs on the same family.
//! It names who acts with it (§4.1), and is dead where that client is. Delegation alone: no token is given that looks as if
//! its user's own client presented it, but to that client itself.

use std::{iter::once, sync::Arc};

use super::{
    Asked, NewTokens, Terms,
    issue::{by_policy, require_active},
    refresh_token::narrowed,
};
use crate::{
    Act, AuthorizationServer, Client, Endpoint, EventKind, GrantType, Params, PolicyData, Resource,
    Resources, Scopes, Timestamp, Tokens,
    error::TokenError::{
        self, InvalidGrant, InvalidRequest, InvalidScope, InvalidTarget, UnauthorizedClient,
    },
    event::LedTo,
    grant::{NEVER, Ruled},
    scope::{OFFLINE_ACCESS, OPENID, not_available},
    scope_request::{Asking, left, names},
    secret::{Key, Kind},
    store::{self, Affected, DbConnection, access_token::Standing, exchange::Exchange},
};

/// Gives an access token for another one.
pub(super) async fn exchange(
    server: &AuthorizationServer,
    client: &Client,
    params: &Params,
) -> Result<Tokens, TokenError> {
    if client.is_public {
        // §5: whoever got hold of a token could exchange it in the name of a client that proves nothing.
        return Err(UnauthorizedClient("this grant is for clients that have a secret".into()));
    }
    let subject = SubjectToken::presented(server, client, sent(params)?).await?;
    let resources: Resources =
        once(subject.token.audience.as_deref().map(Resource::stored)).collect();
    server.audience(&resources, params)?;
    let act = subject.acted_by(client)?;
    let scopes = subject.scopes(server, client, params).await?;
    let asked = Asked {
        client,
        subject: subject.token.subject.as_deref(),
        grant_type: GrantType::TokenExchange,
        endpoint: Endpoint::Token,
        scopes,
        resources,
        data: subject.token.data.as_deref().map(PolicyData::stored),
    };
    let ruled = by_policy(server, asked, Some(&subject.token.client_id)).await?;
    subject.issue(server, client, &ruled, act).await
}

/// The subject token of the request: §2.1.
fn sent(params: &Params) -> Result<&str, TokenError> {
    params.check(PARAMETERS).map_err(|fault| InvalidRequest(fault.into()))?;
    let required =
        |name| params.get(name).ok_or_else(|| InvalidRequest(format!("{name} is missing").into()));
    let presented = required("subject_token")?;
    if required("subject_token_type")? != ACCESS_TOKEN {
        return Err(InvalidRequest(ONLY_ACCESS_TOKENS.into()));
    }
    if params.get("requested_token_type").is_some_and(|kind| kind != ACCESS_TOKEN) {
        return Err(InvalidRequest(NOTHING_ELSE_IS_GIVEN.into()));
    }
    if params.get("actor_token").or(params.get("actor_token_type")).is_some() {
        return Err(InvalidRequest(ACTS_ITSELF.into()));
    }
    if !params.all("audience").is_ok_and(|names| names.is_empty()) {
        return Err(InvalidTarget(NO_NAMES.into()));
    }
    Ok(presented)
}

/// A live token that this client may exchange.
struct SubjectToken {
    key: Key,
    token: Arc<Standing>,
    act: Option<Act>,
    /// The client that it was granted to.
    granted_to: Arc<Client>,
    /// Those that act with it.
    acting: Vec<Arc<Client>>,
}

impl SubjectToken {
    /// It was issued to the client, or is for a resource of it. §2.2.2: where the token is "invalid for any reason", the code is `invalid_request`. Nobody is told more of a token
    /// that is none of theirs than of one that never was.
    async fn presented(
        server: &AuthorizationServer,
        client: &Client,
        presented: &str,
    ) -> Result<Self, TokenError> {
        let invalid = || InvalidRequest(INVALID.into());
        let key = Key::presented(presented, Kind::AccessToken).ok_or_else(invalid)?;
        let token = server.store.standing(key).await?;
        let token = token.filter(|token| token.is_live(server.now())).ok_or_else(invalid)?;
        let act = token.act()?;
        let is_its = token.holder(act.as_ref()) == client.client_id;
        if !is_its && !server.is_of_resource(client, &token) {
            return Err(invalid());
        }
        let acting = match &act {
            Some(act) => server.acting(act, token.created_at).await?.ok_or_else(invalid)?,
            None => Vec::new(),
        };
        let granted_to = server.store.client(token.client_id.clone()).await?;
        let granted_to = granted_to.ok_or_else(invalid)?;
        if token.subject.is_none() {
            return Err(InvalidRequest(NOBODYS.into()));
        }
        require_active(server, token.subject.as_deref()).await.map_err(|error| match error {
            InvalidGrant(_) => invalid(),
            failed => failed,
        })?;
        Ok(Self { key, token, act, granted_to, acting })
    }

    /// Who acts with the new token (§4.1). Who acts already, or was granted it, is not named once more.
    fn acted_by(&self, client: &Client) -> Result<Option<Act>, TokenError> {
        if self.token.holder(self.act.as_ref()) == client.client_id {
            return Ok(self.act.clone());
        }
        let before = self.act.clone().map(Box::new);
        let act = Act { sub: client.client_id.clone(), act: before };
        if act.chain().count() > MOST_ACTORS {
            return Err(InvalidRequest(TOO_MANY_ACTORS.into()));
        }
        Ok(Some(act))
    }

    /// What is asked for of its scopes, as far as each of the clients that it hangs on, and who asks, may have it now.
    async fn scopes(
        &self,
        server: &AuthorizationServer,
        client: &Client,
        params: &Params,
    ) -> Result<Scopes, TokenError> {
        let held = server.scopes_of(&self.token).await?;
        let held: Scopes = held.iter().filter(|name| !NEVER_PASSED_ON.contains(name)).collect();
        if held.is_empty() {
            return Err(InvalidRequest(NOTHING_LEFT.into()));
        }
        let asked = narrowed(server, &held, params).await?;
        let named = asked.clone();
        let given = server.store.read(move |db| store::scope::named(db, &named)).await?;
        let (given, mut scopes) = (names(&given), asked.clone());
        let its = once(&self.granted_to).chain(&self.acting).map(|its| &**its);
        for client in its.chain([client]) {
            scopes = left(server, self.asking(client), &scopes, &given).await?;
        }
        match params.get("scope") {
            _ if !scopes.is_empty() => Ok(scopes),
            Some(_) => Err(InvalidScope(not_available(&asked))),
            // RFC 8693 §2.2.2: then it is the subject_token that is "unacceptable".
            None => Err(InvalidRequest(not_available(&asked))),
        }
    }

    /// By which of its lists a client is judged: the one that it was granted to as whenever a token is judged again.
    fn asking<'a>(&self, client: &'a Client) -> Asking<'a> {
        if client.id == self.granted_to.id {
            Asking::of(client, self.token.subject.as_deref())
        } else {
            Asking::ForUser(client)
        }
    }

    /// When the new token is over at the latest: with this one and its family. Of what never ends it is as long as any
    /// token of this server.
    fn end(&self, server: &AuthorizationServer) -> Timestamp {
        let own = Some(self.token.expires_at).filter(|&end| end != NEVER);
        let end = own.into_iter().chain(self.token.grant_expires_at).min();
        end.unwrap_or_else(|| server.now() + server.settings.access_token_lifetime)
    }

    async fn issue(
        self,
        server: &AuthorizationServer,
        client: &Client,
        ruled: &Ruled,
        act: Option<Act>,
    ) -> Result<Tokens, TokenError> {
        let terms = Terms::new(server, client, ruled, Some(self.end(server)));
        let tokens = NewTokens::access_only(server, self.token.grant_id, terms);
        let exchange = Exchange {
            subject: self.key,
            now: server.now(),
            access: tokens.rows().access,
            actor: act.as_ref().map(Act::text).transpose()?,
        };
        let issue = move |db: &mut DbConnection| exchange.issue(db);
        let prepare = || -> LedTo<bool> {
            let issued = issued(&self.token, ruled, act);
            Box::new(|&won| if won { vec![issued] } else { Vec::new() })
        };
        if !server.write_and_raise(Affected::Nothing, issue, prepare).await? {
            return Err(InvalidRequest(INVALID.into())); // it was ended meanwhile
        }
        server.mark_used(&self.token);
        Ok(Tokens { issued_token_type: Some(ACCESS_TOKEN), ..tokens.into_answer() })
    }
}

fn issued(token: &Standing, ruled: &Ruled, act: Option<Act>) -> EventKind {
    EventKind::TokenIssued {
        grant_type: GrantType::TokenExchange,
        client_id: token.client_id.clone(),
        actor: act.map(|act| act.sub),
        subject: token.subject.clone(),
        scopes: ruled.scopes.clone(),
        audience: ruled.audience(),
        data: token.data.as_deref().map(PolicyData::stored),
    }
}

/// What this grant reads once, beside what every one does.
const PARAMETERS: &[&str] = &[
    "subject_token",
    "subject_token_type",
    "requested_token_type",
    "actor_token",
    "actor_token_type",
];

/// §3.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The first is who the user is, towards the client that the user logged in to; the second belongs to refresh tokens.
const NEVER_PASSED_ON: [&str; 2] = [OPENID, OFFLINE_ACCESS];
/// One after the other.
const MOST_ACTORS: usize = 5;

const INVALID: &str =
    "the subject_token is unknown, over, or not one that this client may exchange";
const NOBODYS: &str =
    "the subject_token acts for no user: this client gets one of its own by client_credentials";
const NOTHING_LEFT: &str =
    "the subject_token has no scope that is passed on: openid and offline_access are not";
const ONLY_ACCESS_TOKENS: &str = "subject_token_type must be urn:ietf:params:oauth:token-type:access_token: nothing else is exchanged";
const NOTHING_ELSE_IS_GIVEN: &str = "requested_token_type must be urn:ietf:params:oauth:token-type:access_token, or left out: nothing else is given";
const ACTS_ITSELF: &str =
    "actor_token and actor_token_type are not supported: the client that asks is the one that acts";
const NO_NAMES: &str = "audience names nothing here: leave it out, or name the resource of the subject_token in resource (RFC 8707)";
const TOO_MANY_ACTORS: &str = "the subject_token was exchanged by 5 clients, one after the other, and may not be by another one";
