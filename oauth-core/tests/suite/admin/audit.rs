//! The audit trail.

use oauth_core::{
    NewClient,
    admin::{AuditFilter, Kind},
};

use super::actor;
use crate::support::{Fixture, client};

both_databases! {
    async fn a_change_says_who_what_and_when(fixture: Fixture) {
        fixture.clock.advance(7);
        let created = fixture.admin().create_client(client("app")).await.unwrap().client;
        let page = fixture.admin().audit(AuditFilter::All, None).await.unwrap();
        let row = &page.rows[0];
        assert_eq!((row.at, row.actor.as_str(), row.actor_name.as_str()), (1_000_007, "root", "Name of root"));
        assert_eq!((row.action.as_str(), row.kind.as_str(), row.record_id), ("create", "client", created.id));
        assert_eq!(row.record_name, "app");
    }

    async fn the_history_of_a_record_is_its_own_and_outlives_it(fixture: Fixture) {
        let admin = fixture.admin();
        let (app, other) = (admin.create_client(client("app")).await.unwrap().client, admin.create_client(client("other")).await.unwrap().client);
        admin.rotate_client_secret(app.id, 0).await.unwrap();
        admin.set_client_disabled(other.id, true).await.unwrap();
        admin.delete_client(app.id).await.unwrap();
        let history = admin.audit(AuditFilter::Of(Kind::Client, app.id), None).await.unwrap();
        let actions: Vec<_> = history.rows.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["delete", "rotate_secret", "create"]);
        assert!(admin.audit(AuditFilter::Of(Kind::Scope, app.id), None).await.unwrap().rows.is_empty());
    }

    async fn what_one_actor_did_is_found(fixture: Fixture) {
        fixture.admin().create_client(client("app")).await.unwrap();
        fixture.server.admin(actor("eve", true)).create_client(client("evil")).await.unwrap();
        let by = async |subject: &str| fixture.admin().audit(AuditFilter::By(subject.to_owned()), None).await.unwrap().rows;
        assert_eq!(by("eve").await[0].record_name, "evil");
        assert!(by("nobody").await.is_empty() && by("\0").await.is_empty());
    }

    async fn the_trail_names_fields_and_never_their_values(fixture: Fixture) {
        let created = fixture.admin().create_client(client("app")).await.unwrap();
        let change = NewClient { description: "canary".to_owned(), owner: Some("canary".to_owned()), ..NewClient::from(&created.client) };
        fixture.admin().update_client(created.client.id, created.client.version, change).await.unwrap();
        let rotated = fixture.admin().rotate_client_secret(created.client.id, 0).await.unwrap();
        let trail = format!("{:?}", fixture.admin().audit(AuditFilter::All, None).await.unwrap());
        for value in ["canary", created.secret.unwrap().expose(), rotated.expose()] {
            assert!(!trail.contains(value), "{trail}");
        }
    }

    async fn a_change_and_its_row_are_one_transaction(fixture: Fixture) {
        fixture.database.execute("ALTER TABLE oauth_audit RENAME TO oauth_audit_gone");
        let answer = fixture.admin().create_client(client("app")).await;
        assert!(answer.is_err(), "{answer:?}");
        assert!(fixture.server.client("app").await.unwrap().is_none(), "no change without its row");
    }
}
