//! Drives a server over keep-alive connections, and counts.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::task::LocalSet;

use crate::{
    caller::Caller,
    http::Connection,
    options::Options,
    server::{Served, Usage},
};

/// What was seen.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    /// Microseconds.
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    /// Microseconds of the server's processor time for a request.
    pub(crate) cpu: f64,
    /// Megabytes: the most that the server had in memory by now.
    pub(crate) memory: f64,
}

/// Each connection sends its caller's requests, one after the other, for as long as the options say or there are any.
pub(crate) fn drive<C: Caller + 'static>(
    server: &Served,
    connections: usize,
    options: &Options,
    caller: impl FnMut(usize) -> C,
) -> Figures {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let callers: Vec<C> = (0..connections).map(caller).collect();
    LocalSet::new().block_on(&runtime, driven(server, callers, options.seconds))
}

/// Shared by the connections: what is measured begins after the warming up.
struct Watch {
    from: Instant,
    until: Instant,
    micros: RefCell<Histogram<u64>>,
    last: RefCell<Instant>,
}

async fn driven<C: Caller + 'static>(server: &Served, callers: Vec<C>, seconds: u64) -> Figures {
    let warm = if C::IS_FINITE { Duration::ZERO } else { Duration::from_secs(1) };
    let from = Instant::now() + warm;
    let until = from + Duration::from_secs(if C::IS_FINITE { 600 } else { seconds });
    let micros = RefCell::new(Histogram::new(3).expect("a histogram"));
    let watch = Rc::new(Watch { from, until, micros, last: RefCell::new(from) });
    let address = server.address;
    let connections: Vec<_> = callers
        .into_iter()
        .map(|caller| {
            let watch = Rc::clone(&watch);
            tokio::task::spawn_local(async move {
                converse(Connection::open(address).await, caller, &watch).await;
            })
        })
        .collect();
    tokio::time::sleep(warm).await;
    let before = server.usage();
    for connection in connections {
        connection.await.expect("a connection");
    }
    figures(&watch, before, server.usage())
}

async fn converse(mut connection: Connection, mut caller: impl Caller, watch: &Watch) {
    while let Some(request) = caller.request() {
        let sent = Instant::now();
        if sent >= watch.until {
            return;
        }
        let answer = connection.exchange(&request).await;
        let answered = Instant::now();
        drop(request);
        caller.answered(&answer);
        if sent >= watch.from && answered <= watch.until {
            let micros = u64::try_from((answered - sent).as_micros()).expect("a short time");
            watch.micros.borrow_mut().record(micros.max(1)).expect("a recordable time");
            *watch.last.borrow_mut() = answered;
        }
    }
}

fn figures(watch: &Watch, before: Usage, after: Usage) -> Figures {
    let micros = watch.micros.borrow();
    let requests = micros.len() as f64;
    let seconds = (*watch.last.borrow() - watch.from).as_secs_f64();
    Figures {
        per_second: requests / seconds,
        p50: micros.value_at_quantile(0.5),
        p99: micros.value_at_quantile(0.99),
        p999: micros.value_at_quantile(0.999),
        cpu: (after.cpu - before.cpu).as_micros() as f64 / requests,
        memory: after.memory,
    }
}
