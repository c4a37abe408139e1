//! A user's browser: cookies, pages, forms.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use reqwest::{
    Method, RequestBuilder,
    header::{COOKIE, HeaderMap, SET_COOKIE},
};

use super::{
    Answer, Form, HtmlForm,
    builder::Paths,
    http::{self, Http},
};

/// A user's browser. It keeps cookies, shows every redirect and follows none.
#[derive(Debug)]
pub struct Browser {
    http: Http,
    paths: Paths,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// How a page was answered, and the form on it.
#[derive(Debug)]
pub struct Page {
    /// The page.
    pub answer: Answer,
    /// Its only form.
    pub form: HtmlForm,
}

impl Browser {
    /// A browser on a program that runs already, at an origin such as `http://127.0.0.1:8080`; that of a
    /// [`TestServer`](super::TestServer) is [`TestServer::browser`](super::TestServer::browser).
    #[must_use]
    pub fn at(origin: &str) -> Self {
        Self::new(Http::to(origin, HeaderMap::new()), Paths::default())
    }

    pub(super) fn new(http: Http, paths: Paths) -> Self {
        Self { http, paths, cookies: Mutex::default() }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, form: &Form) -> Answer {
        self.send(self.http.form(path, form)).await
    }

    /// Opens a page that has one form.
    ///
    /// # Panics
    /// When it has none or several, or another status than 200.
    pub async fn page(&self, path: &str) -> Page {
        let answer = self.get(path).await.with_status(200);
        let mut form = HtmlForm::of(&answer);
        if form.action.is_empty() {
            path.clone_into(&mut form.action);
        }
        Page { answer, form }
    }

    /// Sends a form with what is hidden in it, and what the user gives.
    pub async fn submit(&self, form: &HtmlForm, given: &[(&str, &str)]) -> Answer {
        let fields =
            given.iter().fold(form.hidden.clone(), |form, (name, value)| form.and(name, value));
        self.post(&form.action, &fields).await
    }

    /// What the authorization endpoint answers at once.
    pub async fn ask(&self, request: &Form) -> Answer {
        self.get(&self.authorization(request)).await
    }

    /// The consent page of an authorization request.
    ///
    /// # Panics
    /// When the user is not asked: who has not signed in, or allowed the same before.
    pub async fn consent(&self, request: &Form) -> Page {
        self.page(&self.authorization(request)).await
    }

    /// Opens the consent page and accepts: where the browser is sent then.
    ///
    /// # Panics
    /// When the user is not asked.
    pub async fn authorize(&self, request: &Form) -> Answer {
        self.decide(request, "Accept").await
    }

    /// Opens the consent page and declines.
    ///
    /// # Panics
    /// When the user is not asked.
    pub async fn decline(&self, request: &Form) -> Answer {
        self.decide(request, "Decline").await
    }

    async fn decide(&self, request: &Form, user_action: &str) -> Answer {
        let page = self.consent(request).await;
        self.submit(&page.form, &[("user_action", user_action)]).await
    }

    /// The code of a request that is accepted, or was accepted before.
    ///
    /// # Panics
    /// When it leads to no code.
    pub async fn code(&self, request: &Form) -> String {
        let answer = self.ask(request).await;
        let answer = if answer.status == 303 {
            answer
        } else {
            let form = HtmlForm::of(&answer.with_status(200));
            self.submit(&form, &[("user_action", "Accept")]).await
        };
        answer.in_query("code").unwrap_or_else(|| panic!("no code: {answer:#?}"))
    }

    /// A request, to be completed and [sent](Self::send).
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, path)
    }

    /// Sends a request with the browser's cookies, and keeps those of the answer.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let cookies = self.cookie_header();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies) };
        let answer = http::send(request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a readable cookie");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie's name and value");
            if attributes.contains("Max-Age=0") {
                self.cookies().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
        answer
    }

    /// Has the browser keep a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies().insert(name.to_owned(), value.to_owned());
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().get(name).cloned()
    }

    /// The id of the provider's own session, as its cookie keeps it, where that has its usual name.
    #[must_use]
    pub fn session(&self) -> Option<String> {
        let is_session = |name: &str| {
            let name = name.strip_prefix("__Host-").unwrap_or(name);
            name.starts_with("oauth_session") && !name.ends_with("_form")
        };
        self.cookies().iter().find(|(name, _)| is_session(name)).map(|(_, value)| value.clone())
    }

    /// Whether a user of the bundled accounts is signed in: then the login page has nothing to ask.
    pub async fn is_signed_in(&self) -> bool {
        self.get(&self.paths.login).await.status == 303
    }

    fn authorization(&self, request: &Form) -> String {
        format!("{}?{}", self.paths.authorization, request.encoded())
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies();
        let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn cookies(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
