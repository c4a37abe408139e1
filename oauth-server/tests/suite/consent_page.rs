//! The page that asks the resource owner: RFC 6749 §3.1, §10.11, §10.13.

use oauth_server::{
    BuildError, NewScope, OAuth, OAuthBuilder, ResourceOwner, StoreError, Users, async_trait,
};
use poem::Request;

use crate::support::{PASSWORD, Site, authorization, client::code_request};

/// An application's own users, who are always the same.
struct Own;

#[async_trait]
impl Users for Own {
    async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        Ok(Some(ResourceOwner::new("1867", "Curie")))
    }

    fn login_url(&self, _: &Request, _: &str) -> String {
        "/sso".to_owned()
    }
}

/// What could become markup.
const MARKUP: &str = "<script>alert('\"1\" & 2')</script>";

/// The template of an application that shows everything that it is given.
fn own_template(oauth: OAuthBuilder) -> OAuthBuilder {
    let template = "OWN {{client.name}}|{{client.description}}|{{client.client_uri}}|{{client.logo_uri}}|\
        {{#each scopes}}{{name}}={{description}};{{/each}}|{{user}}|\
        <form action=\"{{form_action}}\" method=\"post\">\
        {{#each form}}<input type=\"hidden\" name=\"{{name}}\" value=\"{{value}}\">{{/each}}</form>";
    oauth.template("authorize", template)
}

both_databases! {
    async fn the_page_says_who_asks_for_what_and_whom_it_asks(site: Site) {
        let albums = NewScope {
            name: "albums".to_owned(),
            title: "Your albums".to_owned(),
            description: "See what is in them.".to_owned(),
            ..NewScope::default()
        };
        site.server.register_new_scope(albums).await.unwrap();
        site.register(|client| {
            client.name = "Photo Printer".to_owned();
            client.description = "Prints your photos.".to_owned();
            client.client_uri = Some("https://printer.example/about".to_owned());
            client.logo_uri = Some("https://printer.example/logo.png".to_owned());
            client.policy_uri = Some("https://printer.example/privacy".to_owned());
            client.tos_uri = Some("https://printer.example/terms".to_owned());
            client.scopes = "read write albums".parse().unwrap();
        })
        .await;
        let request = code_request().set("client_id", "another").set("scope", "read write albums");
        let page = site.sign_in().await.consent(&request).await;
        for shown in [
            "Photo Printer",
            "Prints your photos.",
            "href=\"https://printer.example/about\"",
            "src=\"https://printer.example/logo.png\"",
            "Read your notes.",
            "Change your notes.",
            "Your albums",
            "See what is in them.",
            "href=\"https://printer.example/privacy\"",
            "href=\"https://printer.example/terms\"",
            "alice",
        ] {
            assert!(page.answer.body.contains(shown), "{shown}: {}", page.answer.body);
        }
    }

    async fn scopes_are_said_in_the_language_of_the_reader_where_they_are_translated(site: Site) {
        let site = site.with(|config| {
            config.oauth = |oauth| {
                oauth
                    .locale("ru", "scope-notes-read = Читать ваши заметки.\n    .title = Ваши заметки")
                    .locale("en", "scope-write = Change what you wrote.")
            };
        });
        let site = site.await;
        let notes = NewScope {
            name: "notes:read".to_owned(),
            title: "Your notes".to_owned(),
            description: "Read what you wrote.".to_owned(),
            ..NewScope::default()
        };
        site.server.register_new_scope(notes).await.unwrap();
        site.register(|client| client.scopes = "notes:read write read".parse().unwrap()).await;
        let request = code_request().set("client_id", "another").set("scope", "notes:read write read");
        let (browser, address) = (site.sign_in().await, authorization(&request));
        for (language, said, unsaid) in [
            ("ru", ["Ваши заметки", "Читать ваши заметки.", "Change what you wrote.", "Read your notes."], "Your notes"),
            ("en", ["Your notes", "Read what you wrote.", "Change what you wrote.", "Read your notes."], "Ваши"),
        ] {
            let asked = browser.request(reqwest::Method::GET, &address).header("Accept-Language", language);
            let page = browser.send(asked).await.with_status(200).body;
            for text in said {
                assert!(page.contains(text), "{language}: {text}: {page}");
            }
            assert!(!page.contains(unsaid), "{language}: {page}");
        }
    }

    async fn it_says_to_which_host_the_browser_goes_next(site: Site) {
        let browser = site.sign_in().await;
        for (number, (redirect_uri, said)) in [
            ("https://app.example/callback?at=evil.example", "your browser goes to app.example."),
            ("https://APP.example:8443/", "your browser goes to app.example:8443."),
            ("http://127.0.0.1:9000/callback", "go back to an application on this device, at 127.0.0.1:9000."),
            ("com.example.printer:/callback", "go back to an application on this device."),
        ].into_iter().enumerate() {
            let id = format!("client-{number}");
            site.register(|client| {
                client.client_id = Some(id.clone());
                client.redirect_uris = vec![redirect_uri.to_owned()];
            }).await;
            let request = code_request().set("client_id", &id).set("redirect_uri", redirect_uri);
            let page = browser.consent(&request).await.answer.body;
            assert!(page.contains(said), "{redirect_uri}: {page}");
        }
    }

    async fn who_is_somebody_else_signs_in_as_that_and_is_asked_the_same(site: Site) {
        let browser = site.sign_in().await;
        site.database.execute(
            "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
             is_active, created_at) SELECT 'bob', password_hash, '', '', '', FALSE, FALSE, TRUE, 1 FROM oauth_users",
        );
        let page = browser.consent(&code_request()).await.answer.body;
        let (before, _) = page.split_once("\">Not you?</a>").expect("the way to another account");
        let (_, switch) = before.rsplit_once("href=\"").unwrap();
        let switch = switch.replace("&amp;", "&").replace("&#x3D;", "=");
        let form = browser.page(&switch).await;
        for said in ["Continue as alice", "To go on to confidential"] {
            assert!(form.answer.body.contains(said), "{said}: {}", form.answer.body);
        }
        assert!(!form.answer.body.contains("role=\"alert\""), "it is no problem: {}", form.answer.body);
        let answer = browser.submit(&form.form, &[("username", "bob"), ("password", PASSWORD)]).await;
        assert_eq!(answer.location(), authorization(&code_request()));
        let again = browser.get(answer.location()).await.with_status(200).body;
        assert!(again.contains("You are signed in as bob."), "{again}");
    }

    async fn where_the_applications_own_users_cannot_switch_it_is_not_offered(site: Site) {
        let site = site.with(|config| config.oauth = |oauth| oauth.users(Own)).await;
        let page = site.browser().consent(&code_request()).await.answer.body;
        assert!(page.contains("You are signed in as Curie.") && !page.contains("Not you?"), "{page}");
    }

    async fn its_form_carries_the_request_a_csrf_token_and_two_answers(site: Site) {
        let request = code_request();
        let page = site.sign_in().await.consent(&request).await;
        assert_eq!(page.form.action, format!("/oauth2/authorization/?{}", request.encoded()));
        assert!(page.form.hidden.encoded().starts_with("csrf_token="), "{:?}", page.form);
        for button in ["Accept", "Decline"] {
            let button = format!("name=\"user_action\" value=\"{button}\"");
            assert_eq!(page.answer.body.matches(&button).count(), 1, "{button}");
        }
    }

    /// §10.13: clickjacking; and what the page holds is nobody's to keep, nor its URL anybody's to learn.
    async fn it_cannot_be_framed_kept_or_told_on(site: Site) {
        let page = site.sign_in().await.consent(&code_request()).await.answer;
        for (header, value) in [
            ("Content-Security-Policy", "frame-ancestors 'none'"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Content-Security-Policy", "base-uri 'none'"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            ("Content-Type", "text/html; charset=utf-8"),
        ] {
            assert!(page.header(header).contains(value), "{header}: {}", page.header(header));
        }
        assert!(!page.header("Content-Security-Policy").contains("script-src"));
    }

    // Chromium holds every redirect after a form against the policy of the form's page, the client's own included.
    async fn its_form_may_lead_on_through_the_client_to_anywhere(site: Site) {
        let page = site.sign_in().await.consent(&code_request()).await.answer;
        let policy = page.header("Content-Security-Policy");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("form-action"), "{policy}");
    }

    async fn whatever_it_shows_is_text_and_no_markup(site: Site) {
        site.server.register_scope("markup", MARKUP).await.unwrap();
        site.register(|client| {
            client.name = MARKUP.to_owned();
            client.description = MARKUP.to_owned();
            client.client_uri = Some("https://a.example/\"><script>".to_owned());
            client.logo_uri = Some("https://a.example/'\"><script>".to_owned());
            client.scopes = "read markup".parse().unwrap();
        })
        .await;
        let request =
            code_request().set("client_id", "another").set("scope", "markup").set("state", MARKUP);
        let page = site.sign_in().await.consent(&request).await;

        assert!(!page.answer.body.contains("<script"), "{}", page.answer.body);
        assert_eq!(
            page.answer.body.matches("&lt;script&gt;alert(").count(),
            4,
            "{}",
            page.answer.body
        );
        assert_eq!(page.form.action, format!("/oauth2/authorization/?{}", request.encoded()));
    }

    async fn an_applications_own_template_takes_its_place_and_gets_all_of_it(site: Site) {
        let site = site.with(|config| config.oauth = own_template).await;
        site.register(|client| client.description = "Prints.".to_owned()).await;
        let request = code_request().set("client_id", "another");
        let browser = site.sign_in().await;
        let page = browser.consent(&request).await;

        let shown = "OWN another|Prints.|||read=Read your notes.;write=Change your notes.;|alice|";
        assert!(page.answer.body.starts_with(shown), "{}", page.answer.body);
        assert!(page.answer.has_header("Content-Security-Policy"));
        let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
        assert!(answer.in_query("code").is_some());
    }

    async fn a_template_of_another_name_can_be_chosen(site: Site) {
        let site = site
            .with(|config| {
                config.oauth =
                    |oauth| oauth.template("ask", "ASK <form action=\"{{form_action}}\"></form>");
                config.page.authorization_template = "ask";
            })
            .await;
        let page = site.sign_in().await.consent(&code_request()).await;
        assert!(page.answer.body.starts_with("ASK "), "{}", page.answer.body);
    }

    async fn the_layout_can_be_replaced_for_all_pages(site: Site) {
        let site = site
            .with(|config| {
                config.oauth = |oauth| {
                    oauth.template("layout", "<h1>Notes: {{title}}</h1>{{> @partial-block}}")
                };
            })
            .await;
        let browser = site.sign_in().await;
        for (path, title) in
            [("/accounts/logout", "Sign out"), ("/oauth2/authorization", "This link does not work")]
        {
            let page = browser.get(path).await;
            assert!(page.body.starts_with(&format!("<h1>Notes: {title}</h1>")), "{}", page.body);
        }
        let page = browser.consent(&code_request()).await.answer;
        assert!(page.body.starts_with("<h1>Notes: Allow access?</h1>"), "{}", page.body);
    }

    async fn a_template_that_asks_for_what_is_not_there_is_a_failure_without_details(site: Site) {
        let site = site
            .with(|config| {
                // Which the client of the start's sample data does not show.
                config.oauth = |oauth| {
                    oauth.template("ask", "{{#unless (eq client.name 'Printer')}}{{missing}}{{/unless}}")
                };
                config.page.authorization_template = "ask";
            })
            .await;
        let browser = site.sign_in().await;
        let answer = browser.ask(&code_request()).await.with_status(500);
        assert!(!answer.body.contains("missing"), "{}", answer.body);
    }

    async fn a_template_that_does_not_parse_is_refused_at_the_start(site: Site) {
        let built = OAuth::builder(site.server.clone()).template("authorize", "{{#each}").build();
        assert!(matches!(built, Err(BuildError::Template { name, .. }) if name == "authorize"));
    }
}
