//! An API in a process without the database: its guards ask a real provider, over HTTP, what a token is worth.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use oauth_server::{
    Access, Act, AnyOf, Anywhere, FromSubject, Me, MovableClock, RemoteGuard, RemoteGuardSettings,
    Secret, Secured, StepUp, StoreError,
    test_kit::reqwest::{Method, RequestBuilder},
};
use poem::{
    Endpoint, EndpointExt, Request, Response, Route, Server,
    endpoint::BoxEndpoint,
    get, handler,
    http::StatusCode,
    listener::{Acceptor, Listener, TcpListener},
    post,
    web::Data,
};
use poem_openapi::{OpenApi, OpenApiService, payload::PlainText};
use tokio::sync::Semaphore;

use crate::{
    openid::step_up::Recently,
    resources::ReadAlbums,
    support::{
        Site,
        app::{Admin, Read, Write},
        log,
    },
};

mod cache;
mod refusals;
mod required;

/// What stands between the guard and its provider: it counts, and may be out of order.
struct Front {
    provider: RequestBuilder,
    asked: AtomicUsize,
    answers: Mutex<Option<(u16, &'static str)>>,
    open: Semaphore,
}

#[handler]
async fn introspect(request: &Request, body: Vec<u8>, Data(front): Data<&Arc<Front>>) -> Response {
    front.asked.fetch_add(1, Ordering::SeqCst);
    drop(front.open.acquire().await);
    if let Some((status, body)) = *front.answers.lock().unwrap() {
        return Response::builder().status(StatusCode::from_u16(status).unwrap()).body(body);
    }
    let asked = front.provider.try_clone().unwrap().body(body);
    let names = ["authorization", "content-type"];
    let asked = names
        .iter()
        .fold(asked, |asked, name| asked.header(*name, request.header(name).unwrap_or("")));
    let answer = asked.send().await.unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    Response::builder().status(status).body(answer.bytes().await.unwrap())
}

impl Front {
    async fn of(site: &Site) -> (Arc<Self>, SocketAddr) {
        let provider = site.request(Method::POST, "/oauth2/introspect/");
        let front = Arc::new(Self {
            provider,
            asked: AtomicUsize::new(0),
            answers: Mutex::new(None),
            open: Semaphore::new(1000),
        });
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let urls = Route::new().at("/introspect", post(introspect)).data(Arc::clone(&front));
        tokio::spawn(Server::new_with_acceptor(acceptor).run(urls));
        (front, address)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn answers(&self, status: u16, body: &'static str) {
        *self.answers.lock().unwrap() = Some((status, body));
    }

    fn answers_as_the_provider(&self) {
        *self.answers.lock().unwrap() = None;
    }
}

#[handler]
async fn show_albums(token: Access<ReadAlbums>) -> String {
    token.audience.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// An API in another process.
pub(crate) struct Api {
    urls: BoxEndpoint<'static, Response>,
    front: Arc<Front>,
    clock: MovableClock,
}

pub(crate) struct Answer {
    status: u16,
    pub(crate) body: String,
    response: Response,
}

#[handler]
async fn read(token: Access<Read>) -> String {
    let subject = token.subject.as_deref().unwrap_or("nobody");
    format!("{} {} {}", token.client_id, subject, token.scopes)
}

/// All who act in the place of the client, the latest first.
#[handler]
async fn acting(token: Access<Read>) -> String {
    let chain = token.act.iter().flat_map(Act::chain);
    format!("{}: {}", token.client_id, chain.collect::<Vec<_>>().join(", "))
}

#[handler]
async fn recent(token: Access<StepUp<Read, Recently>>) -> String {
    token.client_id.clone()
}

#[handler]
async fn anywhere(_: Access<AnyOf<(Admin, Write)>, Anywhere>) -> &'static str {
    "in"
}

/// A user of the API's own.
struct Member(String);

impl FromSubject for Member {
    async fn from_subject(subject: &str, _: &Request) -> Result<Option<Self>, StoreError> {
        Ok((subject != "gone").then(|| Self(subject.to_owned())))
    }
}

#[handler]
async fn me(me: Me<Member, Read>) -> String {
    me.0.clone()
}

struct Operations;

#[OpenApi]
impl Operations {
    /// Guarded
    #[oai(path = "/read", method = "get")]
    async fn read(&self, token: Secured<Read>) -> PlainText<String> {
        PlainText(token.client_id.clone())
    }
}

impl Api {
    /// Of a client that may look at the tokens of this provider's own API.
    async fn of(site: &Site, change: impl FnOnce(&mut RemoteGuardSettings)) -> Self {
        let issuer = site.server.settings().issuer.clone();
        let secret = site.register(|client| client.introspects = vec![issuer]).await.unwrap();
        Self::as_client(site, "another", secret, change).await
    }

    pub(crate) async fn as_client(
        site: &Site,
        client_id: &str,
        secret: Secret,
        change: impl FnOnce(&mut RemoteGuardSettings),
    ) -> Self {
        let (front, address) = Front::of(site).await;
        let endpoint = format!("http://{address}/introspect");
        let mut settings = RemoteGuardSettings {
            ssl_only: false,
            clock: site.clock.clone().into(),
            ..RemoteGuardSettings::new(endpoint, client_id, secret)
        };
        change(&mut settings);
        let guard = RemoteGuard::new(settings).expect("a guard");
        let operations = OpenApiService::new(Operations, "Operations", "1");
        let urls = Route::new()
            .at("/read", get(read))
            .at("/anywhere", get(anywhere))
            .at("/acting", get(acting))
            .at("/me", get(me))
            .at("/recent", get(recent))
            .at("/albums", get(show_albums))
            .nest("/operations", operations)
            .with(guard);
        Self { urls: urls.map_to_response().boxed(), front, clock: site.clock.clone() }
    }

    pub(crate) async fn call(&self, path: &str, token: &str) -> Answer {
        let request = Request::builder().uri(path.parse().unwrap());
        self.send(request.header("Authorization", format!("Bearer {token}")).finish()).await
    }

    async fn send(&self, request: Request) -> Answer {
        let mut response = self.urls.get_response(request).await;
        let body = response.take_body().into_string().await.unwrap();
        Answer { status: response.status().as_u16(), body, response }
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.response.header(name).unwrap_or_default()
    }
}

both_databases! {
    async fn guards_admit_a_token_as_beside_the_provider(site: Site) {
        let api = Api::of(&site, |_| {}).await;
        let token = site.access_token("read").await;
        let alice = site.alice().await.id;
        let seen = api.call("/read", &token).await;
        assert_eq!((seen.status, seen.body), (200, format!("confidential {alice} read")));
        assert_eq!(api.call("/me", &token).await.body, alice.to_string());
        let shown = api.call("/operations/read", &token).await;
        assert_eq!((shown.status, shown.body.as_str()), (200, "confidential"));
    }

    /// RFC 6750 §3.1.
    async fn guards_refuse_in_the_words_of_the_rfc(site: Site) {
        let api = Api::of(&site, |settings| settings.realm = "notes".to_owned()).await;
        let none = api.send(Request::builder().uri("/read".parse().unwrap()).finish()).await;
        assert_eq!((none.status, none.header("WWW-Authenticate")), (401, "Bearer realm=\"notes\""));
        let lacking = api.call("/read", &site.access_token("write").await).await;
        assert_eq!(lacking.status, 403);
        assert!(lacking.header("WWW-Authenticate").ends_with("scope=\"read\""));
        let refresh_token = site.tokens("read").await.text("refresh_token");
        for token in ["x", &refresh_token, UNKNOWN] {
            let refused = api.call("/read", token).await;
            assert_eq!(refused.status, 401, "{token}");
            assert!(refused.header("WWW-Authenticate").contains("invalid_token"), "{token}");
            assert_eq!(refused.header("Cache-Control"), "no-store");
        }
        assert_eq!(api.front.asked(), 2, "what has not the shape of a token costs no question");
    }

    /// RFC 6750 §2.3.
    async fn what_a_token_in_the_query_opens_is_kept_by_nobody(site: Site) {
        let api = Api::of(&site, |_| {}).await;
        let path = format!("/anywhere?access_token={}", site.access_token("write").await);
        let seen = api.send(Request::builder().uri(path.parse().unwrap()).finish()).await;
        assert_eq!((seen.status, seen.header("Cache-Control")), (200, "no-store"));
    }

    /// RFC 6750 §5.3.
    async fn what_did_not_come_over_tls_is_refused_unasked(site: Site) {
        let api = Api::of(&site, |settings| settings.ssl_only = true).await;
        let token = site.access_token("read").await;
        assert_eq!(api.call("/read", &token).await.status, 400);
        assert_eq!(api.front.asked(), 0);
    }
}

/// Of the shape of an access token, and nobody's.
const UNKNOWN: &str = "oat_ASNFZ4mrze8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH6ig_IA";
