//! What is found under `/.well-known`: RFC 8615.

use poem::{Endpoint, Response, Route, endpoint::make_sync};

use crate::{OAuth, methods, own, response::see_other};

/// <https://w3c.github.io/webappsec-change-password-url/>: a redirect to the page.
pub(crate) fn routes(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    let routes = Route::new();
    if !oauth.has_bundled_users() {
        return routes;
    }
    let page = oauth.path(|addresses| &addresses.accounts) + "password/";
    let onward = make_sync(move |_| see_other(&page));
    routes.at("/change-password", own::around(oauth, methods::get(onward)))
}
