//! What a client is told of its registration: RFC 7591 §3.2.1, RFC 7592 §3.

use serde_json::{Map, Value, json};

use crate::{Client, GrantType, Secret};

/// A client as it is registered, told to itself.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, ClientRegistrationError};
/// # async fn example(server: &AuthorizationServer) -> Result<(), ClientRegistrationError> {
/// let body = br#"{ "client_name": "Stranger", "redirect_uris": ["https://app.example/callback"] }"#;
/// let registered = server.register_stranger(None, body).await?;
/// let at = format!("https://id.example/oauth2/register/{}", registered.client.client_id);
/// println!("{:?}", registered.document(&at));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientInformation {
    /// The client.
    pub client: Client,
    /// The secret, where it was drawn with this: this is the only time that it can be seen.
    pub secret: Option<Secret>,
    /// What the client manages its registration with.
    pub registration_access_token: Secret,
}

impl ClientInformation {
    /// All that it is told, secrets among it; `registration_client_uri` is where it manages its registration.
    #[must_use]
    pub fn document(&self, registration_client_uri: &str) -> Map<String, Value> {
        let (client, token) = (&self.client, self.registration_access_token.expose());
        let mut document = match serde_json::to_value(&client.metadata) {
            Ok(Value::Object(metadata)) => metadata,
            _ => Map::new(),
        };
        let method = if client.is_public { "none" } else { "client_secret_basic" };
        let mut say = |name: &str, value: Value| document.insert(name.to_owned(), value);
        say("response_types", response_types(client));
        say("token_endpoint_auth_method", method.into());
        say("subject_type", client.metadata.openid.subject_type.as_str().into());
        say("client_id", client.client_id.as_str().into());
        say("client_id_issued_at", client.created_at.into());
        say("registration_access_token", token.into());
        say("registration_client_uri", registration_client_uri.into());
        if let Some(secret) = &self.secret {
            say("client_secret", secret.expose().into());
            say("client_secret_expires_at", 0.into());
        }
        document
    }
}

/// They follow from the grants, but for those of OpenID Connect.
fn response_types(client: &Client) -> Value {
    let of = |grant_type, name| client.allows(grant_type).then_some(name);
    let code = of(&GrantType::AuthorizationCode, "code");
    let token = of(&GrantType::Implicit, "token");
    let id_tokens = client.metadata.openid.response_types.iter().map(|one| one.as_str());
    json!(code.into_iter().chain(token).chain(id_tokens).collect::<Vec<_>>())
}
