//! `client_secret_post`: RFC 6749 §2.3.1, the credentials in the body.

use super::Credentials;
use crate::Params;

pub(super) fn credentials(params: &Params) -> Option<Credentials> {
    let (client_id, secret) = (params.get("client_id")?, params.get("client_secret")?);
    Some(Credentials {
        client_id: client_id.to_owned(),
        secret: Some(secret.into()),
        may_be_raw: false,
    })
}
