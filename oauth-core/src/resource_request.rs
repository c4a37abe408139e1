//! What a client asks a token for, and may have it for: RFC 8707 §2.

use crate::{
    AuthorizationServer, InvalidResource, Params, Resource, Resources, Scope, Scopes, StoreError,
    error::TokenError::{self, InvalidTarget},
    params::MOST_VALUES,
    scope_request::{OFFLINE_ACCESS, names},
    store::{self, DbConnection},
};

impl AuthorizationServer {
    /// The resource of this address: a URI of its own, or a path below the issuer, such as `/api/notes`.
    ///
    /// # Errors
    /// When it is no address of a resource.
    pub fn resource_at(&self, address: &str) -> Result<Resource, InvalidResource> {
        Resource::at(address, &self.settings.issuer)
    }

    /// The resources that are declared, beside the server's own API: those that scopes belong to which are not disabled,
    /// and these scopes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resources(&self) -> Result<Vec<(Resource, Scopes)>, StoreError> {
        let found = self.store.read(store::scope::of_resources).await?;
        let its = |group: &[(Option<String>, String)]| {
            let (resource, _) = group.first()?;
            let scopes = group.iter().map(|(_, name)| name.as_str()).collect();
            Some((Resource::stored(resource.as_deref()?), scopes))
        };
        Ok(found.chunk_by(|one, next| one.0 == next.0).filter_map(its).collect())
    }

    /// What a request names in `resource`, each of which is declared; the server's own API where it names none.
    pub(crate) async fn requested_resources(
        &self,
        params: &Params,
    ) -> Result<Resources, TokenError> {
        let mut resources = Vec::new();
        for resource in self.named(params)? {
            if let Some(resource) = resource.clone() {
                let is_resource =
                    move |db: &mut DbConnection| store::scope::is_resource(db, &resource);
                if !self.store.read(is_resource).await? {
                    return Err(InvalidTarget(UNKNOWN.into()));
                }
            }
            resources.push(resource);
        }
        Ok(resources.into_iter().collect())
    }

    /// The same of a token request, which begins with a token: that has one audience.
    pub(crate) async fn requested_resource(
        &self,
        params: &Params,
    ) -> Result<Resources, TokenError> {
        let resources = self.requested_resources(params).await?;
        if resources.only().is_some() { Ok(resources) } else { Err(InvalidTarget(ONE.into())) }
    }

    /// The one of those granted that a token request is for. A request that names none is for the only one or, of several,
    /// for the server's own API; where that is not among them, it must name one.
    pub(crate) fn audience(
        &self,
        granted: &Resources,
        params: &Params,
    ) -> Result<Option<Resource>, TokenError> {
        match &self.named(params)?[..] {
            [] => match granted.only() {
                Some(only) => Ok(only.cloned()),
                None if granted.contains(None) => Ok(None),
                None => Err(InvalidTarget(SEVERAL.into())),
            },
            [one] if granted.contains(one.as_ref()) => Ok(one.clone()),
            [_] => Err(InvalidTarget(NOT_GRANTED.into())),
            _ => Err(InvalidTarget(ONE.into())),
        }
    }

    /// Of the scopes of a grant for these resources, those that are of use at this one.
    pub(crate) async fn scopes_at(
        &self,
        audience: Option<&Resource>,
        granted: &Resources,
        scopes: Scopes,
    ) -> Result<Scopes, StoreError> {
        if granted.only().is_some() {
            return Ok(scopes);
        }
        let named = scopes.clone();
        let mut its = self.store.read(move |db| store::scope::named(db, &named)).await?;
        let only = std::iter::once(audience.cloned()).collect();
        its.retain(|scope: &Scope| scope.is_of(&only));
        let its = names(&its);
        let offline_access = scopes.iter().filter(|name| *name == OFFLINE_ACCESS);
        Ok(its.iter().chain(offline_access).collect())
    }

    /// The address of a resource; `None` is the server's own API, whose address is the issuer.
    #[must_use]
    pub fn resource_address(&self, resource: Option<&Resource>) -> String {
        let issuer = &self.settings.issuer;
        let own_api =
            || issuer.parse().map_or_else(|_| issuer.clone(), |api: Resource| api.to_string());
        resource.map_or_else(own_api, Resource::to_string)
    }

    /// Of what somebody called by its address: `None` where that is the server's own API.
    pub(crate) fn beside_own_api(&self, resource: Option<Resource>) -> Option<Resource> {
        resource.filter(|resource| resource.as_str() != self.resource_address(None))
    }

    fn named(&self, params: &Params) -> Result<Vec<Option<Resource>>, TokenError> {
        let values = params.all("resource").map_err(|fault| InvalidTarget(fault.into()))?;
        if values.len() > MOST_VALUES {
            return Err(InvalidTarget(TOO_MANY.into()));
        }
        let invalid = |fault: InvalidResource| InvalidTarget(fault.to_string().into());
        let parsed = |value: &str| Ok(self.beside_own_api(Some(value.parse().map_err(invalid)?)));
        let mut named: Vec<_> =
            values.into_iter().map(parsed).collect::<Result<_, TokenError>>()?;
        named.sort();
        named.dedup();
        Ok(named)
    }
}

const UNKNOWN: &str = "resource names one that this server gives no tokens for";
const ONE: &str = "a token is for one resource: name one";
const SEVERAL: &str = "several resources were granted: name one of them in resource";
const NOT_GRANTED: &str = "resource names one that was not granted";
const TOO_MANY: &str = "resource must not be included more than 8 times";
