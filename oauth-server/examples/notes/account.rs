//! The application's own users: a login page, a cookie, and a page on which they pause or end their account.

use std::io;

use oauth_server::{OAuth, Secret};
use poem::{
    IntoResponse, Request, Response, Result,
    error::InternalServerError,
    handler,
    http::{StatusCode, header},
    web::{Data, Form, Html, Query, Redirect},
};
use rusqlite::{OptionalExtension, Row};
use serde::Deserialize;

use crate::{database::Database, provider};

/// A row of the application's own table.
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// Who has paused the account still gets in here, and nobody else does for them.
    pub(crate) is_active: bool,
}

impl User {
    fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, name: row.get(1)?, is_active: row.get(2)? })
    }

    pub(crate) async fn find(database: &Database, id: i64) -> io::Result<Option<Self>> {
        let query = "SELECT id, name, is_active FROM users WHERE id = ?1";
        database.transaction(move |tx| tx.query_row(query, [id], Self::of_row).optional()).await
    }

    /// Who is signed in, by the cookie of the application's own session.
    pub(crate) async fn signed_in(
        database: &Database,
        request: &Request,
    ) -> io::Result<Option<Self>> {
        let cookies = request.header(header::COOKIE).unwrap_or_default();
        let session = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("notes="));
        let Some(session) = session.map(str::to_owned) else { return Ok(None) };
        let query = "SELECT users.id, name, is_active FROM users JOIN sessions ON user_id = users.id \
                     WHERE sessions.id = ?1";
        database
            .transaction(move |tx| tx.query_row(query, [session], Self::of_row).optional())
            .await
    }
}

#[handler]
pub(crate) fn login_page() -> Html<&'static str> {
    LOGIN_PAGE
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

#[handler]
pub(crate) async fn login(
    request: &Request,
    Data(database): Data<&Database>,
    Data(oauth): Data<&OAuth>,
    Query(Next { next }): Query<Next>,
    Form(given): Form<Credentials>,
) -> Result<Response> {
    // Here the provider counts wrong passwords for us.
    let guess = oauth.guess(request, &given.name).await?;
    let session = Secret::generate().expose().to_owned();
    let cookie = format!("notes={session}; Path=/; HttpOnly; SameSite=Lax");
    let begin = "INSERT INTO sessions SELECT ?1, id FROM users WHERE name = ?2 AND password = ?3";
    let begun = database
        .transaction(move |tx| tx.execute(begin, [session, given.name, given.password]))
        .await
        .map_err(InternalServerError)?;
    if begun == 0 {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, LOGIN_PAGE).into_response());
    }
    guess.was_right();
    // Nowhere but back to the provider: a login page that goes anywhere serves phishers.
    let next = next.filter(|next| next.starts_with(provider::PREFIX));
    Ok(Redirect::see_other(next.as_deref().unwrap_or("/account"))
        .with_header(header::SET_COOKIE, cookie)
        .into_response())
}

#[handler]
pub(crate) fn page() -> Html<&'static str> {
    ACCOUNT_PAGE
}

/// The cookie is `SameSite=Lax`, so no other site's form gets here.
#[handler]
pub(crate) async fn pause(request: &Request, Data(database): Data<&Database>) -> Result<Response> {
    let user = User::signed_in(database, request).await.map_err(InternalServerError)?;
    let Some(user) = user else { return Ok(Redirect::see_other("/login").into_response()) };
    let pause = "UPDATE users SET is_active = FALSE WHERE id = ?1";
    database
        .transaction(move |tx| tx.execute(pause, [user.id]))
        .await
        .map_err(InternalServerError)?;
    Ok(Redirect::see_other("/account").into_response())
}

/// Sessions and notes go with the user's row, and then what hangs on the user at the provider.
#[handler]
pub(crate) async fn delete(
    request: &Request,
    Data(database): Data<&Database>,
    Data(oauth): Data<&OAuth>,
) -> Result<Response> {
    let user = User::signed_in(database, request).await.map_err(InternalServerError)?;
    let Some(user) = user else { return Ok(Redirect::see_other("/login").into_response()) };
    let delete = "DELETE FROM users WHERE id = ?1";
    database
        .transaction(move |tx| tx.execute(delete, [user.id]))
        .await
        .map_err(InternalServerError)?;
    oauth.server().forget_user(&user.id.to_string()).await.map_err(InternalServerError)?;
    Ok(Redirect::see_other("/login").into_response())
}

const LOGIN_PAGE: Html<&str> = Html(
    "<!doctype html><html lang=\"en\"><title>Notes</title><h1>Sign in to your notes</h1><form method=\"post\">\
     <label>Name <input name=\"name\"></label> <label>Password <input name=\"password\" type=\"password\"></label> \
     <button>Sign in</button></form>",
);

const ACCOUNT_PAGE: Html<&str> = Html(
    "<!doctype html><html lang=\"en\"><title>Notes</title><h1>Your account</h1>\
     <form method=\"post\" action=\"/account/pause\"><button>Pause it</button></form>\
     <form method=\"post\" action=\"/account/delete\"><button>Delete it</button></form>",
);
