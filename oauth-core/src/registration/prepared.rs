//! From a registration that has been judged to what is stored of it.

use super::{ClientSecret, Lifetime, NewClient};
use crate::{
    AuthorizationServer, RedirectUri, Resource, Secret, StoreError,
    store::client::{
        ApplicationType, ClientFields, ClientMetadata, NewSecret, OpenIdMetadata, Registration,
    },
};

/// What is stored, and the secret that was drawn for it.
pub(crate) struct Prepared {
    pub(crate) registration: Registration,
    pub(crate) secret: Option<Secret>,
}

impl AuthorizationServer {
    /// Draws or hashes the secret, and makes the keys that the client is told with: others keep the published set for a while,
    /// so it is better there before the first token.
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
        let OpenIdMetadata { id_token_signed_response_alg, userinfo_signed_response_alg, .. } =
            &new.openid;
        for algorithm in id_token_signed_response_alg.iter().chain(userinfo_signed_response_alg) {
            if self.settings.openid {
                self.signer(*algorithm).await?;
            }
        }
        let (metadata, fields) = (metadata(new), fields(new));
        let registration = Registration { metadata, fields, secret: stored, stranger: None };
        Ok(Prepared { registration, secret })
    }
}

pub(super) fn metadata(new: &NewClient) -> ClientMetadata {
    ClientMetadata {
        client_name: new.name.clone(),
        client_uri: new.client_uri.clone(),
        logo_uri: new.logo_uri.clone(),
        policy_uri: new.policy_uri.clone(),
        tos_uri: new.tos_uri.clone(),
        redirect_uris: each_once(&new.redirect_uris),
        grant_types: each_once(&new.grant_types),
        scope: new.scopes.clone(),
        application_type: application_type(new),
        require_pushed_authorization_requests: new.require_pushed_authorization_requests,
        openid: new.openid.clone(),
        ..ClientMetadata::default()
    }
}

/// What is only answered on its user's device runs there, whatever it says: many say nothing, which means `web`.
fn application_type(new: &NewClient) -> ApplicationType {
    let is_native =
        |uri: &String| RedirectUri::parse(uri).is_ok_and(|redirect_uri| redirect_uri.is_native());
    if !new.redirect_uris.is_empty() && new.redirect_uris.iter().all(is_native) {
        ApplicationType::Native
    } else {
        new.application_type
    }
}

pub(super) fn fields(new: &NewClient) -> ClientFields {
    ClientFields {
        description: new.description.clone(),
        is_public: matches!(new.secret, ClientSecret::None),
        require_pkce: new.require_pkce.unwrap_or(true),
        any_scope: new.any_scope,
        default_scopes: new.default_scopes.to_string(),
        access_token_lifetime: new.access_token_lifetime.map(Lifetime::stored),
        refresh_token_lifetime: new.refresh_token_lifetime.map(Lifetime::stored),
        owner: new.owner.clone(),
        acts_as_owner: new.acts_as_owner,
        skip_consent: new.skip_consent,
        require_state: new.require_state.map(|policy| policy.as_str().to_owned()),
        cors_origins: each_once(&new.cors_origins).join(" "),
        introspects: introspects(new),
        client_credentials_scopes: new.client_credentials_scopes.to_string(),
        fragment_supported: new.fragment_supported,
    }
}

/// In the form by which they are compared.
fn introspects(new: &NewClient) -> String {
    let resources: Vec<_> = new.introspects.iter().filter_map(|it| it.parse().ok()).collect();
    each_once::<Resource>(&resources).iter().map(Resource::as_str).collect::<Vec<_>>().join(" ")
}

/// In their order: the only redirect URI may be left out of a request, and is the only one however often it was named.
fn each_once<T: Clone + PartialEq>(values: &[T]) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for value in values {
        if !once.contains(value) {
            once.push(value.clone());
        }
    }
    once
}
