//! Two processes on one database: what ends, begins or is used up at one of them has done so at the other by its very
//! next request.
//!
//! Before anything ends, both processes have met it several times. So a process that remembered what it was told, be it
//! for a second, would be found out.

mod codes;
mod database;
mod sessions;
mod staff;
mod start;
mod tokens;

use crate::support::{Agent, Answer, links};

/// What staff do at one of the processes.
impl Agent {
    /// Where the admin site has the first record of a list.
    async fn record(&self, list: &str) -> String {
        let page = self.get(list).await;
        let (kind, _) = list.split_once('?').unwrap_or((list, ""));
        let is_record = |link: &String| {
            let key = link.strip_prefix(kind).and_then(|key| key.strip_suffix('/'));
            key.is_some_and(|key| key.starts_with(|c: char| c.is_ascii_digit()))
        };
        links(&page.body).into_iter().find(is_record).unwrap_or_else(|| panic!("{list}: {page:?}"))
    }

    /// Says yes to what the admin site asks before it does something to a record.
    async fn confirm(&self, record: &str, action: &str) {
        let page = self.get(&format!("{record}{action}/")).await;
        let done = self.submit(&page, &[]).await;
        assert!(matches!(done.status, 200 | 303), "{action}: {done:?}");
    }

    /// Fills in a form of the admin site.
    async fn fill_in(&self, path: &str, fields: &[(&str, &str)]) {
        let page = self.get(path).await;
        let saved = self.submit(&page, fields).await;
        assert_eq!(saved.status, 303, "{path}: {saved:?}");
    }

    /// Creates a user who is not of the staff, and says where the admin site has her.
    async fn create_anna(&self) -> String {
        let password = [("password", ANNA.1), ("password_again", ANNA.1)];
        self.fill_in("/admin/users/new/", &[&[("username", ANNA.0)], password.as_slice()].concat())
            .await;
        self.record("/admin/users/?which=username&q=anna").await
    }

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

const ANNA: (&str, &str) = ("anna", "correct horse");
