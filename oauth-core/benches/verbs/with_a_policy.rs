//! `cargo bench -p oauth-core refresh_with_a_policy`: two figures that are worth something only beside each other.

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use oauth_core::{Lifetime, PolicyRequest, Ruling, TokenError};

use super::{Bench, DATABASES};

const NAME: &str = "refresh_with_a_policy";

/// What rules that need not wait cost a refresh.
pub(crate) fn refresh() {
    if !is_asked(NAME) {
        return;
    }
    for database in DATABASES {
        let Some(plain) = Bench::on(database) else { continue };
        let server = plain.server.clone().with_policy(|request: &PolicyRequest<'_>| {
            if request.scopes.contains("billing") {
                return Err(TokenError::InvalidScope("billing is for others".into()));
            }
            Ok(Ruling { access_token_lifetime: Some(Lifetime::Seconds(300)), ..Ruling::default() })
        });
        let (runtime, credentials) = (Arc::clone(&plain.runtime), plain.credentials.clone());
        let ruled = Bench { server, runtime, credentials, scope: plain.scope };
        beside(&format!("{NAME}, {database}"), &plain, &ruled);
    }
}

/// Refreshes of one and of the other in turn, because what else the machine does changes from one second to the next by more
/// than the difference.
pub(crate) fn beside(name: &str, plain: &Bench, other: &Bench) {
    const ROUNDS: usize = 300;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut took = [(plain, &mut without), (other, &mut with)];
        took.rotate_left(round % 2);
        for (bench, took) in took {
            let tokens = bench.refresh_tokens();
            let begun = Instant::now();
            bench.refresh(&tokens);
            took.push(begun.elapsed());
        }
    }
    let (with, without) = (median(with), median(without));
    let (time, work) =
        (with.as_secs_f64() / without.as_secs_f64(), without.as_secs_f64() / with.as_secs_f64());
    eprintln!(
        "{name}: {time:.3} of the time without, {work:.3} of the work ({with:?}, {without:?})"
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// As divan has it: without `--bench` it is a test, and a name is asked for by a part of it.
pub(crate) fn is_asked(wanted: &str) -> bool {
    let (options, names): (Vec<_>, Vec<_>) =
        env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let is_named = names.is_empty() || names.iter().any(|name| wanted.contains(name.as_str()));
    is_named && options.iter().any(|option| option == "--bench")
}
