//! Clients that cannot be answered by a redirect with a fragment: RFC 6749 §4.2.2, django-oauthost's
//! `hash_sign_supported`.

use oauth_server::{ClientSecret, GrantType};
use reqwest::Method;
use url::Url;

use crate::support::{
    Answer, Form, Site, authorization,
    client::{code_request, implicit_request},
    log,
};

/// Registers `another`, which cannot take a fragment, and is answered at this address.
async fn without_fragment(site: &Site, callback: &str) {
    site.register(|client| {
        client.name = "Old <Printer>".to_owned();
        client.fragment_supported = false;
        client.secret = ClientSecret::None;
        client.require_pkce = Some(false);
        client.redirect_uris = vec![callback.to_owned()];
        client.grant_types = vec![GrantType::AuthorizationCode, GrantType::Implicit];
    })
    .await;
}

fn request(of: Form, callback: &str) -> Form {
    of.set("client_id", "another").set("redirect_uri", callback)
}

/// Where the page's only link leads.
#[track_caller]
fn target(page: &Answer) -> Url {
    assert!(!page.has_header("Location"), "{page:#?}");
    let (_, link) = page.body.split_once("<a class=\"button\" href=\"").expect("a button");
    let (href, _) = link.split_once('"').expect("its end");
    Url::parse(&href.replace("&#x3D;", "=").replace("&amp;", "&")).expect("an absolute URL")
}

/// A parameter of the query or the fragment.
fn parameter(encoded: Option<&str>, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(encoded?.as_bytes());
    pairs.into_owned().find(|(known, _)| known == name).map(|(_, value)| value)
}

const CALLBACKS: [&str; 2] = ["https://old.example/cb?a=1", "com.example.old:/cb"];

both_databases! {
    async fn a_page_with_a_button_leads_it_to_its_code(site: Site) {
        let callback = CALLBACKS[0];
        without_fragment(&site, callback).await;
        let page = site.sign_in().await.authorize(&request(code_request(), callback)).await.with_status(200);
        let target = target(&page);
        assert!(target.as_str().starts_with(callback), "{target}");
        assert_eq!(parameter(target.query(), "state").as_deref(), Some("xyz"));
        let code = parameter(target.query(), "code").expect("a code");
        let exchange = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", "another"),
            ("code", &code),
            ("redirect_uri", callback),
        ]);
        site.token(&exchange).await.with_status(200);
    }

    async fn a_page_with_a_button_leads_it_to_its_token_also_by_a_scheme_of_its_own(site: Site) {
        let callback = CALLBACKS[1];
        without_fragment(&site, callback).await;
        let page = site.sign_in().await.authorize(&request(implicit_request(), callback)).await.with_status(200);
        let target = target(&page);
        assert!(target.as_str().starts_with(&format!("{callback}#")), "{target}");
        let token = parameter(target.fragment(), "access_token").expect("a token");
        site.call("/plain/read", &token).await.with_status(200);
        let policy = page.header("Content-Security-Policy");
        assert!(!policy.contains("form-action"), "{policy}");
    }

    async fn the_page_says_whose_it_is_and_keeps_what_it_holds_to_itself(site: Site) {
        log::keep();
        without_fragment(&site, CALLBACKS[0]).await;
        let request = request(implicit_request(), CALLBACKS[0]);
        let page = site.sign_in().await.authorize(&request).await.with_status(200);
        assert!(page.body.contains("<h1>Return to Old &lt;Printer&gt;</h1>"), "{}", page.body);
        assert_eq!(page.header("Referrer-Policy"), "no-referrer");
        assert_eq!(page.header("Cache-Control"), "no-store");
        let token = parameter(target(&page).fragment(), "access_token").expect("a token");
        assert!(!log::lines().iter().any(|line| line.contains(&token)));
    }

    async fn a_consent_given_before_leads_to_the_page_too(site: Site) {
        let site = site.with(|config| config.settings.remember_consent = true).await;
        without_fragment(&site, CALLBACKS[0]).await;
        let request = request(implicit_request(), CALLBACKS[0]);
        let browser = site.sign_in().await;
        browser.authorize(&request).await;
        let page = browser.ask(&request).await.with_status(200);
        assert!(parameter(target(&page).fragment(), "access_token").is_some());
        let head = browser.send(site.request(Method::HEAD, &authorization(&request))).await;
        assert_eq!(head.with_status(200).body, "");
    }

    async fn a_refusal_by_the_user_is_told_the_same_way(site: Site) {
        without_fragment(&site, CALLBACKS[0]).await;
        let browser = site.sign_in().await;
        let consent = browser.consent(&request(implicit_request(), CALLBACKS[0])).await;
        let page = browser.submit(&consent.form, &[("user_action", "Decline")]).await.with_status(200);
        assert_eq!(parameter(target(&page).fragment(), "error").as_deref(), Some("access_denied"));
        assert!(page.body.contains("Nothing was granted"), "{}", page.body);
    }

    async fn every_other_client_is_answered_by_a_redirect(site: Site) {
        site.sign_in().await.authorize(&implicit_request()).await.with_status(303);
    }
}
