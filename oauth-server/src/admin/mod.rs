//! The admin site: for staff, in place of Django's.
//!
//! One file for each kind of record. Each says in one `match` what it answers at which address: an address that changes
//! something answers GET with a form or a question, and POST with the change. What all have in common: `visit` knows who
//! asks and may enter, `form` keeps what was typed, `list` pages by key.

mod audit;
mod clients;
mod confirm;
mod families;
mod field;
mod form;
mod index;
mod issued;
mod keys;
mod links;
mod list;
mod logouts;
mod names;
mod once;
mod record;
mod refusal;
mod registration_tokens;
mod scopes;
mod sent;
mod shown;
mod users;
mod visit;

use poem::{Endpoint, Request, Response, Result};

use self::{
    issued::Issued,
    refusal::{Answered, Refusal},
    visit::Visit,
};
use crate::OAuth;

pub(crate) struct Admin {
    oauth: OAuth,
}

impl Admin {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { oauth }
    }
}

impl Endpoint for Admin {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let body = request.take_body();
        let visit = match Visit::admit(&self.oauth, &request, body).await {
            Ok(visit) => visit,
            Err(refused) => return Ok(refused),
        };
        let path: Vec<&str> =
            request.uri().path().split('/').filter(|part| !part.is_empty()).collect();
        let answered = answer(&visit, &path).await;
        Ok(answered.unwrap_or_else(|refusal| visit.refused(refusal)))
    }
}

async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    match path {
        [] => index::show(visit).await,
        ["clients", rest @ ..] => clients::answer(visit, rest).await,
        ["scopes", rest @ ..] => scopes::answer(visit, rest).await,
        ["users", rest @ ..] => users::answer(visit, rest).await,
        ["codes", rest @ ..] => Issued::Code.answer(visit, rest).await,
        ["tokens", rest @ ..] => Issued::Token.answer(visit, rest).await,
        ["families", rest @ ..] => families::answer(visit, rest).await,
        ["keys", rest @ ..] => keys::answer(visit, rest).await,
        ["logouts", rest @ ..] => logouts::answer(visit, rest).await,
        ["registration_tokens", rest @ ..] => registration_tokens::answer(visit, rest).await,
        ["audit", rest @ ..] => audit::answer(visit, rest).await,
        _ => Err(Refusal::Missing),
    }
}
