//! How it serves: what `oauth_server::Serve` can be told.

use std::time::Duration;

use clap::Args;
use oauth_server::Serve;

use super::value::{BadValue, Variable};

/// Each is also an environment variable.
#[derive(Debug, Args)]
#[command(next_help_heading = "Serving")]
pub(crate) struct ServingOptions {
    /// For the head of a request to come, before its connection is closed [default: 10]
    #[arg(long, env = "OAUTH_HEADER_TIMEOUT", global = true, value_name = "SECONDS")]
    header_timeout: Option<String>,
    /// For a byte of an answer to be taken, and for the next request.
    #[arg(long, env = "OAUTH_IDLE_TIMEOUT", global = true, value_name = "SECONDS")]
    #[arg(
        help = "For a byte of an answer to be taken, and for the next request; longer than a proxy in front waits for that [default: 75]"
    )]
    idle_timeout: Option<String>,
    /// Open at once; what comes on top is refused [default: below the limit of descriptors]
    #[arg(long, env = "OAUTH_MAX_CONNECTIONS", global = true, value_name = "NUMBER")]
    max_connections: Option<String>,
    /// From the signal to stop until no new connection is accepted [default: 0]
    #[arg(long, env = "OAUTH_DRAIN_DELAY", global = true, value_name = "SECONDS")]
    drain_delay: Option<String>,
}

impl ServingOptions {
    pub(crate) fn check(&self) -> Result<(), BadValue> {
        self.read().map(drop)
    }

    /// Tells it what is set.
    pub(crate) fn apply<A, E>(&self, mut serve: Serve<A, E>) -> Result<Serve<A, E>, BadValue> {
        let (header, idle, drain, connections) = self.read()?;
        if let Some(timeout) = header {
            serve = serve.header_timeout(timeout);
        }
        if let Some(timeout) = idle {
            serve = serve.idle_timeout(timeout);
        }
        if let Some(delay) = drain {
            serve = serve.drain_delay(delay);
        }
        Ok(match connections {
            Some(most) => serve.max_connections(most),
            None => serve,
        })
    }

    fn read(&self) -> Result<Read, BadValue> {
        let header = seconds("OAUTH_HEADER_TIMEOUT", &self.header_timeout, 1)?;
        let idle = seconds("OAUTH_IDLE_TIMEOUT", &self.idle_timeout, 1)?;
        let drain = seconds("OAUTH_DRAIN_DELAY", &self.drain_delay, 0)?;
        let connections = Variable::new("OAUTH_MAX_CONNECTIONS", self.max_connections.as_deref());
        let connections = connections.or(None, "a number from 1", |value| {
            value.parse().ok().filter(|&most: &usize| most > 0).map(Some)
        })?;
        Ok((header, idle, drain, connections))
    }
}

type Read = (Option<Duration>, Option<Duration>, Option<Duration>, Option<usize>);

fn seconds(
    name: &'static str,
    value: &Option<String>,
    least: u64,
) -> Result<Option<Duration>, BadValue> {
    let expected = format!("a number of seconds from {least} to {HOUR}");
    Variable::new(name, value.as_deref()).or(None, &expected, |value| {
        let seconds = value.parse().ok().filter(|seconds| (least..=HOUR).contains(seconds))?;
        Some(Some(Duration::from_secs(seconds)))
    })
}

const HOUR: u64 = 3600;
