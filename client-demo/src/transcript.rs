//! What goes over the wire, printed for people: everything that matters to OAuth, and no more.

use std::{
    env,
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use reqwest::{
    Request,
    header::{
        AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE, WWW_AUTHENTICATE,
    },
};

use crate::{
    answer::Answer,
    typography::{WIDTH, broken, indented, shortened, text, titled},
};

pub(crate) struct Transcript {
    coloured: bool,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self { coloured: io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none() }
    }

    pub(crate) fn heading(&self, title: &str) {
        let rule = "─".repeat(WIDTH.saturating_sub(title.chars().count()));
        print(format!("\n{}", self.paint(BOLD, format!("── {title} {rule}"))));
    }

    pub(crate) fn explain(&self, text: &str) {
        print(self.paint(ITALIC, text));
    }

    pub(crate) fn request(&self, sender: &str, request: &Request) {
        let line = format!("{sender} → {} {}", request.method(), broken(request.url().as_str()));
        print(format!("\n{}", self.paint(CYAN, line)));
        if let Some(cookies) = request.headers().get(COOKIE) {
            let pairs: Vec<_> = text(cookies).split("; ").map(shortened).collect();
            self.header("Cookie", pairs.join("; "));
        }
        for name in [AUTHORIZATION, CONTENT_TYPE] {
            if let Some(value) = request.headers().get(&name) {
                self.header(&titled(name.as_str()), text(value));
            }
        }
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        if !body.is_empty() {
            print(indented(&String::from_utf8_lossy(body).replace('&', "\n&")));
        }
    }

    pub(crate) fn answer(&self, answer: &Answer) {
        let colour = if answer.status.as_u16() < 400 { GREEN } else { YELLOW };
        print(self.paint(colour, format!("server → {}", answer.status)));
        if let Some(location) = answer.headers.get(LOCATION) {
            self.header("Location", broken(&text(location)));
        }
        for name in [WWW_AUTHENTICATE, CACHE_CONTROL, CONTENT_TYPE] {
            if let Some(value) = answer.headers.get(&name) {
                self.header(&titled(name.as_str()), text(value));
            }
        }
        for cookie in answer.headers.get_all(SET_COOKIE) {
            self.header("Set-Cookie", shortened(&text(cookie)));
        }
        if let Some(title) = answer.page_title() {
            print(indented(&format!("(the page \"{title}\", {} bytes)", answer.body.len())));
        } else if let Some(json) = answer.json() {
            print(indented(&format!("{json:#}")));
        } else if !answer.body.is_empty() {
            print(indented(&format!("({} bytes)", answer.body.len())));
        }
    }

    fn header(&self, name: &str, value: impl Display) {
        print(format!("  {} {value}", self.paint(DIM, format!("{name}:"))));
    }

    fn paint(&self, colour: &str, text: impl Display) -> String {
        if self.coloured { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// A closed pipe (`client-demo | head`) is no reason to stop, as it would be for `println!`.
fn print(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

const BOLD: &str = "1";
const DIM: &str = "2";
const ITALIC: &str = "3";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";
