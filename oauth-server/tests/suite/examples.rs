//! The programs of `examples/`, as somebody runs them: built, started, and walked over HTTP.

mod notes;

use std::{env, process::Command};

use oauth_server::{
    GrantType, NewClient,
    test_kit::{Answer, Browser, Form, HtmlForm, TestServer, reqwest::Method},
};
use poem::EndpointExt;

use crate::support::{FormBody, process::Process, temporary_directory::TemporaryDirectory};

/// A running example, in a directory of its own.
struct Example {
    process: Process,
    origin: String,
    directory: TemporaryDirectory,
}

impl Example {
    /// Cargo builds the examples with the tests, beside them.
    fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    fn start_with(name: &str, environment: &[(&str, &str)]) -> Self {
        let tests = env::current_exe().expect("this program's path");
        let program = tests.ancestors().nth(2).expect("cargo's target").join("examples").join(name);
        assert!(program.exists(), "{program:?} is missing: cargo test -p oauth-server builds it");
        let directory = TemporaryDirectory::new("oauth-server-example");
        let mut command = Command::new(program);
        command.current_dir(directory.path()).env("LISTEN", "127.0.0.1:0");
        command.envs(environment.iter().copied());
        let mut process = Process::start(&mut command);
        let origin = process.wait_for("line that says where it listens", |stdout| {
            let (_, rest) = stdout.split_once("listening on ")?;
            Some(rest.split_once(';')?.0.to_owned())
        });
        Self { process, origin, directory }
    }

    fn browser(&self) -> Browser {
        Browser::at(&self.origin)
    }

    /// The path of the authorization request that it says to open.
    fn request(&mut self) -> String {
        let start = format!("{}/oauth2", self.origin);
        self.process.wait_for("authorization request", |stdout| {
            let line = stdout.lines().find(|line| line.trim().starts_with(&start))?;
            line.trim().strip_prefix(&self.origin).map(str::to_owned)
        })
    }

    /// Trades a code as the printed command does: the client's name is also in its secret.
    async fn token(&self, client_id: &str, code: &str) -> String {
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("client_secret", &format!("the secret of {client_id}")),
            ("code", code),
            ("redirect_uri", "http://localhost:1111"),
        ]);
        let tokens = self.browser().post("/oauth2/token/", &form).await.with_status(200);
        tokens.text("access_token")
    }

    async fn call(&self, path: &str, token: &str) -> Answer {
        let browser = self.browser();
        browser.send(browser.request(Method::GET, path).bearer_auth(token)).await
    }
}

/// Opens what leads to a login page, and signs in there: what comes next.
async fn sign_in(browser: &Browser, request: &str, fields: &[(&str, &str)]) -> Answer {
    let login = browser.get(request).await.location().to_owned();
    let form = browser.page(&login).await.form;
    let answer = browser.submit(&form, fields).await;
    assert_eq!(answer.location(), request);
    browser.get(request).await.with_status(200)
}

async fn accept(browser: &Browser, request: &str) -> String {
    let form = browser.page(request).await.form;
    let answer = browser.submit(&form, &[("user_action", "Accept")]).await;
    assert!(answer.location().starts_with("http://localhost:1111?"), "{answer:#?}");
    answer.in_query("code").expect("a code")
}

const ALICE: [(&str, &str); 2] = [("username", "alice"), ("password", "the password of alice")];

#[tokio::test]
async fn plain_handler_shows_notes_to_who_has_a_token_only() {
    let mut example = Example::start("plain_handler");
    let (browser, request) = (example.browser(), example.request());
    browser.get("/notes").await.with_status(401);
    sign_in(&browser, &request, &ALICE).await;
    let token = example.token("reader", &accept(&browser, &request).await).await;
    let notes = example.call("/notes", &token).await.with_status(200);
    assert_eq!(notes.body, "The notes of user 1, for reader.\n");
}

#[tokio::test]
async fn remote_api_asks_the_provider_what_a_token_is_worth() {
    let builder = TestServer::builder().settings(|settings| settings.ssl_only = false);
    let provider = builder.start(|oauth| oauth.routes().boxed()).await;
    let server = provider.authorization_server();
    let issuer = server.settings().issuer.clone();
    server.register_scope("user_info", "Access basic information about the user.").await.unwrap();
    let client = |name: &str| NewClient {
        client_id: Some(name.to_owned()),
        grant_types: vec![GrantType::ClientCredentials],
        client_credentials_scopes: "user_info".parse().unwrap(),
        ..NewClient::new(name)
    };
    let api = NewClient { introspects: vec![issuer], ..client("api") };
    let secret = server.register_client(api).await.unwrap().secret.unwrap();
    let robot = server.register_client(client("robot")).await.unwrap().secret.unwrap();
    let form = Form::new(&[
        ("grant_type", "client_credentials"),
        ("client_id", "robot"),
        ("client_secret", robot.expose()),
        ("scope", "user_info"),
    ]);
    let token = provider.post("/oauth2/token/", &form).await.with_status(200).text("access_token");

    let endpoint = format!("http://{}/oauth2/introspect/", provider.address());
    let example = Example::start_with(
        "remote_api",
        &[
            ("CLIENT_ID", "api"),
            ("CLIENT_SECRET", secret.expose()),
            ("INTROSPECTION_ENDPOINT", &endpoint),
        ],
    );
    let seen = example.call("/greeting", &token).await.with_status(200);
    assert_eq!(seen.body, "Hello user nobody, of robot.\n");
    example.call("/greeting", "x").await.with_status(401);
    drop(provider);
}

#[tokio::test]
async fn own_users_sign_in_on_their_own_page_and_are_who_a_token_acts_for() {
    let mut example = Example::start("own_users");
    let (browser, request) = (example.browser(), example.request());
    let marie = [("name", "Marie"), ("password", "polonium")];
    let consent = sign_in(&browser, &request, &marie).await;
    assert!(consent.body.contains("Marie"), "{consent:#?}");
    let token = example.token("badge", &accept(&browser, &request).await).await;
    assert_eq!(example.call("/profile", &token).await.with_status(200).body, "Marie\n");
    assert!(browser.get("/apps").await.with_status(200).body.contains("Badge printer"));
}

#[tokio::test]
async fn own_users_are_led_nowhere_but_back_and_not_in_without_their_password() {
    let example = Example::start("own_users");
    let browser = example.browser();
    let wrong = Form::new(&[("name", "Marie"), ("password", "radium")]);
    browser.post("/login", &wrong).await.with_status(422);
    assert_eq!(browser.cookie("session"), None);
    let right = wrong.set("password", "polonium");
    for next in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2Foauth2%2Fauthorization"] {
        let answer = browser.post(&format!("/login?next={next}"), &right).await;
        assert_eq!(answer.location(), "/", "{next}");
    }
}

/// A browser at one of the hosts of the example `tenants`.
struct Guest {
    browser: Browser,
    host: String,
}

impl Guest {
    fn of(example: &Example, name: &str) -> Self {
        let (_, port) = example.origin.rsplit_once(':').expect("a port");
        Self { browser: example.browser(), host: format!("{name}.localhost:{port}") }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = self.browser.request(Method::GET, path);
        self.browser.send(request.header("Host", &self.host)).await
    }

    async fn post(&self, path: &str, form: &Form) -> Answer {
        let request = self.browser.request(Method::POST, path).header("Host", &self.host);
        self.browser.send(request.form_body(form.encoded())).await
    }

    async fn call(&self, token: &str) -> Answer {
        let request = self.browser.request(Method::GET, "/menu").header("Host", &self.host);
        self.browser.send(request.bearer_auth(token)).await
    }

    async fn submit(&self, page: Answer, fields: &[(&str, &str)]) -> Answer {
        let form = HtmlForm::of(&page.with_status(200));
        let filled = fields.iter().fold(form.hidden, |form, (name, value)| form.and(name, value));
        self.post(&form.action, &filled).await
    }

    /// A token of the tenant, and how its login page greets.
    async fn token(&self, request: &str) -> (String, String) {
        let login = self.get(request).await.location().to_owned();
        let login = self.get(&login).await;
        let greeting = login.body.split("<h1>").nth(1).expect("a heading");
        let greeting = greeting.split("</h1>").next().unwrap_or_default().to_owned();
        let onward = self.submit(login, &ALICE).await.location().to_owned();
        let answer = self.submit(self.get(&onward).await, &[("user_action", "Accept")]).await;
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", "waiter"),
            ("client_secret", "the secret of waiter"),
            ("code", &answer.in_query("code").expect("a code")),
            ("redirect_uri", "http://localhost:1111"),
        ]);
        let tokens = self.post("/oauth2/token/", &form).await.with_status(200);
        (tokens.text("access_token"), greeting)
    }
}

#[tokio::test]
async fn tenants_have_users_tokens_cookies_and_pages_of_their_own() {
    let example = Example::start("tenants");
    let request = "/oauth2/authorization/?response_type=code&client_id=waiter&scope=menu\
                   &redirect_uri=http%3A%2F%2Flocalhost%3A1111&state=xyz";
    let (tea, coffee) = (Guest::of(&example, "tea"), Guest::of(&example, "coffee"));
    let (of_tea, greeting) = tea.token(request).await;
    assert_eq!(greeting, "Enter the tea house");
    let (of_coffee, greeting) = coffee.token(request).await;
    assert_eq!(greeting, "Enter the coffee house");

    for (guest, own, other) in [(&tea, &of_tea, &of_coffee), (&coffee, &of_coffee, &of_tea)] {
        let menu = guest.call(own).await.with_status(200);
        assert_eq!(menu.body, format!("The menu of http://{}, for waiter.\n", guest.host));
        guest.call(other).await.with_status(401);
    }
    let cookie = async |guest: &Guest| {
        let fresh = Guest::of(&example, guest.host.split('.').next().unwrap_or_default());
        let login = fresh.get("/accounts/login/").await;
        login.header("Set-Cookie").split('=').next().unwrap_or_default().to_owned()
    };
    assert_ne!(cookie(&tea).await, cookie(&coffee).await);
    Guest::of(&example, "cocoa").get("/accounts/login/").await.with_status(404);
}

#[tokio::test]
async fn own_templates_show_in_every_page() {
    let example = Example::start("own_templates");
    let browser = example.browser();
    let home = browser.get("/").await.with_status(200);
    let (_, link) = home.body.split_once("href=\"").expect("a link");
    let request =
        link.split_once('"').expect("its end").0.replace("&amp;", "&").replace("&#x3D;", "=");

    let login = browser.get(browser.get(&request).await.location()).await.with_status(200);
    assert!(login.body.contains("Enter the kitchen"), "{login:#?}");
    let consent = sign_in(&browser, &request, &ALICE).await;
    assert!(consent.body.contains("May Cook come in, alice?"), "{consent:#?}");
    for page in [&home, &login, &consent] {
        assert!(page.body.contains("The kitchen</title>"), "{page:#?}");
        assert!(page.body.contains("#fdf6e3"), "the stylesheet of {page:#?}");
    }
    example.token("cook", &accept(&browser, &request).await).await;
}
