//! What the bench is asked to do.

use clap::{Parser, ValueEnum};

/// Measures the release build of the example application, and the floor under it.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// How many live access tokens the database holds
    #[arg(long, value_delimiter = ',', default_value = "10000,1000000")]
    pub(crate) rows: Vec<u64>,
    /// How many keep-alive connections
    #[arg(long, value_delimiter = ',', default_value = "1,32,256")]
    pub(crate) connections: Vec<usize>,
    /// Seconds of measuring, after one of warming up
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// How many authorization codes are made for an exchange, at most
    #[arg(long, default_value_t = 20_000)]
    pub(crate) codes: usize,
    /// How many expired access tokens are cleared away while refreshes are measured once more; 0 for none
    #[arg(long, default_value_t = 5_000_000)]
    pub(crate) expired: u64,
    /// On which databases
    #[arg(long = "database", value_delimiter = ',', default_value = "sqlite,postgres")]
    pub(crate) databases: Vec<Engine>,
    /// Given by cargo
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

/// A database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// In a file, durable: `synchronous=FULL`.
    Sqlite,
    /// A cluster of its own, with PostgreSQL's defaults.
    Postgres,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}
