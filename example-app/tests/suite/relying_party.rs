//! The example's other half: an application whose users log in with the provider.

use reqwest::Method;

use crate::support::{Agent, Answer, Process, Server, Site, agent::send, client_demo};

#[test]
fn client_demo_logs_in_to_the_relying_party_and_out_again() {
    let site = Site::new();
    let server = site.serve();
    let arguments = ["--login", "--server", &server.url()];
    let finished = Process::start(&mut client_demo(&arguments)).finish();
    let transcript = finished.success();
    for said in ["scope=openid", "nonce=", "code_challenge=", "who logged in: exampleuser@"] {
        assert!(transcript.contains(said), "{said} in {transcript}");
    }
}

#[test]
fn client_demo_names_the_step_when_the_provider_logs_nobody_in_elsewhere() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_OPENID", "false");
    let arguments = ["--login", "--server", &server.url()];
    let finished = Process::start(&mut client_demo(&arguments)).finish();
    assert_eq!(finished.status, Some(1), "{finished:?}");
    assert!(finished.stderr.contains("step 1 (Open the other application)"), "{finished:?}");
    assert!(finished.stderr.contains("OAUTH_OPENID"), "{finished:?}");
}

#[tokio::test]
async fn the_relying_party_shows_who_the_provider_says_has_logged_in() {
    let site = Site::new();
    let server = site.serve();
    let Asked { browser, answer, .. } = asked(&server, "Accept").await;
    assert_eq!(browser.get(&answer).await.header("location"), "/relying-party/");
    let page = browser.get("/relying-party/").await;
    let subject = site.query("SELECT subject FROM oauth_grants").remove(0);
    for shown in ["Example User", "exampleuser@example.com", &format!("<code>{subject}</code>")] {
        assert!(page.body.contains(shown), "{shown} on {page:?}");
    }
    assert!(!server.agent().get("/relying-party/").await.body.contains("Example User"));
}

#[tokio::test]
async fn an_answer_logs_in_once_and_only_the_browser_that_asked_for_it() {
    let site = Site::new();
    let server = site.serve();
    let Asked { browser, answer, .. } = asked(&server, "Accept").await;
    refused(&server.agent(), &answer, "another browser").await;
    assert_eq!(browser.get(&answer).await.status, 303);
    assert_eq!(browser.get(&answer).await.status, 400, "the second time");
}

/// OpenID Connect Core §3.1.3.7: that the nonce is the one that was sent "MUST be verified".
#[tokio::test]
async fn an_id_token_that_answers_another_request_logs_nobody_in() {
    let site = Site::new();
    let server = site.serve();
    let Asked { answer, pending, .. } = asked(&server, "Accept").await;
    let [state, _, code_verifier] = pending.split('.').collect::<Vec<_>>()[..] else {
        panic!("{pending}")
    };
    let other = format!("relying_party_pending={state}.another.{code_verifier}");
    let page = send(server.agent().request(Method::GET, &answer).header("cookie", other)).await;
    assert_eq!(page.status, 400, "{page:?}");
    assert!(page.body.contains("for somebody else"), "{page:?}");
}

/// RFC 9207 §2.4: clients "MUST NOT proceed" where the issuer is another.
#[tokio::test]
async fn an_answer_of_another_issuer_logs_nobody_in() {
    let site = Site::new();
    let server = site.serve();
    let Asked { browser, answer, .. } = asked(&server, "Accept").await;
    let (before, _) = answer.split_once("&iss=").unwrap();
    refused(&browser, &format!("{before}&iss=https://evil.example"), "for somebody else").await;
}

#[tokio::test]
async fn who_declines_is_told_so_and_may_begin_again() {
    let site = Site::new();
    let server = site.serve();
    let Asked { browser, answer, .. } = asked(&server, "Decline").await;
    let page = refused(&browser, &answer, "access_denied").await;
    assert!(page.body.contains("href=\"/relying-party/login/\""), "{page:?}");
}

/// A browser with the provider's answer in its address bar.
struct Asked {
    browser: Agent,
    answer: String,
    /// What the relying party has had it keep.
    pending: String,
}

/// The demo user begins to log in, and decides.
async fn asked(server: &Server, user_action: &str) -> Asked {
    let browser = server.signed_in().await;
    let begun = browser.get("/relying-party/login/").await;
    let (_, kept) = begun.header("set-cookie").split_once("relying_party_pending=").unwrap();
    let pending = kept.split(';').next().unwrap().to_owned();
    let answer = browser.decide(begun.location().query().unwrap(), user_action).await;
    assert_eq!(answer.path(), "/relying-party/callback");
    Asked { browser, answer: format!("{}?{}", answer.path(), answer.query().unwrap()), pending }
}

/// The page that says why nobody has logged in.
async fn refused(browser: &Agent, answer: &str, why: &str) -> Answer {
    let page = browser.get(answer).await;
    assert_eq!(page.status, 400, "{page:?}");
    assert!(page.body.contains(why), "{why} on {page:?}");
    assert!(!browser.get("/relying-party/").await.body.contains("Example User"), "{why}");
    page
}
