//! `migrate`: the tables.

use clap::ValueEnum;
use oauth_core::{Spread, Store};

use super::{CommandError, say};

/// What tables are spread over.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[non_exhaustive]
pub enum SpreadOver {
    /// Partitions of the same database, by a hash of the family's key
    Partitions,
    /// The machines of Citus, by the family's key
    Citus,
}

pub(super) fn run(store: &Store, spread: Option<SpreadOver>) -> Result<(), CommandError> {
    let applied = match spread {
        None => store.migrate()?,
        Some(SpreadOver::Partitions) => store.migrate_spread(Spread::Partitions)?,
        Some(SpreadOver::Citus) => store.migrate_spread(Spread::Citus)?,
    };
    for migration in &applied {
        say!("applied {migration}");
    }
    if applied.is_empty() {
        say!("nothing to migrate");
    }
    for names in store.colliding_user_names()? {
        say!(
            "warning: the users {} cannot be told apart by their names; each signs in by its very spelling, until all but one are renamed on the admin site",
            names.join(", ")
        );
    }
    Ok(())
}
