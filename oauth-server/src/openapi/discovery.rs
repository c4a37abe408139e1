//! What clients read first, in the document. These are no operations of [`OAuthApi`](crate::OAuthApi), because an
//! application mounts them apart from it.

use serde_json::{Value, json};

use crate::{OAuth, addresses::bare};

/// By their paths below the issuer.
pub(super) fn operations(oauth: &OAuth) -> Vec<(String, Value)> {
    let mut operations = Vec::new();
    // RFC 8414 §3.1: where the issuer has a path, this stands above it.
    if oauth.place().issuer_path().is_empty() {
        let path = "/.well-known/oauth-authorization-server";
        let summary = "Find out what this server can do, and where";
        operations.push(read(path, ["server_metadata", summary, "RFC 8414."]));
    }
    if oauth.settings().openid {
        let (path, keys) = ("/.well-known/openid-configuration", &oauth.place().addresses.keys);
        let summary = "Find out how users log in with this server";
        let of_keys = "Read the keys that ID tokens are verified with";
        operations.extend([
            read(path, ["openid_metadata", summary, "OpenID Connect Discovery section 4."]),
            read(bare(keys), ["keys", of_keys, "A JWK Set, RFC 7517 section 5."]),
        ]);
    }
    operations
}

fn read(path: &str, [id, summary, description]: [&str; 3]) -> (String, Value) {
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    let operation = json!({
        "tags": ["OAuth 2.0"],
        "summary": summary,
        "description": description,
        "operationId": id,
        "responses": { "200": { "description": "It may be kept for as long as its headers say.", "content": content } },
    });
    (path.to_owned(), json!({ "get": operation }))
}
