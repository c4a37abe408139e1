//! A client that is answered by a form: its page is of another origin, and gets it with a script and without.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use crate::support::{Chromium, Server, Site};

/// A client's redirection endpoint that takes forms.
struct Client {
    port: u16,
    forms: Receiver<Posted>,
}

struct Posted {
    head: String,
    form: String,
}

impl Client {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, forms) = channel();
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let sender = sender.clone();
                thread::spawn(move || take(browser, &sender));
            }
        });
        Self { port, forms }
    }

    fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}/cb", self.port)
    }
}

/// A connection may say nothing, which browsers do to be fast later; and they ask for an icon.
fn take(browser: TcpStream, forms: &Sender<Posted>) -> Option<()> {
    let mut stream = BufReader::new(browser);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.unwrap_or("0").parse().ok()?];
    stream.read_exact(&mut body).ok()?;
    if head.starts_with("POST /cb ") {
        forms.send(Posted { head, form: String::from_utf8(body).ok()? }).ok()?;
    }
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 25\r\nConnection: close\r\n\r\n\
                  <h1>The client's own</h1>";
    stream.get_mut().write_all(answer.as_bytes()).ok()
}

async fn asked(browser: &Chromium, server: &Server, client: &Client) {
    let redirect_uri = client.redirect_uri();
    let request = format!(
        "response_type=code&response_mode=form_post&client_id=form-taker&scope=user_info&state=xyz&redirect_uri={redirect_uri}"
    );
    browser.open(&format!("{}/oauth2/authorization/?{request}", server.url())).await;
    browser.sign_in().await;
    browser.page("App").await;
}

async fn is_answered(browser: &Chromium, server: &Server, client: &Client) {
    browser.shows("h1", "The client's own").await;
    let Posted { head, form } = client.forms.recv_timeout(Duration::from_secs(30)).expect("a form");
    let origin = server.url();
    assert!(head.contains(&format!("\r\nOrigin: {origin}\r\n")), "{head}");
    assert!(head.contains(&format!("\r\nReferer: {origin}/\r\n")), "{head}");
    assert!(
        form.contains("code=") && form.contains("state=xyz") && form.contains("iss="),
        "{form}"
    );
    browser.is_at(&client.redirect_uri()).await;
    let complaints = browser.complaints().await;
    assert!(!complaints.contains("Content Security Policy"), "{complaints}");
}

fn registered(site: &Site, client: &Client) {
    let redirect_uri = format!("--redirect-uri={}", client.redirect_uri());
    site.run(&[
        "register-client",
        "--name=App",
        "--client-id=form-taker",
        "--scope=user_info",
        "--require-pkce=false",
        &redirect_uri,
    ])
    .success();
}

#[tokio::test]
async fn a_form_reaches_a_page_of_another_origin_by_itself() {
    let Some(browser) = Chromium::start().await else { return };
    let (site, client) = (Site::new(), Client::listen());
    let server = site.serve();
    registered(&site, &client);
    asked(&browser, &server, &client).await;
    browser.click("button[name=user_action][value=Accept]").await;
    is_answered(&browser, &server, &client).await;
}

#[tokio::test]
async fn without_script_a_form_reaches_it_by_the_button() {
    let Some(browser) = Chromium::start().await else { return };
    let (site, client) = (Site::new(), Client::listen());
    let server = site.serve();
    registered(&site, &client);
    browser.run_no_scripts().await;
    asked(&browser, &server, &client).await;
    browser.click("button[name=user_action][value=Accept]").await;
    browser.page("Back to the application").await;
    browser.click("button[type=submit]").await;
    is_answered(&browser, &server, &client).await;
}
