//! The commands.

mod runserver;

use std::process::ExitCode;

use oauth_server::{
    AuthorizationServer, BuildError, RegistrationError, Store, StoreError, StoreOptions,
    cli::{self, CommandError},
    oauth_core::admin::Actor,
};
use tracing_subscriber::EnvFilter;

use crate::{
    demo_data,
    log::Log,
    mcp,
    options::{BadValue, Command, Options, Site},
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
    Registration(#[from] RegistrationError),
    #[error(transparent)]
    Command(#[from] CommandError),
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
            Self::Value(_) | Self::Unconfirmed(_) | Self::Build(BuildError::KeyEncryption) => 2,
            Self::Store(StoreError::Url(_) | StoreError::SealedKeys) => 2,
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
        Command::Loaddemo { yes_known_passwords } => {
            refuse_known_passwords(&site, yes_known_passwords)?;
            loaddemo(&site).await
        }
        Command::Provider(command) => Ok(command.run(&server(&site)?).await?),
    }
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
    let server = server(site)?;
    cli::refuse_pending(&server)?;
    let server = server.in_the_name_of(Actor::command("loaddemo"));
    let has_mcp = site.features.mcp()?;
    let mut loaded = Vec::new();
    if has_mcp && mcp::prepare(&server).await? {
        loaded.push(format!("scope {}", mcp::SCOPE));
    }
    loaded.extend(demo_data::load(&server, has_mcp).await?);
    loaded.iter().for_each(|what| println!("loaded {what}"));
    if loaded.is_empty() {
        println!("the demo data was already there");
    }
    Ok(())
}

/// The server of a command.
fn server(site: &Site) -> Result<AuthorizationServer, Failure> {
    let settings = site.settings(site.listen()?.port())?;
    let options = StoreOptions::default().with_deadline(cli::PATIENCE);
    let store = Store::open_with(&site.database_url, options)?;
    let server = AuthorizationServer::new(settings, store)
        .map_err(|invalid| Failure::Other(invalid.to_string()))?;
    Ok(site.server.sealing(server)?)
}
