//! The scopes that the code declares, against those that the database knows.

use oauth_core::{AuthorizationServer, RegistrationError, StoreError};

use crate::{ScopeDeclaration, declared_scopes};

/// What [`sync_scopes`] did and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncedScopes {
    /// Declared, and created now.
    pub created: Vec<&'static str>,
    /// Declared, and known before.
    pub known: Vec<&'static str>,
    /// Known, and named by no code: nothing that it could be used for.
    pub unused: Vec<String>,
}

/// Registers every scope that the code declares, where its name begins with one of the prefixes; no prefix is all.
///
/// # Errors
/// When the store fails.
pub async fn sync_scopes(
    server: &AuthorizationServer,
    prefixes: &[String],
) -> Result<SyncedScopes, RegistrationError> {
    let wanted =
        |name: &str| prefixes.is_empty() || prefixes.iter().any(|prefix| name.starts_with(prefix));
    let declared = declared_scopes();
    let mut synced = SyncedScopes::default();
    for scope in declared.iter().filter(|scope| wanted(scope.name)) {
        match server.register_scope(scope.name, scope.description).await {
            Ok(()) => synced.created.push(scope.name),
            Err(RegistrationError::Taken(_)) => synced.known.push(scope.name),
            Err(error) => return Err(error),
        }
    }
    let in_database = server.scopes().await?;
    let unused = in_database
        .iter()
        .filter(|name| wanted(name) && declared.iter().all(|scope| scope.name != *name));
    synced.unused = unused.map(str::to_owned).collect();
    Ok(synced)
}

/// The scopes that the code declares and the database lacks: nobody can be granted them, so what they guard admits
/// nobody. Say so at the start.
///
/// # Errors
/// When the store fails.
pub async fn missing_scopes(
    server: &AuthorizationServer,
) -> Result<Vec<ScopeDeclaration>, StoreError> {
    let declared = declared_scopes();
    let missing = server.unknown_scopes(&declared.iter().map(|scope| scope.name).collect()).await?;
    Ok(declared.into_iter().filter(|scope| missing.contains(scope.name)).collect())
}
