//! Access tokens by hand: RFC 6749 §1.4.

use super::{Admin, AdminError, IssuedByHand, Kind};
use crate::{
    Lifetime, Scopes,
    field::Faults,
    grant::{NewTokens, Terms, new_grant},
    settings::LASTS,
    store::family::NewFamily,
};

/// An access token to be issued by hand.
#[derive(Debug, Clone)]
pub struct NewAccessToken {
    /// The client, by its key.
    pub client: i64,
    /// The user whom it acts for; `None` is the client itself.
    pub subject: Option<String>,
    /// What it allows: of what the client may ask users for, or, where it acts for itself, of what it may have so.
    pub scopes: Scopes,
    /// How long; `None` is as long as any of this client.
    pub lifetime: Option<Lifetime>,
}

impl Admin {
    /// Issues an access token, with a grant of its own.
    ///
    /// # Errors
    /// When fields are wrong; when it would act for staff, and the actor is no superuser.
    pub async fn issue_access_token(
        &self,
        new: NewAccessToken,
    ) -> Result<IssuedByHand, AdminError> {
        let subject = new.subject.as_deref();
        let client = self.issued_for(new.client, &new.scopes, subject, |faults, _| {
            if !new.lifetime.is_none_or(Lifetime::is_possible) {
                faults.malformed("lifetime", format!("must be {LASTS}; say never for no end"));
            }
        });
        let (client, unasked) = client.await?;
        if unasked.resources.only().is_none() {
            let mut faults = Faults::default();
            faults.malformed("scopes", "belong to several resources: a token is for one");
            faults.into_result()?;
        }
        let mut grant = new_grant(&self.server, &client, subject, &unasked);
        let mut terms = Terms::new(&self.server, &client, &unasked, grant.expires_at);
        if let Some(lifetime) = new.lifetime {
            grant.expires_at = match lifetime {
                Lifetime::Seconds(seconds) => Some(self.server.now() + seconds),
                Lifetime::Never => None,
            };
            terms = terms.until(grant.expires_at);
        }
        let tokens = NewTokens::access_only(&self.server, grant.id, terms);
        let family = NewFamily { grant, first: tokens.rows() };
        self.issue(Kind::AccessToken, client, tokens.into_answer().access_token, family).await
    }
}
