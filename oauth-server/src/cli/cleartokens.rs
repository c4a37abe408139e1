//! `cleartokens`: what has ended makes room.

use indicatif::{ProgressBar, ProgressStyle};
use oauth_core::{AuthorizationServer, Cleared};

use super::{CommandError, say};

pub(super) async fn run(server: &AuthorizationServer) -> Result<(), CommandError> {
    let mut clearing = server.clearing();
    let bar = progress(clearing.estimate().await?);
    let mut cleared = Cleared::default();
    while let Some(batch) = clearing.batch().await? {
        cleared += batch;
        let done = u64::try_from(cleared.total()).unwrap_or_default();
        bar.set_length(bar.length().unwrap_or_default().max(done)); // it was an estimate
        bar.set_position(done);
    }
    bar.finish_and_clear();
    tell(&cleared)
}

/// A bar on standard error, where that is a terminal; else it draws nothing.
fn progress(estimate: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(estimate).unwrap_or_default());
    let style = ProgressStyle::with_template("deleting {wide_bar} {pos}/{len} rows, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn tell(cleared: &Cleared) -> Result<(), CommandError> {
    let kinds = [
        (cleared.sessions, "sessions"),
        (cleared.known_browsers, "known browsers"),
        (cleared.pushed_requests, "pushed requests"),
        (cleared.logout_deliveries, "logout tokens that could not be delivered"),
        (cleared.device_codes, "device codes"),
        (cleared.registration_tokens, "initial access tokens"),
        (cleared.authorization_codes, "authorization codes"),
        (cleared.access_tokens, "access tokens"),
        (cleared.refresh_tokens, "refresh tokens"),
        (cleared.grants, "grants"),
        (cleared.client_secrets, "client secrets"),
        (cleared.consents, "consents of deleted clients"),
        (cleared.clients, "clients"),
    ];
    for (rows, kind) in kinds.into_iter().filter(|(rows, _)| *rows > 0) {
        say!("deleted {rows} {kind}");
    }
    if cleared.total() == 0 {
        say!("nothing has ended that could be deleted");
    }
    Ok(())
}
