//! The scopes that the server knows, with what users are told of them: RFC 6749 §3.3.

use diesel::{dsl::exists, prelude::*};

use super::{
    DbConnection, Query,
    kept::{Keep, native},
    schema::oauth_scopes,
};
use crate::{Resource, Scopes};

/// A scope as users see it.
///
/// ```no_run
/// # use oauth_core::AuthorizationRequest;
/// fn described(request: &AuthorizationRequest) -> Vec<&str> {
///     request.scopes().iter().map(|scope| scope.description.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_scopes)]
#[non_exhaustive]
pub struct Scope {
    /// The scope token.
    pub name: String,
    /// What it allows, in a sentence for users.
    pub description: String,
    /// The same in a few words; empty where there is none.
    pub title: String,
    /// The resource that it belongs to (RFC 8707), as [`Resource`](crate::Resource) writes it; `None` is the server's own
    /// API.
    pub resource: Option<String>,
    /// What is granted with it.
    #[diesel(deserialize_as = String)]
    pub implies: Scopes,
}

/// A scope as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_scopes)]
#[non_exhaustive]
pub struct ScopeRecord {
    /// The key of its row.
    pub id: i64,
    /// The scope token.
    pub name: String,
    /// What it allows, in a few words for users; empty where there is none.
    pub title: String,
    /// What it allows, in a sentence for users.
    pub description: String,
    /// Whether it is given to anybody.
    pub is_enabled: bool,
    /// The resource that it belongs to (RFC 8707), as [`Resource`](crate::Resource) writes it; `None` is the server's own
    /// API.
    pub resource: Option<String>,
    /// What is granted with it.
    #[diesel(deserialize_as = String)]
    pub implies: Scopes,
}

/// A scope to be registered.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, NewScope, RegistrationError};
/// # async fn example(server: &AuthorizationServer) -> Result<(), RegistrationError> {
/// server
///     .register_new_scope(NewScope {
///         name: "photos".to_owned(),
///         title: "Your photos".to_owned(),
///         description: "See your photos.".to_owned(),
///         ..NewScope::default()
///     })
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct NewScope {
    /// The scope token.
    pub name: String,
    /// What it allows, in a few words for users; may be empty.
    pub title: String,
    /// What it allows, in a sentence for users.
    pub description: String,
    /// The resource that it belongs to (RFC 8707); `None` is the server's own API.
    pub resource: Option<Resource>,
    /// What is granted with it, as far as that is of the same resource: who may have `notes` needs not ask for
    /// `notes:read`, too.
    pub implies: Scopes,
}

/// What can be changed of a scope: clients and tokens know it by its name, which stays.
#[derive(Debug, Clone)]
pub struct ScopeChange {
    /// What it allows, in a few words for users; may be empty.
    pub title: String,
    /// What it allows, in a sentence for users.
    pub description: String,
    /// Whether it is given to anybody. Access tokens that have it keep it until their end; those that never end lose it.
    pub is_enabled: bool,
    /// The resource that it belongs to (RFC 8707); `None` is the server's own API. What is granted already stays as it is.
    pub resource: Option<Resource>,
    /// What is granted with it from now on.
    pub implies: Scopes,
}

/// Those of the scopes that the server knows and gives, by name.
pub(crate) fn named(db: &mut DbConnection, scopes: &Scopes) -> Query<Vec<Scope>> {
    native!(
        db,
        oauth_scopes::table
            .filter(oauth_scopes::name.eq_any(padded(scopes)))
            .filter(oauth_scopes::is_enabled)
            .order(oauth_scopes::name)
            .select(Scope::as_select())
            .kept()
            .load(db)
    )
}

/// The same with all that they imply, in alphabetical order.
pub(crate) fn with_implied(db: &mut DbConnection, scopes: &Scopes) -> Query<Vec<Scope>> {
    let mut found = named(db, scopes)?;
    let mut looked_for = scopes.clone();
    loop {
        let implied: Scopes = found.iter().flat_map(|scope| scope.implies.iter()).collect();
        let more = implied.beyond(&looked_for);
        if more.is_empty() {
            break;
        }
        found.extend(named(db, &more)?);
        looked_for = looked_for.iter().chain(more.iter()).collect();
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Whether scopes that are given belong to this resource.
pub(crate) fn is_resource(db: &mut DbConnection, resource: &Resource) -> Query<bool> {
    let its = oauth_scopes::table
        .filter(oauth_scopes::resource.eq(resource.as_str()))
        .filter(oauth_scopes::is_enabled);
    native!(db, diesel::select(exists(its)).get_result(db))
}

/// The resources that have scopes, and those that are given, each pair in alphabetical order.
pub(crate) fn of_resources(db: &mut DbConnection) -> Query<Vec<(Option<String>, String)>> {
    oauth_scopes::table
        .filter(oauth_scopes::resource.is_not_null())
        .filter(oauth_scopes::is_enabled)
        .order((oauth_scopes::resource, oauth_scopes::name))
        .select((oauth_scopes::resource, oauth_scopes::name))
        .load(db)
}

/// The names of those that are given.
pub(crate) fn enabled(db: &mut DbConnection) -> Query<Vec<String>> {
    let enabled = oauth_scopes::table.filter(oauth_scopes::is_enabled);
    enabled.order(oauth_scopes::name).select(oauth_scopes::name).load(db)
}

/// The names, the last of them so often that there are 1, 2, 4, 8, ...: SQLite's statement has a place for each, and a
/// connection keeps one statement for each length.
fn padded(scopes: &Scopes) -> Vec<&str> {
    let mut names: Vec<&str> = scopes.iter().collect();
    let last = names.last().copied().unwrap_or_default();
    names.resize(names.len().next_power_of_two(), last);
    names
}

/// Those of the scopes that the server knows, disabled ones as well.
pub(crate) fn known(db: &mut DbConnection, scopes: &Scopes) -> Query<Vec<String>> {
    let names: Vec<&str> = scopes.iter().collect();
    oauth_scopes::table.filter(oauth_scopes::name.eq_any(names)).select(oauth_scopes::name).load(db)
}

/// Every scope that the server knows, in alphabetical order.
pub(crate) fn names(db: &mut DbConnection) -> Query<Vec<String>> {
    oauth_scopes::table.order(oauth_scopes::name).select(oauth_scopes::name).load(db)
}

/// The scope of this key.
pub(crate) fn with_key(db: &mut DbConnection, id: i64) -> Query<Option<ScopeRecord>> {
    native!(
        db,
        oauth_scopes::table.find(id).select(ScopeRecord::as_select()).get_result(db).optional()
    )
}

/// Changes what users are told of a scope, and whether they are.
pub(crate) fn update(db: &mut DbConnection, id: i64, change: &ScopeChange) -> Query<()> {
    let changes = (
        oauth_scopes::title.eq(&change.title),
        oauth_scopes::description.eq(&change.description),
        oauth_scopes::is_enabled.eq(change.is_enabled),
        oauth_scopes::resource.eq(change.resource.as_ref().map(Resource::as_str)),
        oauth_scopes::implies.eq(change.implies.to_string()),
    );
    diesel::update(oauth_scopes::table.find(id)).set(changes).execute(db).map(drop)
}

/// Moves a scope to its resource, and says what it implies.
pub(crate) fn place(
    db: &mut DbConnection,
    id: i64,
    resource: Option<&str>,
    implies: &Scopes,
) -> Query<()> {
    let changes =
        (oauth_scopes::resource.eq(resource), oauth_scopes::implies.eq(implies.to_string()));
    diesel::update(oauth_scopes::table.find(id)).set(changes).execute(db).map(drop)
}

/// The scope of this name.
pub(crate) fn with_name(db: &mut DbConnection, name: &str) -> Query<Option<ScopeRecord>> {
    let scope = oauth_scopes::table.filter(oauth_scopes::name.eq(name));
    native!(db, scope.select(ScopeRecord::as_select()).get_result(db).optional())
}

/// Deletes a scope.
pub(crate) fn delete(db: &mut DbConnection, id: i64) -> Query<()> {
    diesel::delete(oauth_scopes::table.find(id)).execute(db).map(drop)
}

/// Disables or enables a scope; `false` when there is none of this name.
pub(crate) fn set_enabled(db: &mut DbConnection, name: &str, is_enabled: bool) -> Query<bool> {
    let scope = oauth_scopes::table.filter(oauth_scopes::name.eq(name));
    Ok(diesel::update(scope).set(oauth_scopes::is_enabled.eq(is_enabled)).execute(db)? == 1)
}

/// Inserts scopes of which only the names are known: those are their descriptions.
pub(crate) fn insert_named(db: &mut DbConnection, names: &Scopes) -> Query<()> {
    for name in names.iter() {
        let (name, description) = (name.to_owned(), name.to_owned());
        insert(db, &NewScope { name, description, ..NewScope::default() })?;
    }
    Ok(())
}

/// Inserts a scope, and gives its key; `None` when there is one of this name.
pub(crate) fn insert(db: &mut DbConnection, scope: &NewScope) -> Query<Option<i64>> {
    let known = oauth_scopes::table
        .filter(oauth_scopes::name.eq(&scope.name))
        .count()
        .get_result::<i64>(db)?;
    if known > 0 {
        return Ok(None);
    }
    diesel::insert_into(oauth_scopes::table)
        .values((
            oauth_scopes::name.eq(&scope.name),
            oauth_scopes::title.eq(&scope.title),
            oauth_scopes::description.eq(&scope.description),
            oauth_scopes::resource.eq(scope.resource.as_ref().map(Resource::as_str)),
            oauth_scopes::implies.eq(scope.implies.to_string()),
        ))
        .returning(oauth_scopes::id)
        .get_result(db)
        .map(Some)
}
