//! Port 1111 of localhost, where Example Client is sent its answers: there is one for all tests of this machine.

use std::{env, fs::File};

/// Has the port for oneself until the value goes, or the process ends.
pub(crate) fn redirect_port() -> File {
    let path = env::temp_dir().join("example-app-test-redirect-port.lock");
    // Another user's file can at least be read, which is enough for a lock.
    let file = File::create(&path).or_else(|_| File::open(&path)).unwrap();
    file.lock().unwrap();
    file
}
