//! Which forms are ours: RFC 6749 §10.12, RFC 9700 §4.7.
//!
//! A form of who is signed in with a session of ours hangs on that session; every other on a random cookie of its own,
//! so that to look at the login page writes nothing. Beside it, what the browser says of the sender must not name
//! another site.

use oauth_core::{FormKey, Params, Secret};
use poem::{
    Request, Response,
    http::{Method, header},
};
use url::Url;

use crate::{OAuth, pages::HiddenField};

/// What the forms of a page carry, and the cookie that it hangs on where the browser has none yet.
pub(crate) struct FormToken {
    token: Secret,
    drawn: Option<Secret>,
}

impl FormToken {
    /// For the forms of a page that answers this request. A cookie is drawn for who asked for the page, and not for
    /// another site's form: its answer would replace the browser's own, which is Lax and did not come along.
    pub(crate) fn new(oauth: &OAuth, request: &Request, subject: Option<&str>) -> Self {
        Self::at(&Browser::of(oauth, request), oauth, request, subject)
    }

    /// The same, for who needs to know the browser as well.
    pub(crate) fn at(
        browser: &Browser,
        oauth: &OAuth,
        request: &Request,
        subject: Option<&str>,
    ) -> Self {
        let presented = secret(oauth, request, subject);
        let drawn = presented.is_none().then(|| browser.secret.clone());
        let secret = presented.or_else(|| drawn.clone()).unwrap_or_else(Secret::generate);
        let is_asked_for = matches!(*request.method(), Method::GET | Method::HEAD)
            || Sender::of(oauth, request) == Sender::Here;
        let token = key(secret, subject).csrf_token();
        Self { token, drawn: drawn.filter(|_| is_asked_for) }
    }

    pub(crate) fn field(&self) -> HiddenField {
        HiddenField { name: "csrf_token", value: self.token.expose().to_owned() }
    }

    /// Has the browser keep what was drawn.
    pub(crate) fn keep(&self, oauth: &OAuth, response: Response) -> Response {
        match &self.drawn {
            Some(drawn) => oauth.cookies().form.keep(drawn, response),
            None => response,
        }
    }
}

/// The browser that asks, by the cookie that its forms hang on before anybody is signed in: it stays through the sign-in.
pub(crate) struct Browser {
    secret: Secret,
    is_drawn: bool,
}

impl Browser {
    pub(crate) fn of(oauth: &OAuth, request: &Request) -> Self {
        match oauth.cookies().form.presented(request) {
            Some(secret) => Self { secret, is_drawn: false },
            None => Self { secret: Secret::generate(), is_drawn: true },
        }
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Has the browser keep what was drawn.
    pub(crate) fn keep(&self, oauth: &OAuth, response: Response) -> Response {
        if self.is_drawn { oauth.cookies().form.keep(&self.secret, response) } else { response }
    }
}

/// Whether the form was made for this browser and this user, and comes from a page of ours.
pub(crate) fn is_ours(
    oauth: &OAuth,
    request: &Request,
    subject: Option<&str>,
    fields: &Params,
) -> bool {
    let presented = secret(oauth, request, subject).zip(fields.get("csrf_token"));
    let is_made = presented.is_some_and(|(secret, token)| key(secret, subject).accepts(token));
    is_made && Sender::of(oauth, request) != Sender::Elsewhere
}

/// Whether the browser has what a form before the sign-in hangs on, or can be given it.
pub(crate) fn can_try_again(oauth: &OAuth, request: &Request) -> bool {
    match Sender::of(oauth, request) {
        Sender::Here => true,
        Sender::Elsewhere => false,
        Sender::Unsaid => secret(oauth, request, None).is_some(),
    }
}

/// Of the bundled accounts, `Users::signed_in` has just found that the session of this very request lives.
fn secret(oauth: &OAuth, request: &Request, subject: Option<&str>) -> Option<Secret> {
    let cookies = oauth.cookies();
    let has_session = subject.is_some() && oauth.has_bundled_users();
    let cookie = if has_session { &cookies.session } else { &cookies.form };
    cookie.presented(request)
}

fn key(secret: Secret, subject: Option<&str>) -> FormKey {
    FormKey { secret, subject: subject.map(str::to_owned) }
}

/// Where a form comes from, as far as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    Here,
    Elsewhere,
    Unsaid,
}

impl Sender {
    fn of(oauth: &OAuth, request: &Request) -> Self {
        let said = [by_fetch_metadata(request), by_origin(oauth, request)];
        if said.contains(&Self::Elsewhere) {
            Self::Elsewhere
        } else if said.contains(&Self::Here) {
            Self::Here
        } else {
            Self::Unsaid
        }
    }
}

/// `none`: the user's own doing, such as a reload. Browsers say it over TLS and to loopback hosts only.
fn by_fetch_metadata(request: &Request) -> Sender {
    match request.header("Sec-Fetch-Site") {
        Some("same-origin" | "none") => Sender::Here,
        Some(_) => Sender::Elsewhere,
        None => Sender::Unsaid,
    }
}

/// Our pages have browsers say `null`, because their URLs do not travel (`Referrer-Policy`): that names no site.
fn by_origin(oauth: &OAuth, request: &Request) -> Sender {
    let Some(origin) = request.header(header::ORIGIN).filter(|&origin| origin != "null") else {
        return Sender::Unsaid;
    };
    let issuer = Url::parse(&oauth.settings().issuer).ok();
    let is_here = issuer.is_some_and(|issuer| {
        // The host may have other names than the issuer's, and nobody else can have a browser ask for them.
        let host = request.header(header::HOST).unwrap_or_default();
        origin == issuer.origin().ascii_serialization()
            || origin == format!("{}://{host}", issuer.scheme())
    });
    if is_here { Sender::Here } else { Sender::Elsewhere }
}
