//! SQLite fails below the running program: what its callers are told, what the log says, and what is lost: nothing.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use reqwest::Method;

use crate::support::{Answer, Server, Site, until};

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.field("error"), "temporarily_unavailable", "{answer:?}");
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
}

#[tokio::test]
async fn under_another_programs_lock_all_who_write_are_answered_within_5_seconds_and_reads_go_on() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.signed_in().await;
    let tokens = agent.tokens().await;
    let path = site.path().join("example-app.sqlite3");
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").unwrap();

    let began = Instant::now();
    let refreshes = (0..16).map(|_| agent.refresh(&tokens));
    let reads = async {
        let access_token = tokens.field("access_token");
        agent.user_info(Method::GET, &access_token).await
    };
    let (refused, read) = tokio::join!(all_at_once(refreshes), reads);
    let took = began.elapsed();
    println!("answered after {took:?}");
    assert_eq!(read.status, 200, "{read:?}");
    refused.iter().for_each(assert_unavailable);
    assert!(took < Duration::from_secs(8), "{took:?}"); // with slack for a busy machine
    agent.is_told("/readyz", (503, "locked")).await;
    assert_eq!(agent.get("/healthz").await.status, 200);

    other.batch_execute("COMMIT").unwrap();
    agent.is_told("/readyz", (200, "ready")).await;
    assert_eq!(agent.refresh(&tokens).await.status, 200, "nothing was lost");
}

#[tokio::test]
async fn after_the_file_is_removed_no_refresh_is_answered_200_and_no_file_comes_in_its_place() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.signed_in().await;
    let tokens = agent.refresh(&agent.tokens().await).await;
    assert_eq!(tokens.status, 200);

    fs::remove_file(site.path().join("example-app.sqlite3")).unwrap();
    for _ in 0..100 {
        assert_unavailable(&agent.refresh(&tokens).await);
    }
    agent.is_told("/readyz", (503, "gone")).await;
    assert_eq!(agent.get("/healthz").await.status, 200);
    assert!(!site.files().contains(&"example-app.sqlite3".to_owned()), "{:?}", site.files());
    until("the log says what to do", || {
        server.process.stderr().contains("put a backup in its place")
    });
}

#[tokio::test]
async fn a_file_that_cannot_grow_is_503_and_not_ready_until_it_can() {
    let site = Site::new();
    let first = site.serve();
    first.process.signal("TERM");
    assert_eq!(first.process.finish().status, Some(0), "what it wrote is in the file");
    let server = with_small_files(&site);
    let agent = server.signed_in().await;
    let mut tokens = agent.tokens().await;
    let began = Instant::now();
    // A smaller write may still fit where a refresh did not: it is not ready once there is room for none.
    loop {
        let answer = agent.refresh(&tokens).await;
        if answer.status == 200 {
            tokens = answer;
            continue;
        }
        assert_unavailable(&answer);
        let ready = agent.get("/readyz").await;
        if (ready.status, ready.body.as_str()) == (503, "failing") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{ready:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let pid = server.process.id().to_string();
    let lifted = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:"]).status();
    assert!(lifted.unwrap().success());
    agent.is_told("/readyz", (200, "ready")).await;
    assert_eq!(agent.refresh(&tokens).await.status, 200, "nothing was lost");
}

#[tokio::test]
async fn after_a_clean_stop_the_database_is_one_file() {
    for signal in ["TERM", "INT"] {
        let site = Site::new();
        let server = site.serve();
        server.signed_in().await.tokens().await;
        assert_eq!(site.files().len(), 3, "while it runs: {:?}", site.files());
        server.process.signal(signal);
        assert_eq!(server.process.finish().status, Some(0));
        assert_eq!(site.files(), ["example-app.sqlite3"]);
        assert_eq!(site.query("SELECT username FROM oauth_users"), ["exampleuser"]);
    }
}

#[test]
fn after_a_command_the_database_is_one_file() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    assert_eq!(site.files(), ["example-app.sqlite3"]);
    site.run(&["loaddemo", "--database-url", "sqlite://example-app.sqlite3?mode=rwc"]).success();
    assert_eq!(site.files(), ["example-app.sqlite3"]);
}

/// The server, none of whose files may be larger than a megabyte: a disk that is full, as far as SQLite sees.
fn with_small_files(site: &Site) -> Server {
    let program = site.program(&[]);
    let mut shell = Command::new("bash");
    shell.args(["-c", "trap '' XFSZ; ulimit -S -f 1024; exec \"$0\""]).arg(program.get_program());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Server::start(shell.current_dir(site.path()))
}

/// All at once, in their order.
async fn all_at_once(futures: impl Iterator<Item = impl Future<Output = Answer>>) -> Vec<Answer> {
    let mut waiting: Vec<_> = futures.map(Box::pin).collect();
    let mut answers: Vec<Option<Answer>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, answer) in waiting.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *answer = Some(ready);
            }
        }
        if answers.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    answers.into_iter().flatten().collect()
}
