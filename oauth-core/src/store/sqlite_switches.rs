//! The one `unsafe` of the workspace: two switches that make SQLite's connections independent of each other.

use std::{ffi::c_int, sync::Once};

use libsqlite3_sys::{
    SQLITE_CONFIG_MEMSTATUS, SQLITE_CONFIG_MULTITHREAD, SQLITE_OK, sqlite3_config,
};

/// Before SQLite's first connection, switches off its memory statistics, whose one global mutex makes connections wait
/// for each other (measured on two cores: the lookups alone are three times as fast without it), and the mutex of each
/// connection: a connection has one user at a time, which Rust's types see to.
pub(super) fn throw() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "sqlite3_config has no safe form")]
        // SAFETY: SQLITE_CONFIG_MULTITHREAD takes nothing, SQLITE_CONFIG_MEMSTATUS one int. `Once` keeps our own threads
        // from calling it together, and where the application has initialised SQLite already, it changes nothing and
        // answers SQLITE_MISUSE. Every connection of ours is diesel's, which is not `Sync`.
        let answer: c_int = unsafe {
            sqlite3_config(SQLITE_CONFIG_MULTITHREAD) | sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0)
        };
        if answer != SQLITE_OK {
            tracing::error!(
                answer,
                "SQLite was opened before the provider's store: its memory statistics and mutexes stay on, and look-ups \
                 take up to three times as long; open the store before the application's own first connection"
            );
        }
    });
}
