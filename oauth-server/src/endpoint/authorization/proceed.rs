//! The way back to the client, after the user has decided: RFC 6749 §4.1.2, §4.2.2.

use oauth_core::{AuthorizationResponse, Client};
use poem::Response;
use serde_json::json;

use crate::{OAuth, Page, response::authorization::at_client};

/// How the client takes its answer. §4.2.2: where a redirect with a fragment is not supported, "an HTML page that
/// includes a 'continue' button with an action linked to the redirection URI".
pub(super) enum WayBack {
    Redirect,
    /// A page with a button, of the client of this name.
    Page(String),
}

/// What the user decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Granted,
    Declined,
}

impl WayBack {
    pub(super) fn to(client: &Client) -> Self {
        if client.fragment_supported {
            Self::Redirect
        } else {
            Self::Page(client.name().to_owned())
        }
    }

    /// What holds a code or a token stands in this answer alone, which nobody keeps, and whose own URL does not travel
    /// on.
    pub(super) fn take(
        &self,
        oauth: &OAuth,
        response: AuthorizationResponse,
        decision: Decision,
    ) -> Response {
        match (self, response) {
            (Self::Page(name), AuthorizationResponse::Redirect(location)) => {
                let granted = decision == Decision::Granted;
                let context =
                    json!({ "client": { "name": name }, "granted": granted, "target": location });
                Page::new("authorize_proceed", &context).leads_to_a_client().render(oauth)
            }
            (_, response) => at_client(oauth, response),
        }
    }
}
