//! Programs that a test needs and a machine may lack.

use std::{env, path::PathBuf};

use super::missing;

/// Where a program is. Where it is missing the run says so, once; in CI it is an error.
pub(crate) fn installed(program: &str, package: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|file| file.is_file());
    if found.is_none() {
        missing(&format!("`{program}` is not installed"), &format!("apt-get install {package}"));
    }
    found
}
