//! The commands.

mod cleartokens;
mod createsuperuser;
mod register_client;
mod rotate_secret;
mod runserver;
mod secret;
mod syncscopes;

use std::{process::ExitCode, time::Duration};

use oauth_server::{
    AuthorizationServer, BuildError, RegistrationError, Spread, Store, StoreError, StoreOptions,
    oauth_core::admin::{Actor, AdminError},
};
use tracing_subscriber::EnvFilter;

use crate::{
    demo_data,
    log::Log,
    options::{BadValue, Command, Options, Site, SpreadOver},
};

/// Why a command ended early. Each is one line on standard error.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Value(#[from] BadValue),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Demo(#[from] demo_data::Error),
    #[error(transparent)]
    Account(#[from] oauth_server::AccountError),
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("{0}")]
    Unconfirmed(String),
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// 2 for what the command line or the environment got wrong, 1 for all else.
    fn status(&self) -> u8 {
        match self {
            Self::Value(_) | Self::Unconfirmed(_) | Self::Store(StoreError::Url(_)) => 2,
            _ => 1,
        }
    }
}

/// Runs the command that was asked for to its end.
pub(crate) async fn run() -> ExitCode {
    let mut log = Log::to_stderr();
    let status = match command(&log).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let context = if matches!(failure, Failure::Store(StoreError::Url(_))) {
                "DATABASE_URL: "
            } else {
                ""
            };
            log.say(format_args!("example-app: {context}{failure}"));
            ExitCode::from(failure.status())
        }
    };
    log.finish();
    status
}

async fn command(log: &Log) -> Result<(), Failure> {
    let Options { command, site } = Options::read()?;
    let filter = EnvFilter::try_new(&site.log);
    let filter = filter.map_err(|_| {
        BadValue::new("RUST_LOG", &site.log, "a filter such as info or oauth_server=debug")
    })?;
    log.begin(filter);
    site.check()?;

    match command.unwrap_or(Command::Runserver) {
        Command::Runserver => runserver::run(&site).await,
        Command::Migrate { spread } => migrate(&site, spread),
        Command::Loaddemo { yes_known_passwords } => {
            refuse_known_passwords(&site, yes_known_passwords)?;
            loaddemo(&site).await
        }
        Command::Createsuperuser { username, email } => {
            createsuperuser::run(&site, username, email).await
        }
        Command::RegisterClient(client) => register_client::run(&site, *client).await,
        Command::RotateSecret { client_id, old_ends_in } => {
            rotate_secret::run(&site, client_id, old_ends_in).await
        }
        Command::Cleartokens => cleartokens::run(&site).await,
        Command::Syncscopes { prefixes } => syncscopes::run(&site, &prefixes).await,
    }
}

fn migrate(site: &Site, spread: Option<SpreadOver>) -> Result<(), Failure> {
    let store = Store::open(&site.database_url)?;
    let applied = match spread {
        None => store.migrate()?,
        Some(SpreadOver::Partitions) => store.migrate_spread(Spread::Partitions)?,
        Some(SpreadOver::Citus) => store.migrate_spread(Spread::Citus)?,
    };
    applied.iter().for_each(|migration| println!("applied {migration}"));
    if applied.is_empty() {
        println!("nothing to migrate");
    }
    for names in store.colliding_user_names()? {
        println!(
            "warning: the users {} cannot be told apart by their names; each signs in by its very spelling, until all but one are renamed on the admin site",
            names.join(", ")
        );
    }
    Ok(())
}

/// Anybody could sign in with them, as a superuser.
fn refuse_known_passwords(site: &Site, confirmed: bool) -> Result<(), Failure> {
    let said = site.beyond_development(site.listen()?)?;
    if confirmed || said.is_empty() {
        return Ok(());
    }
    let said = said.join(", ");
    Err(Failure::Unconfirmed(format!(
        "everybody knows the demo data's passwords, and this is no development: {said}; to load it all the same: \
         loaddemo --yes-known-passwords"
    )))
}

async fn loaddemo(site: &Site) -> Result<(), Failure> {
    let loaded = demo_data::load(&server(site, "loaddemo")?).await?;
    loaded.iter().for_each(|what| println!("loaded {what}"));
    if loaded.is_empty() {
        println!("the demo data was already there");
    }
    Ok(())
}

/// The server on a database whose tables are up to date; what is changed is in the audit trail as this command's.
fn server(site: &Site, command: &str) -> Result<AuthorizationServer, Failure> {
    let settings = site.server.settings(site.listen()?.port())?;
    let store =
        Store::open_with(&site.database_url, StoreOptions::default().with_deadline(PATIENCE))?;
    refuse_pending(&store)?;
    let server = AuthorizationServer::new(settings, store)
        .map_err(|invalid| Failure::Other(invalid.to_string()))?;
    Ok(server.in_the_name_of(Actor::command(command)))
}

/// Nobody waits for a command as for a request: counting what there is to delete takes its time.
const PATIENCE: Duration = Duration::from_secs(300);

fn refuse_pending(store: &Store) -> Result<(), Failure> {
    let pending = store.pending_migrations()?;
    if pending.is_empty() {
        return Ok(());
    }
    let pending = pending.join(", ");
    Err(Failure::Other(format!(
        "the database lacks the migrations {pending}; apply them with: example-app migrate"
    )))
}
