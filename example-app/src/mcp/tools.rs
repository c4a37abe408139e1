//! What an assistant may do.

use oauth_server::{AccessToken, OAuth, User};
use rmcp::{
    ErrorData, Json,
    handler::server::{tool::Extension, wrapper::Parameters},
    schemars::{self, JsonSchema},
    tool, tool_router,
};
use serde::{Deserialize, Serialize};

/// The tools, for whoever's token came in.
#[derive(Clone)]
pub(super) struct Tools {
    oauth: OAuth,
}

/// Who the assistant acts for.
#[derive(Serialize, JsonSchema)]
struct WhoAmI {
    username: String,
    /// The client that the assistant is.
    client_id: String,
    scope: String,
}

#[derive(Deserialize, JsonSchema)]
struct Ballot {
    /// The number of the poll.
    poll: i64,
    /// What is voted for.
    #[schemars(length(max = 200))]
    choice: String,
}

/// A vote, and on whose behalf.
#[derive(Serialize, JsonSchema)]
struct Vote {
    poll: i64,
    choice: String,
    username: String,
}

#[tool_router(server_handler)]
impl Tools {
    pub(super) fn new(oauth: OAuth) -> Self {
        Self { oauth }
    }

    /// Says for whom you act here
    #[tool(annotations(read_only_hint = true))]
    async fn whoami(
        &self,
        Extension(request): Extension<poem::http::request::Parts>,
    ) -> Result<Json<WhoAmI>, ErrorData> {
        let (token, user) = self.caller(&request).await?;
        let scope = token.scopes.to_string();
        Ok(Json(WhoAmI { username: user.username, client_id: token.client_id, scope }))
    }

    /// Votes in a poll for the user
    #[tool(annotations(destructive_hint = false))]
    async fn vote(
        &self,
        Extension(request): Extension<poem::http::request::Parts>,
        Parameters(Ballot { poll, choice }): Parameters<Ballot>,
    ) -> Result<Json<Vote>, ErrorData> {
        if choice.len() > LONGEST {
            return Err(ErrorData::invalid_params("a choice has 200 bytes at most", None));
        }
        let (_, user) = self.caller(&request).await?;
        Ok(Json(Vote { poll, choice, username: user.username }))
    }
}

impl Tools {
    /// The token that came in, and the user whom it acts for.
    async fn caller(
        &self,
        request: &poem::http::request::Parts,
    ) -> Result<(AccessToken, User), ErrorData> {
        let token = request.extensions.get::<AccessToken>().cloned();
        let token = token.ok_or_else(|| ErrorData::internal_error("no token came in", None))?;
        let user = match token.subject.as_deref() {
            Some(subject) => self.oauth.bundled_accounts().user(subject).await,
            None => Ok(None),
        };
        match user {
            Ok(Some(user)) => Ok((token, user)),
            Ok(None) => Err(ErrorData::invalid_request("the token acts for no user", None)),
            Err(_) => Err(ErrorData::internal_error("try again in a moment", None)),
        }
    }
}

/// In bytes.
const LONGEST: usize = 200;
