//! The client's half of the authorization endpoint: RFC 6749 §3.1, for both grants that use it.

use std::collections::HashMap;

use url::{Url, form_urlencoded};

use crate::{answer::Answer, demo_data, failure::Failure, form::Form, login, pkce, wire::Wire};

/// Where the user is sent, and the `state` that the answer must carry.
pub(crate) struct AuthorizationRequest {
    pub(crate) url: Url,
    state: String,
}

impl AuthorizationRequest {
    /// §4.1.1 and §4.2.1, which differ in `response_type` and in what PKCE adds.
    pub(crate) fn new(
        wire: &Wire,
        response_type: &str,
        client_id: &str,
        more: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let state = pkce::random()?;
        let mut url = wire.url("/oauth2/authorization/");
        url.query_pairs_mut()
            .append_pair("response_type", response_type)
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", demo_data::REDIRECT_URI)
            .append_pair("scope", demo_data::SCOPE)
            .append_pair("state", &state)
            .extend_pairs(more);
        Ok(Self { url, state })
    }

    /// The user's consent, and the redirect to the client that it leads to.
    pub(crate) async fn grant(&self, wire: &Wire) -> Result<Url, Failure> {
        granted(wire, self.url.clone(), demo_data::REDIRECT_URI).await
    }

    /// Reads the answer from the query (§4.1.2) or the fragment (§4.2.2) of the redirect.
    pub(crate) fn verify(&self, part: Option<&str>) -> Result<AuthorizationResponse, Failure> {
        let parameters = form_urlencoded::parse(part.unwrap_or_default().as_bytes());
        let response = AuthorizationResponse(parameters.into_owned().collect());

        // §10.12: without it, anybody's answer could be slipped in.
        if response.0.get("state") != Some(&self.state) {
            let came = "the redirect carries another, or none";
            let next = "run this again; with --browser, close the tabs of earlier runs first";
            return Err(Failure::new("the state that was sent", came, next));
        }
        if let Some(error) = response.0.get("error") {
            return Err(refused(error, response.0.get("error_description")));
        }
        Ok(response)
    }
}

/// The parameters of a redirect whose `state` was ours.
#[derive(Debug)]
pub(crate) struct AuthorizationResponse(HashMap<String, String>);

impl AuthorizationResponse {
    pub(crate) fn take(mut self, name: &'static str) -> Result<String, Failure> {
        self.0.remove(name).ok_or_else(|| {
            let next = "the fault is the server's: look at its log";
            Failure::new(format!("`{name}` in the redirect"), "it is missing", next)
        })
    }
}

/// Plays the browser: opens the page, logs in where asked, consents, and returns the redirect to
/// the client.
pub(crate) async fn granted(wire: &Wire, url: Url, redirect_uri: &str) -> Result<Url, Failure> {
    let is_for_the_client = |redirect: &Url| {
        Url::parse(redirect_uri)
            .is_ok_and(|uri| redirect.origin() == uri.origin() && redirect.path() == uri.path())
    };
    let mut answer = wire.browse(wire.get(url)).await?;
    if let Some(page) = answer.redirect().filter(login::is_asked_for) {
        let back = login::submit(wire, page).await?;
        answer = wire.browse(wire.get(back)).await?;
    }
    if answer.redirect().is_none() {
        answer = consent(wire, &answer).await?;
    } else if answer.redirect().as_ref().is_some_and(is_for_the_client) {
        wire.explain(
            "\nThe user has accepted this before: the server remembers, and does not ask.",
        );
    }
    answer.redirect().filter(is_for_the_client).ok_or_else(|| {
        let expected = format!("a redirect to {redirect_uri}");
        let to_login = answer.redirect().is_some_and(|redirect| login::is_asked_for(&redirect));
        let next = if to_login { login::FORGOTTEN } else { demo_data::LOAD_IT };
        Failure::answered(expected, &answer, next)
    })
}

async fn consent(wire: &Wire, page: &Answer) -> Result<Answer, Failure> {
    let form = Form::with("user_action", page)
        .ok_or_else(|| Failure::answered("the consent page", page, demo_data::LOAD_IT))?;
    wire.explain("\nThe user accepts.");
    wire.browse(form.submit(wire, &[("user_action", "Accept")])).await
}

/// §4.1.2.1, §4.2.2.1: the user, or the server, said no.
fn refused(error: &str, description: Option<&String>) -> Failure {
    let came = match description {
        Some(description) => format!("the redirect says {error}: {description}"),
        None => format!("the redirect says {error}"),
    };
    let next = match error {
        "access_denied" => "run this again, and accept",
        "server_error" | "temporarily_unavailable" => "look at the server's log",
        _ => demo_data::LOAD_IT,
    };
    Failure::new("the user's consent", came, next)
}
