//! The one `unsafe` of the workspace: a switch that makes SQLite's connections independent of each other.

use std::sync::Once;

/// Switches SQLite's memory statistics off, before its first connection: their one global mutex makes connections wait
/// for each other (measured on two cores: the lookups alone are three times as fast without it).
pub(super) fn switch_off() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "sqlite3_config has no safe form")]
        // SAFETY: SQLITE_CONFIG_MEMSTATUS takes one int. `Once` keeps our own threads from calling it together, and where
        // the application has initialised SQLite already, it changes nothing and answers SQLITE_MISUSE.
        let answer =
            unsafe { libsqlite3_sys::sqlite3_config(libsqlite3_sys::SQLITE_CONFIG_MEMSTATUS, 0) };
        if answer != libsqlite3_sys::SQLITE_OK {
            tracing::warn!(
                answer,
                "SQLite was in use before; its memory statistics stay on, and reads are slower"
            );
        }
    });
}
