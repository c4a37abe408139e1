//! The demo user with a browser: signs in, allows what a client asks for, and is sent back to it.

use std::{env, fs, sync::Arc, time::Duration};

use ureq::{
    Agent, Body,
    http::Response,
    tls::{Certificate, RootCerts, TlsConfig},
};
use url::Url;

use crate::Failed;

type Fields = Vec<(String, String)>;

/// Redirects are followed one by one, and every status is an answer. Over TLS, the authority in `SSL_CERT_FILE` is believed.
pub fn agent() -> Agent {
    let authority = env::var("SSL_CERT_FILE").ok().and_then(|path| fs::read(path).ok());
    let authority = authority.and_then(|pem| Certificate::from_pem(&pem).ok());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(authority.into_iter().collect())))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .into()
}

/// Opens the URL that the client made, and answers the one that the browser ends at: at this redirect URI, or for a device,
/// which has none, where its user has accepted.
pub fn allow(browser: &Agent, client_url: Url, redirect_uri: Option<&str>) -> Result<Url, Failed> {
    let mut url = client_url;
    let mut page = browser.get(url.as_str()).call()?;
    for _ in 0..10 {
        if let Some(location) = location(&page, &url)? {
            if redirect_uri.is_some_and(|redirect_uri| location.as_str().starts_with(redirect_uri))
            {
                return Ok(location);
            }
            page = browser.get(location.as_str()).call()?;
            url = location;
            continue;
        }
        let (action, fields) = filled_in(&page.body_mut().read_to_string()?, &url)?;
        let accepts = fields.iter().any(|(name, _)| name == "user_action");
        page = browser.post(action.as_str()).send_form(fields)?;
        url = action;
        if accepts && redirect_uri.is_none() && page.status() == 200 {
            return Ok(url);
        }
    }
    Err(format!("the browser never came back to {redirect_uri:?}, last at {url}").into())
}

fn location(page: &Response<Body>, url: &Url) -> Result<Option<Url>, Failed> {
    let Some(location) = page.headers().get("location") else { return Ok(None) };
    Ok(Some(url.join(location.to_str()?)?))
}

/// The form of the login or consent page, as the user sends it.
fn filled_in(html: &str, page: &Url) -> Result<(Url, Fields), Failed> {
    let forms: Vec<_> =
        html.split("<form").skip(1).filter_map(|form| form.split("</form>").next()).collect();
    let with =
        |control: &str| forms.iter().find(|form| form.contains(&format!("name=\"{control}\"")));
    let (form, given) = if let Some(form) = with("password") {
        (form, vec![("username", "exampleuser"), ("password", "password")])
    } else if let Some(form) = with("user_action") {
        (form, vec![("user_action", "Accept")])
    } else {
        return Err(format!("{page} shows neither login nor consent: {html}").into());
    };
    let hidden = form.split("<input").skip(1).filter_map(|tag| {
        let tag = tag.split('>').next().filter(|tag| tag.contains("type=\"hidden\""))?;
        Some((attribute(tag, "name")?, attribute(tag, "value")?))
    });
    let given = given.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let action = attribute(form, "action").ok_or("a form without an action")?;
    Ok((page.join(&action)?, hidden.chain(given).collect()))
}

/// The value of a tag's attribute, unescaped: this server's pages escape no more than this.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = value.split_once('"')?;
    Some(value.replace("&#x3D;", "=").replace("&#x2F;", "/").replace("&amp;", "&"))
}
