//! The front page: where to go from here.

use crate::support::{Agent, Answer, Server, Site, links};

/// What the example has, with all that is off unless a variable says so.
const WANTED: [&str; 31] = [
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/apps/",
    "/accounts/password/",
    "/device/",
    "/admin/",
    "/oauth2/authorization/",
    "/oauth2/token/",
    "/oauth2/missing_redirect_uri/",
    "/oauth2/revoke/",
    "/oauth2/introspect/",
    "/oauth2/par/",
    "/oauth2/device_authorization/",
    "/oauth2/register/",
    "/oauth2/keys/",
    "/oauth2/userinfo/",
    "/oauth2/logout/",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/openid-configuration",
    "/mcp",
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
];

#[tokio::test]
async fn the_front_page_links_to_every_address_and_each_is_there() {
    let site = Site::new();
    let all = [("OAUTH_MCP", "true"), ("OAUTH_DYNAMIC_REGISTRATION", "open")];
    let server = Server::start(site.program(&[]).envs(all));
    for agent in [server.agent(), server.signed_in().await] {
        let links = links(&agent.get("/").await.body);
        for wanted in WANTED {
            assert!(links.iter().any(|link| link.starts_with(wanted)), "{wanted} in {links:?}");
        }
        for link in links {
            let answer = followed(&agent, &link).await;
            let expected = match link.as_str() {
                "/oauth2/userinfo/" | "/mcp" => 401,
                "/oauth2/missing_redirect_uri/" | "/oauth2/keys/" | "/oauth2/logout/" => 200,
                "/token/" => 405,
                program if program.starts_with("/oauth2/") && !program.contains('?') => 405,
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
