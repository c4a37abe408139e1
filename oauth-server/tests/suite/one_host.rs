//! Two providers on one host, whose cookies a browser keeps in one jar: it knows neither their ports nor their issuers.

use oauth_server::{AuthorizationServer, OAuth, Settings, Store};
use poem::{Endpoint, EndpointExt, Request, Response, Route};

use crate::support::{Database, PASSWORD, Site};

const LOGIN: &str = "/accounts/login";

/// A provider on the database of the site, where alice is, too.
fn provider(
    database: &Database,
    issuer: &str,
    name: Option<&str>,
) -> impl Endpoint<Output = Response> + use<> {
    let cookie_name = name.map(str::to_owned);
    let settings = Settings { ssl_only: false, cookie_name, ..Settings::new(issuer) };
    let server = AuthorizationServer::new(settings, Store::open(&database.url).unwrap()).unwrap();
    let oauth = OAuth::builder(server).build().unwrap();
    Route::new().nest("/accounts", oauth.accounts()).with(oauth.middleware())
}

/// A browser's cookies of one host.
#[derive(Default)]
struct Jar(Vec<(String, String)>);

impl Jar {
    async fn send(
        &mut self,
        app: &impl Endpoint<Output = Response>,
        form: Option<String>,
    ) -> (u16, String) {
        let cookies: Vec<_> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let method = if form.is_some() { "POST" } else { "GET" };
        let request =
            Request::builder().method(method.parse().unwrap()).uri(LOGIN.parse().unwrap());
        let request = request
            .header("Cookie", cookies.join("; "))
            .content_type("application/x-www-form-urlencoded");
        let mut response = app.call(request.body(form.unwrap_or_default())).await.unwrap();
        for cookie in response.headers().get_all("Set-Cookie") {
            let (name, value) =
                cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.0.retain(|(known, _)| known != name);
            self.0.push((name.to_owned(), value.to_owned()));
        }
        (response.status().as_u16(), response.take_body().into_string().await.unwrap())
    }

    async fn sign_in(&mut self, app: &impl Endpoint<Output = Response>) {
        let (_, page) = self.send(app, None).await;
        let token =
            page.split("name=\"csrf_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let form =
            format!("csrf_token={token}&username=alice&password={}", PASSWORD.replace(' ', "+"));
        assert_eq!(self.send(app, Some(form)).await.0, 303);
    }

    async fn is_signed_in(&mut self, app: &impl Endpoint<Output = Response>) -> bool {
        self.send(app, None).await.0 == 303
    }
}

both_databases! {
    async fn they_do_not_sign_each_other_out(site: Site) {
        site.alice().await;
        let one = provider(&site.database, "http://localhost:8080", None);
        for other in ["http://localhost:8081", "http://localhost:8080/other", "https://localhost:8080"] {
            let (other, mut jar) = (provider(&site.database, other, None), Jar::default());
            jar.sign_in(&one).await;
            assert!(!jar.is_signed_in(&other).await, "a session of one is none at the other");
            jar.sign_in(&other).await;
            assert!(jar.is_signed_in(&one).await && jar.is_signed_in(&other).await);
        }
    }

    async fn two_servers_of_one_issuer_share_their_sessions(site: Site) {
        site.alice().await;
        let [one, other] = [(); 2].map(|()| provider(&site.database, "http://localhost:8080", None));
        let mut jar = Jar::default();
        jar.sign_in(&one).await;
        assert!(jar.is_signed_in(&other).await);
    }

    async fn a_name_of_ones_own_is_taken_as_it_is(site: Site) {
        let mut jar = Jar::default();
        site.alice().await;
        jar.sign_in(&provider(&site.database, "http://localhost:8080", Some("notes"))).await;
        let names: Vec<_> = jar.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["notes_form", "notes", "notes_browser"]);
    }
}
