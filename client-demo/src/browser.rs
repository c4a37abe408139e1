//! `--browser`: the user logs in and consents in a browser, which then brings the code here.

use crate::{
    authorization::AuthorizationRequest,
    code::{self, AuthorizationCode},
    demo_data,
    failure::Failure,
    listener::{self, Page, Redirect},
    pkce::Verifier,
    wire::Wire,
};

/// Prints the authorization URL, and waits for the code.
pub(crate) async fn authorize(wire: &mut Wire) -> Result<AuthorizationCode, Failure> {
    wire.step("Authorize in the browser");
    wire.explain("First, is the server there?");
    wire.send(wire.get(wire.url("/"))).await?;

    let verifier = Verifier::generate()?;
    let request = code::request(wire, &verifier)?;
    let redirect = wait(wire, &request).await?;
    match request.verify(redirect.url.query()).and_then(|response| response.take("code")) {
        Ok(code) => {
            redirect.answer(&SUCCEEDED).await;
            wire.explain("The browser brought the code, and the state is the one that was sent.");
            Ok(AuthorizationCode { code, verifier })
        }
        Err(failure) => {
            redirect.answer(&FAILED).await;
            Err(failure)
        }
    }
}

async fn wait(wire: &Wire, request: &AuthorizationRequest) -> Result<Redirect, Failure> {
    let uri = demo_data::REDIRECT_URI;
    let mut redirects = listener::listen().await.map_err(|error| {
        let came = format!("it cannot be listened on ({error})");
        let next = "end the other program that listens on this port, and run this again";
        Failure::new(format!("{uri} to be free"), came, next)
    })?;
    wire.explain(&format!("\nOpen this address in a browser:\n\n{}\n", request.url));
    wire.explain(&format!("Waiting for the redirect to {uri} (Ctrl-C ends this).\n"));
    redirects.recv().await.ok_or_else(|| {
        Failure::new(format!("a redirect to {uri}"), "listening for it ended", "run this again")
    })
}

const SUCCEEDED: Page = Page {
    status: "200 OK",
    title: "Access granted",
    text: "The client has its authorization code. You can close this tab and go back to the \
           terminal, where the walk goes on.",
};

const FAILED: Page = Page {
    status: "400 Bad Request",
    title: "No access",
    text: "The client was not given access. The terminal says why; you can close this tab.",
};
