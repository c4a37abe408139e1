//! Pages that an application or its operator replaces.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use oauth_server::{AuthorizationPage, BuildError, GrantType, NewClient, OAuth};
use serde_json::Value;

use crate::support::{
    Answer, Browser, Form, Site, TemporaryDirectory, authorization,
    client::{code_request, implicit_request},
};

/// A folder with these files, for one test.
fn folder(files: &[(&str, &str)]) -> TemporaryDirectory {
    let folder = TemporaryDirectory::new("oauth-server-templates");
    for (name, content) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    folder
}

/// The text of a page that needs nothing but what is documented.
async fn rendered(oauth: &OAuth, template: &str) -> String {
    let [context, _] = &documented()[template];
    oauth.page(template, context).into_body().into_string().await.unwrap()
}

fn documented() -> BTreeMap<String, [Value; 2]> {
    serde_json::from_str(include_str!("../../templates/contexts.json")).expect("two of each")
}

/// What a page shows that names all that it is given, also within `client` and the first of each list.
const NAMES: &str = "{{#each this}}{{@key}} {{/each}}\
    {{#if client}}{{#each client}}client.{{@key}} {{/each}}{{/if}}\
    {{#if scopes}}{{#each scopes}}{{#if @first}}{{#each this}}scopes.{{@key}} {{/each}}{{/if}}{{/each}}{{/if}}\
    {{#if apps}}{{#each apps}}{{#each this}}apps.{{@key}} {{/each}}{{/each}}{{/if}}|";

/// The fields of what is documented, in the same form.
fn fields(context: &Value) -> BTreeSet<String> {
    let mut fields: BTreeSet<_> = context.as_object().unwrap().keys().cloned().collect();
    for (name, value) in [
        ("client", &context["client"]),
        ("scopes", &context["scopes"][0]),
        ("apps", &context["apps"][0]),
    ] {
        let within = value.as_object().into_iter().flat_map(|object| object.keys());
        fields.extend(within.map(|field| format!("{name}.{field}")));
    }
    fields
}

/// The pages that the user of a device of `another` sees.
async fn of_a_device(site: &Site, browser: &Browser, secret: &str) -> [Answer; 3] {
    let asks = [("client_id", "another"), ("client_secret", secret), ("scope", "read")];
    let device = site.post("/oauth2/device_authorization/", &Form::new(&asks)).await;
    let question = browser.page(&format!("/device/?user_code={}", device.text("user_code"))).await;
    let done = browser.submit(&question.form, &[("user_action", "Accept")]).await;
    [browser.get("/device/").await, question.answer, done]
}

/// A client that is answered by a page, and has devices.
fn by_page(client: &mut NewClient) {
    client.fragment_supported = false;
    client.grant_types =
        vec![GrantType::Implicit, GrantType::AuthorizationCode, GrantType::DeviceCode];
}

both_databases! {
    async fn a_folder_replaces_a_template_by_its_path_and_adds_others(site: Site) {
        let mine = folder(&[
            ("accounts/login.hbs", "MINE {{form_action}}"),
            ("own/page.hbs", "OWN {{t \"sign-in\"}}"),
            ("notes.txt", "{{#each"),
        ]);
        let oauth = OAuth::builder(site.server.clone()).template_folder(mine.path()).build().unwrap();
        assert!(rendered(&oauth, "accounts/login").await.starts_with("MINE "));
        assert!(rendered(&oauth, "accounts/logout").await.starts_with("<!doctype html>"));
        let own = oauth.page("own/page", &serde_json::json!({})).into_body().into_string().await;
        assert_eq!(own.unwrap(), "OWN Sign in");
    }

    async fn a_folder_stands_over_the_code_and_a_later_folder_over_an_earlier_one(site: Site) {
        let (first, second) = (
            folder(&[("forbidden.hbs", "first"), ("error.hbs", "first")]),
            folder(&[("error.hbs", "second")]),
        );
        let builder = OAuth::builder(site.server.clone());
        let builder = builder.template_folder(first.path()).template_folder(second.path());
        let templates = ["forbidden", "error", "restricted"].iter();
        let builder = templates.fold(builder, |builder, &name| builder.template(name, "code"));
        let oauth = builder.build().unwrap();
        for (template, text) in [("forbidden", "first"), ("error", "second"), ("restricted", "code")] {
            assert_eq!(rendered(&oauth, template).await, text, "{template}");
        }
    }

    async fn a_folders_stylesheet_is_the_one_that_the_policy_allows(site: Site) {
        use base64::{Engine, engine::general_purpose::STANDARD};
        use sha2::{Digest, Sha256};

        let style = "body { color: teal; }";
        let hash = STANDARD.encode(Sha256::digest(style));
        let mine = folder(&[("style.css", style)]);
        let oauth = OAuth::builder(site.server.clone()).template_folder(mine.path()).build().unwrap();
        let page = oauth.forbidden(None);
        let policy = page.headers()["Content-Security-Policy"].to_str().unwrap().to_owned();
        assert!(page.into_body().into_string().await.unwrap().contains("<style>body { color: teal; }</style>"));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
    }

    async fn a_folder_of_messages_is_a_file_or_a_folder_for_each_language(site: Site) {
        let mine = folder(&[
            ("de.ftl", "sign-in = Anmelden"),
            ("fr/a.ftl", "sign-in = Connexion"),
            ("README.md", "x"),
        ]);
        let builder = OAuth::builder(site.server.clone()).locale("fr", "sign-in = x");
        let oauth = builder.locale_folder(mine.path()).build().unwrap();
        let [context, _] = &documented()["accounts/login"];
        for (language, title) in [("de", "Anmelden"), ("fr-CA", "Connexion"), ("en", "Sign in")] {
            let page = oauth_server::Page::new("accounts/login", context).language(language).render(&oauth);
            let html = page.into_body().into_string().await.unwrap();
            assert!(html.contains(&format!("<h1>{title}</h1>")), "{language}: {html}");
        }
    }

    async fn a_folder_that_is_not_there_or_does_not_parse_is_refused_at_the_start(site: Site) {
        let build = |folder: &Path| OAuth::builder(site.server.clone()).template_folder(folder).build().err();
        let missing = build(Path::new("/no/such/folder")).expect("a refusal");
        assert!(matches!(&missing, BuildError::Folder { path, .. } if path == "/no/such/folder"), "{missing}");
        let broken = folder(&[("accounts/apps.hbs", "{{#each")]);
        let refused = build(broken.path()).expect("a refusal");
        assert!(matches!(&refused, BuildError::Template { name, .. } if name == "accounts/apps"), "{refused}");
        let builder = OAuth::builder(site.server.clone());
        let missing = builder.locale_folder("/no/such/folder").build().err().expect("a refusal");
        assert!(matches!(missing, BuildError::Folder { .. }), "{missing}");
    }

    async fn a_page_that_asks_for_what_it_is_not_given_is_refused_at_the_start(site: Site) {
        for (template, source) in [
            ("authorize", "{{client.nmae}}"),
            ("accounts/login", "{{t \"sign-in\" name=nobody}}"),
            ("layout", "{{titel}}"),
            ("error", "{{> no_such_part}}"),
        ] {
            let built = OAuth::builder(site.server.clone()).template(template, source).build();
            assert!(matches!(built, Err(BuildError::Template { .. })), "{template}: {source}");
        }
    }

    async fn an_own_consent_template_that_cannot_be_shown_is_refused_at_the_start(site: Site) {
        for (source, problem) in [
            (None, "own/consent"),
            (Some("{{client.name}} {{clientele}}"), "clientele"),
            (Some("{{t \"no-such-message\"}}"), "no-such-message"),
        ] {
            let page = AuthorizationPage { authorization_template: "own/consent", ..AuthorizationPage::default() };
            let builder = OAuth::builder(site.server.clone()).authorization_page(page);
            let builder = source.into_iter().fold(builder, |builder, source| builder.template("own/consent", source));
            let refused = builder.build().err().expect("a refusal").to_string();
            assert!(refused.contains("own/consent") && refused.contains(problem), "{refused}");
        }
        let whole = "{{client.name}} asks {{user}}: {{#each scopes}}{{name}}{{/each}} {{form_action}}";
        let page = AuthorizationPage { authorization_template: "own/consent", ..AuthorizationPage::default() };
        let builder = OAuth::builder(site.server.clone()).template("own/consent", whole);
        assert!(builder.authorization_page(page).build().is_ok());
    }

    async fn a_message_that_does_not_parse_or_names_what_it_is_not_given_is_told_with_file_and_line(site: Site) {
        let mine = folder(&[
            ("broken/de.ftl", "# Pages.\nsign-in = Anmelden\nsign-out Abmelden\n"),
            ("unknown/ru.ftl", "apps = Приложения\n\nauthorize-user = Вы { $nobody }.\n"),
        ]);
        let built = |locale: &str| {
            OAuth::builder(site.server.clone()).locale_folder(mine.path().join(locale)).build().err()
        };
        let refused = built("broken").expect("a refusal").to_string();
        assert!(refused.contains("broken/de.ftl, line 3: "), "{refused}");
        let refused = built("unknown").expect("a refusal").to_string();
        assert!(refused.contains("unknown/ru.ftl, line 3: authorize-user: "), "{refused}");
        let code = OAuth::builder(site.server.clone()).locale("de", "a = b\nsign-in\n").build().err();
        let refused = code.expect("a refusal").to_string();
        assert!(refused.contains("de: line 2: "), "{refused}");
    }

    async fn every_page_is_given_what_is_documented_and_nothing_else(site: Site) {
        let site = site
            .with(|config| {
                config.oauth = |oauth| {
                    documented().keys().fold(oauth, |oauth, name| {
                        let form = "<form action=\"{{form_action}}\">{{> form_fields}}</form>";
                        let has_form = name.starts_with("accounts/") || ["authorize", "device_authorize"].contains(&name.as_str());
                        let form = if has_form { form } else { "" };
                        oauth.template(name, format!("{name}: {NAMES}{form}"))
                    })
                };
            })
            .await;
        let secret = site.register(by_page).await.unwrap();
        let browser = site.sign_in().await;
        let another = |request: Form| request.set("client_id", "another");
        let html = |path: &str| site.request(reqwest::Method::GET, path).header("Accept", "text/html");
        let [code, question, done] = of_a_device(&site, &browser, secret.expose()).await;
        let pages = [
            code,
            question,
            done,
            browser.authorize(&another(implicit_request())).await,
            browser.ask(&code_request()).await,
            browser.ask(&code_request().set("client_id", "nobody")).await,
            browser.ask(&code_request().set("response_mode", "form_post").set("scope", "unheard_of")).await,
            browser.get("/accounts/apps/").await,
            browser.get("/accounts/logout/").await,
            browser.get("/oauth2/logout/?client_id=another").await,
            site.get("/oauth2/logout/").await,
            site.get("/oauth2/logout/?client_id=nobody").await,
            browser.get("/accounts/password/").await,
            browser.get("/accounts/sessions/").await,
            site.get("/accounts/login/").await,
            browser.get("/admin/").await,
            site.send(html("/plain/read")).await,
            site.send(html("/nothing")).await,
        ];
        let mut seen = BTreeSet::new();
        for page in pages {
            let (name, rest) = page.body.split_once(": ").unwrap_or_else(|| panic!("{page:#?}"));
            let (given, _) = rest.split_once('|').unwrap();
            let given: BTreeSet<_> = given.split(' ').filter(|field| !field.is_empty()).map(str::to_owned).collect();
            let [full, _] = &documented()[name];
            assert_eq!(given, fields(full), "{name}");
            seen.insert(name.to_owned());
        }
        assert_eq!(seen, documented().into_keys().collect());
        browser.get(&authorization(&code_request())).await.with_status(200);
    }
}

#[test]
fn every_field_is_explained() {
    let explained = include_str!("../../TEMPLATES.md");
    let sections: BTreeMap<_, _> = explained
        .split("\n### `")
        .skip(1)
        .map(|section| section.split_once('`').expect("a name"))
        .collect();
    let mut names = BTreeSet::new();
    for (name, contexts) in documented() {
        for context in &contexts {
            for field in fields(context) {
                let section = sections[name.as_str()];
                let row = format!("| `{field}` |");
                let is_shared = ["form", "form_action"].contains(&field.as_str());
                assert!(is_shared || section.contains(&row), "{name}: {field}");
            }
        }
        names.insert(name);
    }
    assert_eq!(names, sections.keys().map(|&name| name.to_owned()).collect());
}
