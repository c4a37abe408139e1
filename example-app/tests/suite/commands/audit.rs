//! What commands change is in the audit trail, as theirs.

use crate::support::{Process, Site};

const TRAIL: &str = "SELECT actor || '|' || actor_name || '|' || action || '|' || kind || '|' || record_name \
    FROM oauth_audit ORDER BY id";

#[test]
fn each_command_that_changes_something_has_its_row() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let create = ["createsuperuser", "--username", "anna", "--email", "anna@example.com"];
    let mut process = Process::start(&mut site.program(&create));
    process.write("correct horse battery staple\n");
    process.finish().success();
    site.run(&["syncscopes", "polls:results"]).success();
    let register = ["register-client", "--name", "App", "--redirect-uri", "https://app.example/cb"];
    site.run(&register).success();
    let app = site.query("SELECT client_id FROM oauth_clients").concat();
    site.run(&["rotate-secret", &app]).success();
    assert_eq!(
        site.query(TRAIL),
        [
            "command|command createsuperuser|create|user|anna",
            "command|command syncscopes|create|scope|polls:results",
            "command|command register-client|create|client|App",
            "command|command rotate-secret|rotate_secret|client|App",
        ]
    );
    assert_eq!(site.query("SELECT 'x' FROM oauth_audit WHERE request_id IS NOT NULL"), [""; 0]);
}

#[test]
fn the_demo_data_is_in_the_trail_of_the_command_that_loaded_it() {
    let (started, loaded) = (Site::new(), Site::new());
    drop(started.serve());
    loaded.run(&["migrate"]).success();
    loaded.run(&["loaddemo"]).success();
    for (site, command) in [(started, "runserver"), (loaded, "loaddemo")] {
        let rows = site.query(TRAIL);
        let prefix = format!("command|command {command}|create|");
        assert_eq!(rows.len(), 1 + 5 + 10, "{rows:?}");
        assert!(rows.iter().all(|row| row.starts_with(&prefix)), "{rows:?}");
    }
}
