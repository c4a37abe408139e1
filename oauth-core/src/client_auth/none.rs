//! `none`: a public client only says who it is (RFC 6749 §3.2.1, RFC 7591 §2).

use super::Credentials;
use crate::Params;

pub(super) fn credentials(params: &Params) -> Option<Credentials> {
    let client_id = params.get("client_id")?.to_owned();
    Some(Credentials { client_id, secret: None, may_be_raw: false })
}
