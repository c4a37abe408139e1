//! `cargo bench -p oauth-core refresh_with_an_id_token`: what the signature and the claims cost a refresh.

use std::sync::Arc;

use oauth_core::{
    AuthorizationServer, KeyEncryption, NewClient, OpenIdMetadata, Settings, SigningAlgorithm,
};

use super::{
    Bench, DATABASES,
    with_a_policy::{beside, is_asked},
};

const NAME: &str = "refresh_with_an_id_token";

/// Signed with ES256, beside the same of a client that asks for none.
pub(crate) fn refresh() {
    if !is_asked(NAME) {
        return;
    }
    for database in DATABASES {
        let Some(plain) = Bench::on(database) else { continue };
        beside(&format!("{NAME}, {database}"), &plain, &with_openid(&plain));
    }
}

/// Another client of the same database, whose families begin with `openid`.
fn with_openid(plain: &Bench) -> Bench {
    let settings = Settings { openid: true, ..plain.server.settings().clone() };
    let key = KeyEncryption::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").expect("a key");
    let server = AuthorizationServer::new(settings, plain.server.store().clone());
    let server = server.expect("settings").with_key_encryption(key);
    let credentials = plain.wait(async {
        server.prepare_openid().await.expect("keys");
        let new = NewClient {
            redirect_uris: vec!["https://app.example/callback".to_owned()],
            scopes: "openid read".parse().expect("scopes"),
            require_pkce: Some(false),
            openid: OpenIdMetadata {
                id_token_signed_response_alg: Some(SigningAlgorithm::Es256),
                ..OpenIdMetadata::default()
            },
            ..NewClient::new("Bench Login")
        };
        let registered = server.register_client(new).await.expect("a client");
        let secret = registered.secret.expect("a generated secret");
        let client_id = registered.client.client_id;
        format!("&client_id={client_id}&client_secret={}", secret.expose())
    });
    let runtime = Arc::clone(&plain.runtime);
    Bench { server, runtime, credentials, scope: "openid+read" }
}
