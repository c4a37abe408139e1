//! The program as a server that listens.

use std::process::Command;

use super::{Agent, Process};

/// A running server, killed when the value goes.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) port: u16,
}

impl Server {
    /// Starts it, and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = Process::start(command);
        let port = process.wait_for("line that says where it listens", port);
        Self { process, port }
    }

    /// Its address, as its issuer names it.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Somebody who talks to it.
    pub(crate) fn agent(&self) -> Agent {
        Agent::new(self.port)
    }

    /// A browser in which the demo user has signed in.
    pub(crate) async fn signed_in(&self) -> Agent {
        let agent = self.agent();
        let answer = agent.sign_in("exampleuser", "password").await;
        assert_eq!(answer.status, 303, "the demo user signs in: {answer:?}");
        agent
    }
}

/// `listening on ADDRESS:PORT; open next:`
fn port(stdout: &str) -> Option<u16> {
    let (_, rest) = stdout.split_once("listening on ")?;
    let (address, _) = rest.split_once([';', '\n'])?;
    address.rsplit_once(':')?.1.trim().parse().ok()
}
