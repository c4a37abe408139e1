//! By which list of its registration it is judged what a client may have.

use std::borrow::Cow;

use crate::{
    Client, GrantType, Scopes,
    scope::{OFFLINE_ACCESS, OPENID, not_available},
};

/// A client, and for whom it asks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asking<'a> {
    /// For a user: by `scope`, or for any where it is registered so.
    ForUser(&'a Client),
    /// For itself (RFC 6749 §4.4): by `client_credentials_scopes`, and by nothing else.
    ForItself(&'a Client),
}

impl<'a> Asking<'a> {
    /// Who asks, where all that is known is for whom the token acts: one that is issued by hand, or judged again.
    ///
    /// No family says by which grant it began. What acts for nobody is the client's own. So is what acts for the owner of a
    /// client that acts as its owner: what that user granted it cannot be told apart, and a client that lost a scope of
    /// its own must not keep it for being one to ask users for. Once it does not act as its owner any more, what is left of
    /// that is a user's. Refresh tokens are never judged by this: `client_credentials` gives none.
    pub(crate) fn of(client: &'a Client, subject: Option<&str>) -> Self {
        let is_owner = client.acts_as_owner && client.owner.as_deref() == subject;
        if subject.is_none() || is_owner { Self::ForItself(client) } else { Self::ForUser(client) }
    }

    pub(super) fn client(self) -> &'a Client {
        match self {
            Self::ForUser(client) | Self::ForItself(client) => client,
        }
    }

    /// What it may have, with what that implies; `None` is whatever the server gives.
    pub(super) fn listed(self) -> Option<&'a Scopes> {
        match self {
            Self::ForUser(client) => (!client.any_scope).then_some(&client.metadata.scope),
            Self::ForItself(client) => Some(&client.client_credentials_scopes),
        }
    }

    /// What it may not have, whatever is listed or implied: what is about a user, where there is none.
    pub(super) fn never(self) -> Scopes {
        match self {
            Self::ForUser(_) => Scopes::default(),
            Self::ForItself(client) => {
                let has_user = client.acts_as_owner && client.owner.is_some();
                [OFFLINE_ACCESS].into_iter().chain((!has_user).then_some(OPENID)).collect()
            }
        }
    }

    /// Whether `offline_access` is of any use to it.
    pub(super) fn may_go_on(self) -> bool {
        matches!(self, Self::ForUser(client) if client.allows(&GrantType::RefreshToken))
    }

    /// Tells its developer that it cannot have these.
    pub(super) fn without(self, missing: &Scopes) -> Cow<'static, str> {
        let of_users = missing.within(&self.never());
        match self {
            Self::ForUser(_) => not_available(missing),
            Self::ForItself(_) if !of_users.is_empty() => {
                format!("leave {of_users} out of scope: a client by itself has no user").into()
            }
            Self::ForItself(client) if client.client_credentials_scopes.is_empty() => {
                NOTHING.into()
            }
            Self::ForItself(_) => format!("{}; {LIST}", not_available(missing)).into(),
        }
    }

    /// The same of a request that names no scope, where it has no default ones.
    pub(super) fn without_scope(self) -> Cow<'static, str> {
        match self {
            Self::ForItself(client) if client.client_credentials_scopes.is_empty() => {
                NOTHING.into()
            }
            _ => "scope must be included".into(),
        }
    }
}

const NOTHING: &str = "this client may have no scope for itself: have client_credentials_scopes of its registration name those \
                       that it needs";
const LIST: &str =
    "what a client may have for itself is named in client_credentials_scopes of its registration";
