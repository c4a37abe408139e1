//! The smallest embedding in an application that has users already: its own table of them, and its own login page.
//!
//! ```sh
//! cargo run -p oauth-server --example own_users
//! ```

use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use oauth_server::{
    Access, AuthorizationServer, ClientSecret, NewClient, OAuth, ResourceOwner, Secret, Settings,
    Store, StoreError, Users, async_trait, scope, sync_scopes,
};
use poem::{
    EndpointExt, IntoResponse, Request, Response, Route, get, handler,
    http::{HeaderValue, StatusCode, header},
    listener::{Acceptor, Listener, TcpListener},
    web::{Data, Form, Html, Query, Redirect},
};
use serde::Deserialize;

// ---- What was there before: users, sessions, a login page. Yours look different; nothing here is about OAuth.

/// A row of the application's own table.
struct User {
    id: u32,
    name: &'static str,
    password: &'static str, // yours are hashed
}

static USERS: [User; 2] = [
    User { id: 1867, name: "Marie", password: "polonium" },
    User { id: 1879, name: "Albert", password: "relative" },
];

/// Who is signed in, by the cookie of the application's own session.
#[derive(Clone, Default)]
struct Sessions(Arc<Mutex<HashMap<String, u32>>>);

impl Sessions {
    fn begin(&self, user: &User) -> String {
        let id = Secret::generate().expose().to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), user.id);
        id
    }

    fn id(request: &Request) -> Option<&str> {
        let cookies = request.header(header::COOKIE)?;
        cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session="))
    }

    fn end(&self, request: &Request) {
        let id = Self::id(request).unwrap_or_default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn user(&self, request: &Request) -> Option<&'static User> {
        let id = Self::id(request)?;
        let user_id = *self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id)?;
        USERS.iter().find(|user| user.id == user_id)
    }
}

const LOGIN_PAGE: Html<&str> = Html(
    "<!doctype html><title>Sign in</title><form method=\"post\"><label>Name <input name=\"name\"></label> \
     <label>Password <input name=\"password\" type=\"password\"></label> <button>Sign in</button></form>",
);

#[handler]
async fn login_page() -> Html<&'static str> {
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
async fn login(
    Data(sessions): Data<&Sessions>,
    Query(Next { next }): Query<Next>,
    Form(given): Form<Credentials>,
) -> Response {
    let found =
        USERS.iter().find(|user| user.name == given.name && user.password == given.password);
    let Some(user) = found else {
        return (StatusCode::UNPROCESSABLE_ENTITY, LOGIN_PAGE).into_response();
    };
    // Nowhere but back to the authorization endpoint: a login page that goes anywhere serves phishers.
    let next = next.filter(|next| next.starts_with("/oauth2/authorization/"));
    let cookie = format!("session={}; Path=/; HttpOnly; SameSite=Lax", sessions.begin(user));
    Redirect::see_other(next.as_deref().unwrap_or("/"))
        .with_header(header::SET_COOKIE, cookie)
        .into_response()
}

// ---- What the provider must know of them.

#[async_trait]
impl Users for Sessions {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        // Known by a key that never changes hands, not by the name.
        Ok(self.user(request).map(|user| ResourceOwner::new(user.id.to_string(), user.name)))
    }

    fn login_url(&self, _: &Request, next: &str) -> String {
        format!("/login?next={next}") // where the browser comes back to, already percent-encoded
    }

    /// Where clients log their users in with this application (OpenID Connect), they have them signed out here, too.
    async fn sign_out(
        &self,
        request: &Request,
        mut onward: Response,
    ) -> Result<Option<Response>, StoreError> {
        self.end(request);
        let forget = HeaderValue::from_static("session=; Path=/; Max-Age=0");
        onward.headers_mut().append(header::SET_COOKIE, forget);
        Ok(Some(onward))
    }
}

// ---- The provider, and what it protects.

scope! { pub Profile = "profile", "See your name." }

#[handler]
async fn profile(token: Access<Profile>) -> String {
    let subject = token.subject.as_deref().unwrap_or_default();
    let user = USERS.iter().find(|user| user.id.to_string() == subject);
    format!("{}\n", user.map_or("This user is gone.", |user| user.name))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = Store::open("sqlite://own_users.sqlite3")?;
    let is_new = store.is_empty()?;
    store.migrate()?;
    // For a try on this machine. The default refuses what does not come over TLS, and codes live for a minute.
    let settings = Settings {
        ssl_only: false,
        authorization_code_lifetime: 600,
        ..Settings::new("http://localhost:8080")
    };
    let server = AuthorizationServer::new(settings, store)?;
    sync_scopes(&server, &[]).await?;
    if is_new {
        let badge = NewClient {
            client_id: Some("badge".to_owned()),
            secret: ClientSecret::Chosen("the secret of badge".into()),
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            scopes: "profile".parse()?,
            require_pkce: Some(false), // for a try by hand: the default is what a client should use
            ..NewClient::new("Badge printer")
        };
        server.register_client(badge).await?;
    }

    let sessions = Sessions::default();
    let oauth = OAuth::builder(server).users(sessions.clone()).build()?;
    let urls = Route::new()
        .at("/login", get(login_page).post(login))
        .at("/oauth2/authorization", oauth.authorization_endpoint())
        .at("/oauth2/token", oauth.token_endpoint())
        .at("/apps", oauth.connected_apps()) // where users see who acts for them, and end it
        .at("/profile", profile)
        .data(sessions)
        .with(oauth.middleware());

    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let acceptor = TcpListener::bind(listen).into_acceptor().await?;
    for address in acceptor.local_addr() {
        announce(&address.to_string());
    }
    oauth_server::serve(acceptor, urls).run().await?;
    Ok(())
}

fn announce(address: &str) {
    let origin = address.replace("socket://", "http://");
    println!(
        "listening on {origin}; open this, sign in as \"Marie\" with the password \"polonium\", and accept:
  {origin}/oauth2/authorization/?response_type=code&client_id=badge&redirect_uri=http%3A%2F%2Flocalhost%3A1111&scope=profile&state=xyz
take the code from the address bar (nothing listens on port 1111), and trade it for a token:
  curl -u 'badge:the secret of badge' -d grant_type=authorization_code -d redirect_uri=http://localhost:1111 -d code=CODE {origin}/oauth2/token/
  curl -H 'Authorization: Bearer TOKEN' {origin}/profile"
    );
}
