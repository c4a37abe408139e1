//! How a store is opened, apart from its URL.

use std::time::Duration;

use crate::InvalidSetting;

/// What an operator may set of a store.
///
/// ```
/// use std::time::Duration;
///
/// use oauth_core::StoreOptions;
///
/// let options = StoreOptions { deadline: Duration::from_secs(2), ..StoreOptions::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreOptions {
    /// Whatever the database does, who asks it is answered within this time, from 1 second to 5 minutes; without an
    /// answer of the database, by [`StoreError::Unavailable`](crate::StoreError::Unavailable). All that one request asks
    /// ([`Origin::around`](crate::Origin::around)) has so much together; answers that come within a second, or a quarter
    /// of this time, are not counted. Default: 5 seconds.
    pub deadline: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(5) }
    }
}

impl StoreOptions {
    /// Says what no store can be opened with.
    ///
    /// # Errors
    /// The first option that is out of its range.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let range = Duration::from_secs(1)..=Duration::from_secs(300);
        if range.contains(&self.deadline) {
            return Ok(());
        }
        Err(InvalidSetting { setting: "deadline", expected: "from 1 to 300 seconds" })
    }
}
