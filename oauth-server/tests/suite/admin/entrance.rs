//! Who may enter the admin site, and how.

use oauth_server::{ResourceOwner, StoreError, Users, async_trait};
use poem::Request;
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::changes;
use crate::support::{Browser, Form, Site};

/// One address of each kind.
const ADDRESSES: [&str; 3] = ["/admin/", "/admin", "/admin/nothing/of/this/name/"];

/// Signed in elsewhere; staff is who is called so.
struct Elsewhere;

#[async_trait]
impl Users for Elsewhere {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        let subject = request.header("X-Authenticated-User");
        Ok(subject.map(|subject| ResourceOwner::new(subject, format!("Dr. {subject}"))))
    }

    fn login_url(&self, _: &Request, next: &str) -> String {
        format!("/sso?return_to={next}")
    }

    async fn is_staff(&self, owner: &ResourceOwner) -> Result<bool, StoreError> {
        Ok(owner.subject == "staff")
    }
}

/// A form on its way, of which the server has the head and waits for the body.
async fn begun(site: &Site, browser: &Browser, path: &str, length: usize) -> TcpStream {
    let mut connection = TcpStream::connect(site.address).await.unwrap();
    let cookie = browser.session().unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nCookie: oauth_session={cookie}\r\nContent-Length: {length}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut going_on = [0; 25];
    connection.read_exact(&mut going_on).await.unwrap();
    assert_eq!(&going_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

both_databases! {
    async fn who_is_not_signed_in_does_so_first_and_comes_back(site: Site) {
        for address in ADDRESSES {
            let answer = site.browser().get(&format!("{address}?a=b")).await;
            let next = url::form_urlencoded::byte_serialize(address.as_bytes()).collect::<String>();
            assert_eq!(answer.location(), format!("/accounts/login/?next={next}%3Fa%3Db"));
            site.browser().post(address, &Form::new(&[])).await.with_status(303);
        }
    }

    async fn who_is_not_staff_is_refused(site: Site) {
        let browser = site.sign_in().await;
        for address in ADDRESSES {
            let answer = browser.get(address).await.with_status(403);
            assert!(answer.body.contains("may not see this page"), "{}", answer.body);
            browser.post(address, &Form::new(&[])).await.with_status(403);
        }
    }

    async fn staff_enters_with_and_without_a_trailing_slash(site: Site) {
        let browser = site.superuser().await;
        for address in ["/admin/", "/admin"] {
            let page = browser.get(address).await.with_status(200).body;
            assert!(page.contains("<h1>Administration</h1>"), "{page}");
            assert!(page.contains("href=\"/admin/clients/\""), "{page}");
        }
    }

    async fn who_was_staff_a_moment_ago_is_refused(site: Site) {
        let browser = site.superuser().await;
        browser.get("/admin/").await.with_status(200);
        site.database.execute("UPDATE oauth_users SET is_staff = FALSE");
        browser.get("/admin/").await.with_status(403);
    }

    // Else a request that was begun in time, and whose body is held back, would keep the rights of its beginning.
    async fn who_may_enter_is_asked_once_the_whole_form_is_there(site: Site) {
        let browser = site.superuser().await;
        let form = browser.page("/admin/scopes/new/").await.form.hidden.set("name", "late").encoded();
        for taken in ["is_staff = FALSE", "is_active = FALSE"] {
            site.database.execute("UPDATE oauth_users SET is_staff = TRUE, is_active = TRUE");
            let mut late = begun(&site, &browser, "/admin/scopes/new/", form.len()).await;
            site.database.execute(&format!("UPDATE oauth_users SET {taken}"));
            late.write_all(form.as_bytes()).await.unwrap();
            let mut answer = String::new();
            late.read_to_string(&mut answer).await.unwrap();
            let refused = answer.starts_with("HTTP/1.1 403") || answer.contains("/accounts/login/");
            assert!(refused, "{taken}: {answer}");
        }
        assert_eq!(changes(&site), 0);
    }

    async fn an_unknown_address_is_a_page_that_says_so(site: Site) {
        let browser = site.superuser().await;
        for address in ["/admin/nothing/", "/admin/%00/", "/admin/../admin/x", "/admin//x//"] {
            let answer = browser.get(address).await.with_status(404);
            assert!(answer.body.contains("There is nothing here"), "{address}: {}", answer.body);
        }
    }

    // A browser takes `//admin` for a host of that name.
    async fn slashes_too_many_lead_to_no_other_host(site: Site) {
        assert_eq!(site.get("//admin/").await.location(), "/accounts/login/?next=%2Fadmin%2F");
        let browser = site.superuser().await;
        for address in ["//admin/scopes/", "///admin//scopes//", "/admin//scopes/"] {
            let page = browser.get(address).await.with_status(200).body;
            assert!(page.contains("href=\"/admin/clients/\""), "{address}: {page}");
            assert!(!page.contains("href=\"//"), "{address}: {page}");
        }
        let page = browser.page("/admin/clients/new/").await;
        let answer = browser.post("//admin//scopes/new/", &page.form.hidden.set("name", "new")).await;
        let location = answer.with_status(303).location().to_owned();
        assert!(location.starts_with("/admin/scopes/"), "{location}");
    }

    async fn another_method_is_told_which_are_allowed(site: Site) {
        let browser = site.superuser().await;
        for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
            let answer = browser.send(site.request(method, "/admin/")).await.with_status(405);
            assert_eq!(answer.header("Allow"), "GET, HEAD, POST");
        }
        let page = browser.page("/accounts/logout/").await;
        let answer = browser.post("/admin/", &page.form.hidden).await.with_status(405);
        assert_eq!(answer.header("Allow"), "GET, HEAD");
    }

    async fn a_page_is_kept_by_nobody_and_framed_by_nobody_and_runs_no_script(site: Site) {
        let answer = site.superuser().await.get("/admin/").await;
        assert_eq!(answer.header("Cache-Control"), "no-store");
        assert_eq!(answer.header("X-Frame-Options"), "DENY");
        assert_eq!(answer.header("Referrer-Policy"), "no-referrer");
        let policy = answer.header("Content-Security-Policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self' 'sha256-"), "{policy}");
    }

    async fn in_the_clear_nobody_enters_where_tls_is_wanted(site: Site) {
        let site = site.with(|config| config.settings.ssl_only = true).await;
        for answer in [site.get("/admin/").await, site.post("/admin/", &Form::new(&[])).await] {
            assert!(answer.with_status(400).body.contains("secure connection"));
        }
    }

    async fn an_applications_own_users_are_staff_where_it_says_so(site: Site) {
        let site = site.with(|config| config.oauth = |oauth| oauth.users(Elsewhere)).await;
        let get = |user: &'static str| {
            let request = site.request(Method::GET, "/admin/").header("X-Authenticated-User", user);
            site.send(request)
        };
        assert_eq!(site.get("/admin/").await.location(), "/sso?return_to=%2Fadmin%2F");
        assert!(get("curie").await.with_status(403).body.contains("Dr. curie"));
        assert!(get("staff").await.with_status(200).body.contains("Dr. staff"));
    }
}

/// What an application leaves out of the trait.
#[tokio::test]
async fn by_default_nobody_is_staff() {
    struct Nobody;

    #[async_trait]
    impl Users for Nobody {
        async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
            Ok(None)
        }

        fn login_url(&self, _: &Request, _: &str) -> String {
            String::new()
        }
    }

    let owner = ResourceOwner::new("1", "alice");
    assert!(!Nobody.is_staff(&owner).await.unwrap());
}
