//! Every claim is one source and two tests.

/// Makes of each claim a module with the tests `sqlite` and `postgres`. The latter is silent where PostgreSQL is not
/// installed, which `postgres.rs` has then said on standard error, or made an error of in CI.
macro_rules! both_databases {
    ($($(#[$meta:meta])* async fn $claim:ident($given:ident: $Given:ty $(,)?) $body:block)+) => {$(
        $(#[$meta])*
        mod $claim {
            #[allow(unused_imports, reason = "not every claim needs a name from outside")]
            use super::*;

            async fn claim($given: $Given) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                claim(<$Given>::on($crate::support::Database::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(database) = $crate::support::Database::postgres() {
                    claim(<$Given>::on(database).await).await;
                }
            }
        }
    )+};
}
