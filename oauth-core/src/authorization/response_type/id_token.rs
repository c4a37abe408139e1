//! `response_type=id_token`: OpenID Connect Core §3.2.2.5. There is no access token beside it, so it says itself what the
//! scopes stand for (§5.4). Nothing is stored: there is nothing that could be taken back.

use crate::{
    Authentication, AuthorizationServer, Secret, StoreError, authorization::AuthorizationRequest,
    grant::Ruled, oidc::id_token::IdToken,
};

/// Issues an ID token, and gives the parameters of the answer.
pub(in crate::authorization) async fn issue(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    who: (&str, &Authentication),
    ruled: &Ruled,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let id_token = signed(server, request, who, (ruled, None)).await?;
    server.raise(|| request.accepted_by(who.0, ruled));
    Ok(vec![("id_token", id_token)])
}

/// An ID token of who has just accepted the request, beside this code, if there is one.
pub(super) async fn signed(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    (subject, authentication): (&str, &Authentication),
    (ruled, code): (&Ruled, Option<&Secret>),
) -> Result<String, StoreError> {
    let openid = request.openid.began(authentication).unwrap_or_default();
    let token = IdToken {
        client: &request.client,
        subject,
        openid: &openid,
        sid: authentication.sid.as_deref(),
        access_token: None,
        code,
        scopes: code.is_none().then_some(&ruled.scopes),
    };
    token.issue(server).await
}
