//! `state` comes back as it was after decoding, whatever it holds: RFC 6749 §4.1.2, "the exact value received".

use crate::support::{
    PASSWORD, Site,
    client::{code_request, implicit_request},
};

fn nasty() -> Vec<String> {
    let short = [
        "a b&c=d",
        "\u{fc}\u{1F511}",
        "\"'<script>",
        "a\r\nX-Injected: x",
        "+",
        "%",
        "%20",
        "a+b%2Bc",
        "#?/;",
        "\\",
        "a\0b",
        "\u{202e}",
        " ",
        "\u{7f}",
        "code=x",
    ];
    short.map(str::to_owned).into_iter().chain(["s".repeat(4_000)]).collect()
}

both_databases! {
    async fn state_comes_back_with_a_code(site: Site) {
        let browser = site.sign_in().await;
        for state in nasty() {
            let answer = browser.authorize(&code_request().set("state", &state)).await;
            assert_eq!(answer.in_query("state"), Some(state));
            assert!(answer.in_query("code").is_some());
            assert!(!answer.has_header("X-Injected"));
        }
    }

    async fn state_comes_back_with_an_error(site: Site) {
        let browser = site.sign_in().await;
        for state in nasty() {
            let answer = browser.ask(&code_request().set("state", &state).without("scope")).await;
            assert_eq!(answer.in_query("state"), Some(state));
        }
    }

    async fn state_comes_back_in_the_fragment(site: Site) {
        let browser = site.sign_in().await;
        for state in nasty() {
            let answer = browser.authorize(&implicit_request().set("state", &state)).await;
            assert_eq!(answer.in_fragment("state"), Some(state));
            assert!(!answer.location().contains('+'), "a space in a fragment is %20: {answer:#?}");
        }
    }

    async fn state_survives_the_login(site: Site) {
        site.alice().await;
        for state in nasty() {
            let browser = site.browser();
            let login =
                browser.ask(&code_request().set("state", &state)).await.location().to_owned();
            let form = browser.page(&login).await.form;
            let given = [("username", "alice"), ("password", PASSWORD)];
            let back = browser.submit(&form, &given).await.location().to_owned();
            let page = browser.page(&back).await;
            let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
            assert_eq!(answer.in_query("state"), Some(state));
        }
    }
}
