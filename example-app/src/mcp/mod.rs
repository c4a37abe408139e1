//! Tools for assistants: an endpoint of the Model Context Protocol, where `OAUTH_MCP` says so.

mod tools;

use std::sync::Arc;

use oauth_server::{AuthorizationServer, InvalidResource, NewScope, OAuth, RegistrationError};
use poem::{Endpoint, EndpointExt, Response, endpoint::TowerCompatExt};
use rmcp::transport::{
    StreamableHttpServerConfig, StreamableHttpService,
    streamable_http_server::session::never::NeverSessionManager,
};

/// What a token for it must have.
pub(crate) const SCOPE: &str = "mcp:tools";
const PATH: &str = "/mcp";

/// The endpoint. The provider is around it, and the protocol's own SDK inside.
pub(crate) fn endpoint(
    oauth: &OAuth,
) -> Result<impl Endpoint<Output = Response> + use<>, InvalidResource> {
    let guard = oauth.mcp_resource(PATH, [SCOPE].into_iter().collect())?;
    let oauth = oauth.clone();
    let tools = move || Ok(tools::Tools::new(oauth.clone()));
    let protocol =
        StreamableHttpService::new(tools, Arc::new(NeverSessionManager::default()), config());
    Ok(protocol.compat().with(guard))
}

/// Each request stands for itself, so that any process may answer it. Whose pages may call it, the provider judges, by
/// `Origin`: what host a proxy asks for says nothing.
fn config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(64 * 1024)
        .disable_allowed_hosts()
}

/// Registers the scope where it is not there yet, and says whether it was. An application without such a switch has
/// `scope!` and `syncscopes` do that.
pub(crate) async fn prepare(server: &AuthorizationServer) -> Result<bool, RegistrationError> {
    let scope = NewScope {
        name: SCOPE.to_owned(),
        description: "Use the tools of this application for you.".to_owned(),
        resource: server.resource_at(PATH).ok(),
        ..NewScope::default()
    };
    match server.register_new_scope(scope).await {
        Ok(()) => Ok(true),
        Err(RegistrationError::Taken(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
