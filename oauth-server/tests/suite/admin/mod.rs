//! The admin site.

mod audit;
mod bad_input;
mod clients;
mod conflicts;
mod entrance;
mod filled;
mod forgery;
mod issued;
mod keys;
mod lists;
mod logouts;
mod openid;
mod own_users;
mod registration_tokens;
mod scopes;
mod secrets;
mod sessions;
mod trust;
mod users;

use self::filled::filled;
use crate::support::{Answer, Browser, Form, Site};

/// Opens a form, and sends it with these values in place of what stood there.
pub(crate) async fn change(browser: &Browser, path: &str, values: &[(&str, &str)]) -> Answer {
    let form = opened(browser, path).await;
    browser.post(path, &values.iter().fold(form, |form, (name, value)| form.set(name, value))).await
}

/// What a browser would send of a form in which nothing was changed.
async fn opened(browser: &Browser, path: &str) -> Form {
    filled(&browser.get(path).await.with_status(200))
}

/// The text between two others.
#[track_caller]
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start}: {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}: {rest}")).0
}

/// What a page shows once.
#[track_caller]
fn shown_once(page: &Answer, kind: &str) -> String {
    let value = between(&page.body, &format!("<code class=\"once\" id=\"{kind}\">"), "</code>");
    value.replace("&#x3D;", "=")
}

/// Where the record of this name stands, by the list of its kind.
async fn record(browser: &Browser, list: &str, name: &str) -> String {
    let page = browser.get(list).await.with_status(200).body;
    let (before, _) = page.split_once(&format!("\">{name}</a>")).expect(name);
    before.rsplit_once("href=\"").expect("a link").1.to_owned()
}

/// How many changes the trail has.
fn changes(site: &Site) -> i64 {
    site.database.count("oauth_audit")
}
