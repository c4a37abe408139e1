//! `response_type=code id_token`: OpenID Connect Core §3.3.2.5. The ID token holds the hash of the code (`c_hash`, §3.3.2.11),
//! so that the client knows that both belong together.

use super::{code, id_token};
use crate::{
    Authentication, AuthorizationServer, StoreError, authorization::AuthorizationRequest,
    grant::Ruled,
};

/// Issues a code and an ID token, and gives the parameters of the answer.
pub(in crate::authorization) async fn issue(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    who: (&str, &Authentication),
    ruled: &Ruled,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let code = code::issued(server, request, who, ruled).await?;
    let id_token = id_token::signed(server, request, who, (ruled, Some(&code))).await?;
    Ok(vec![("code", code.expose().to_owned()), ("id_token", id_token)])
}
