//! Both come up at the same moment on an empty database: the first roll-out of two replicas.

use std::thread;

use crate::support::{Process, Site, postgres_schema};

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

#[tokio::test]
async fn on_sqlite_both_may_start_at_once_without_a_file() {
    for _ in 0..ROUNDS {
        let site = Site::new();
        let both = thread::scope(|scope| {
            [scope.spawn(|| site.serve()), scope.spawn(|| site.serve())]
                .map(|starting| starting.join().unwrap())
        });
        for server in both {
            server.signed_in().await;
        }
    }
}

#[test]
fn on_sqlite_six_may_migrate_at_once_without_a_file() {
    for _ in 0..ROUNDS {
        let site = Site::new();
        let six = [(); 6].map(|()| Process::start(&mut site.program(&["migrate"])));
        let said = six.map(|process| process.finish().success().to_owned());
        let applied =
            said.iter().flat_map(|said| said.lines()).filter(|line| line.starts_with("applied"));
        let versions = site.query("SELECT version FROM oauth_schema_migrations");
        assert_eq!(applied.count(), versions.len(), "each of them once: {said:?}");
    }
}

const ROUNDS: usize = 5;
