//! The front page: where to go from here.

use crate::support::{Agent, Answer, Site, links};

#[tokio::test]
async fn the_front_page_links_to_every_address_and_each_is_there() {
    let site = Site::new();
    let server = site.serve();
    for agent in [server.agent(), server.signed_in().await] {
        let links = links(&agent.get("/").await.body);
        for wanted in [
            "/accounts/login/",
            "/accounts/logout/",
            "/accounts/apps/",
            "/accounts/password/",
            "/device/",
            "/admin/",
            "/oauth2/authorization/",
            "/oauth2/token/",
            "/oauth2/missing_redirect_uri/",
            "/relying-party/",
            "/api/user_info/",
            "/auth/",
            "/token/",
            "/polls/1/stats/",
            "/polls/1/results/",
            "/docs/",
            "/openapi.json",
            "/healthz",
            "/readyz",
        ] {
            assert!(links.iter().any(|link| link.starts_with(wanted)), "{wanted} in {links:?}");
        }
        for link in links {
            let answer = followed(&agent, &link).await;
            let expected = match link.as_str() {
                "/oauth2/token/" | "/token/" => 405,
                program if program.starts_with("/api/") || program.starts_with("/polls/") => 401,
                _ => 200,
            };
            assert_eq!(answer.status, expected, "{link}: {answer:?}");
        }
    }
}

/// Where the links of a page take a browser in the end.
async fn followed(agent: &Agent, link: &str) -> Answer {
    let mut answer = agent.get(link).await;
    for _ in 0..5 {
        if answer.status != 303 {
            break;
        }
        answer = agent.get(answer.header("location")).await;
    }
    answer
}
