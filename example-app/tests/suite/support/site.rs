//! A directory where the program runs, and leaves its database.

use std::{env, fs, path::Path, process::Command};

use diesel::{
    Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql,
    sql_types::Text,
};

use super::{Finished, Process, Server, temporary_directory::TemporaryDirectory};

/// A directory of its own, which goes with the value.
pub(crate) struct Site(TemporaryDirectory);

impl Site {
    pub(crate) fn new() -> Self {
        Self(TemporaryDirectory::new(env!("CARGO_PKG_NAME")))
    }

    /// The program with these arguments, and nothing set in its environment but a free port to listen on.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_example-app"));
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("OAUTH_") || ["DATABASE_URL", "RUST_LOG"].contains(&&*text) {
                command.env_remove(name);
            }
        }
        command.args(arguments).env("LISTEN", "127.0.0.1:0").current_dir(self.path());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        Process::start(&mut self.program(arguments)).finish()
    }

    /// Starts the server, on a free port of the loopback address.
    pub(crate) fn serve(&self) -> Server {
        Server::start(&mut self.program(&[]))
    }

    /// Starts the server with a variable set.
    pub(crate) fn serve_with(&self, variable: &str, value: &str) -> Server {
        Server::start(self.program(&[]).env(variable, value))
    }

    /// What lies in the directory.
    pub(crate) fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.path()).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What the database answers: one text a row.
    pub(crate) fn query(&self, query: &str) -> Vec<String> {
        let database = self.path().join("example-app.sqlite3");
        let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
        // A program that runs writes by itself, such as its first clean-up.
        connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        sql::<Text>(query).load(&mut connection).unwrap()
    }
}
