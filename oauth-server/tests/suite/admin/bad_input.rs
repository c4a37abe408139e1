//! What no form takes: it is said beside the field, all that was typed is kept, and nothing is saved.

use super::{between, changes, filled, opened, record};
use crate::support::{Browser, Form, FormBody, Site, nasty};

/// Sends a form with one bad value.
async fn refused(
    site: &Site,
    browser: &Browser,
    path: &str,
    given: &Form,
    bad: (&str, &str, &str),
) {
    let (field, value, problem) = bad;
    let sent = given.clone().set(field, value);
    let before = changes(site);
    let answer = browser.post(path, &sent).await;
    assert_eq!(answer.status, 422, "{field}={}: {answer:#?}", nasty::start(value));
    let start = format!("id=\"{field}-problem\">");
    let said = between(&answer.body, &start, "</p>");
    assert!(said.contains(problem), "{field}={}: {said}", nasty::start(value));
    for wanted in [format!("aria-describedby=\"{field}-problem"), format!("<a href=\"#{field}\">")]
    {
        assert!(answer.body.contains(&wanted), "{wanted}: {answer:#?}");
    }
    let kept = filled(&answer);
    for name in NAMES {
        // A choice that is not offered has nowhere to stand.
        let has_no_place = name == field && problem == "not offered";
        if !name.starts_with("password") && !has_no_place {
            let typed = sent.get(name).map(|value| value.replace('\0', "\u{fffd}"));
            assert_eq!(
                kept.get(name),
                typed.as_deref(),
                "{name} after {field}={}",
                nasty::start(value)
            );
        }
    }
    assert_eq!(changes(site), before, "{field}={}", nasty::start(value));
}

/// Of all forms.
const NAMES: [&str; 24] = [
    "name",
    "client_id",
    "kind",
    "description",
    "redirect_uris",
    "grant_types",
    "any_scope",
    "default_scopes",
    "access_token_lifetime",
    "refresh_token_lifetime",
    "require_pkce",
    "owner",
    "acts_as_owner",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "title",
    "username",
    "first_name",
    "last_name",
    "email",
    "password",
    "password_again",
];

fn long(length: usize) -> String {
    "x".repeat(length)
}

both_databases! {
    async fn of_a_client(site: Site) {
        let browser = site.superuser().await;
        let path = "/admin/clients/new/";
        let given = opened(&browser, path).await.set("name", "Printer").set("client_id", "printer");
        let given = given.set("redirect_uris", "https://printer.example/callback").set("description", "Prints.");
        let (long_uri, many) = (format!("https://a.example/{}", long(2000)), "https://a.example/\n".repeat(101));
        for bad in [
            ("name", "", "must not be empty"), ("name", "  ", "must not be empty"),
            ("name", &long(101), "at most 100"), ("name", "a\0b", "control character"),
            ("name", "a\nb", "control character"), ("name", "a\u{202e}b", "control character"),
            ("client_id", "confidential", "already taken"), ("client_id", "a b", "printable ASCII"),
            ("client_id", &long(256), "1 to 255"), ("client_id", "\u{1f511}", "printable ASCII"),
            ("kind", "neither", "not offered"), ("description", &long(4001), "at most 4000"),
            ("description", "a\u{7}b", "control character"),
            ("redirect_uris", "", "at least one"), ("redirect_uris", "javascript:alert(1)", "javascript:alert(1)"),
            ("redirect_uris", "https://a.example/#x", "https://a.example/#x"), ("redirect_uris", "nonsense", "nonsense"),
            ("redirect_uris", &long_uri, "at most 2000"),
            ("grant_types", "everything", "not offered"), ("scopes", "nonsense", "not offered"),
            ("client_credentials_scopes", "nonsense", "not offered"),
            ("default_scopes", "\"", "printable ASCII"), ("default_scopes", "read", "among the scopes"),
            ("access_token_lifetime", "soon", "number of seconds"), ("access_token_lifetime", "0", "1 second"),
            ("access_token_lifetime", "-1", "1 second"), ("access_token_lifetime", "1.5", "number of seconds"),
            ("refresh_token_lifetime", "9223372036854775808", "number of seconds"),
            ("refresh_token_lifetime", "9223372036854775807", "100 years"),
            ("owner", "nobody at all", "subject of a user"), ("acts_as_owner", "on", "needs an owner"),
            ("client_uri", "javascript:alert(1)", "not an http or https URL"),
            ("logo_uri", "a.example/logo", "not an http or https URL"), ("policy_uri", "//a.example", "not an http"),
            ("tos_uri", &long_uri, "at most 2000"), ("require_state", "sometimes", "not offered"),
        ] {
            refused(&site, &browser, path, &given, bad).await;
        }
        // The same one over and over is one.
        browser.post(path, &given.set("redirect_uris", &many)).await.with_status(422);
    }

    async fn of_a_scope(site: Site) {
        let browser = site.superuser().await;
        let path = "/admin/scopes/new/";
        let given = opened(&browser, path).await.set("name", "notes:share").set("description", "Share <b>.");
        for bad in [
            ("name", "", "printable ASCII"), ("name", "a b", "printable ASCII"), ("name", "a\"b", "printable ASCII"),
            ("name", "a\0", "control character"), ("name", &long(256), "at most 255"), ("name", "read", "already taken"),
            ("title", &long(101), "at most 100"), ("title", "a\nb", "control character"),
            ("description", &long(4001), "at most 4000"), ("description", "a\u{1b}[0m", "control character"),
        ] {
            refused(&site, &browser, path, &given, bad).await;
        }
        let scope = record(&browser, "/admin/scopes/", "<code>read</code>").await;
        let given = opened(&browser, &scope).await;
        for bad in [("title", long(101).as_str(), "at most 100"), ("description", "\0", "control character")] {
            refused(&site, &browser, &scope, &given, bad).await;
        }
    }

    async fn of_a_user(site: Site) {
        let browser = site.superuser().await;
        let path = "/admin/users/new/";
        let given = opened(&browser, path).await.set("username", "bob").set("email", "bob@example.com");
        let given = given.set("password", "a long password").set("password_again", "a long password");
        for bad in [
            ("username", "", "must not be empty"), ("username", &long(151), "at most 150"),
            ("username", "a\0b", "control character"), ("username", "a\tb", "control character"),
            ("username", "alice", "already taken"), ("first_name", &long(151), "at most 150"),
            ("last_name", "\u{0}", "control character"), ("email", "nonsense", "name@example.com"),
            ("email", &format!("{}@example.com", long(250)), "at most 254"), ("password_again", "other", "not the same"),
            ("password_again", "", "not the same"),
        ] {
            refused(&site, &browser, path, &given, bad).await;
        }
        for password in ["", "1234567", &long(1001)] {
            let given = given.clone().set("password_again", password);
            refused(&site, &browser, path, &given, ("password", password, "characters")).await;
        }
        let user = record(&browser, "/admin/users/", "alice").await;
        let given = opened(&browser, &user).await;
        for bad in [("username", "", "must not be empty"), ("email", "@", "name@example.com")] {
            refused(&site, &browser, &user, &given, bad).await;
        }
    }

    async fn of_what_is_issued_by_hand(site: Site) {
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        let subject = site.alice().await.id.to_string();
        let path = format!("{client}issue-token/");
        let given = opened(&browser, &path).await.set("subject", &subject).set("scopes", "read");
        for bad in [
            ("subject", "0", "subject of a user"), ("subject", "a\0b", "control character"),
            ("subject", &long(10_000), "subject of a user"), ("scopes", "admin", "not offered"),
            ("lifetime", "soon", "number of seconds"), ("lifetime", "0", "1 second"),
        ] {
            refused(&site, &browser, &path, &given, bad).await;
        }
        refused(&site, &browser, &path, &given.without("scopes"), ("lifetime", "x", "number")).await;
        let path = format!("{client}issue-code/");
        let given = opened(&browser, &path).await.set("subject", &subject).set("scopes", "read");
        for bad in [
            ("subject", "", "must not be empty"), ("redirect_uri", "https://evil.example/", "not offered"),
            ("code_challenge", "short", "43 characters"),
        ] {
            refused(&site, &browser, &path, &given, bad).await;
        }
        assert_eq!(site.database.count("oauth_grants"), 0);
    }

    async fn a_password_is_never_shown_again(site: Site) {
        let browser = site.superuser().await;
        let path = "/admin/users/new/";
        let given = opened(&browser, path).await.set("password", "a long password");
        let answer = browser.post(path, &given.set("password_again", "a long password")).await.with_status(422);
        assert!(!answer.body.contains("a long password"), "{}", answer.body);
    }

    async fn a_body_that_is_no_form_or_too_large_changes_nothing(site: Site) {
        let browser = site.superuser().await;
        for path in ["/admin/scopes/new/", "/admin/clients/new/", "/admin/users/new/", "/admin/codes/"] {
            let form = opened(&browser, path).await;
            let large = form.set("description", &"a".repeat(64 * 1024)).encoded();
            for body in nasty::bodies().into_iter().chain([large.into_bytes()]) {
                let request = site.request(reqwest::Method::POST, path).form_body(body);
                let answer = browser.send(request).await;
                assert!([400, 403, 413].contains(&answer.status), "{path}: {answer:#?}");
            }
            let request = site.request(reqwest::Method::POST, path).header("Content-Type", "application/json");
            browser.send(request.body("{}")).await.with_status(400);
        }
        assert_eq!(changes(&site), 0);
    }

    async fn no_value_makes_a_form_fail(site: Site) {
        let browser = site.superuser().await;
        for path in ["/admin/scopes/new/", "/admin/users/new/", "/admin/clients/1/edit/", "/admin/clients/1/issue-code/"] {
            let form = opened(&browser, path).await;
            let token = Form::new(&[("csrf_token", form.get("csrf_token").unwrap())]).encoded();
            for body in nasty::variations(&form.without("csrf_token").encoded()) {
                let request = site.request(reqwest::Method::POST, path).form_body(format!("{token}&{body}"));
                let answer = browser.send(request).await;
                assert!(answer.status < 500, "{path}: {}: {answer:#?}", nasty::start(&body));
            }
        }
    }

    async fn no_query_makes_a_list_fail(site: Site) {
        let browser = site.superuser().await;
        for list in ["scopes", "tokens", "families"] {
            for value in nasty::values() {
                for name in ["q", "after", "family", "done", "which=name&q"] {
                    let answer = browser.get(&format!("/admin/{list}/?{name}={value}")).await;
                    assert_eq!(answer.status, 200, "{list} {name}={}", nasty::start(&value));
                }
            }
        }
    }

    async fn a_field_that_is_sent_twice_is_refused(site: Site) {
        let browser = site.superuser().await;
        let form = opened(&browser, "/admin/scopes/new/").await.set("name", "one").and("name", "two");
        let answer = browser.post("/admin/scopes/new/", &form).await.with_status(422);
        assert!(answer.body.contains("was sent more than once"), "{}", answer.body);
    }

    async fn a_key_that_is_none_is_a_page_that_says_so(site: Site) {
        let browser = site.superuser().await;
        for kind in ["clients", "scopes", "users", "codes", "tokens", "families"] {
            for key in ["0", "-1", "999999", "9223372036854775807", "9223372036854775808", "x", "1x", "1.0", "%00", "%20"] {
                let answer = browser.get(&format!("/admin/{kind}/{key}/")).await;
                assert_eq!(answer.status, 404, "{kind} {key}: {answer:#?}");
                assert!(answer.body.contains("There is nothing here"), "{kind} {key}");
            }
        }
    }
}
