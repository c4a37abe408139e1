//! What the verbs cost without HTTP: `cargo bench -p oauth-core`.
//!
//! Each sample is 32 callers at once, as many as share a commit; the figure beside it is for all of them together.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a bench that cannot go on has nobody to answer to but who started it"
)]

#[path = "../../example-app/benches/load/postgres.rs"]
#[allow(dead_code, unreachable_pub, reason = "the load bench uses more of it")]
mod postgres;
#[path = "verbs/with_a_policy.rs"]
mod with_a_policy;
#[path = "verbs/with_an_id_token.rs"]
mod with_an_id_token;

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::{Arc, Mutex, OnceLock},
};

use divan::{Bencher, counter::ItemsCount};
use oauth_core::{
    AuthorizationResponse, AuthorizationServer, GrantType, NewClient, Params, Scopes, Secret,
    Settings, Store, Tokens,
};
use tokio::{runtime::Runtime, task::JoinSet};

/// As many callers as there are connections in the load bench.
const CALLERS: usize = 32;

fn main() {
    divan::main();
    with_a_policy::refresh();
    with_an_id_token::refresh();
    drop(CLUSTER.lock().expect("the cluster").take());
    if let Some(folder) = FOLDER.get() {
        fs::remove_dir_all(folder).ok();
    }
}

#[divan::bench(args = DATABASES, sample_count = 100)]
fn verify(bencher: Bencher<'_, '_>, database: &str) {
    let Some(bench) = Bench::on(database) else { return };
    let token = bench.wait(bench.issued()).access_token;
    let required: Scopes = "read".parse().expect("a scope");
    bencher.counter(ItemsCount::new(CALLERS)).bench(|| {
        bench.at_once(|server, _| {
            let (token, required) = (token.clone(), required.clone());
            async move {
                drop(server.verify(token.expose(), &required).await.expect("a live token"));
            }
        });
    });
}

#[divan::bench(args = DATABASES, sample_count = 100)]
fn issue(bencher: Bencher<'_, '_>, database: &str) {
    let Some(bench) = Bench::on(database) else { return };
    bencher.counter(ItemsCount::new(CALLERS)).bench(|| {
        let form = bench.form("grant_type=client_credentials");
        bench.at_once(|server, _| {
            let form = form.clone();
            async move {
                drop(server.token(None, &Params::parse(form.as_bytes())).await.expect("a token"));
            }
        });
    });
}

#[divan::bench(args = DATABASES, sample_count = 100)]
fn redeem(bencher: Bencher<'_, '_>, database: &str) {
    let Some(bench) = Bench::on(database) else { return };
    let codes = || bench.wait(async { bench.codes().await });
    bencher.counter(ItemsCount::new(CALLERS)).with_inputs(codes).bench_values(|codes| {
        bench.at_once(|server, caller| {
            let form = bench.form(&format!("grant_type=authorization_code&code={}", codes[caller]));
            async move {
                drop(server.token(None, &Params::parse(form.as_bytes())).await.expect("tokens"));
            }
        });
    });
}

#[divan::bench(args = DATABASES, sample_count = 100)]
fn refresh(bencher: Bencher<'_, '_>, database: &str) {
    let Some(bench) = Bench::on(database) else { return };
    bencher
        .counter(ItemsCount::new(CALLERS))
        .with_inputs(|| bench.refresh_tokens())
        .bench_values(|tokens| bench.refresh(&tokens));
}

const DATABASES: [&str; 2] = ["sqlite", "postgres"];
static FOLDER: OnceLock<PathBuf> = OnceLock::new();
static CLUSTER: Mutex<Option<postgres::Cluster>> = Mutex::new(None);

/// A server on a database of its own, with one client.
struct Bench {
    server: AuthorizationServer,
    runtime: Arc<Runtime>,
    credentials: String,
    /// What its codes are for.
    scope: &'static str,
}

impl Bench {
    /// `None` where the database is not installed.
    fn on(database: &str) -> Option<Self> {
        let folder = FOLDER.get_or_init(|| {
            let folder = env::temp_dir().join(format!("oauth-verbs-{}", process::id()));
            fs::create_dir_all(&folder).expect("a folder");
            folder
        });
        let url = match database {
            "sqlite" => format!("sqlite://{}/{}.sqlite3", folder.display(), rand::random::<u64>()),
            _ => cluster(folder)?,
        };
        let runtime = Arc::new(Runtime::new().expect("a runtime"));
        let (server, credentials) = runtime.block_on(async {
            let store = Store::open(&url).expect("a database");
            store.migrate().expect("the tables");
            let server = AuthorizationServer::new(Settings::new("https://id.example"), store)
                .expect("settings");
            server.register_scope("read", "Read.").await.ok(); // the other benches on PostgreSQL have registered it
            let new = NewClient {
                redirect_uris: vec!["https://app.example/callback".to_owned()],
                grant_types: vec![
                    GrantType::AuthorizationCode,
                    GrantType::RefreshToken,
                    GrantType::ClientCredentials,
                ],
                scopes: "read".parse().expect("a scope"),
                client_credentials_scopes: "read".parse().expect("a scope"),
                default_scopes: "read".parse().expect("a scope"),
                require_pkce: Some(false),
                ..NewClient::new("Bench")
            };
            let registered = server.register_client(new).await.expect("a client");
            let secret = registered.secret.expect("a generated secret");
            (
                server,
                format!(
                    "&client_id={}&client_secret={}",
                    registered.client.client_id,
                    secret.expose()
                ),
            )
        });
        Some(Self { server, runtime, credentials, scope: "read" })
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// All callers at once, each on a task of its own.
    fn at_once<F: Future<Output = ()> + Send + 'static>(
        &self,
        call: impl Fn(AuthorizationServer, usize) -> F,
    ) {
        self.wait(async {
            let mut calls = JoinSet::new();
            for caller in 0..CALLERS {
                calls.spawn(call(self.server.clone(), caller));
            }
            calls.join_all().await;
        });
    }

    /// A token request of the client.
    fn form(&self, what: &str) -> String {
        format!("{what}{}", self.credentials)
    }

    async fn issued(&self) -> Tokens {
        let form = self.form("grant_type=client_credentials");
        self.server.token(None, &Params::parse(form.as_bytes())).await.expect("a token")
    }

    /// A refresh token for each caller.
    fn refresh_tokens(&self) -> Vec<Secret> {
        self.wait(async {
            let mut tokens = Vec::new();
            for code in self.codes().await {
                let form = self.form(&format!("grant_type=authorization_code&code={code}"));
                let pair = self.server.token(None, &Params::parse(form.as_bytes())).await;
                tokens.push(pair.expect("tokens").refresh_token.expect("a refresh token"));
            }
            tokens
        })
    }

    fn refresh(&self, tokens: &[Secret]) {
        self.at_once(|server, caller| {
            let presented = tokens[caller].expose();
            let form = self.form(&format!("grant_type=refresh_token&refresh_token={presented}"));
            async move {
                drop(server.token(None, &Params::parse(form.as_bytes())).await.expect("tokens"));
            }
        });
    }

    /// A code for each caller.
    async fn codes(&self) -> Vec<String> {
        let (_, client_id) = self.credentials.split_once("client_id=").expect("the client");
        let client_id = client_id.split('&').next().expect("its end");
        let scope = self.scope;
        let query = format!("response_type=code&client_id={client_id}&scope={scope}&state=x");
        let mut codes = Vec::new();
        for _ in 0..CALLERS {
            let request = self.server.authorization_request(&Params::parse(query.as_bytes())).await;
            let response = self.server.accept(request.expect("a request"), "1").await;
            let Ok(AuthorizationResponse::Redirect(location)) = response else {
                panic!("no redirect: {response:?}")
            };
            let (_, code) = location.split_once("code=").expect("a code");
            codes.push(code.split('&').next().expect("its end").to_owned());
        }
        codes
    }
}

/// One cluster for all of the benches.
fn cluster(folder: &std::path::Path) -> Option<String> {
    let mut cluster = CLUSTER.lock().expect("the cluster");
    if cluster.is_none() {
        *cluster = postgres::Cluster::start(&folder.join("cluster"));
    }
    Some(cluster.as_ref()?.url.clone())
}
