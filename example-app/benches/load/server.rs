//! The servers that are driven, and what they use.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{clients, database::Bench, floor};

/// A server process; it ends with this.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    process: Child,
}

/// What a process has used so far.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) cpu: Duration,
    /// Megabytes, the most so far.
    pub(crate) memory: f64,
}

impl Served {
    /// The example application on this database.
    pub(crate) fn example(bench: &Bench) -> Self {
        let address = free();
        let mut command =
            with_database(Command::new(env!("CARGO_BIN_EXE_example-app")), &bench.url);
        command.env("LISTEN", address.to_string());
        Self::started(command, address)
    }

    /// An empty poem handler.
    pub(crate) fn floor() -> Self {
        let address = free();
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args([floor::ARGUMENT, &address.to_string()]);
        Self::started(command, address)
    }

    fn started(mut command: Command, address: SocketAddr) -> Self {
        let process = command.stdout(Stdio::null()).spawn().expect("a server");
        let served = Self { address, process };
        for _ in 0..200 {
            if TcpStream::connect(address).is_ok() {
                return served;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("a server did not start on {address}");
    }

    pub(crate) fn usage(&self) -> Usage {
        let read = |file: &str| {
            fs::read_to_string(format!("/proc/{}/{file}", self.process.id()))
                .expect("a running server")
        };
        let stat = read("stat");
        let fields: Vec<&str> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
        let ticks: u64 =
            [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<u64>().expect("ticks")).sum();
        let status = read("status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
        let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().expect("kilobytes");
        Usage { cpu: Duration::from_millis(ticks * 10), memory: kilobytes / 1024.0 }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}

/// A command of the example application on a database.
pub(crate) fn with_database(mut command: Command, url: &str) -> Command {
    command.env("DATABASE_URL", url).env("RUST_LOG", "warn").env("OAUTH_ISSUER", clients::ISSUER);
    command
}
