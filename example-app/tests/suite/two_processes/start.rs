//! Both come up at the same moment on an empty database: the first roll-out of two replicas.

use std::thread;

use crate::support::{Site, postgres_schema};

#[tokio::test]
async fn on_postgresql_both_may_start_at_once_on_an_empty_database() {
    for _ in 0..ROUNDS {
        let Some(url) = postgres_schema() else { return };
        let site = Site::new();
        let start = || site.serve_with("DATABASE_URL", &url);
        let both = thread::scope(|scope| {
            [scope.spawn(start), scope.spawn(start)].map(|starting| starting.join().unwrap())
        });
        for server in both {
            server.signed_in().await;
        }
    }
}

const ROUNDS: usize = 5;
