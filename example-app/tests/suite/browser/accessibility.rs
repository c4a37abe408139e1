//! What a checker finds wrong with the pages: nothing, on either screen and in either colours.

use crate::support::{
    ALL_RULES, BundledPages, Chromium, DESKTOP, EXAMPLE_REQUEST, RULES_OF_COLOURS, Server, Site,
};

#[tokio::test]
async fn the_checker_finds_what_is_wrong_with_a_page() {
    let Some(browser) = Chromium::with_checker().await else { return };
    let site = Site::new();
    let server = site.serve();
    browser.open(&format!("{}/accounts/login/", server.url())).await;
    browser.run(SPOIL).await;
    let broken = async |rules| {
        let broken = browser.broken(rules).await;
        let ids = broken.as_array().unwrap().iter();
        ids.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for colours in ["light", "dark"] {
        browser.show_in(colours).await;
        assert_eq!(broken(ALL_RULES).await, ["color-contrast", "label"], "{colours}");
        assert_eq!(broken(RULES_OF_COLOURS).await, ["color-contrast"], "{colours}");
    }
}

#[tokio::test]
async fn everybody_can_use_the_bundled_pages_in_both_languages() {
    let Some(browser) = Chromium::with_checker().await else { return };
    let pages = BundledPages::serve().await;
    for language in ["en", "ru"] {
        browser.prefer(language).await;
        for url in &pages.urls {
            browser.open(url).await;
            assert_eq!(browser.run("return document.documentElement.lang").await, language);
            browser.is_accessible().await;
        }
    }
}

#[tokio::test]
async fn everybody_can_use_the_pages_of_this_application() {
    let Some(browser) = Chromium::with_checker().await else { return };
    let site = Site::new();
    let server = site.serve();
    let consent = format!("/oauth2/authorization/?{EXAMPLE_REQUEST}");
    for language in ["ru", "en"] {
        browser.prefer(language).await;
        for path in ["/", "/oauth2/missing_redirect_uri/", "/nothing/", &consent] {
            browser.open(&format!("{}{path}", server.url())).await;
            browser.is_accessible().await;
        }
    }
    browser.type_in("#username", "exampleuser").await;
    browser.type_in("#password", "wrong").await;
    browser.click("button[type=submit]").await;
    browser.shows("[role=alert]", "wrong").await;
    browser.is_accessible().await;

    browser.type_in("#password", "password").await;
    browser.click("button[type=submit]").await;
    browser.page("Example Client").await;
    browser.is_accessible().await;

    server.signed_in().await.tokens().await;
    for path in [
        "/accounts/apps/",
        "/accounts/password/",
        "/accounts/logout/",
        "/api/user_info/",
        "/device/",
    ] {
        browser.open(&format!("{}{path}", server.url())).await;
        browser.is_accessible().await;
    }
}

#[tokio::test]
async fn everybody_can_use_the_page_that_says_when_to_try_again() {
    let Some(browser) = Chromium::with_checker().await else { return };
    let site = Site::new();
    let server = site.serve_with("OAUTH_SIGN_IN_GUESSES", "1");
    for (language, said) in [("en", "Try again in"), ("ru", "Попробуйте ещё раз через")]
    {
        browser.prefer(language).await;
        browser.open(&format!("{}/accounts/login/", server.url())).await;
        browser.type_in("#username", language).await; // it comes back with the page
        for _ in 0..2 {
            browser.type_in("#password", "wrong").await;
            browser.click("button[type=submit]").await;
            browser.shows("[role=alert]", "").await;
        }
        browser.shows("[role=alert]", said).await;
        browser.is_accessible().await;
    }
}

#[tokio::test]
async fn everybody_can_use_the_lists_records_and_questions_of_the_admin_site() {
    let Some(browser) = Chromium::with_checker().await else { return };
    let site = Site::new();
    let server = site.serve_with("OAUTH_DYNAMIC_REGISTRATION", "token");
    site.run(&["issue-registration-token"]).success();
    enter(&browser, &server).await;
    let mut issued = Vec::new();
    for list in ["codes/", "tokens/", "families/"] {
        let record = first_of(&browser, &server, list).await;
        issued.extend([format!("{record}revoke/"), record]);
    }
    let paths = LISTS.iter().chain(&RECORDS).chain(&QUESTIONS).copied();
    for path in paths.chain(issued.iter().map(String::as_str)) {
        browser.open(&format!("{}/admin/{path}", server.url())).await;
        let is_missing = browser.run("return document.title.startsWith('Nothing')").await;
        assert_eq!(is_missing, path == "nothing/", "{path}");
        browser.is_accessible().await;
    }
}

#[tokio::test]
async fn everybody_can_use_the_forms_of_the_admin_site_also_when_they_say_what_is_wrong() {
    let Some(browser) = Chromium::with_checker().await else { return };
    let site = Site::new();
    let server = site.serve();
    enter(&browser, &server).await;
    for path in FORMS {
        browser.open(&format!("{}/admin/{path}", server.url())).await;
        browser.is_accessible().await;
        browser.run(SEND_TOO_MUCH).await;
        browser.shows(".wrong", "").await;
        browser.is_accessible().await;
    }
    browser.open(&format!("{}/admin/scopes/1/", server.url())).await;
    browser.run(SEND_WHAT_IS_OUTDATED).await;
    browser.shows(".problem", "Somebody else").await;
    browser.is_accessible().await;

    browser.show_on(DESKTOP).await;
    browser.open(&format!("{}/admin/clients/1/issue-token/", server.url())).await;
    browser.type_in("#subject", "1").await;
    browser.tick("input[name=scopes]").await;
    browser.click("main button[type=submit]").await;
    browser.page("An access token for Example Client").await;
    browser.is_accessible().await;
}

/// The path of a list's first record.
async fn first_of(browser: &Chromium, server: &Server, list: &str) -> String {
    browser.open(&format!("{}/admin/{list}", server.url())).await;
    let link = "return document.querySelector('tbody th a').getAttribute('href')";
    let path = browser.run(link).await;
    path.as_str().and_then(|path| path.strip_prefix("/admin/")).expect("a record").to_owned()
}

/// The demo user, on the admin site of a server with a code, tokens and a change.
async fn enter(browser: &Chromium, server: &Server) {
    let user = server.signed_in().await;
    let tokens = user.tokens().await;
    user.refresh(&tokens).await;
    user.code(&format!("{EXAMPLE_REQUEST}&prompt=consent")).await;
    browser.open(&format!("{}/admin/scopes/1/", server.url())).await;
    browser.sign_in().await;
    browser.type_in("#title", "Your profile").await;
    browser.click("main button[type=submit]").await;
    browser.shows(".done", "saved").await;
}

const LISTS: [&str; 13] = [
    "",
    "clients/",
    "clients/?which=name&q=nobody",
    "scopes/",
    "users/",
    "codes/",
    "tokens/",
    "tokens/?after=9223372036854775807-ffffffffffffffff",
    "families/",
    "keys/",
    "logouts/",
    "registration_tokens/",
    "audit/",
];

const RECORDS: [&str; 3] = ["clients/1/", "scopes/1/?done=saved", "nothing/"];

const QUESTIONS: [&str; 8] = [
    "clients/1/rotate-secret/",
    "clients/1/disable/",
    "clients/1/delete/",
    "scopes/1/delete/",
    "users/1/delete/",
    "keys/rotate/",
    "keys/rotate-at-once/",
    "registration_tokens/1/end/",
];

const FORMS: [&str; 10] = [
    "clients/new/",
    "clients/1/edit/",
    "clients/1/issue-token/",
    "clients/1/issue-code/",
    "scopes/new/",
    "scopes/1/",
    "users/new/",
    "users/1/",
    "users/1/password/",
    "registration_tokens/new/",
];

/// A field without a label, and words that are hard to read in light and in dark.
const SPOIL: &str = "
    document.querySelector('label').remove();
    document.querySelector('label').style.color = '#7a7a7a';";

/// More than a field takes, in each that takes text, and less than a body may have; the browser's own checks are left
/// out.
const SEND_TOO_MUCH: &str = "
    const form = document.querySelector('main form');
    for (const field of form.querySelectorAll('textarea, input:not([type=hidden], [type=checkbox], [type=radio])'))
        field.value = 'x'.repeat(field.tagName === 'TEXTAREA' ? 4001 : 2001); // all in 64 KiB
    form.submit();";

/// The form, as if somebody else had changed the record in the meantime.
const SEND_WHAT_IS_OUTDATED: &str = "
    document.querySelector('[name=version]').value = 'older';
    document.querySelector('main form').submit();";
