//! What a test needs and a machine may lack.

use std::{
    collections::HashSet,
    env,
    io::{self, Write},
    sync::Mutex,
};

/// Says, once in a run, that something is missing and what to do; in CI it is an error.
pub(crate) fn missing(fact: &str, remedy: &str) {
    let in_ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    assert!(!in_ci, "{fact}, and CI has to test with it: {remedy}");

    static SAID: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    if SAID.lock().unwrap().get_or_insert_default().insert(fact.to_owned()) {
        // The test harness swallows what the print macros write, but not this.
        let notice = format!("\n{fact}: what needs it is not tested. For that: {remedy}\n");
        let _ = io::stderr().write_all(notice.as_bytes());
    }
}
