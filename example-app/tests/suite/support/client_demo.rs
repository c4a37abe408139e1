//! The other program of the quickstart.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::Process;

/// Client-demo, built as this program was; cargo builds binaries only for the tests of their own package.
pub(crate) fn client_demo(arguments: &[&str]) -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();

    let mut command = Command::new(BUILT.get_or_init(build));
    command.args(arguments);
    command
}

fn build() -> PathBuf {
    let directory = Path::new(env!("CARGO_BIN_EXE_example-app")).parent().unwrap();
    let profile = match directory.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--workspace", "--bin", "client-demo", "--profile", profile]);
    cargo.arg("--target-dir").arg(directory.parent().unwrap());
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    Process::start(&mut cargo).finish_within(std::time::Duration::from_secs(600)).success();
    directory.join("client-demo")
}
