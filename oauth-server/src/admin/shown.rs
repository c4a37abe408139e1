//! How values are shown.

use oauth_core::Timestamp;
use time::OffsetDateTime;

/// A time to the minute, in UTC: `2026-11-22 04:54`.
pub(super) fn moment(time: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(time).map_or_else(
        |_| String::new(),
        |time| format!("{} {:02}:{:02}", time.date(), time.hour(), time.minute()),
    )
}
