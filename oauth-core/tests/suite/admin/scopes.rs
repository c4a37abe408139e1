//! What staff change of scopes.

use oauth_core::{
    NewClient, NewScope, Scopes,
    admin::{AdminError, ScopeChange, ScopeFilter, ScopeRecord},
};

use super::refused_fields;
use crate::support::{Fixture, client, code_request, scopes};

fn scope(name: &str) -> NewScope {
    NewScope {
        name: name.to_owned(),
        title: "Title".to_owned(),
        description: "Text.".to_owned(),
        ..NewScope::default()
    }
}

impl Fixture {
    async fn scope(&self, name: &str) -> ScopeRecord {
        let filter = ScopeFilter::NameBegins(name.to_owned());
        self.admin().scopes(filter, None).await.unwrap().rows.remove(0)
    }
}

fn change(scope: &ScopeRecord) -> ScopeChange {
    let ScopeRecord { title, description, is_enabled, .. } = scope.clone();
    ScopeChange { title, description, is_enabled, resource: None, implies: Scopes::default() }
}

both_databases! {
    async fn a_scope_is_created_and_given(fixture: Fixture) {
        let created = fixture.admin().create_scope(scope("notes")).await.unwrap();
        assert_eq!((created.title.as_str(), created.is_enabled), ("Title", true));
        fixture.register(NewClient { scopes: scopes("notes"), ..client("app") }).await;
        let request = code_request().set("client_id", "app").set("scope", "notes");
        assert!(fixture.judge(&request).await.is_ok());
        assert_eq!(fixture.trail().await, ["create scope notes: "]);
    }

    async fn a_scopes_faults_stand_beside_their_fields(fixture: Fixture) {
        let new = NewScope { name: "a b".to_owned(), title: "x".repeat(101), description: "x".repeat(4001), ..NewScope::default() };
        let mut fields = refused_fields(fixture.admin().create_scope(new).await);
        fields.sort_unstable();
        assert_eq!(fields, ["description", "name", "title"]);
        assert_eq!(refused_fields(fixture.admin().create_scope(scope("read")).await), ["name"], "taken");
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn a_change_of_a_scope_names_what_changed(fixture: Fixture) {
        let read = fixture.scope("read").await;
        let new = ScopeChange { title: "Reading".to_owned(), is_enabled: false, ..change(&read) };
        let changed = fixture.admin().update_scope(read.id, new).await.unwrap();
        assert_eq!(fixture.scope("read").await, changed);
        assert_eq!(fixture.trail().await, ["update scope read: title, is_enabled"]);
        assert!(fixture.judge(&code_request()).await.is_err(), "it is disabled");
    }

    async fn the_same_again_is_no_change_of_a_scope(fixture: Fixture) {
        let read = fixture.scope("read").await;
        fixture.admin().update_scope(read.id, change(&read)).await.unwrap();
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn a_deleted_scope_is_given_to_nobody_also_not_to_clients_that_list_it(fixture: Fixture) {
        fixture.register(NewClient { default_scopes: scopes("read write"), ..client("modest") }).await;
        fixture.admin().delete_scope(fixture.scope("read").await.id).await.unwrap();
        let request = code_request().set("client_id", "modest");
        assert!(fixture.refusal(&request).await.description.contains("read"));
        let by_default = fixture.judge(&request.without("scope")).await.unwrap();
        let names: Vec<_> = by_default.scopes().iter().map(|scope| scope.name.as_str()).collect();
        assert_eq!(names, ["write"]);
        assert_eq!(fixture.trail().await, ["delete scope read: "]);
    }

    async fn a_scope_that_is_none_cannot_be_changed(fixture: Fixture) {
        let read = fixture.scope("read").await;
        let answer = fixture.admin().update_scope(99, change(&read)).await;
        assert!(matches!(answer, Err(AdminError::NotFound)), "{answer:?}");
        assert!(matches!(fixture.admin().delete_scope(99).await, Err(AdminError::NotFound)));
        assert!(fixture.admin().scope(99).await.unwrap().is_none());
    }
}
