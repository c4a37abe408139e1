//! Two processes on one database: what ends, begins or is used up at one of them has done so at the other by its very
//! next request.
//!
//! Before anything ends, both processes have met it several times. So a process that remembered what it was told, be it
//! for a second, would be found out.

mod database;
mod tokens;

use crate::support::{Agent, Answer};

impl Agent {
    /// Whether somebody has signed in here.
    async fn is_signed_in(&self) -> bool {
        let page = self.get("/accounts/apps/").await;
        assert!(matches!(page.status, 200 | 303), "{page:?}");
        page.status == 200
    }
}

#[track_caller]
fn assert_invalid_grant(answer: &Answer) {
    assert_eq!((answer.status, answer.field("error").as_str()), (400, "invalid_grant"));
}
