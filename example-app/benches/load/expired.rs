//! What a clean-up costs those who do not wait for it.

use crate::{
    caller::Refresh,
    database::{Bench, Seeded},
    drive::{Figures, drive},
    options::Options,
    server::Served,
};

/// The connections of the comparison.
pub(crate) const CONNECTIONS: usize = 32;

/// Refreshes, while the server deletes very many expired access tokens: it begins to when it starts.
pub(crate) fn refresh_during_clean_up(
    bench: &Bench,
    seeded: &Seeded,
    options: &Options,
) -> Figures {
    bench.seed_expired(options.expired, seeded.tokens.families);
    let app = Served::example(bench);
    let figures = drive(&app, CONNECTIONS, options, |connection| {
        Refresh::of(seeded, seeded.next_chain() + connection as u64)
    });
    seeded.used_chains(CONNECTIONS as u64);
    let left =
        bench.number("SELECT count(*) AS number FROM oauth_access_tokens WHERE expires_at = 1");
    assert!(left > 0, "the clean-up was over before the measuring: ask for more with --expired");
    eprintln!("{left} of {} expired tokens were left", options.expired);
    figures
}
