//! The HTTP of the walk, for both who speak it: every request and every answer is printed.

use std::time::Duration;

use reqwest::{
    Client, Request, RequestBuilder,
    cookie::{CookieStore, Jar},
    header::{COOKIE, SET_COOKIE},
    redirect::Policy,
};
use url::Url;

use crate::{
    answer::Answer,
    failure::{Failure, cause},
    transcript::Transcript,
};

pub(crate) struct Wire {
    server: Url,
    http: Client,
    cookies: Jar,
    transcript: Transcript,
    steps: usize,
    title: &'static str,
}

impl Wire {
    pub(crate) fn new(server: &Url) -> Result<Self, Failure> {
        let http = http_client(server).map_err(|error| {
            let came = format!("it cannot be built ({})", cause(&error));
            Failure::new("an HTTP client", came, "install CA certificates, which https needs")
        })?;
        let (server, cookies) = (server.clone(), Jar::default());
        Ok(Self { server, http, cookies, transcript: Transcript::new(), steps: 0, title: "" })
    }

    /// Begins the next step of the walk.
    pub(crate) fn step(&mut self, title: &'static str) {
        self.steps += 1;
        self.title = title;
        self.transcript.heading(&format!("{}. {title}", self.steps));
    }

    pub(crate) fn current_step(&self) -> String {
        format!("step {} ({})", self.steps, self.title)
    }

    /// Explains what follows.
    pub(crate) fn explain(&self, text: &str) {
        self.transcript.explain(text);
    }

    pub(crate) fn finish(&self) {
        self.transcript.heading(&format!("All {} steps worked", self.steps));
    }

    /// The address of one of the server's pages, whether or not the server lives under a path.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.server.clone();
        url.set_path(&format!("{}{path}", self.server.path().trim_end_matches('/')));
        url
    }

    pub(crate) fn get(&self, url: Url) -> RequestBuilder {
        self.http.get(url)
    }

    pub(crate) fn post(&self, url: Url, fields: &[(&str, &str)]) -> RequestBuilder {
        self.http.post(url).form(fields)
    }

    /// Sends a request as the user's browser, whose cookies are the login.
    pub(crate) async fn browse(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let mut request = self.build(request)?;
        if let Some(cookies) = self.cookies.cookies(request.url()) {
            request.headers_mut().insert(COOKIE, cookies);
        }
        let answer = self.exchange("browser", request).await?;
        self.cookies.set_cookies(&mut answer.headers.get_all(SET_COOKIE).iter(), &answer.url);
        Ok(answer)
    }

    /// Sends a request as the client, which has no part in the login.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let request = self.build(request)?;
        self.exchange("client", request).await
    }

    fn build(&self, request: RequestBuilder) -> Result<Request, Failure> {
        request.build().map_err(|error| Failure::unanswered(&self.server, &error))
    }

    async fn exchange(&self, sender: &str, request: Request) -> Result<Answer, Failure> {
        let unanswered = |error| Failure::unanswered(&self.server, &error);
        self.transcript.request(sender, &request);
        let response = self.http.execute(request).await.map_err(unanswered)?;
        let answer = Answer::read(response).await.map_err(unanswered)?;
        self.transcript.answer(&answer);
        Ok(answer)
    }
}

fn http_client(server: &Url) -> Result<Client, reqwest::Error> {
    // Only a second installation can fail, and this is the first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let builder = Client::builder()
        .user_agent(concat!("client-demo/", env!("CARGO_PKG_VERSION")))
        // Redirects are the protocol: each is looked at.
        .redirect(Policy::none())
        // The server mostly runs on this machine, where no proxy would find it.
        .no_proxy()
        .timeout(PATIENCE);
    // Plain http needs no CA certificates, and reqwest refuses to start where none are installed.
    if server.scheme() == "http" { builder.tls_certs_only([]) } else { builder }.build()
}

const PATIENCE: Duration = Duration::from_secs(30);
