//! The scopes that the code declares, against those that the database knows.

use oauth_core::{
    AuthorizationServer, InvalidResource, NewScope, RegistrationError, Resource, Scopes, StoreError,
};

use crate::{BuildError, ScopeDeclaration, declared_scopes};

/// What [`sync_scopes`] did and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncedScopes {
    /// Declared, and created now.
    pub created: Vec<&'static str>,
    /// Declared, and known before.
    pub known: Vec<&'static str>,
    /// Those of them that belong to another resource now, or imply something else: what the code says.
    pub placed: Vec<&'static str>,
    /// Known, and named by no code and no specification: nothing that it could be used for.
    pub unused: Vec<String>,
}

/// Registers every scope that the code declares, where its name begins with one of the prefixes; no prefix is all. Of one
/// that is known before, resource and what it implies become those of the code, where that says something of them; else
/// they are the staff's.
///
/// # Errors
/// When a resource has no address that one can have, and when the store fails.
pub async fn sync_scopes(
    server: &AuthorizationServer,
    prefixes: &[String],
) -> Result<SyncedScopes, RegistrationError> {
    let wanted =
        |name: &str| prefixes.is_empty() || prefixes.iter().any(|prefix| name.starts_with(prefix));
    let declared = declared_scopes();
    let mut synced = SyncedScopes::default();
    for scope in declared.iter().filter(|scope| wanted(scope.name)) {
        let new = new_scope(server, scope)?;
        let says_more = new.resource.is_some() || !new.implies.is_empty();
        match server.register_new_scope(new.clone()).await {
            Ok(()) => synced.created.push(scope.name),
            Err(RegistrationError::Taken(_)) => {
                synced.known.push(scope.name);
                if says_more && server.place_scope(new).await? {
                    synced.placed.push(scope.name);
                }
            }
            Err(error) => return Err(error),
        }
    }
    let in_database = server.scopes().await?;
    let declared = declared.iter().map(|scope| scope.name);
    let used: Scopes = declared.chain(server.openid_scopes().map(|(name, _)| name)).collect();
    let unused = in_database.iter().filter(|name| wanted(name) && !used.contains(name));
    synced.unused = unused.map(str::to_owned).collect();
    Ok(synced)
}

fn new_scope(
    server: &AuthorizationServer,
    scope: &ScopeDeclaration,
) -> Result<NewScope, RegistrationError> {
    let invalid = |fault: InvalidResource| RegistrationError::Invalid {
        field: "resource",
        problem: format!("of {}: {fault}", scope.name),
    };
    let resource = scope.resource.map(|address| server.resource_at(address));
    Ok(NewScope {
        name: scope.name.to_owned(),
        description: scope.description.to_owned(),
        resource: resource.transpose().map_err(invalid)?,
        implies: scope.implies.iter().copied().collect(),
        ..NewScope::default()
    })
}

/// The scopes that the code declares and the database lacks, or has at another resource: nobody can be granted them for what
/// they guard, so that admits nobody. Say so at the start.
///
/// # Errors
/// When the store fails.
pub async fn missing_scopes(
    server: &AuthorizationServer,
) -> Result<Vec<ScopeDeclaration>, StoreError> {
    let declared = declared_scopes();
    let missing = server.unknown_scopes(&declared.iter().map(|scope| scope.name).collect()).await?;
    let (resources, given) = (server.resources().await?, server.supported_scopes().await?);
    let is_elsewhere = |scope: &ScopeDeclaration| {
        let Some(Ok(its)) = scope.resource.map(|address| server.resource_at(address)) else {
            return false;
        };
        let is_there = |(resource, scopes): &(Resource, Scopes)| {
            *resource == its && scopes.contains(scope.name)
        };
        given.contains(scope.name) && !resources.iter().any(is_there)
    };
    let is_missing = |scope: &ScopeDeclaration| missing.contains(scope.name) || is_elsewhere(scope);
    Ok(declared.into_iter().filter(is_missing).collect())
}

/// That each scope's resource has an address that one can have.
pub(crate) fn check_resources(server: &AuthorizationServer) -> Result<(), BuildError> {
    for ScopeDeclaration { name: scope, resource, .. } in declared_scopes() {
        if let Some(Err(fault)) = resource.map(|address| server.resource_at(address)) {
            return Err(BuildError::Resource { scope, problem: fault.to_string() });
        }
    }
    Ok(())
}
