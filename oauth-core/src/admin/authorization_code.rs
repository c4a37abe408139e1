//! Authorization codes by hand: RFC 6749 §4.1.

use super::{Admin, AdminError, IssuedByHand, Kind};
use crate::{
    Client, Scopes, Secret,
    field::{Faults, Problem},
    grant::new_grant,
    pkce::Challenge,
    secret::{self, Digest},
    store::{authorization_code::NewAuthorizationCode as NewRow, family::NewFamily},
};

/// A code to be issued by hand.
#[derive(Debug, Clone)]
pub struct NewAuthorizationCode {
    /// The client, by its key.
    pub client: i64,
    /// The user whom it acts for.
    pub subject: String,
    /// What it allows.
    pub scopes: Scopes,
    /// Where the client says that it was sent; `None` where it will say nothing (§4.1.3).
    pub redirect_uri: Option<String>,
    /// The SHA-256 of the client's verifier (RFC 7636), where it uses PKCE.
    pub code_challenge: Option<String>,
}

impl Admin {
    /// Issues a code, as if the user had said yes. It lasts as long as any.
    ///
    /// # Errors
    /// When fields are wrong; when it would act for staff, and the actor is no superuser.
    pub async fn issue_authorization_code(
        &self,
        new: NewAuthorizationCode,
    ) -> Result<IssuedByHand, AdminError> {
        let client =
            self.issued_for(new.client, &new.scopes, Some(&new.subject), |faults, client| {
                self.check_code(&new, client, faults);
            });
        let (client, unasked) = client.await?;
        let (settings, now) = (&self.server.settings, self.server.now());
        let grant = new_grant(&self.server, &client, Some(&new.subject), &unasked);
        let of_code = secret::Kind::AuthorizationCode;
        let secret = Secret::of_family(&settings.token_brand, of_code, grant.id);
        let row = NewRow {
            digest: Digest::of(secret.expose()),
            prefix: secret.prefix(),
            redirect_uri: new.redirect_uri,
            code_challenge: new.code_challenge,
            created_at: now,
            expires_at: now + settings.authorization_code_lifetime,
        };
        let family = NewFamily { grant, first: row };
        self.issue(Kind::AuthorizationCode, client, secret, family).await
    }

    fn check_code(&self, new: &NewAuthorizationCode, client: &Client, faults: &mut Faults) {
        if !client.allows(&crate::GrantType::AuthorizationCode) {
            faults.malformed("client", "is not registered for the grant authorization_code");
        }
        match &new.redirect_uri {
            Some(uri) => {
                if let Err(fault) = self.server.judged_redirect_uri(client, uri) {
                    faults.malformed("redirect_uri", fault.to_string());
                }
            }
            None if client.metadata.redirect_uris.len() == 1 => {}
            None => faults.add("redirect_uri", Problem::Empty),
        }
        match new.code_challenge.as_deref() {
            Some(challenge) if Challenge::parse(challenge).is_none() => {
                faults.malformed("code_challenge", "must be 43 characters of base64url");
            }
            None if client.require_pkce => faults.add("code_challenge", Problem::Empty),
            _ => {}
        }
    }
}
