//! What each database is asked, counted.

use std::{
    collections::HashMap,
    sync::{Mutex, Once, PoisonError},
};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// The statements that a database was sent which name one of the tables of secrets, by its URL.
static ASKED: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// Counts from now on, whatever connection is opened: so before the store is.
pub(crate) fn count() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let new = || Some(Box::new(Counter::default()) as Box<dyn Instrumentation>);
        set_default_instrumentation(new).expect("no other instrumentation");
    });
}

/// How many statements were sent there that name codes, access tokens or refresh tokens.
pub(crate) fn of_secrets(url: &str) -> usize {
    let asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let file = url.trim_start_matches("sqlite://");
    let of_this = |(at, count): (&String, &usize)| at.contains(file).then_some(*count);
    asked.iter().flatten().filter_map(of_this).sum()
}

#[derive(Default)]
struct Counter {
    url: String,
}

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                self.url = url.to_owned();
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                let sql = query.to_string();
                if ["_tokens", "_codes"].iter().any(|table| sql.contains(table)) {
                    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
                    let counts = asked.get_or_insert_default();
                    *counts.entry(self.url.clone()).or_default() += 1;
                }
            }
            _ => {}
        }
    }
}
