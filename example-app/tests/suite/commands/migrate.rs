//! `migrate`, and what it says of users of before.

use crate::support::{Database, Site};

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
