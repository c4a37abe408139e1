//! Logging in through the login form, as a browser would.

use url::Url;

use crate::{demo_data, failure::Failure, form::Form, wire::Wire};

/// Logs in as the demo user; the session stands in the cookie jar.
pub(crate) async fn log_in(wire: &mut Wire) -> Result<(), Failure> {
    wire.step("Log in");
    wire.explain(
        "The resource owner logs in at the authorization server; a client has no part in it.",
    );
    let mut page = wire.url("/accounts/login/");
    page.query_pairs_mut().append_pair("next", wire.url("/").path());
    submit(wire, page).await?;
    Ok(())
}

/// Whether the profile that the token opened is that of the user who logged in.
pub(crate) fn verify(username: &str) -> Result<(), Failure> {
    if username != demo_data::USERNAME {
        let expected = format!("the profile of {}", demo_data::USERNAME);
        let came = format!("it is that of {username}");
        return Err(Failure::new(expected, came, "the fault is the server's: look at its log"));
    }
    Ok(())
}

/// Whether the server asks to log in first.
pub(crate) fn is_asked_for(redirect: &Url) -> bool {
    redirect.path().trim_end_matches('/').ends_with("/accounts/login")
}

/// Fills in the login form, and returns where the server sends the browser then.
pub(crate) async fn submit(wire: &Wire, page: Url) -> Result<Url, Failure> {
    let page = wire.browse(wire.get(page)).await?;
    let form = Form::with("password", &page).ok_or_else(|| {
        let next = "see whether --server names the example application";
        Failure::answered("a page with a login form", &page, next)
    })?;
    let given = [("username", demo_data::USERNAME), ("password", demo_data::PASSWORD)];
    let answer = wire.browse(form.submit(wire, &given)).await?;
    answer.redirect().filter(|redirect| !is_asked_for(redirect)).ok_or_else(|| {
        let expected = format!("a redirect after the login of {}", demo_data::USERNAME);
        Failure::answered(expected, &answer, demo_data::LOAD_IT)
    })
}

/// What to do when the server asks for a second login at once.
pub(crate) const FORGOTTEN: &str =
    "see the session cookie in the transcript: over http it must not be Secure";
