//! What pages say, in the language of who reads them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use oauth_server::{BuildError, OAuth};
use reqwest::Method;

use crate::support::{Answer, Site, authorization, client::code_request};

/// The page as a browser that asks for these languages gets it.
async fn page(site: &Site, path: &str, languages: &str) -> Answer {
    let request = site.request(Method::GET, path).header("Accept-Language", languages);
    site.send(request).await
}

const LOGIN: &str = "/accounts/login";

/// That the page is in this language, and says so.
#[track_caller]
fn assert_in(language: &str, page: &Answer) {
    assert!(page.body.contains(&format!("<html lang=\"{language}\">")), "{}", page.body);
    assert_eq!(page.header("Content-Language"), language);
    assert_eq!(page.header("Vary"), "Accept-Language");
}

both_databases! {
    async fn a_page_is_in_the_language_that_its_reader_wishes_most(site: Site) {
        for (wish, language, title) in [
            ("en", "en", "Sign in"),
            ("ru", "ru", "Вход"),
            ("ru-RU", "ru", "Вход"),
            ("RU-ru-x-any", "ru", "Вход"),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru", "Вход"),
            ("en;q=0.7, ru;q=0.8", "ru", "Вход"),
            ("en, ru", "en", "Sign in"),
            ("fr, ru;q=0.1", "ru", "Вход"),
            ("fr, *;q=0.5, ru;q=0.1", "en", "Sign in"),
            ("fr", "en", "Sign in"),
            ("ru;q=0", "en", "Sign in"),
            ("en;q=0", "ru", "Вход"),
            ("en;q=0, ru;q=0", "en", "Sign in"),
            ("", "en", "Sign in"),
            (";;;,q=1,ru;q=nothing", "en", "Sign in"),
        ] {
            let page = page(&site, LOGIN, wish).await.with_status(200);
            assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{wish}: {}", page.body);
            assert_in(language, &page);
        }
        assert_in("en", &site.get(LOGIN).await);
    }

    async fn what_a_name_holds_stands_in_a_message_as_text_and_without_invisible_marks(site: Site) {
        site.register(|client| client.name = "<b>{ $user }</b> & Söhne".to_owned()).await;
        let request = authorization(&code_request().set("client_id", "another"));
        let browser = site.sign_in().await;
        for (language, heading) in [
            ("en", "<h1>&lt;b&gt;{ $user }&lt;/b&gt; &amp; Söhne asks for access to your account</h1>"),
            (
                "ru",
                "<h1>Приложение «&lt;b&gt;{ $user }&lt;/b&gt; &amp; Söhne» запрашивает доступ к вашей учётной записи</h1>",
            ),
        ] {
            let request = site.request(Method::GET, &request).header("Accept-Language", language);
            let page = browser.send(request).await.with_status(200);
            assert!(page.body.contains(heading), "{}", page.body);
            assert_in(language, &page);
        }
    }

    async fn an_application_adds_a_language_and_what_it_lacks_is_said_in_english(site: Site) {
        let site = site
            .with(|config| {
                config.oauth = |oauth| oauth.locale("de", "sign-in = Anmelden").locale("de", "sign-in-username = Name");
            })
            .await;
        let page = page(&site, LOGIN, "de-AT, ru;q=0.9").await.with_status(200);
        for said in ["<h1>Anmelden</h1>", ">Name<", ">Password<"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        assert_in("de", &page);
    }

    async fn an_application_says_a_bundled_message_its_own_way(site: Site) {
        let site = site
            .with(|config| config.oauth = |oauth| oauth.locale("ru", "sign-in = Добро пожаловать"))
            .await;
        let russian = page(&site, LOGIN, "ru").await;
        assert!(russian.body.contains("<h1>Добро пожаловать</h1>"), "{}", russian.body);
        assert!(russian.body.contains(">Пароль<"), "{}", russian.body);
        assert!(page(&site, LOGIN, "en").await.body.contains("<h1>Sign in</h1>"));
    }

    async fn a_locale_that_does_not_parse_or_is_no_language_is_refused_at_the_start(site: Site) {
        for (language, messages) in [("de", "sign-in Anmelden"), ("no language", "sign-in = x"), ("", "")] {
            let built = OAuth::builder(site.server.clone()).locale(language, messages).build();
            let Err(BuildError::Locale { language: refused, .. }) = built else {
                panic!("{language} is taken")
            };
            assert_eq!(refused, language);
        }
    }

    async fn a_template_that_says_a_message_which_there_is_not_is_refused_at_the_start(site: Site) {
        let template = "{{t \"no-such-message\"}}";
        let built = OAuth::builder(site.server.clone()).template("accounts/login", template).build();
        let Err(BuildError::Template { name, problem }) = built else { panic!("it is taken") };
        assert!(name == "accounts/login" && problem.contains("no-such-message"), "{name}: {problem}");
    }
}

/// The sources of a folder of this crate, of one extension.
fn sources(folder: &Path, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => sources(&path, extension),
            Some(found) if found == extension => vec![fs::read_to_string(&path).unwrap()],
            _ => Vec::new(),
        })
        .collect()
}

fn sources_of_crate(folder: &str, extension: &str) -> Vec<String> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), extension)
}

/// The messages of a language: key, and the names of what stands in it.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let sources = sources_of_crate(&format!("locales/{language}"), "ftl");
    let lines = sources.iter().flat_map(|source| source.lines());
    let messages = lines
        .filter(|line| !line.starts_with(['#', ' ']))
        .filter_map(|line| line.split_once(" = "));
    let mut found = BTreeMap::new();
    for (key, text) in messages {
        let names = text.split("{ $").skip(1).filter_map(|rest| rest.split_once(" }"));
        let names = names.map(|(name, _)| name.to_owned()).collect();
        assert!(
            found.insert(key.to_owned(), names).is_none(),
            "{language}: {key} stands there twice"
        );
    }
    found
}

/// What stands between one of `starts` and the next quotation mark.
fn quoted(sources: &[String], starts: &[&str]) -> BTreeSet<String> {
    let after = |start: &&str| {
        let source = sources.iter().flat_map(|source| source.split(start).skip(1));
        source.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect::<Vec<_>>()
    };
    starts.iter().flat_map(after).collect()
}

#[test]
fn every_language_has_the_same_messages_with_the_same_names_in_them() {
    assert_eq!(messages("ru"), messages("en"));
}

#[test]
fn every_message_is_used_and_every_one_used_is_there() {
    let mut used = quoted(&sources_of_crate("templates", "hbs"), &["{{t \"", "(t \""]);
    used.extend(quoted(&sources_of_crate("src", "rs"), &["Message::new(\"", "oauth.text(\""]));
    let advice = quoted(&sources_of_crate("../oauth-core/src", "rs"), &[" => \"password-"]);
    used.extend(advice.iter().map(|key| format!("password-{key}")));
    // Scopes are found by their names.
    let found = messages("en").into_keys().filter(|key| !key.contains("scope-")).collect();
    assert_eq!(used, found);
}
