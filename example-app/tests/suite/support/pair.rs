//! Two processes of the program on one database, as they stand behind a load balancer.

use std::process::Command;

use reqwest::Method;

use super::{Agent, Database, Process, Server, Site};

/// What one of them does, the other has to know by its next request.
pub(crate) struct Pair {
    pub(crate) one: Server,
    pub(crate) other: Server,
    site: Site,
    /// Dropped last, when nobody uses it any more.
    pub(crate) database: Database,
}

impl Pair {
    /// On an empty database: the first to come makes the tables, and loads the demo data.
    pub(crate) async fn on(database: Database) -> Self {
        let site = Site::new();
        let start = || Server::start(&mut program(&site, &database, &[]));
        let (one, other) = (start(), start());
        Self { one, other, site, database }
    }

    /// Runs a command on their database, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) {
        let mut command = program(&self.site, &self.database, arguments);
        Process::start(&mut command).finish().success();
    }

    /// An access token that this user, at the first process, gave Example Client and that both processes know well.
    pub(crate) async fn access_token(&self, user: &Agent) -> String {
        let token = user.tokens().await.field("access_token");
        self.both_admit(&token).await;
        token
    }

    /// Both admit it, several times: whatever a process may remember of a token, it remembers from here on.
    pub(crate) async fn both_admit(&self, access_token: &str) {
        for server in [&self.one, &self.other].repeat(TIMES) {
            let admitted = server.agent().user_info(Method::GET, access_token).await;
            assert_eq!(admitted.status, 200, "{}: {admitted:?}", self.name(server));
        }
    }

    /// Neither admits it any more. The process at which nothing was done to it is asked first: at once.
    pub(crate) async fn both_refuse(&self, access_token: &str) {
        for server in [&self.other, &self.one].repeat(TIMES) {
            let refused = server.agent().user_info(Method::GET, access_token).await;
            assert_eq!(refused.status, 401, "{}: {refused:?}", self.name(server));
            // The guard said so, and not the view that found its user gone.
            let why = refused.field("error_description");
            assert_eq!(why, "the access token is unknown, expired or revoked");
        }
    }

    fn name(&self, server: &Server) -> &'static str {
        if server.port == self.one.port { "the one process" } else { "the other process" }
    }
}

/// The program, known to clients under one name wherever it listens.
fn program(site: &Site, database: &Database, arguments: &[&str]) -> Command {
    let mut command = site.program(arguments);
    command.env("DATABASE_URL", &database.url).env("OAUTH_ISSUER", "http://localhost");
    command
}

const TIMES: usize = 4;
