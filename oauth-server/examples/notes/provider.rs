//! What the application writes to be a provider.

use std::{error::Error, io};

use oauth_server::{
    AuthorizationServer, ClientSecret, FromSubject, Lifetime, NewClient, OAuth, PolicyRequest,
    ResourceOwner, Ruling, Scope, Settings, Store, StoreError, Users, async_trait, sync_scopes,
};
use poem::Request;

use crate::{account::User, api::WriteNotes, database::Database};

/// The path of the issuer, below which everything of the provider's stands.
pub(crate) const PREFIX: &str = "/id/";

/// What handlers ask for.
pub(crate) type Me<S> = oauth_server::Me<User, S>;

/// The provider of `http://localhost:PORT/id`. Its store is opened before the application's first connection.
pub(crate) async fn open(
    origin: &str,
    store: Store,
    database: Database,
) -> Result<OAuth, Box<dyn Error>> {
    let is_new = store.is_empty()?;
    store.migrate()?;
    // For a try on this machine. The default refuses what does not come over TLS, and codes live for a minute.
    let settings = Settings {
        ssl_only: false,
        authorization_code_lifetime: 600,
        ..Settings::new(format!("{origin}{}", PREFIX.trim_end_matches('/')))
    };
    let server = AuthorizationServer::new(settings, store)?;
    sync_scopes(&server, &[]).await?;
    if is_new {
        let editor = NewClient {
            client_id: Some("editor".to_owned()),
            secret: ClientSecret::Chosen("the secret of editor".into()),
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            scopes: "notes:read notes:write".parse()?,
            require_pkce: Some(false), // for a try by hand: the default is what a client should use
            ..NewClient::new("Editor")
        };
        server.register_client(editor).await?;
    }
    // Who may write may do so for ten minutes at a time.
    let policy = |request: &PolicyRequest<'_>| {
        let writes = request.scopes.contains(WriteNotes::NAME);
        let access_token_lifetime = writes.then_some(Lifetime::Seconds(600));
        Ok(Ruling { access_token_lifetime, ..Ruling::default() })
    };
    Ok(OAuth::builder(server).users(OwnUsers(database)).policy(policy).build()?)
}

/// The application's users, as the provider must know them.
struct OwnUsers(Database);

#[async_trait]
impl Users for OwnUsers {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        let user = User::signed_in(&self.0, request).await.map_err(unavailable)?;
        Ok(user.map(|user| ResourceOwner::new(user.id.to_string(), user.name)))
    }

    fn login_url(&self, _: &Request, next: &str) -> String {
        format!("/login?next={next}") // where the browser comes back to, already percent-encoded
    }

    async fn is_active(&self, subject: &str) -> Result<bool, StoreError> {
        Ok(of_subject(&self.0, subject).await?.is_some_and(|user| user.is_active))
    }
}

/// Who has paused the account is nobody to tokens that are still out.
impl FromSubject for User {
    async fn from_subject(subject: &str, request: &Request) -> Result<Option<Self>, StoreError> {
        let database = request.data::<Database>();
        let database = database.ok_or_else(|| unavailable(io::ErrorKind::NotConnected.into()))?;
        Ok(of_subject(database, subject).await?.filter(|user| user.is_active))
    }
}

/// A subject is the user's number.
async fn of_subject(database: &Database, subject: &str) -> Result<Option<User>, StoreError> {
    let Ok(id) = subject.parse() else { return Ok(None) };
    User::find(database, id).await.map_err(unavailable)
}

fn unavailable(error: io::Error) -> StoreError {
    StoreError::Unavailable(error.into())
}
