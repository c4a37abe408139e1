//! The floor of HTTP: a poem handler that does nothing, with nothing around it.

use poem::{Route, Server, get, handler, listener::TcpListener};

/// With it as the first argument, and an address as the second, this program is that server.
pub(crate) const ARGUMENT: &str = "serve-the-floor";

#[handler]
fn empty() {}

pub(crate) fn serve() {
    let address = std::env::args().nth(2).expect("an address");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = Server::new(TcpListener::bind(address)).run(Route::new().at("/", get(empty)));
    runtime.block_on(server).expect("to serve");
}
