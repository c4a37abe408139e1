//! `--login`: the user logs in to another application, which the server tells who that is (OpenID
//! Connect Core §3.1). The application is the example's other half; this program is its user's
//! browser alone.

use url::Url;

use crate::{
    answer::Answer, authorization, demo_data, failure::Failure, form::Form, html, wire::Wire,
};

/// Logs in there by the one button of its page, and out again.
pub(crate) async fn walk(wire: &mut Wire) -> Result<(), Failure> {
    let button = open(wire).await?;
    let callback = log_in(wire, button).await?;
    let page = come_back(wire, callback).await?;
    log_out(wire, &page).await
}

/// Its page, and where the button on it leads.
async fn open(wire: &mut Wire) -> Result<Url, Failure> {
    wire.step("Open the other application");
    wire.explain("It has no passwords: its page has one button, \"Log in with Example provider\".");
    let page = wire.browse(wire.get(wire.url(PATH))).await?;
    button(&page).ok_or_else(|| {
        let next = "see whether --server names the example application, with OAUTH_OPENID=true";
        Failure::answered("a page with the button that logs in", &page, next)
    })
}

/// To the server and back, with a code.
async fn log_in(wire: &mut Wire, button: Url) -> Result<Url, Failure> {
    wire.step("Log in with Example provider");
    wire.explain(
        "The application sends the browser to the server, with the scope openid. It keeps",
    );
    wire.explain("state, nonce and the PKCE verifier in a cookie.");
    let answer = wire.browse(wire.get(button)).await?;
    let request = answer.redirect().ok_or_else(|| {
        let next = "the fault is the application's: look at its log";
        Failure::answered("a redirect to the authorization endpoint", &answer, next)
    })?;
    authorization::granted(wire, request, wire.url(CALLBACK).as_str()).await
}

/// The page of the user who has logged in.
async fn come_back(wire: &mut Wire, callback: Url) -> Result<Answer, Failure> {
    wire.step("Come back");
    wire.explain(
        "Unseen by the browser, the application exchanges the code for an ID token, checks",
    );
    wire.explain("its signature, issuer, audience, end and nonce, and asks who the user is.");
    let page = follow(wire, callback).await?;
    if !page.body.contains(demo_data::EMAIL) {
        let expected = format!("a page that says that {} is logged in", demo_data::EMAIL);
        return Err(Failure::answered(expected, &page, "look at the server's log"));
    }
    wire.explain(&format!("\nThe page says who logged in: {}.", demo_data::EMAIL));
    Ok(page)
}

/// Out of the application, and of the server, where that does so (RP-Initiated Logout).
async fn log_out(wire: &mut Wire, page: &Answer) -> Result<(), Failure> {
    wire.step("Log out");
    let next = "the fault is the application's: look at its log";
    let form = Form::with("log_out", page)
        .ok_or_else(|| Failure::answered("a page with a button that logs out", page, next))?;
    let answer = wire.browse(form.submit(wire, &[])).await?;
    let page = match answer.redirect() {
        Some(onward) => follow(wire, onward).await?,
        None => answer,
    };
    match button(&page) {
        Some(_) => Ok(()),
        None => Err(Failure::answered("the page of who is not logged in", &page, next)),
    }
}

/// Where redirects take the browser in the end.
async fn follow(wire: &Wire, url: Url) -> Result<Answer, Failure> {
    let mut answer = wire.browse(wire.get(url)).await?;
    for _ in 0..MOST_REDIRECTS {
        let Some(onward) = answer.redirect() else { break };
        answer = wire.browse(wire.get(onward)).await?;
    }
    Ok(answer)
}

/// Where the link leads that begins a login.
fn button(page: &Answer) -> Option<Url> {
    let tags = html::tags(&page.body);
    let mut links =
        tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.attribute("href"));
    let link = links.find(|link| link.ends_with(LOG_IN))?;
    page.url.join(link).ok()
}

const PATH: &str = "/relying-party/";
const LOG_IN: &str = "/relying-party/login/";
const CALLBACK: &str = "/relying-party/callback";

/// As many as browsers follow, or fewer.
const MOST_REDIRECTS: usize = 5;
