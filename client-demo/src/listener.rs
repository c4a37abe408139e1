//! The redirect URI as a native application has it: a loopback address, RFC 8252 §7.3.

use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver, Sender},
    time::{sleep, timeout},
};
use url::Url;

use crate::demo_data;

/// A redirect that arrived, and the browser that waits for a page.
pub(crate) struct Redirect {
    pub(crate) url: Url,
    browser: TcpStream,
}

impl Redirect {
    pub(crate) async fn answer(self, page: &Page) {
        page.send(self.browser).await;
    }
}

/// What the browser shows. Nothing of the request stands in it, so there is nothing to escape.
pub(crate) struct Page {
    pub(crate) status: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

impl Page {
    async fn send(&self, mut browser: TcpStream) {
        let Self { status, title, text } = self;
        let html = format!(
            "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>{title}</title>\
             <meta name=viewport content=\"width=device-width\">\
             <body style=\"color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; \
             max-width: 32rem; margin: 20vh auto; padding: 0 1rem\"><h1>{title}</h1><p>{text}</p>\n"
        );
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             Connection: close\r\n\r\n{html}",
            html.len()
        );
        // A browser that left loses nothing but this page.
        if browser.write_all(answer.as_bytes()).await.is_ok() {
            let _ = browser.shutdown().await;
        }
    }
}

/// Listens on both loopback addresses, for `localhost` may be either.
pub(crate) async fn listen() -> io::Result<Receiver<Redirect>> {
    let (redirects, receiver) = mpsc::channel(1);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).await?;
    tokio::spawn(accept(listener, redirects.clone()));
    match TcpListener::bind((Ipv6Addr::LOCALHOST, PORT)).await {
        Ok(listener) => drop(tokio::spawn(accept(listener, redirects))),
        Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
        // This machine has no IPv6, so no browser comes that way.
        Err(_) => {}
    }
    Ok(receiver)
}

/// Browsers open connections ahead of need: each has its own task, so that none holds up another.
async fn accept(listener: TcpListener, redirects: Sender<Redirect>) {
    loop {
        match listener.accept().await {
            Ok((browser, _)) => drop(tokio::spawn(serve(browser, redirects.clone()))),
            Err(_) => sleep(Duration::from_secs(1)).await,
        }
    }
}

async fn serve(mut browser: TcpStream, redirects: Sender<Redirect>) {
    let Ok(Ok(head)) = timeout(PATIENCE, read_head(&mut browser)).await else {
        return;
    };
    match redirect_in(&head) {
        // Whoever comes after the first redirect is not listened to any more.
        Some(url) => drop(redirects.send(Redirect { url, browser }).await),
        None => NOTHING_HERE.send(browser).await,
    }
}

/// Reads up to the empty line that ends the headers.
async fn read_head(browser: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST_HEAD {
        if browser.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The redirect, where this request is one: a browser also asks for `/favicon.ico`.
fn redirect_in(head: &str) -> Option<Url> {
    let target = head.strip_prefix("GET ")?.split(' ').next()?;
    let query = target.strip_prefix("/?")?;
    let url = Url::parse(&format!("{}/?{query}", demo_data::REDIRECT_URI)).ok()?;
    let answers = url.query_pairs().any(|(name, _)| name == "code" || name == "error");
    answers.then_some(url)
}

/// The port of [`demo_data::REDIRECT_URI`].
const PORT: u16 = 1111;
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_HEAD: usize = 64 * 1024;

const NOTHING_HERE: Page = Page {
    status: "404 Not Found",
    title: "Nothing here",
    text: "This address waits for the redirect of an authorization server.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_or_an_error_is_a_redirect() {
        for target in ["/?code=1&state=2", "/?state=2&error=access_denied"] {
            assert!(redirect_in(&format!("GET {target} HTTP/1.1\r\n\r\n")).is_some(), "{target}");
        }
        for target in ["/", "/?state=2", "/favicon.ico", "/favicon.ico?code=1", "*"] {
            assert!(redirect_in(&format!("GET {target} HTTP/1.1\r\n\r\n")).is_none(), "{target}");
        }
    }
}
