//! A PostgreSQL cluster of its own, with PostgreSQL's defaults: durable.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

pub(crate) struct Cluster {
    pub(crate) url: String,
    postgres: Child,
}

impl Cluster {
    /// `None` where PostgreSQL is not installed.
    pub(crate) fn start(folder: &Path) -> Option<Self> {
        let programs = programs()?;
        let (data, owner) = (folder.join("postgres"), owner());
        fs::create_dir_all(&data).expect("a folder");
        if let Some((user, group)) = owner {
            for path in [folder, &data] {
                chown(path, Some(user), Some(group)).expect("to give the folder away");
            }
        }
        let run = |program: &str| {
            let mut command = Command::new(programs.join(program));
            if let Some((user, group)) = owner {
                command.uid(user).gid(group); // PostgreSQL refuses to be root
            }
            command.stdout(Stdio::null()).stderr(Stdio::null()).current_dir(&data);
            command
        };
        let made = run("initdb")
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-D"])
            .arg(&data)
            .status();
        assert!(made.expect("initdb").success(), "initdb failed");
        let mut server = run("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(&data).args(["-c", "listen_addresses="]);
        let postgres = server.spawn().expect("postgres");
        let socket = data.to_str().expect("a path").replace('/', "%2F");
        let cluster = Self { url: format!("postgres://postgres@{socket}/postgres"), postgres };
        let ready =
            || run("pg_isready").arg("-h").arg(&data).status().is_ok_and(|status| status.success());
        while !ready() {
            thread::sleep(Duration::from_millis(100));
        }
        Some(cluster)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let pid = self.postgres.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().ok();
        self.postgres.wait().ok();
    }
}

/// Where Debian keeps PostgreSQL's programs.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("postgres").exists()).max()
}

/// The user `postgres` and its group, where this is root.
fn owner() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()
    };
    if id(&["-u"])? != 0 {
        return None;
    }
    Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?))
}
