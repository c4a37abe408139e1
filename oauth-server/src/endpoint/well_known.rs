//! What is found under `/.well-known`: RFC 8615.

use std::sync::Arc;

use poem::{Endpoint, Response, Route, endpoint::make_sync, http::Method};

use super::{
    metadata::{self, MetadataEndpoint},
    resource_metadata,
};
use crate::{OAuth, methods, own, response::see_other};

/// <https://w3c.github.io/webappsec-change-password-url/>: a redirect to the page.
pub(crate) fn routes(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    let metadata = methods::get(MetadataEndpoint::new(oauth.clone()))
        .method(Method::OPTIONS, make_sync(metadata::preflight));
    let metadata = Arc::new(own::around(oauth, metadata));
    let mut routes = Route::new();
    for inserted in inserted(oauth.place().issuer_path()) {
        let path = format!("/oauth-authorization-server{inserted}");
        routes = routes.at(path, Arc::clone(&metadata));
        if oauth.settings().openid {
            let path = format!("/openid-configuration{inserted}");
            routes = routes.at(path, Arc::clone(&metadata));
        }
    }
    let resources = own::around(oauth, resource_metadata::endpoint(oauth));
    routes = routes.nest("/oauth-protected-resource", resources);
    if !oauth.has_bundled_users() {
        return routes;
    }
    let page = oauth.path(|addresses| &addresses.accounts) + "password/";
    let onward = make_sync(move |_| see_other(&page));
    routes.at("/change-password", own::around(oauth, methods::get(onward)))
}

/// RFC 8414 §3.1: the path of an issuer stands behind the name. Where there is none, a slash does no harm. Who looks for
/// an issuer with a path without it finds the same document, and by its `issuer` that it is this one's.
fn inserted(path: &str) -> Vec<String> {
    let at_root = ["".to_owned(), "/".to_owned()];
    let behind = (!path.is_empty()).then(|| [path.to_owned(), format!("{path}/")]);
    at_root.into_iter().chain(behind.into_iter().flatten()).collect()
}
