//! `register-client`, by the names of RFC 7591 §2.

use crate::support::Site;

const BASE: [&str; 3] =
    ["register-client", "--client-name=App", "--redirect-uri=https://app.example/callback"];

#[test]
fn its_auth_method_says_whether_a_client_has_a_secret() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    for (method, has_secret) in
        [("none", false), ("client_secret_basic", true), ("client_secret_post", true)]
    {
        let option = format!("--token-endpoint-auth-method={method}");
        let registered = site.run(&[&BASE[..], &[&option]].concat());
        assert_eq!(registered.success().contains("client_secret: "), has_secret, "{method}");
    }
    assert_eq!(site.query("SELECT DISTINCT name FROM oauth_clients"), ["App"]);
}

#[test]
fn an_auth_method_that_is_unknown_or_says_the_opposite_is_refused() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    for (more, status, told) in [
        (&["--token-endpoint-auth-method=private_key_jwt"][..], 2, "client_secret_basic"),
        (&["--token-endpoint-auth-method=client_secret_basic", "--public"], 2, "--public"),
        (&["--token-endpoint-auth-method=none", "--choose-secret"], 1, "--choose-secret"),
    ] {
        let refused = site.run(&[&BASE[..], more].concat());
        assert_eq!(refused.status, Some(status), "{refused:?}");
        assert!(refused.stderr.contains(told), "{refused:?}");
    }
    assert_eq!(site.query("SELECT name FROM oauth_clients"), [""; 0]);
}
