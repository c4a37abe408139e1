//! Guesses at passwords on a login page of the application's own.

use oauth_core::{Guess, GuessError};
use poem::{Request, Response, http::StatusCode};
use serde_json::json;

use crate::{
    OAuth, Page,
    locale::Message,
    response::{as_error, failed, try_again_after},
};

impl OAuth {
    /// Counts a guess at the password of this name by who sends this request, before anything is hashed: for the login page
    /// of an application with its own users. It counts as a wrong one, until it is told that it
    /// [was right](Guess::was_right).
    ///
    /// ```
    /// use oauth_server::OAuth;
    /// use poem::{Request, Result, handler, http::StatusCode, web::{Data, Form}};
    ///
    /// # fn is_right(_: &str, _: &str) -> bool { true }
    /// #[handler]
    /// async fn login(
    ///     request: &Request,
    ///     Data(oauth): Data<&OAuth>,
    ///     Form((name, password)): Form<(String, String)>,
    /// ) -> Result<StatusCode> {
    ///     let guess = oauth.guess(request, &name).await?;
    ///     if !is_right(&name, &password) {
    ///         return Ok(StatusCode::UNPROCESSABLE_ENTITY);
    ///     }
    ///     guess.was_right();
    ///     Ok(StatusCode::SEE_OTHER)
    /// }
    /// ```
    ///
    /// A page that says it in words of its own, beside its form, asks
    /// [`AuthorizationServer::guess`](oauth_core::AuthorizationServer::guess).
    ///
    /// # Errors
    /// 429 with `Retry-After`, and a page that says it, when too many were wrong before; 503 with `Retry-After` where the
    /// database cannot be had, 500 where it is our fault.
    pub async fn guess(&self, request: &Request, username: &str) -> poem::Result<Guess> {
        let server = self.server().asked_by(self.caller(request));
        server.guess(username).await.map_err(|error| as_error(self.unheard(&error)))
    }

    fn unheard(&self, error: &GuessError) -> Response {
        match error {
            GuessError::TooManyGuesses { retry_after } => {
                let title = Message::new("sign-in").said(self);
                let problem = Message::new("sign-in-too-many").said_with_count(self, *retry_after);
                let context = json!({ "title": title, "problem": problem });
                let page = Page::new("error", &context).status(StatusCode::TOO_MANY_REQUESTS);
                try_again_after(*retry_after, page.render(self))
            }
            GuessError::Store(cause) => failed(cause),
        }
    }
}
