//! What the settings of the store do.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::support::{OwnPostgres, Server, Site, UNKNOWN_TOKEN};

#[tokio::test]
async fn the_deadline_is_when_an_answer_comes_in_place_of_a_silent_database_s() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let site = Site::new();
    let mut command = site.program(&["--store-deadline", "1"]);
    let server = Server::start(command.env("DATABASE_URL", postgres.url()));
    let agent = server.agent();
    assert_eq!(agent.user_info(Method::GET, UNKNOWN_TOKEN).await.status, 401);

    postgres.pause();
    let asked = Instant::now();
    let answer = agent.user_info(Method::GET, UNKNOWN_TOKEN).await;
    let took = asked.elapsed();
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2"), "{answer:?}");
    assert!(took > Duration::from_millis(900) && took < Duration::from_secs(4), "{took:?}");
}
