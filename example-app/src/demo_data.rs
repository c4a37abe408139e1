//! The demo data: both quickstarts' users, scopes and clients.

use oauth_server::{
    AccountError, Addresses, AuthorizationServer, ClientSecret,
    GrantType::{
        AuthorizationCode, ClientCredentials, DeviceCode, Implicit, Password, RefreshToken,
    },
    NewClient, NewUser, OpenIdMetadata, RedirectUri, RegistrationError, Scopes,
};

use crate::{
    mcp,
    relying_party::{CALLBACK, CLIENT_ID, CLIENT_SECRET, PATH},
};

/// The client of the Authorize button on `/docs/`.
pub(crate) const SWAGGER_UI: &str = "swagger-ui";

/// What the demo data cannot be loaded for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Registration(#[from] RegistrationError),
}

/// Loads what is missing, and says what that was. Loading it again changes nothing. Where there are tools for assistants, the
/// application in a browser may have them used.
pub(crate) async fn load(
    server: &AuthorizationServer,
    has_mcp: bool,
) -> Result<Vec<String>, Error> {
    let mut loaded = Vec::new();
    for (name, description) in SCOPES {
        if added(server.register_scope(name, description).await)?.is_some() {
            loaded.push(format!("scope {name}"));
        }
    }
    let settings = server.settings();
    let programs = programs(&settings.issuer, has_mcp).into_iter().chain([device()]);
    let programs = [swagger_ui(server, has_mcp)].into_iter().chain(programs);
    let logins = settings.openid.then(|| logins(&settings.issuer)).into_iter().flatten();
    // Where TLS is required, a client that is answered without it is of no use, and is refused; as is one without a
    // secret, where there are no public clients.
    let is_of_use = |client: &NewClient| {
        let is_secure = |uri: &String| RedirectUri::parse(uri).is_ok_and(|uri| uri.is_secure());
        (!settings.ssl_only || client.redirect_uris.iter().all(is_secure))
            && (settings.public_clients || !matches!(client.secret, ClientSecret::None))
    };
    for client in quickstart_clients().into_iter().chain(programs).chain(logins).filter(is_of_use) {
        let name = client.name.clone();
        if added(server.register_client(client).await)?.is_some() {
            loaded.push(format!("client {name}"));
        }
    }
    // Last: where this was cut off, there is no user, and the next start says so.
    match server.create_user_with_known_password(user(), "password").await {
        Ok(user) => loaded.insert(0, format!("user {}", user.username)),
        Err(AccountError::Taken(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(loaded)
}

fn added<T>(outcome: Result<T, RegistrationError>) -> Result<Option<T>, RegistrationError> {
    match outcome {
        Ok(added) => Ok(Some(added)),
        Err(RegistrationError::Taken(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn user() -> NewUser {
    NewUser {
        username: "exampleuser".to_owned(),
        first_name: "Example".to_owned(),
        last_name: "User".to_owned(),
        email: "exampleuser@example.com".to_owned(),
        email_verified: true,
        is_staff: true,
        is_superuser: true,
    }
}

const SCOPES: [(&str, &str); 5] = [
    ("user_info", "Access basic information about the user."),
    ("my_polls:my_stats", "See the statistics of your polls."),
    ("polls:results", "See the results of polls."),
    ("polls:vote", "Vote in polls for you."),
    ("polls:stats", "See the statistics of polls."),
];

/// What the program without a user may have for itself, and for users whose passwords it has.
const OF_SERVICE: [&str; 3] = ["user_info", "my_polls:my_stats", "polls:results"];

fn scopes(names: &[&'static str]) -> Scopes {
    names.iter().copied().collect()
}

/// Those of the two quickstarts.
fn quickstart_clients() -> [NewClient; 3] {
    [
        NewClient {
            client_id: Some("be6f31235c6118273918c4c70f6768".to_owned()),
            description: "The client of djoauth2's quickstart.".to_owned(),
            secret: ClientSecret::Chosen("89dcee4e6fe655377a19944c2bee9b".into()),
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            scopes: scopes(&["user_info"]),
            require_pkce: Some(false),
            ..NewClient::new("Example Client")
        },
        NewClient {
            client_id: Some("example-implicit-client".to_owned()),
            description: "A client that cannot keep a secret, and gets its token in the fragment."
                .to_owned(),
            secret: ClientSecret::None,
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            grant_types: vec![Implicit],
            scopes: scopes(&["user_info"]),
            ..NewClient::new("Example Implicit Client")
        },
        NewClient {
            client_id: Some("1234".to_owned()),
            description: "The client of django-oauthost's quickstart.".to_owned(),
            secret: ClientSecret::None,
            redirect_uris: vec!["http://myapp.com/".to_owned()],
            grant_types: vec![AuthorizationCode, Implicit, RefreshToken],
            scopes: scopes(&["polls:vote", "polls:stats", "my_polls:my_stats", "polls:results"]),
            require_pkce: Some(false),
            ..NewClient::new("My OAuth Client")
        },
    ]
}

/// This provider's own documentation: with every scope that there is.
fn swagger_ui(server: &AuthorizationServer, has_mcp: bool) -> NewClient {
    let (issuer, docs) = (&server.settings().issuer, Addresses::default().docs);
    let tools = has_mcp.then_some(mcp::SCOPE);
    let of_openid = server.openid_scopes().map(|(name, _)| name);
    NewClient {
        client_id: Some(SWAGGER_UI.to_owned()),
        description: "The Authorize button of this provider's own API documentation.".to_owned(),
        secret: ClientSecret::None,
        redirect_uris: vec![format!("{issuer}{docs}oauth-receiver.html")],
        scopes: SCOPES.iter().map(|(name, _)| *name).chain(of_openid).chain(tools).collect(),
        ..NewClient::new("Swagger UI")
    }
}

/// Two programs without a user, and one in a browser.
fn programs(issuer: &str, has_mcp: bool) -> [NewClient; 3] {
    let tools = has_mcp.then_some(mcp::SCOPE);
    [
        NewClient {
            client_id: Some("example-service".to_owned()),
            description: "A program that acts for itself.".to_owned(),
            secret: ClientSecret::Chosen("example-service-secret".into()),
            grant_types: vec![ClientCredentials, Password],
            scopes: scopes(&OF_SERVICE),
            client_credentials_scopes: scopes(&OF_SERVICE),
            ..NewClient::new("Example Service")
        },
        NewClient {
            client_id: Some("example-resource-server".to_owned()),
            description:
                "An API of its own process, which asks what this server's tokens are worth."
                    .to_owned(),
            secret: ClientSecret::Chosen("example-resource-server-secret".into()),
            grant_types: Vec::new(),
            introspects: vec![issuer.to_owned()],
            ..NewClient::new("Example Resource Server")
        },
        NewClient {
            client_id: Some("example-spa".to_owned()),
            description: "An application in a browser, which calls this server from its own pages."
                .to_owned(),
            secret: ClientSecret::None,
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            cors_origins: vec!["http://localhost:1111".to_owned()],
            scopes: ["user_info", "offline_access"].into_iter().chain(tools).collect(),
            ..NewClient::new("Example Browser App")
        },
    ]
}

/// What has no browser, or no keys to type with.
fn device() -> NewClient {
    NewClient {
        client_id: Some("example-device".to_owned()),
        description: "A device without a browser: client-demo --device plays it.".to_owned(),
        secret: ClientSecret::None,
        grant_types: vec![DeviceCode, RefreshToken],
        scopes: scopes(&["user_info", "offline_access"]),
        ..NewClient::new("Example Device")
    }
}

/// Those whose users log in with this provider: one for trying it, and this application's other half.
fn logins(issuer: &str) -> [NewClient; 2] {
    let on_logout = |uri: String| OpenIdMetadata {
        post_logout_redirect_uris: vec![uri],
        ..OpenIdMetadata::default()
    };
    [
        NewClient {
            client_id: Some("example-login".to_owned()),
            description: "An application whose users log in with this provider.".to_owned(),
            secret: ClientSecret::Chosen("example-login-secret".into()),
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            scopes: scopes(&["openid", "profile", "email", "offline_access"]),
            openid: on_logout("http://localhost:1111/bye".to_owned()),
            ..NewClient::new("Example Login")
        },
        NewClient {
            client_id: Some(CLIENT_ID.to_owned()),
            description:
                "The other application of this example, which has no passwords of its own."
                    .to_owned(),
            secret: ClientSecret::Chosen(CLIENT_SECRET.into()),
            redirect_uris: vec![format!("{issuer}{CALLBACK}")],
            grant_types: vec![AuthorizationCode],
            scopes: scopes(&["openid", "profile", "email"]),
            openid: on_logout(format!("{issuer}{PATH}")),
            ..NewClient::new("Example Relying Party")
        },
    ]
}
