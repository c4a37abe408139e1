//! One throwaway PostgreSQL cluster for a test run, shared by all of its processes.
//!
//! The first process that asks starts it; it ends three seconds after its last user, which is
//! longer than cargo takes from one test binary to the next. It listens on a Unix socket only, and
//! lies in one directory of the temporary directory, under two locks. Both are `flock`s, which the
//! kernel drops with their last holder, however that one dies.
//!
//! - *The directory itself*: each user holds it shared until its process ends. Only who holds it
//!   exclusively may remove it.
//! - *`cluster.lock`*: held exclusively by who starts a cluster, then by its supervisor (a shell
//!   script, below) and by PostgreSQL, which inherit it. Whoever gets it finds nothing alive.
//!
//! Hence, at every moment a process may arrive or die:
//!
//! - Several arrive at once: one gets `cluster.lock` and starts, the others wait for an answer.
//! - One arrives as the cluster ends: the supervisor decides to end by taking the directory, so
//!   either the arrival was first and the cluster goes on, or the arrival waits, then finds that
//!   what it locked is no longer what bears the name, and begins anew.
//! - A user is killed: its lock is gone like that of any user that ends. If it was starting the
//!   cluster, the supervisor has taken over and finds no users; before that, nothing was alive.
//! - PostgreSQL is killed: the supervisor starts it again on the same data.
//! - The supervisor is killed: PostgreSQL gets a signal to stop (`pdeathsig`) and keeps
//!   `cluster.lock` until it has, so that the next to start is alone with the leftovers.
//! - The machine restarts: no lock survives, and the next to start clears what is left, as it does
//!   with the log of a cluster that failed to start.

#![allow(clippy::panic, reason = "a test cannot go on without its database")]

use std::{
    env,
    fs::{self, DirBuilder, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, ErrorKind, Write},
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
        net::UnixStream,
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{self, Child, Command},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// A URL whose `search_path` is a new schema; `execute` is given a URL and the SQL that makes it.
///
/// `None` where PostgreSQL is not installed. The schema goes with the cluster.
pub(crate) fn fresh_schema(execute: impl FnOnce(&str, &str)) -> Option<String> {
    static SCHEMAS: AtomicU32 = AtomicU32::new(0);

    let url = url()?;
    let schema = format!("t_{}_{}", process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
    execute(&url, &format!("CREATE SCHEMA {schema}"));

    Some(format!("{url}&options=-csearch_path%3D{schema}"))
}

/// The cluster's URL, the same for all of this process; `None` where PostgreSQL is not installed.
pub(crate) fn url() -> Option<String> {
    // A failure is kept as well: the next test would only wait to see it again. And a static is
    // never dropped, so the lock lasts as long as the process.
    static CLUSTER: OnceLock<Result<Option<Cluster>, String>> = OnceLock::new();

    match CLUSTER.get_or_init(Cluster::find) {
        Ok(cluster) => cluster.as_ref().map(|cluster| cluster.url.clone()),
        Err(reason) => panic!("{reason}"),
    }
}

struct Cluster {
    url: String,
    _in_use: File,
}

impl Cluster {
    fn find() -> Result<Option<Self>, String> {
        let programs = match programs() {
            Ok(programs) => programs,
            Err(missing) => return without(missing),
        };
        let account = Account::for_postgres().map_err(|error| error.to_string())?;
        let directory = directory(&account);

        let cluster = Self::join(&programs, &directory, &account);
        let cluster = cluster.map_err(|error| format!("PostgreSQL in {directory:?}: {error}"))?;
        Ok(Some(cluster))
    }

    fn join(programs: &Path, directory: &Path, account: &Account) -> io::Result<Self> {
        let in_use = enter(directory, account)?;
        let lock = File::create(directory.join("cluster.lock"))?;
        let deadline = Instant::now() + Duration::from_secs(60);

        let mut supervisor: Option<Child> = None;
        while !is_ready(directory) {
            if supervisor.is_none() && lock.try_lock().is_ok() {
                supervisor = Some(start(programs, directory, account, &lock)?);
            }
            if let Some(supervisor) = &mut supervisor
                && supervisor.try_wait()?.is_some()
            {
                return Err(failure(directory, "it failed to start"));
            }
            if Instant::now() > deadline {
                return Err(failure(directory, "it did not answer in time"));
            }
            thread::sleep(Duration::from_millis(50));
        }

        let socket = directory.join("data");
        let url =
            format!("postgres:///postgres?host={}&port={PORT}&user=postgres", socket.display());
        Ok(Self { url, _in_use: in_use })
    }
}

fn without(missing: &str) -> Result<Option<Cluster>, String> {
    let fact = format!("PostgreSQL is not installed (no `{missing}` found)");
    if env::var_os("CI").is_some_and(|ci| !ci.is_empty()) {
        return Err(format!("{fact}, and CI has to test it: {INSTALL}"));
    }

    // The test harness swallows what the print macros write, but not this.
    let notice = format!("\n{fact}: the tests run on SQLite only. For both: {INSTALL}\n");
    let _ = io::stderr().write_all(notice.as_bytes());
    Ok(None)
}

/// The directory that holds both `initdb` and `postgres`, or the name of what is missing.
pub(crate) fn programs() -> Result<PathBuf, &'static str> {
    let has = |directory: &Path, program: &str| {
        let file = fs::metadata(directory.join(program));
        file.is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    };
    let path = env::var_os("PATH").unwrap_or_default();

    // The supervisor's tools, of util-linux: without them a cluster would never end.
    for tool in ["flock", "setpriv"] {
        if !env::split_paths(&path).any(|directory| has(&directory, tool)) {
            return Err(tool);
        }
    }

    // Debian keeps them off the PATH, in one directory for each version.
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path()).collect();
    versions.sort_by_key(|path| path.file_name()?.to_str()?.parse::<u32>().ok());

    env::split_paths(&path)
        .chain(versions.iter().rev().map(|version| version.join("bin")))
        .find(|bin| has(bin, "initdb") && has(bin, "postgres"))
        .ok_or("initdb")
}

/// Who runs the tests, and whom PostgreSQL runs as: the same, but for root, which it refuses.
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    pub(crate) fn for_postgres() -> io::Result<Self> {
        let process = fs::metadata("/proc/self")?;
        let user = process.uid();
        if user != 0 {
            return Ok(Self { user, uid: user, gid: process.gid() });
        }

        let passwd = fs::read_to_string("/etc/passwd")?;
        let account = ["postgres", "nobody"].iter().find_map(|name| {
            let entry = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut ids = entry.split(':').skip(2).map(str::parse);
            Some(Self { user, uid: ids.next()?.ok()?, gid: ids.next()?.ok()? })
        });
        account.ok_or_else(|| io::Error::other("no user `postgres` or `nobody` to run PostgreSQL"))
    }
}

/// Named after the user and the workspace: two clones of it do not share a cluster.
fn directory(account: &Account) -> PathBuf {
    let mut workspace = DefaultHasher::new();
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().hash(&mut workspace);
    let name = format!("oauth-tests-{}-{:016x}", account.user, workspace.finish());

    let temporary = env::temp_dir();
    let directory = temporary.join(&name);
    // It goes into a URL, and with `/data/.s.PGSQL.5432` into the 107 bytes of a socket's address.
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    let bytes = directory.as_os_str().as_encoded_bytes();
    let fits = directory.is_absolute() && bytes.len() < 88 && bytes.iter().all(is_plain);
    // Whoever PostgreSQL runs as has to remove it in the end.
    let is_shared =
        fs::metadata(temporary).is_ok_and(|file| file.permissions().mode() & 0o3 == 0o3);

    let is_good = fits && (is_shared || account.user == account.uid);
    if is_good { directory } else { Path::new("/tmp").join(name) }
}

/// Becomes a user of the directory for as long as the file is open, making it if need be.
fn enter(directory: &Path, account: &Account) -> io::Result<File> {
    loop {
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let in_use = match File::open(directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            opened => opened?,
        };
        in_use.lock_shared()?;

        // Another cluster may have ended, and taken the directory with it, while we waited.
        let Ok(named) = fs::symlink_metadata(directory) else { continue };
        // Anybody can make it in a temporary directory, and would own what we put there.
        if ![account.user, account.uid].contains(&named.uid()) {
            return Err(io::Error::other("the directory is somebody else's"));
        }
        if named.ino() == in_use.metadata()?.ino() {
            return Ok(in_use);
        }
    }
}

/// Hands `lock` and the directory over to the supervisor, in a process group of its own: Ctrl-C
/// ends the tests, and their end ends the cluster.
fn start(programs: &Path, directory: &Path, account: &Account, lock: &File) -> io::Result<Child> {
    match fs::remove_dir_all(directory.join("data")) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let log = File::create(directory.join("log"))?;

    let mut supervisor = Command::new("sh");
    supervisor.args(["-c", SUPERVISOR, "supervisor"]).arg(directory).arg(programs);
    supervisor.current_dir(directory).process_group(0);
    supervisor.stdin(lock.try_clone()?).stdout(log.try_clone()?).stderr(log);
    if account.user != account.uid {
        chown(directory, Some(account.uid), Some(account.gid))?;
        supervisor.uid(account.uid).gid(account.gid);
    }
    supervisor.spawn()
}

/// Whether the server takes connections: its own word, which may outlive it, and a try.
fn is_ready(directory: &Path) -> bool {
    let data = directory.join("data");
    let status = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    status.lines().nth(7).is_some_and(|status| status.trim() == "ready")
        && UnixStream::connect(data.join(format!(".s.PGSQL.{PORT}"))).is_ok()
}

fn failure(directory: &Path, what: &str) -> io::Error {
    let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let tail = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n");
    io::Error::other(format!("{what}; the end of its log:\n{tail}"))
}

const INSTALL: &str = "apt-get install postgresql";

/// Part of the socket's name only: nothing listens on it.
const PORT: u16 = 5432;

/// Runs in the directory `$1`, with `cluster.lock` as its standard input.
///
/// Descriptor 3 passes the lock on to PostgreSQL (a background process gets no standard input);
/// descriptor 4 is the directory, free for an exclusive lock when it has no users. Before removing
/// what bears the name, it looks whether that is still its own.
const SUPERVISOR: &str = r#"
exec 3<&0 4<.
"$2/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync || exit 1

starts=0 idle=0 postgres=
while [ $idle -lt 6 ]; do
    if ! kill -0 $postgres 2>/dev/null; then
        starts=$((starts + 1))
        [ $starts -le 6 ] || exit 1
        setpriv --pdeathsig INT "$2/postgres" -D data -k . -p 5432 -c listen_addresses= \
            -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
            -c max_connections=400 -c max_locks_per_transaction=256 -c shared_buffers=32MB -c dynamic_shared_memory_type=mmap 4<&- &
        postgres=$!
    fi
    sleep 0.5
    if flock -n 4; then idle=$((idle + 1)); else idle=0; fi
    [ $idle -ge 6 ] || flock -u 4
done

kill -INT $postgres
wait $postgres
[ "$1" -ef . ] && rm -rf "$1"
"#;
