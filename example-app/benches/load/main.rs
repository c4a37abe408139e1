//! The load bench: the release build of the example application on a fresh database, driven over keep-alive
//! connections, beside the floor that the machine allows.
//!
//! `cargo bench -p example-app` runs all of it; `cargo bench -p example-app -- --help` names the options. The last run
//! is in `target/bench/`: `load.md`, `load.json` and `load.svg`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a bench that cannot go on has nobody to answer to but who started it"
)]

mod caller;
mod clients;
mod codes;
mod database;
mod drive;
mod expired;
mod floor;
mod http;
mod logins;
mod options;
mod pgbench;
mod postgres;
mod report;
#[path = "../../../oauth-core/src/store/schema.rs"]
#[allow(dead_code, unused_imports, reason = "the floor writes to a few of the tables")]
mod schema;
mod server;
mod sqlite_floor;
mod token;

use clap::Parser;

use self::{
    caller::{Exchange, Get, Introspect, Issue, Refresh},
    database::{Bench, Seeded},
    drive::{Figures, drive},
    logins::Logins,
    options::{Engine, Options},
    report::{Report, Row},
    server::Served,
};

fn main() {
    if std::env::args().nth(1).as_deref() == Some(floor::ARGUMENT) {
        return floor::serve();
    }
    let options = Options::parse();
    let mut report = Report::default();
    for &engine in &options.databases {
        for &rows in &options.rows {
            measure(&options, engine, rows, &mut report);
        }
    }
    report.write(&options);
}

/// Every kind of work on one database of this size, beside its floor.
fn measure(options: &Options, engine: Engine, rows: u64, report: &mut Report) {
    let Some(bench) = Bench::start(engine) else {
        eprintln!("PostgreSQL is not installed: nothing is measured on it");
        return;
    };
    let seeded = bench.seed(rows);
    let floors = match engine {
        Engine::Sqlite => sqlite_floor::measure(&bench, &seeded, options),
        Engine::Postgres => pgbench::measure(&bench, options),
    };
    let empty = Served::floor();
    for &connections in &options.connections {
        let row = |work, figures| Row { engine, rows, work, connections, figures };
        let get = drive(&empty, connections, options, |_| Get::open());
        report.add(row("empty handler", get));

        let app = Served::example(&bench);
        let in_use = Get::in_use(&seeded);
        let in_use = drive(&app, connections, options, |_| in_use.clone());
        report.add(row("guarded GET", in_use));
        let any = drive(&app, connections, options, |_| Get::any(&seeded));
        report.add(row("first GET", any));
        let asked = Introspect::in_use(&seeded);
        let asked = drive(&app, connections, options, |_| asked.clone());
        report.add(row("introspection", asked));
        report.add(row("issue", drive(&app, connections, options, |_| Issue::of(&seeded))));
        let chains = drive(&app, connections, options, |connection| {
            Refresh::of(&seeded, seeded.next_chain() + connection as u64)
        });
        seeded.used_chains(connections as u64);
        report.add(row("refresh", chains));
        log_in(&app, &seeded, options, connections, &mut |work, figures| {
            report.add(row(work, figures));
        });
        let client = (seeded.client_id.as_str(), "user_info");
        let codes = codes::consented(&app, client, options, options.codes);
        let codes = std::rc::Rc::new(std::cell::RefCell::new(codes));
        let exchanged = drive(&app, connections, options, |_| {
            Exchange::of(&seeded, std::rc::Rc::clone(&codes))
        });
        report.add(row("code exchange", exchanged));
    }
    for (work, per_second) in floors {
        report.add_floor(engine, rows, work, per_second);
    }
    if options.rows.last() == Some(&rows) && options.expired > 0 {
        let refreshed = expired::refresh_during_clean_up(&bench, &seeded, options);
        let (work, connections) = ("refresh, clean-up", expired::CONNECTIONS);
        report.add(Row { engine, rows, work, connections, figures: refreshed });
    }
}

/// What a login costs, each beside the same without: a refresh with an ID token beside `refresh`, and what the server says of
/// the user beside an API of the application that reads the user, too.
fn log_in(
    app: &Served,
    seeded: &Seeded,
    options: &Options,
    connections: usize,
    add: &mut impl FnMut(&'static str, Figures),
) {
    let logins = Logins::begin(app, seeded, options, connections);
    for (work, path) in [("userinfo", "/oauth2/userinfo/"), ("user_info", "/api/user_info/")] {
        let get = logins.get(path);
        add(work, drive(app, connections, options, |_| get.clone()));
    }
    add("refresh, ID token", drive(app, connections, options, |number| logins.refresh(number)));
}
