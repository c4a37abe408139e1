//! `migrate`, and what it says of users of before.

use crate::support::{Database, Site, postgres_schema};

#[test]
fn migrate_lists_users_of_before_who_cannot_be_told_apart_by_their_names() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let database = Database::at(format!("sqlite://{}/example-app.sqlite3", site.path().display()));
    for name in ["anna", "Anna", "bob"] {
        database.execute(&format!(
            "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
            is_active, created_at) VALUES ('{name}', '', '', '', '', FALSE, FALSE, TRUE, 1)"
        ));
    }
    for _ in 0..2 {
        let finished = site.run(&["migrate"]);
        let said = finished.success();
        assert!(said.contains("the users anna, Anna cannot be told apart"), "{said}");
        assert!(!said.contains("bob"), "{said}");
    }
}

#[tokio::test]
async fn migrate_spread_makes_partitions_once_and_the_server_runs_on_them() {
    let Some(url) = postgres_schema() else { return };
    let site = Site::new();
    let migrate = ["migrate", "--spread", "partitions", "--database-url", &url];
    let finished = site.run(&migrate);
    assert!(finished.success().contains("applied spread over 16 partitions\n"));
    let finished = site.run(&migrate);
    assert!(finished.success().contains("nothing to migrate\n"));
    site.run(&["loaddemo", "--database-url", &url]).success();

    let server = site.serve_with("DATABASE_URL", &url);
    let signed_in = server.signed_in().await;
    let tokens = signed_in.tokens().await;
    assert_eq!(server.agent().refresh(&tokens).await.status, 200);
}

#[test]
fn migrate_spread_says_in_one_line_what_is_missing() {
    let site = Site::new();
    let finished = site.run(&["migrate", "--spread", "partitions"]);
    assert!(finished.refusal(1).contains("SQLite is one file"));
    let Some(url) = postgres_schema() else { return };
    let finished = site.run(&["migrate", "--spread", "citus", "--database-url", &url]);
    assert!(finished.refusal(1).contains("CREATE EXTENSION citus"));
}
