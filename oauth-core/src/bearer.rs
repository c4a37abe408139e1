//! What a bearer token allows: RFC 6750.

use std::slice;

use crate::{
    Act, AuthorizationServer, BearerError, PolicyData, Resource, Scopes, StoreError, Timestamp,
    grant::NEVER,
    scope_request::{Asking, left, names},
    secret::{Key, Kind},
    store::{self, Affected, access_token::Standing},
};

/// A token that was presented and is live: what a protected resource may know of it.
///
/// ```no_run
/// # use oauth_core::{AccessToken, AuthorizationServer, BearerError};
/// # async fn example(server: &AuthorizationServer, presented: &str) -> Result<(), BearerError> {
/// let token: AccessToken = server.verify(presented, &"photos".parse().expect("a scope")).await?;
/// println!("{} acts for {:?}", token.client_id, token.subject);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessToken {
    /// Who granted it; `None` when the client acts for itself.
    pub subject: Option<String>,
    /// The client that it was granted to. It presents it, unless there is an `act`.
    pub client_id: String,
    /// Who presents it in that one's place, where it was exchanged (RFC 8693).
    pub act: Option<Act>,
    /// What it allows.
    pub scopes: Scopes,
    /// The resource that it is for (RFC 8707); `None` is the server's own API.
    pub audience: Option<Resource>,
    /// When it ends; `None` when it never does.
    pub expires_at: Option<Timestamp>,
    /// What the application's policy attached to what the token hangs on ([`Policy`](crate::Policy)).
    pub data: Option<PolicyData>,
    /// How its family began, where that was with the scope `openid`, or for a resource that wants a sign-in of some kind.
    pub(crate) openid: Option<String>,
}

impl AuthorizationServer {
    /// Admits a presented token that is for the server's own API, is live and has all the required scopes.
    ///
    /// # Errors
    /// `invalid_token` when it is unknown, expired, revoked or for another resource; `insufficient_scope` when it lacks a scope.
    pub async fn verify(
        &self,
        presented: &str,
        required: &Scopes,
    ) -> Result<AccessToken, BearerError> {
        self.verify_any(presented, slice::from_ref(required)).await
    }

    /// Admits a presented token that is for the server's own API, is live and has all the scopes of one of the
    /// alternatives.
    ///
    /// # Errors
    /// As [`verify`](Self::verify). `insufficient_scope` names the first alternative: with it a client may ask for a
    /// token that is sufficient (RFC 6750 §3), and for no more than that.
    pub async fn verify_any(
        &self,
        presented: &str,
        alternatives: &[Scopes],
    ) -> Result<AccessToken, BearerError> {
        self.verify_at(None, presented, alternatives).await
    }

    /// The same of a token for this resource (RFC 8707 §2), and for no other; `None` is the server's own API.
    ///
    /// # Errors
    /// As [`verify_any`](Self::verify_any).
    pub async fn verify_at(
        &self,
        resource: Option<&Resource>,
        presented: &str,
        alternatives: &[Scopes],
    ) -> Result<AccessToken, BearerError> {
        let invalid =
            || BearerError::InvalidToken("the access token is unknown, expired or revoked".into());
        let key = Key::presented(presented, Kind::AccessToken).ok_or_else(invalid)?;
        let standing = self.store.standing(key).await?;
        let token = standing.filter(|token| token.is_live(self.now())).ok_or_else(invalid)?;
        let act = token.act()?;
        if let Some(act) = &act {
            // In a box, as below.
            Box::pin(self.acting(act, token.created_at)).await?.ok_or_else(invalid)?;
        }
        if token.audience.as_deref() != resource.map(Resource::as_str) {
            let elsewhere = "the access token is for another resource";
            return Err(BearerError::InvalidToken(elsewhere.into()));
        }
        let scopes = self.scopes_of(&token).await?;

        if !alternatives.iter().any(|required| required.is_within(&scopes)) {
            let first = alternatives.first().cloned().unwrap_or_default();
            return Err(BearerError::InsufficientScope(first));
        }
        self.admitted(token.holder(act.as_ref())).await?;
        self.mark_used(&token);
        Ok(AccessToken {
            subject: token.subject.clone(),
            client_id: token.client_id.clone(),
            act,
            scopes,
            audience: resource.cloned(),
            expires_at: Some(token.expires_at).filter(|&end| end != NEVER),
            data: token.data.as_deref().map(PolicyData::stored),
            openid: token.openid.clone(),
        })
    }

    /// What a live token allows.
    pub(crate) async fn scopes_of(&self, token: &Standing) -> Result<Scopes, StoreError> {
        match token.expires_at {
            // In a box, because every guarded request carries the future of its guard, and few come here.
            NEVER => Box::pin(self.left_of_endless(token)).await,
            _ => Ok(token.scopes.clone()),
        }
    }

    /// What a token that never ends still allows. Any other keeps its scopes until its end: there a client that may have
    /// less is given less the next time.
    async fn left_of_endless(&self, token: &Standing) -> Result<Scopes, StoreError> {
        let Some(client) = self.store.client(token.client_id.clone()).await? else {
            return Ok(Scopes::default());
        };
        let scopes = token.scopes.clone();
        let given = self.store.read(move |db| store::scope::named(db, &scopes)).await?;
        let asking = Asking::of(&client, token.subject.as_deref());
        left(self, asking, &token.scopes, &names(&given)).await
    }

    /// Marks the grant as used, at most once an hour and never in the request's way.
    pub(crate) fn mark_used(&self, token: &Standing) {
        let (grant_id, now) = (token.grant_id, self.now());
        if token.grant_last_used_at.is_some_and(|last| now - last < USE_IS_MARKED_EVERY) {
            return;
        }
        let server = self.clone();
        tokio::spawn(async move {
            let touch = move |db: &mut store::DbConnection| store::grant::touch(db, grant_id, now);
            let marked = server.store.write_affecting(Affected::Grant(grant_id), touch).await;
            marked.unwrap_or_else(
                |error| tracing::debug!(%error, "the use of a grant was not marked"),
            );
        });
    }
}

/// Seconds.
const USE_IS_MARKED_EVERY: i64 = 3600;
