//! Below an issuer with a path, also where a proxy strips it.

use crate::support::{Server, Site, links};

const ISSUER: [&str; 2] = ["--issuer", "http://localhost:1/a/id"];

#[tokio::test]
async fn below_the_path_of_its_issuer_every_link_is_there_and_no_url_says_what_a_proxy_strips() {
    for (mount, reaches) in [(None, "/a/id"), (Some("/"), ""), (Some("/id"), "/id")] {
        let site = Site::new();
        let mut command = site.program(&ISSUER);
        command.envs(mount.map(|mount| ("OAUTH_MOUNT", mount)));
        let mut server = Server::start(&mut command);
        server.process.says(" http://localhost:1/a/id/docs/ ");
        let agent = server.agent();
        let links = links(&agent.get(&format!("{reaches}/")).await.body);
        assert!(links.len() > 10, "{mount:?}: {links:?}");
        for link in links {
            let address = link.strip_prefix("/a/id");
            let address = address.unwrap_or_else(|| panic!("{mount:?}: {link}"));
            let answer = agent.get(&format!("{reaches}{address}")).await;
            assert_ne!(answer.status, 404, "{mount:?}: {link}");
        }
        let login = agent.get(&format!("{reaches}/accounts/login/")).await.body;
        assert!(login.contains("action=\"/a/id/accounts/login/?next&#x3D;"), "{login}");
    }
}

#[test]
fn an_issuer_with_a_slash_at_its_end_or_of_http_where_tls_is_required_is_one_line() {
    for options in [
        &["--issuer", "https://id.example/"][..],
        &["--issuer", "http://a.example", "--ssl-only=true"],
    ] {
        let site = Site::new();
        let refused = site.run(options);
        assert!(refused.refusal(2).contains("OAUTH_ISSUER"), "{refused:?}");
        assert_eq!(site.files(), [""; 0]);
    }
}
