//! The other side of OAuth 2.0: a client that walks the grants of RFC 6749 over HTTP, printing what
//! goes over the wire. It knows nothing of the server's crates.

mod answer;
mod api;
mod authorization;
mod browser;
mod code;
mod demo_data;
mod device;
mod entity;
mod failure;
mod form;
mod html;
mod implicit;
mod listener;
mod login;
mod pkce;
mod refresh;
mod relying_party;
mod token;
mod transcript;
mod typography;
mod wire;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use url::Url;

use crate::{failure::Failure, wire::Wire};

/// Walks the grants of OAuth 2.0 as a client, and prints what goes over the wire.
///
/// It needs the example application, with its demo data, running in another terminal:
///
///     cargo run -p example-app
///
/// It logs in as the demo user, asks for an authorization code (with PKCE) and consents,
/// exchanges the code for tokens, calls the API without and with a token, refreshes the tokens, and
/// walks the implicit grant. Nothing is asked on the keyboard. Run it again, and the server remembers
/// the consent: it answers with a code at once.
#[derive(Parser)]
#[command(
    version,
    verbatim_doc_comment,
    after_help = "Exit status: 0 when every step worked, 1 when one did not (standard error says\n\
                  which, and what to do), 2 for a bad option.\n\
                  Colours: only on a terminal, and not when NO_COLOR is set."
)]
struct Options {
    /// Where the example application listens.
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080", value_parser = server)]
    server: Url,

    /// Log in and consent yourself, in a browser.
    ///
    /// Prints the authorization URL to open there, and waits for the redirect on localhost:1111.
    /// The implicit grant is left out.
    #[arg(long, verbatim_doc_comment)]
    browser: bool,

    /// Log in to another application instead, with the demo user's account.
    ///
    /// Walks the example's relying party (OpenID Connect) as its user's browser: login, consent,
    /// back to the application, which says who logged in, and out again.
    #[arg(long, verbatim_doc_comment, conflicts_with = "browser")]
    login: bool,

    /// Play a device without a browser (RFC 8628).
    ///
    /// Prints a code, the address at which its user types it, and both as a QR code, and waits until
    /// the user has answered in a browser.
    #[arg(long, verbatim_doc_comment, conflicts_with_all = ["browser", "login"])]
    device: bool,

    /// The client that the device is, one that has no secret.
    #[arg(long, value_name = "ID", default_value = demo_data::DEVICE_CLIENT_ID, requires = "device")]
    client_id: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let mut wire = match Wire::new(&options.server) {
        Ok(wire) => wire,
        Err(failure) => return report("start", &failure),
    };
    let walked = if options.device {
        device::walk(&mut wire, &options.client_id).await
    } else if options.login {
        relying_party::walk(&mut wire).await
    } else {
        walk(&mut wire, options.browser).await
    };
    match walked {
        Ok(()) => {
            wire.finish();
            ExitCode::SUCCESS
        }
        Err(failure) => report(&wire.current_step(), &failure),
    }
}

/// Each step opens its own heading, so this reads as the transcript does.
async fn walk(wire: &mut Wire, browser: bool) -> Result<(), Failure> {
    let code = if browser {
        browser::authorize(wire).await?
    } else {
        login::log_in(wire).await?;
        code::authorize(wire).await?
    };
    let tokens = code::exchange(wire, &code).await?;
    api::call_without_token(wire).await?;
    let username = api::call_with_token(wire, &tokens.access_token).await?;
    if !browser {
        login::verify(&username)?;
    }
    refresh::refresh(wire, &tokens).await?;
    if !browser {
        implicit::walk(wire).await?;
    }
    Ok(())
}

fn report(step: &str, failure: &Failure) -> ExitCode {
    // Where standard error is closed, the exit status still tells.
    let _ = writeln!(io::stderr(), "client-demo: {step}: {failure}");
    ExitCode::FAILURE
}

/// Reads `--server`: an address that paths can be appended to.
fn server(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write http://HOST:PORT"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it must have no `?` and no `#`".to_owned());
    }
    Ok(url)
}
