//! A user's browser: cookies, pages, forms.

use std::{collections::BTreeMap, sync::Mutex};

use reqwest::{Method, RequestBuilder, header};

use super::{Answer, Form, HtmlForm, PASSWORD, Site};

/// A browser on the site. It follows no redirect.
pub(crate) struct Browser<'a> {
    site: &'a Site,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// How a page of the site was answered, and the form on it.
pub(crate) struct Page {
    pub(crate) answer: Answer,
    pub(crate) form: HtmlForm,
}

impl Site {
    /// A browser in which nobody has signed in.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: Mutex::default() }
    }

    /// A browser in which alice has signed in on the login page.
    pub(crate) async fn sign_in(&self) -> Browser<'_> {
        self.alice().await;
        let browser = self.browser();
        let page = browser.page("/accounts/login/").await;
        let answer = browser.submit(&page.form, &[("username", "alice"), ("password", PASSWORD)]);
        assert_eq!(answer.await.location(), "/");
        browser
    }

    /// A browser in which alice has signed in, who is a superuser and so of the staff.
    pub(crate) async fn superuser(&self) -> Browser<'_> {
        let browser = self.sign_in().await;
        self.database.execute("UPDATE oauth_users SET is_staff = TRUE, is_superuser = TRUE");
        browser
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.site.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, form: &Form) -> Answer {
        self.send(self.site.request(Method::POST, path).form_body(form.encoded())).await
    }

    /// A page that has a form.
    pub(crate) async fn page(&self, path: &str) -> Page {
        let answer = self.get(path).await.with_status(200);
        Page { form: HtmlForm::of(&answer), answer }
    }

    /// Sends a form with what is hidden in it, and what the user gives.
    pub(crate) async fn submit(&self, form: &HtmlForm, given: &[(&str, &str)]) -> Answer {
        let fields =
            given.iter().fold(form.hidden.clone(), |form, (name, value)| form.and(name, value));
        self.post(&form.action, &fields).await
    }

    /// The consent page of an authorization request.
    pub(crate) async fn consent(&self, request: &Form) -> Page {
        self.page(&authorization(request)).await
    }

    /// What the authorization endpoint answers at once.
    pub(crate) async fn ask(&self, request: &Form) -> Answer {
        self.get(&authorization(request)).await
    }

    /// Opens the consent page and accepts.
    pub(crate) async fn authorize(&self, request: &Form) -> Answer {
        let page = self.consent(request).await;
        self.submit(&page.form, &[("user_action", "Accept")]).await
    }

    /// The code of an accepted request.
    pub(crate) async fn code(&self, request: &Form) -> String {
        self.authorize(request).await.in_query("code").expect("a code")
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let cookies = self.cookie_header();
        let request =
            if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies) };
        let answer = self.site.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a readable cookie");
            let (pair, attributes) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            if attributes.contains("Max-Age=0") {
                self.cookies.lock().unwrap().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
        answer
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// The id of the session, as the cookie keeps it.
    pub(crate) fn session(&self) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        cookies.get("oauth_session").or_else(|| cookies.get("__Host-oauth_session")).cloned()
    }

    /// Whether somebody is signed in: then the login page has nothing to ask.
    pub(crate) async fn is_signed_in(&self) -> bool {
        self.get("/accounts/login/").await.status == 303
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// Where an authorization request is sent.
pub(crate) fn authorization(request: &Form) -> String {
    format!("/oauth2/authorization/?{}", request.encoded())
}

/// A body of the type that every form has.
pub(crate) trait FormBody {
    fn form_body(self, body: impl Into<reqwest::Body>) -> Self;
}

impl FormBody for RequestBuilder {
    fn form_body(self, body: impl Into<reqwest::Body>) -> Self {
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    }
}
