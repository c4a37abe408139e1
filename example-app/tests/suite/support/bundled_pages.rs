//! The pages as the library brings them, which this application replaces in part: each with all that it may be given,
//! and with nothing that may be absent.

use std::{collections::BTreeMap, sync::Arc};

use oauth_server::{AuthorizationServer, OAuth, Settings, Store};
use poem::{
    EndpointExt, Response, Route, Server, get, handler,
    listener::{Acceptor, Listener, TcpListener},
    web::{Data, Path},
};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::Site;

/// A server of nothing but pages, which ends with the value.
pub(crate) struct BundledPages {
    /// Where each page is.
    pub(crate) urls: Vec<String>,
    task: JoinHandle<()>,
    _site: Site,
}

type Pages = Arc<Vec<(String, Value)>>;

#[handler]
fn page(
    Path(number): Path<usize>,
    Data(oauth): Data<&OAuth>,
    Data(pages): Data<&Pages>,
) -> Response {
    let (template, context) = &pages[number];
    oauth.page(template, context)
}

impl BundledPages {
    pub(crate) async fn serve() -> Self {
        let site = Site::new();
        let store =
            Store::open(&format!("sqlite://{}/pages.sqlite3", site.path().display())).unwrap();
        store.migrate().unwrap();
        let settings = Settings { ssl_only: false, ..Settings::new("http://localhost") };
        let server = AuthorizationServer::new(settings, store).unwrap();
        let oauth = OAuth::builder(server).build().unwrap();

        let contexts = include_str!("../../../../oauth-server/templates/contexts.json");
        let contexts: BTreeMap<String, [Value; 2]> = serde_json::from_str(contexts).unwrap();
        let pages = contexts.into_iter().flat_map(|(name, each)| each.map(|it| (name.clone(), it)));
        let pages = Pages::new(pages.collect());

        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let port = acceptor.local_addr()[0].as_socket_addr().unwrap().port();
        let urls = (0..pages.len()).map(|number| format!("http://localhost:{port}/{number}"));
        let urls = urls.collect();
        let routes =
            Route::new().at("/:number", get(page)).data(pages).with(oauth.middleware()).boxed();
        let task = tokio::spawn(async move {
            Server::new_with_acceptor(acceptor).run(routes).await.unwrap();
        });
        Self { urls, task, _site: site }
    }
}

impl Drop for BundledPages {
    fn drop(&mut self) {
        self.task.abort();
    }
}
