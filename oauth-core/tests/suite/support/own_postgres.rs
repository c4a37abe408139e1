//! A PostgreSQL that one test has for itself: to kill it, to pause it, and to serve again.

use std::{
    fs,
    os::unix::{fs::chown, net::UnixStream, process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    postgres::{Account, programs},
    temporary_directory::TemporaryDirectory,
};

pub(crate) struct OwnPostgres {
    programs: PathBuf,
    account: Account,
    server: Option<Child>,
    directory: TemporaryDirectory,
}

impl OwnPostgres {
    /// `None` where PostgreSQL is not installed, which `postgres.rs` has then said, or made an error of in CI.
    pub(crate) fn start() -> Option<Self> {
        super::postgres::url()?;
        let programs = programs().ok()?;
        let account = Account::for_postgres().expect("a user for PostgreSQL");
        let directory = TemporaryDirectory::new("pg");
        if account.user != account.uid {
            chown(directory.path(), Some(account.uid), Some(account.gid)).expect("a directory");
        }
        let mut own = Self { programs, account, server: None, directory };
        let made = own.program("initdb").args(INITDB).stdout(Stdio::null()).status();
        assert!(made.expect("initdb").success());
        own.serve();
        Some(own)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres:///postgres?host={}&user=postgres", self.directory.path().display())
    }

    /// Where it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join(".s.PGSQL.5432")
    }

    /// Serves, again if need be, and waits until it does.
    pub(crate) fn serve(&mut self) {
        let log = fs::File::create(self.directory.path().join("log")).expect("a log");
        let mut server = self.program("postgres");
        server.args(["-k"]).arg(self.directory.path()).args(POSTGRES).process_group(0);
        self.server = Some(server.stdout(Stdio::null()).stderr(log).spawn().expect("postgres"));
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.is_ready() {
            assert!(Instant::now() < deadline, "PostgreSQL does not start");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it as a crash does, every process of it.
    pub(crate) fn kill(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let processes = self.processes_of(server.id());
        signal("KILL", &processes);
        server.wait().expect("the end of PostgreSQL");
        while processes.iter().any(|&process| is_running(process)) {
            thread::sleep(Duration::from_millis(5));
        }
        drop(fs::remove_file(self.directory.path().join("data/postmaster.pid")));
    }

    /// Every process of it stands still, and all that it has accepted stays open.
    pub(crate) fn pause(&self) {
        signal("STOP", &self.processes());
    }

    pub(crate) fn resume(&self) {
        signal("CONT", &self.processes());
    }

    /// Those of its processes that serve a connection.
    pub(crate) fn backends(&self) -> Vec<u32> {
        let serves = |process: &u32| {
            let title = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            title.contains("postgres postgres")
        };
        self.processes().into_iter().filter(serves).collect()
    }

    fn processes(&self) -> Vec<u32> {
        self.server.as_ref().map(|server| self.processes_of(server.id())).unwrap_or_default()
    }

    fn processes_of(&self, server: u32) -> Vec<u32> {
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
        let children = children.unwrap_or_default();
        let children = children.split_whitespace().filter_map(|child| child.parse().ok());
        std::iter::once(server).chain(children).collect()
    }

    fn is_ready(&self) -> bool {
        let status = fs::read_to_string(self.directory.path().join("data/postmaster.pid"));
        status.unwrap_or_default().lines().nth(7).is_some_and(|status| status.trim() == "ready")
            && UnixStream::connect(self.socket()).is_ok()
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-D").arg(self.directory.path().join("data"));
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        if self.account.user != self.account.uid {
            command.uid(self.account.uid).gid(self.account.gid);
        }
        command
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a signal to these processes, by its name without `SIG`.
pub(crate) fn signal(name: &str, processes: &[u32]) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).args(processes.iter().map(u32::to_string));
    drop(kill.stderr(Stdio::null()).status()); // some may have ended
}

fn is_running(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    status.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

const INITDB: [&str; 7] = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];

/// What is committed is written, so that it survives a kill, and not synced: no test cuts the power.
const POSTGRES: [&str; 10] = [
    "-c",
    "listen_addresses=",
    "-c",
    "fsync=off",
    "-c",
    "shared_buffers=16MB",
    "-c",
    "dynamic_shared_memory_type=mmap",
    "-c",
    "max_connections=60",
];
