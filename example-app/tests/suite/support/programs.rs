//! Programs that a test needs and a machine may lack.

use std::{
    collections::HashSet,
    env,
    io::{self, Write},
    path::PathBuf,
    sync::Mutex,
};

/// Where a program is. Where it is missing the run says so, once; in CI it is an error.
pub(crate) fn installed(program: &str, package: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|directory| directory.join(program));
    if let Some(found) = found.into_iter().find(|file| file.is_file()) {
        return Some(found);
    }
    let fact = format!("`{program}` is not installed");
    let in_ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    assert!(!in_ci, "{fact}, and CI has to test with it: apt-get install {package}");

    static SAID: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    if SAID.lock().unwrap().get_or_insert_default().insert(program.to_owned()) {
        // The test harness swallows what the print macros write, but not this.
        let notice =
            format!("\n{fact}: what needs it is not tested. For that: apt-get install {package}\n");
        let _ = io::stderr().write_all(notice.as_bytes());
    }
    None
}
