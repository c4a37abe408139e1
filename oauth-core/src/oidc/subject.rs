//! What a user is called towards a client: OpenID Connect Core §8.

use url::Url;

use crate::{AuthorizationServer, Client, StoreError, SubjectType, secret};

/// What the user of this subject is called towards this client, always the same.
pub(crate) async fn towards(
    server: &AuthorizationServer,
    client: &Client,
    subject: &str,
) -> Result<String, StoreError> {
    if client.metadata.openid.subject_type == SubjectType::Public {
        return Ok(subject.to_owned());
    }
    let registered = &client.metadata;
    let sector =
        sector(registered.openid.sector_identifier_uri.as_ref(), &registered.redirect_uris);
    // A client whose registration came by SQL: nobody else shares its names.
    let sector = sector.unwrap_or_else(|| client.client_id.clone());
    let salt = server.pairwise_salt().await?;
    Ok(secret::keyed_name(&salt, &[sector.as_bytes(), b"\0", subject.as_bytes()]))
}

/// The host that a client belongs to (§8.1): of its sector identifier, or the one that all its redirect URIs have.
pub(crate) fn sector(identifier: Option<&String>, redirect_uris: &[String]) -> Option<String> {
    let host = |uri: &String| Some(Url::parse(uri).ok()?.host_str()?.to_owned());
    if let Some(identifier) = identifier {
        return host(identifier);
    }
    let first = host(redirect_uris.first()?)?;
    redirect_uris.iter().all(|uri| host(uri).as_ref() == Some(&first)).then_some(first)
}
