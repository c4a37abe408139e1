//! `createsuperuser`: a password from a pipe or from a terminal.

use std::{fs, process::Command};

use crate::support::{Finished, Process, Site, installed, until};

#[tokio::test]
async fn a_superuser_whose_password_came_from_standard_input_can_sign_in() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let finished = superuser(&site, "anna", "correct horse\n");
    assert_eq!(finished.success(), "created the superuser anna\n");
    let users = "SELECT username || ' ' || email || ' ' || is_superuser FROM oauth_users";
    assert_eq!(site.query(users), ["anna anna@example.com 1"]);

    let server = site.serve();
    let agent = server.agent();
    assert_eq!(agent.sign_in("anna", "wrong horse").await.status, 422);
    assert_eq!(agent.sign_in("anna", "correct horse").await.status, 303);
}

#[test]
fn createsuperuser_refuses_a_short_password() {
    let site = Site::new();
    site.run(&["migrate"]).success();

    for password in ["", "\n", "seven77\n"] {
        let finished = superuser(&site, "anna", password);
        assert!(finished.refusal(1).contains("at least 8 characters"), "{finished:?}");
    }
    assert_eq!(site.query("SELECT username FROM oauth_users"), [""; 0]);
}

#[test]
fn createsuperuser_refuses_a_password_that_is_guessed_early_and_says_what_would_be_better() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    for password in ["password\n", "12345678\n", "anna@example\n"] {
        let finished = superuser(&site, "anna", password);
        let refusal = finished.refusal(1);
        assert!(
            refusal.contains("too easy to guess") && refusal.contains("Add another word"),
            "{refusal}"
        );
    }
    assert_eq!(site.query("SELECT username FROM oauth_users"), [""; 0]);
}

#[test]
fn createsuperuser_refuses_a_taken_name_and_leaves_its_user_alone() {
    let site = Site::new();
    drop(site.serve());
    let hash = || site.query("SELECT password_hash FROM oauth_users");
    let before = hash();

    for (name, said) in
        [("exampleuser", "is taken"), ("ExampleUser", "is taken"), ("examp1euser", "looks like")]
    {
        let finished = superuser(&site, name, "correct horse\n");
        assert!(finished.refusal(1).contains(&format!("{name} {said}")), "{finished:?}");
    }
    assert_eq!(hash(), before);
}

#[tokio::test]
async fn on_a_terminal_createsuperuser_asks_twice_and_shows_nothing() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let Some(mut terminal) = on_a_terminal(&site) else { return };
    answer(&site, &mut terminal, "Password: ", "correct horse\n");
    answer(&site, &mut terminal, "Password (again): ", "correct horse\n");

    let finished = terminal.finish();
    assert!(finished.success().contains("created the superuser anna"), "{finished:?}");
    assert!(!finished.stdout.contains("horse"), "{finished:?}");
    assert_eq!(site.serve().agent().sign_in("anna", "correct horse").await.status, 303);
}

#[test]
fn on_a_terminal_two_different_passwords_are_refused() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let Some(mut terminal) = on_a_terminal(&site) else { return };
    answer(&site, &mut terminal, "Password: ", "correct horse\n");
    answer(&site, &mut terminal, "Password (again): ", "correct house\n");

    let finished = terminal.finish();
    assert_eq!(finished.status, Some(1), "{finished:?}");
    assert!(finished.stdout.contains("the two passwords differ"), "{finished:?}");
    assert_eq!(site.query("SELECT username FROM oauth_users"), [""; 0]);
}

fn superuser(site: &Site, username: &str, typed: &str) -> Finished {
    let arguments = ["createsuperuser", "--username", username, "--email", "anna@example.com"];
    let mut program = Process::start(&mut site.program(&arguments));
    program.write(typed);
    program.finish()
}

/// `createsuperuser` on a terminal, which `script` makes.
fn on_a_terminal(site: &Site) -> Option<Process> {
    let mut script = Command::new(installed("script", "bsdutils")?);
    let program = site.program(&[]);
    let command =
        "tty > tty; exec \"$PROGRAM\" createsuperuser --username anna --email anna@example.com";
    script.args(["--quiet", "--return", "--command", command, "/dev/null"]);
    script.env("PROGRAM", program.get_program()).current_dir(site.path());
    Some(Process::start(&mut script))
}

/// Types once the question stands there and the terminal shows nothing any more, which comes a moment later.
fn answer(site: &Site, terminal: &mut Process, question: &str, typed: &str) {
    terminal.says(question);
    let name = fs::read_to_string(site.path().join("tty")).unwrap();
    until("the terminal hides what is typed", || {
        let settings = Command::new("stty").args(["-a", "-F", name.trim()]).output().unwrap();
        String::from_utf8_lossy(&settings.stdout).contains(" -echo ")
    });
    terminal.write(typed);
}
