//! The keys that the server signs with: a JWK Set (RFC 7517 §5).

use poem::{Endpoint, IntoResponse, Response, endpoint::make, web::Json};

use super::metadata::public;
use crate::{OAuth, methods, own, response};

/// Anybody's to read; a key is published for longer than this may be kept, before it signs.
pub(crate) fn endpoint(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    let keys = oauth.clone();
    let set = make(move |_| {
        let oauth = keys.clone();
        async move {
            match oauth.server().jwk_set().await {
                Ok(set) => public(Json(set).into_response()),
                Err(cause) => response::failed(&cause),
            }
        }
    });
    own::around(oauth, methods::get(set))
}
