//! Who calls, as the server knows them: a client, and an API in another process that asks about the client's tokens.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oauth_server::{
    AuthorizationServer, GrantType, NewClient, OpenIdMetadata, Settings, SigningAlgorithm, Store,
};

/// Of every server of the bench, wherever it listens: the resource that its tokens are for.
pub(crate) const ISSUER: &str = "http://localhost:8080";

pub(crate) fn client() -> NewClient {
    NewClient {
        redirect_uris: vec!["http://localhost:1111".to_owned()],
        grant_types: vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::ClientCredentials,
        ],
        scopes: "user_info my_polls:my_stats".parse().expect("scopes"),
        client_credentials_scopes: "my_polls:my_stats".parse().expect("scopes"),
        default_scopes: "my_polls:my_stats".parse().expect("scopes"),
        require_pkce: Some(false),
        ..NewClient::new("Bench")
    }
}

pub(crate) fn api() -> NewClient {
    NewClient {
        grant_types: Vec::new(),
        introspects: vec![ISSUER.to_owned()],
        ..NewClient::new("Bench API")
    }
}

/// One whose users log in: its ID tokens are signed with ES256.
pub(crate) fn login() -> NewClient {
    NewClient {
        redirect_uris: vec!["http://localhost:1111".to_owned()],
        scopes: "openid user_info".parse().expect("scopes"),
        openid: OpenIdMetadata {
            id_token_signed_response_alg: Some(SigningAlgorithm::Es256),
            ..OpenIdMetadata::default()
        },
        require_pkce: Some(false),
        ..NewClient::new("Bench Login")
    }
}

/// Its identifier, and the header by which it authenticates: with a generated secret, which costs no hash.
pub(crate) fn register(database: &str, client: NewClient) -> (String, String) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(database).expect("the database");
        let settings = Settings { ssl_only: false, openid: true, ..Settings::new(ISSUER) };
        let server = AuthorizationServer::new(settings, store).expect("settings");
        let registered = server.register_client(client).await.expect("a client");
        let secret = registered.secret.expect("a generated secret");
        let client_id = registered.client.client_id;
        let credentials = STANDARD.encode(format!("{client_id}:{}", secret.expose()));
        (client_id, format!("authorization: Basic {credentials}\r\n"))
    })
}
