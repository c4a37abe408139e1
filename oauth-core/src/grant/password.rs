//! `grant_type=password`: RFC 6749 §4.3. RFC 9700 §2.4 says that it "MUST NOT be used": a client gets it only where its
//! registration lists it, for what is too old to use another.

use super::extension::{GrantRequest, Granted};
use crate::error::TokenError::{self, InvalidGrant};

/// Trades a user's name and password for what that user may give.
pub(super) async fn granted(request: GrantRequest) -> Result<Granted, TokenError> {
    let (username, password) = (request.required("username")?, request.required("password")?);
    let scopes = request.scopes().await?;

    // Last, because a hash costs 20 ms: what else is wrong with the request is said before.
    let subject = request.server.resource_owner(username, password).await?;
    let subject = subject.ok_or(InvalidGrant("the user name or the password is wrong".into()))?;
    Ok(Granted { subject: Some(subject), scopes, data: None })
}
