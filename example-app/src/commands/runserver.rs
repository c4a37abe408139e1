//! `runserver`: the main job.

use std::{io::Write, net::SocketAddr, time::Duration};

use oauth_server::{
    AuthorizationServer, Event, EventKind, GuessLimit, OAuth, Store, cli, missing_scopes,
    oauth_core::admin::{Actor, UserFilter},
};
use poem::listener::{Acceptor, Listener, TcpListener};
use tokio::signal::unix::{SignalKind, signal};
use tracing::field::display;

use super::Failure;
use crate::{
    demo_data, mcp,
    oauth2server::views::{AUTHORIZATION_ENDPOINT, LOCALES, TEMPLATES},
    options::Site,
    urls,
};

pub(super) async fn run(site: &Site) -> Result<(), Failure> {
    let listen = site.listen()?;
    let acceptor = TcpListener::bind(listen).into_acceptor().await;
    let acceptor =
        acceptor.map_err(|error| Failure::Other(format!("cannot listen on {listen}: {error}")))?;
    let bound = acceptor
        .local_addr()
        .iter()
        .find_map(|address| address.as_socket_addr().copied())
        .unwrap_or(listen);

    let has_mcp = site.features.mcp()?;
    let server = prepared(site, bound).await?;
    server.events().on_event(log);
    let mount = site.server.mount(server.settings())?;
    let mut oauth = OAuth::builder(server)
        .authorization_page(AUTHORIZATION_ENDPOINT)
        .trusted_proxies(site.server.trusted_proxies()?);
    if let Some(mount) = mount {
        oauth = oauth.at(mount);
    }
    for (name, source) in TEMPLATES {
        oauth = oauth.template(name, source);
    }
    for (language, messages) in LOCALES {
        oauth = oauth.locale(language, messages);
    }
    let oauth = oauth.build()?;
    for scope in missing_scopes(oauth.server()).await? {
        tracing::error!(
            scope = scope.name,
            at = scope.at,
            "a guard requires a scope that the database lacks, or has at another resource; run syncscopes"
        );
    }
    let stop = asked_to_stop()
        .map_err(|error| Failure::Other(format!("cannot listen for signals: {error}")))?;
    announce(&oauth, bound);

    let _clearing = oauth.server().clear_expired_every(HOUR);
    let _delivering = oauth.server().deliver_logouts_always();
    let urls = urls(&oauth, has_mcp).map_err(|error| Failure::Other(error.to_string()))?;
    let serve = site.serving.apply(oauth_server::serve(acceptor, urls))?;
    serve
        .run_until(stop)
        .await
        .map_err(|error| Failure::Other(format!("the server failed: {error}")))
}

/// Says it on standard output, where somebody listens: who only started the program may be gone.
macro_rules! say {
    ($($said:tt)*) => {
        let _ = writeln!(std::io::stdout(), $($said)*);
    };
}

/// The server, on a database with tables; on a fresh one of a developer's own machine, with the demo data.
async fn prepared(site: &Site, bound: SocketAddr) -> Result<AuthorizationServer, Failure> {
    let store = Store::open_with(&site.database_url, site.server.store()?)?;
    let fresh = store.is_empty()?;
    if fresh {
        store.migrate()?;
        say!("created the tables in {}", without_password(&site.database_url));
    }
    let settings = site.settings(bound.port())?;
    let server = AuthorizationServer::new(settings, store)
        .map_err(|invalid| Failure::Other(invalid.to_string()))?;
    let server = site.server.sealing(server)?;
    let server = if bound.ip().is_loopback() { server } else { server.without_loopback_fetches() };
    cli::refuse_pending(&server)?;
    server.prepare_openid().await?;
    let by = server.clone().in_the_name_of(Actor::command("runserver"));
    if site.features.mcp()? && mcp::prepare(&by).await? {
        say!("registered the scope {} of /mcp", mcp::SCOPE);
    }
    if !server.settings().openid && !site.server.can_seal(server.settings()) {
        say!(
            "OpenID Connect is off, for want of OAUTH_KEY_ENCRYPTION_KEY: openssl rand -base64 32"
        );
    }
    let more_than_development = site.beyond_development(bound)?.join(", ");
    if fresh && more_than_development.is_empty() {
        demo_data::load(&by, site.features.mcp()?).await?;
        say!("loaded the demo data: sign in as exampleuser with the password \"password\"");
    } else if fresh {
        say!("no demo data, whose passwords everybody knows: {more_than_development}");
        say!(
            "the database is empty: if it should not be, look at DATABASE_URL; else create a user with \
             createsuperuser, or load the demo data with loaddemo --yes-known-passwords"
        );
    } else if has_nobody(&server).await? {
        say!("nobody can sign in: createsuperuser makes a user, loaddemo that of the example");
    }
    Ok(server)
}

async fn has_nobody(server: &AuthorizationServer) -> Result<bool, Failure> {
    let users = server.admin(Actor::command("runserver")).users(UserFilter::All, None).await?;
    Ok(users.rows.is_empty())
}

fn announce(oauth: &OAuth, bound: SocketAddr) {
    let issuer = &oauth.server().settings().issuer;
    say!("listening on {bound}; open next:");
    for (url, what) in [
        (oauth.url(|addresses| &addresses.home), "the front page"),
        (oauth.url(|addresses| &addresses.admin), "the admin site"),
        (oauth.url(|addresses| &addresses.docs), "the API, with an Authorize button"),
    ] {
        say!("  {url:<40} {what}");
    }
    say!(
        "or let a client do it, in a second terminal: cargo run -p client-demo -- --server {issuer}"
    );
}

/// One line for each event: louder what an operator should hear of at once, quieter what happens all the time.
fn log(Event { at, kind, origin, .. }: &Event) {
    use EventKind::{
        AuthorizationCodeUsedAgain, AuthorizationFailed, AuthorizationFailedOnPage, GuessesLimited,
        RefreshTokenUsedAfterInvalidation, SignInFailed, TokenIssued, TokenRefreshed, TokenRefused,
    };
    let id = origin.as_ref().map(|origin| display(&origin.request_id));
    let client = origin.as_ref().and_then(|origin| origin.address).map(display);
    match kind {
        AuthorizationCodeUsedAgain { .. } | RefreshTokenUsedAfterInvalidation { .. } => {
            tracing::warn!(at, id, client, event = ?kind, "somebody may hold a stolen code or token");
        }
        GuessesLimited { limit, .. } => {
            let what = match limit {
                GuessLimit::Registrations => "somebody registers many clients",
                GuessLimit::UserCodes => "somebody guesses at the codes of devices",
                _ => "somebody guesses at passwords",
            };
            tracing::warn!(at, id, client, event = ?kind, "{what}");
        }
        TokenIssued { .. } | TokenRefreshed { .. } => {
            tracing::debug!(at, id, client, event = ?kind);
        }
        // The request's own line says so, as long as there are not too many of them.
        AuthorizationFailed { .. }
        | AuthorizationFailedOnPage { .. }
        | SignInFailed { .. }
        | TokenRefused { .. } => tracing::debug!(at, id, client, event = ?kind),
        _ => tracing::info!(at, id, client, event = ?kind),
    }
}

/// Listens for the two signals from now on, and not only once the answer is waited for.
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: what is in flight is finished first");
    })
}

/// A database URL as it may be shown: a password stands before the host, or in the query.
fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1)))
    {
        Some((scheme, host)) => format!("{scheme}://{host}"),
        None => url.to_owned(),
    }
}

const HOUR: Duration = Duration::from_secs(3600);
