//! From a registration that has been judged to what is stored of it.

use super::{ClientSecret, Lifetime, NewClient};
use crate::{
    AuthorizationServer, Secret, StoreError,
    store::client::{ClientFields, NewSecret, Registration},
};

/// What is stored, and the secret that was drawn for it.
pub(crate) struct Prepared {
    pub(crate) registration: Registration,
    pub(crate) secret: Option<Secret>,
}

impl AuthorizationServer {
    /// Draws or hashes the secret.
    pub(crate) async fn prepare(&self, new: &NewClient) -> Result<Prepared, StoreError> {
        let (stored, secret) = match &new.secret {
            ClientSecret::None => (None, None),
            ClientSecret::Generated => {
                let drawn = Secret::of_client(&self.settings.token_brand);
                (Some(NewSecret::drawn(&drawn)), Some(drawn))
            }
            ClientSecret::Chosen(chosen) => {
                let hash = self.hasher.hash(chosen.expose()).await?;
                (Some(NewSecret::chosen(hash)), None)
            }
        };
        Ok(Prepared { registration: Registration { fields: fields(new), secret: stored }, secret })
    }
}

fn fields(new: &NewClient) -> ClientFields {
    let is_public = matches!(new.secret, ClientSecret::None);
    let grant_types: Vec<_> = new.grant_types.iter().map(|grant| grant.as_str()).collect();
    ClientFields {
        name: new.name.clone(),
        description: new.description.clone(),
        client_uri: new.client_uri.clone(),
        logo_uri: new.logo_uri.clone(),
        is_public,
        redirect_uris: each_once(new.redirect_uris.iter().map(String::as_str)).join(" "),
        grant_types: each_once(grant_types).join(" "),
        scopes: new.scopes.to_string(),
        require_pkce: new.require_pkce.unwrap_or(true),
        any_scope: new.any_scope,
        default_scopes: new.default_scopes.to_string(),
        access_token_lifetime: new.access_token_lifetime.map(Lifetime::stored),
        refresh_token_lifetime: new.refresh_token_lifetime.map(Lifetime::stored),
        owner: new.owner.clone(),
        acts_as_owner: new.acts_as_owner,
        skip_consent: new.skip_consent,
        policy_uri: new.policy_uri.clone(),
        tos_uri: new.tos_uri.clone(),
        require_state: new.require_state.map(|policy| policy.as_str().to_owned()),
        fragment_supported: new.fragment_supported,
    }
}

/// In their order: the only redirect URI may be left out of a request, and is the only one however often it was named.
fn each_once<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut once: Vec<&str> = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}
