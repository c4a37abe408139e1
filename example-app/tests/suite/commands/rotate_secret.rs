//! `rotate-secret`: a client changes over without an outage.

use reqwest::StatusCode;

use crate::support::{EXAMPLE_SERVICE, Server, Site};

/// Whether Example Service gets a token with this secret.
async fn admits(server: &Server, secret: &str) -> bool {
    let fields = [("grant_type", "client_credentials"), ("scope", "user_info")];
    let answer = server.agent().token(Some((EXAMPLE_SERVICE.0, secret)), &fields).await;
    answer.status == StatusCode::OK
}

fn rotated(site: &Site, more: &[&str]) -> (String, String) {
    let finished = site.run(&[&["rotate-secret", EXAMPLE_SERVICE.0], more].concat());
    let said = finished.success().to_owned();
    let secret = said.lines().find_map(|line| line.strip_prefix("client_secret: "));
    (secret.expect(&said).to_owned(), said.clone())
}

#[tokio::test]
async fn beside_a_running_server_the_new_secret_is_taken_at_once_and_the_old_one_still() {
    let site = Site::new();
    let server = site.serve();
    assert!(admits(&server, EXAMPLE_SERVICE.1).await, "and it is remembered as verified");
    let (new, said) = rotated(&site, &[]);
    assert!(said.ends_with("The old one is good for another 86400 seconds.\n"), "{said}");
    assert!(admits(&server, &new).await && admits(&server, EXAMPLE_SERVICE.1).await);
}

#[tokio::test]
async fn with_0_seconds_the_old_secret_ends_at_once() {
    let site = Site::new();
    let server = site.serve();
    let (new, said) = rotated(&site, &["--old-ends-in", "0"]);
    assert!(said.ends_with("The old one is refused from now on.\n"), "{said}");
    assert!(admits(&server, &new).await && !admits(&server, EXAMPLE_SERVICE.1).await);
}

#[test]
fn an_identifier_that_looks_like_an_option_is_one_all_the_same() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let register = ["register-client", "--name", "App", "--redirect-uri", "https://app.example/cb"];
    site.run(&[&register[..], &["--client-id", "-Mine"]].concat()).success();
    site.run(&["rotate-secret", "-Mine"]).success();
}

#[test]
fn what_cannot_be_done_is_one_line_that_says_why() {
    let site = Site::new();
    drop(site.serve());
    rotated(&site, &[]);
    for (arguments, status, why) in [
        (&["rotate-secret", "nobody"][..], 1, "there is no client nobody"),
        (&["rotate-secret", "swagger-ui"], 1, "a public client has no secret"),
        (&["rotate-secret", EXAMPLE_SERVICE.0], 1, "it has two secrets already"),
        (&["rotate-secret", EXAMPLE_SERVICE.0, "--old-ends-in=-1"], 2, "-1 is not in"),
    ] {
        let refused = site.run(arguments);
        assert_eq!(refused.status, Some(status), "{refused:?}");
        assert!(refused.stderr.contains(why) && refused.stdout.is_empty(), "{refused:?}");
    }
}
