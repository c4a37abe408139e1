//! The program that drives a Chromium.

use std::{net::TcpListener, path::Path, process::Command};

use crate::support::{Process, Site, installed};

/// Starts it, and says at which port of `127.0.0.1` it listens. With port 0 it takes a free one of `[::1]`, where
/// somebody may have the same one of `127.0.0.1`: then it ends, and the next of these ports is tried.
pub(super) fn start(program: &Path, home: &Path, ports: &[u16]) -> (Process, u16) {
    let started = ports.iter().find_map(|port| {
        let mut command = Command::new(program);
        command.arg(format!("--port={port}")).env("HOME", home).env("TMPDIR", home);
        let mut chromedriver = Process::start(&mut command);
        let port = chromedriver.wait_for("port of chromedriver", |stdout| {
            if stdout.contains(TAKEN) { Some(None) } else { Some(Some(listens_at(stdout)?)) }
        });
        Some((chromedriver, port?))
    });
    started.unwrap_or_else(|| panic!("each of {ports:?} was taken"))
}

/// `ChromeDriver was started successfully on port PORT.`
fn listens_at(stdout: &str) -> Option<u16> {
    let (_, rest) = stdout.split_once("started successfully on port ")?;
    rest.split_once('.')?.0.parse().ok()
}

const TAKEN: &str = "IPv4 port not available. Exiting";

#[test]
fn chromedriver_is_started_again_where_its_port_is_taken() {
    let Some(program) = installed("chromedriver", "chromium-driver") else { return };
    let somebody = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = somebody.local_addr().unwrap().port();
    let (_chromedriver, port) = start(&program, Site::new().path(), &[taken, 0]);
    assert_ne!(port, taken);
}
