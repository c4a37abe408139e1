//! What the README tells a newcomer to type works.

use crate::support::{Process, Site};

const README: &str = include_str!("../../../README.md");

/// The lines of its code blocks, each without its prompt.
fn lines() -> impl Iterator<Item = &'static str> {
    let blocks = README.split("```").skip(1).step_by(2);
    blocks.flat_map(str::lines).map(|line| line.strip_prefix("$ ").unwrap_or(line))
}

/// The words of a command line, as a shell would take them.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('"').enumerate();
    quoted.fold(vec![String::new()], |mut words, (number, part)| {
        let mut parts =
            if number % 2 == 0 { part.split(' ').collect() } else { vec![part] }.into_iter();
        words.last_mut().unwrap().push_str(parts.next().unwrap());
        words.extend(parts.map(str::to_owned));
        words
    })
}

#[test]
fn every_command_of_the_readme_works_on_the_demo_data() {
    let site = Site::new();
    drop(site.serve());
    let commands = lines().filter_map(|line| line.strip_prefix("cargo run -p example-app -- "));
    let commands: Vec<_> = commands.map(words).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let mut program = Process::start(&mut site.program(&arguments));
        program.write("correct horse\n");
        program.finish().success();
    }
}

#[test]
fn every_registration_of_the_guide_to_relying_parties_works() {
    const GUIDE: &str = include_str!("../../../oauth-server/src/guide/relying_parties.md");
    let site = Site::new();
    drop(site.serve());
    let guide = GUIDE.replace("\\\n    ", "");
    let commands: Vec<_> =
        guide.lines().filter(|line| line.starts_with("register-client ")).map(words).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        site.run(&command.iter().map(String::as_str).collect::<Vec<_>>()).success();
    }
}

#[tokio::test]
async fn every_authorization_request_of_the_readme_is_put_to_the_user() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let requests: Vec<_> = lines()
        .filter_map(|line| line.strip_prefix("http://localhost:8080"))
        .filter(|path| path.contains("response_type="))
        .collect();
    assert_eq!(requests.len(), 2, "{requests:?}");
    for request in requests {
        let page = user.get(request).await;
        assert_eq!(page.status, 200, "{request}: {page:?}");
        assert!(page.body.contains("name=\"user_action\""), "{request}");
    }
}

#[test]
fn what_syncscopes_says_is_what_the_readme_shows() {
    let site = Site::new();
    drop(site.serve());
    let said = site.run(&["syncscopes", "polls:"]).success().to_owned();
    assert!(README.contains(&format!("-- syncscopes polls:\n{said}$ cargo run")), "{said}");
}

#[tokio::test]
async fn the_three_ways_to_present_a_token_are_answered_as_the_readme_shows() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    let fields = [("grant_type", "client_credentials"), ("scope", "polls:results")];
    let service = ("example-service", "example-service-secret");
    let token = agent.token(Some(service), &fields).await.field("access_token");
    let view = agent.get(&format!("/polls/7/results/?access_token={token}")).await.body;
    let shown = view.replace(service.0, "1234");
    assert_eq!(README.matches(&shown).count(), 3, "{shown}");
    let refused = agent.get(&format!("/polls/7/stats/?access_token={token}")).await.body;
    assert!(README.contains(&refused), "{refused}");
}
