//! Two APIs beside the server's own, and a client that may use all three.

use oauth_core::{
    AccessToken, BearerError, GrantType, NewClient, NewScope, Resource, Scopes, Secret, Tokens,
};

use super::{Fixture, Form, client, code_request, scopes};

pub(crate) const NOTES: &str = "https://api.example/notes";
pub(crate) const MAIL: &str = "https://mail.example";

pub(crate) fn resource(address: &str) -> Resource {
    address.parse().unwrap()
}

/// A scope of the resource at this address.
pub(crate) fn scope_at(address: &str, name: &str, implies: &str) -> NewScope {
    NewScope {
        name: name.to_owned(),
        description: name.to_owned(),
        resource: Some(resource(address)),
        implies: scopes(implies),
        ..NewScope::default()
    }
}

/// `app`, which may ask for `read`, `notes`, `mail` and `offline_access`; `notes` implies `notes:read`.
pub(crate) struct App<'f> {
    fixture: &'f Fixture,
    secret: Secret,
}

impl Fixture {
    pub(crate) async fn app(&self) -> App<'_> {
        for (address, name, implies) in
            [(NOTES, "notes:read", ""), (NOTES, "notes", "notes:read"), (MAIL, "mail", "")]
        {
            self.server.register_new_scope(scope_at(address, name, implies)).await.unwrap();
        }
        let mut new = client("app");
        new.scopes = scopes("read notes mail offline_access");
        new.client_credentials_scopes = scopes("read notes mail");
        new.grant_types.extend([GrantType::ClientCredentials, GrantType::Implicit]);
        let registered = self.register(NewClient { require_pkce: Some(false), ..new }).await;
        App { fixture: self, secret: registered.secret.unwrap() }
    }

    /// What the guard of a resource says to a token; `None` is the server's own API.
    pub(crate) async fn at(
        &self,
        address: Option<&str>,
        token: &Secret,
        required: &str,
    ) -> Result<AccessToken, BearerError> {
        let resource = address.map(resource);
        self.server.verify_at(resource.as_ref(), token.expose(), &[scopes(required)]).await
    }

    /// Where a token is admitted that has no scope to show.
    pub(crate) async fn admitted(&self, token: &Secret) -> Vec<&'static str> {
        let mut admitted = Vec::new();
        for address in [None, Some(NOTES), Some(MAIL)] {
            match self.at(address, token, "").await {
                Ok(seen) => {
                    assert_eq!(seen.audience, address.map(resource));
                    admitted.push(address.unwrap_or("own"));
                }
                Err(refusal) => assert_eq!(refusal.code(), Some("invalid_token"), "{refusal:?}"),
            }
        }
        admitted
    }
}

impl App<'_> {
    /// An authorization request for these scopes at these resources.
    pub(crate) fn request(scope: &str, resources: &[&str]) -> Form {
        let form = code_request().set("client_id", "app").set("scope", scope);
        resources.iter().fold(form, |form, resource| form.and("resource", resource))
    }

    /// A token request of this grant.
    pub(crate) fn form(&self, grant_type: &str) -> Form {
        Form::new(&[
            ("grant_type", grant_type),
            ("client_id", "app"),
            ("client_secret", self.secret.expose()),
        ])
    }

    /// How it redeems a code that alice gave.
    pub(crate) async fn exchange(&self, scope: &str, resources: &[&str]) -> Form {
        let code = self.fixture.code(&Self::request(scope, resources)).await;
        let form = self.form("authorization_code").set("code", &code);
        form.set("redirect_uri", super::CALLBACK)
    }

    pub(crate) fn refresh(&self, tokens: &Tokens) -> Form {
        let token = super::refresh_token(tokens).expose();
        self.form("refresh_token").set("refresh_token", token)
    }

    /// What it gets where alice says yes.
    pub(crate) async fn tokens(&self, scope: &str, resources: &[&str]) -> Tokens {
        let form = self.exchange(scope, resources).await;
        self.fixture.token(&form).await.expect("tokens")
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// What it is granted, as the policy and the consent page see it.
pub(crate) fn all(scopes: &[oauth_core::Scope]) -> Scopes {
    scopes.iter().map(|scope| scope.name.as_str()).collect()
}
