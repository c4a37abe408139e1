//! The provider's commands on an application's own command line.

use clap::{CommandFactory, Parser};
use oauth_server::cli;

#[derive(Parser)]
#[command(name = "notes")]
enum Notes {
    #[command(flatten)]
    Provider(cli::Command),
}

#[test]
fn the_help_of_an_application_that_says_nothing_of_itself_begins_with_its_usage() {
    let help = Notes::command().render_help().to_string();
    assert!(help.starts_with("Usage: notes <COMMAND>"), "{help}");
}

#[test]
fn the_help_says_what_is_for_the_bundled_accounts_alone() {
    let mut notes = Notes::command();
    for (command, begins) in [("createsuperuser", "Create a user"), ("register-client", "--owner")]
    {
        let command = notes.find_subcommand_mut(command).expect("a command");
        let help = command.render_long_help().to_string();
        let (_, help) = help.split_once(begins).expect("what it says");
        let told = help.lines().take(2).collect::<String>();
        assert!(told.contains("of the bundled accounts"), "{told}");
    }
}
