//! oauthost's `polls/views.py`: a token may come in the header, in a form's body or in the query.

use oauth_server::{Anywhere, Secured, scope};
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};

// The scope of this view is named.
scope! { pub(crate) MyStats = "my_polls:my_stats", "See the statistics of your polls." }

// The scope of this view takes its name from where it stands: `polls:results`.
scope! { pub(crate) Results for Polls::results, "See the results of polls." }

/// Polls.
pub(crate) struct Polls;

/// What a view shows, and on whose behalf.
#[derive(Object)]
struct Poll {
    /// The poll.
    id: i64,
    /// What is shown of it.
    view: String,
    /// The client that asks.
    client_id: String,
}

#[OpenApi]
impl Polls {
    /// The statistics of a poll
    #[oai(path = "/polls/:id/stats", method = "get", method = "post")]
    async fn stats(&self, id: Path<i64>, token: Secured<MyStats, Anywhere>) -> Json<Poll> {
        Json(Poll { id: id.0, view: "stats".to_owned(), client_id: token.client_id.clone() })
    }

    /// The results of a poll
    #[oai(path = "/polls/:id/results", method = "get", method = "post")]
    async fn results(&self, id: Path<i64>, token: Secured<Results, Anywhere>) -> Json<Poll> {
        Json(Poll { id: id.0, view: "results".to_owned(), client_id: token.client_id.clone() })
    }
}
