//! How the answer travels, on the wire: OAuth 2.0 Form Post Response Mode.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::support::{
    Answer, CALLBACK, Form, HtmlForm, Site,
    client::{code_request, public_request},
};

fn by_form() -> Form {
    code_request().set("response_mode", "form_post")
}

/// The form that the browser posts to the client.
#[track_caller]
fn posted(page: Answer) -> Form {
    let form = HtmlForm::of(&page.with_status(200));
    assert_eq!(form.action, CALLBACK);
    form.hidden
}

both_databases! {
    /// §2: "all Authorization Response parameters are [...] encoded as HTML form values that are auto-submitted in the
    /// User Agent".
    async fn the_answer_is_a_form_of_the_page(site: Site) {
        let form = posted(site.sign_in().await.authorize(&by_form()).await);
        assert_eq!(form.get("state"), Some("xyz"));
        assert_eq!(form.get("iss"), Some(site.server.settings().issuer.as_str()));
        site.exchange(form.get("code").expect("a code")).await.with_status(200);
    }

    async fn its_page_runs_one_script_and_may_lead_anywhere(site: Site) {
        let page = site.sign_in().await.authorize(&by_form()).await;
        let (_, script) = page.body.split_once("<script>").expect("a script");
        let (script, rest) = script.split_once("</script>").expect("its end");
        assert!(!rest.contains("<script"), "{rest}");
        let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
        let policy = page.header("Content-Security-Policy");
        assert!(policy.contains(&format!("script-src 'sha256-{hash}';")), "{policy}");
        assert!(!policy.contains("form-action") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("Cache-Control"), "no-store");
        assert!(page.body.contains("<button type=\"submit\">"), "{}", page.body);
    }

    /// Clients refuse a form whose `Origin` is `null`; and nobody learns the request in the page's URL.
    async fn the_client_learns_the_origin_of_the_page_and_no_more(site: Site) {
        let page = site.sign_in().await.authorize(&by_form()).await;
        assert_eq!(page.header("Referrer-Policy"), "strict-origin");
    }

    async fn a_refusal_travels_by_form_too(site: Site) {
        let browser = site.sign_in().await;
        let declined = posted(browser.decline(&by_form()).await);
        assert_eq!(declined.get("error"), Some("access_denied"));
        let refused = posted(browser.ask(&by_form().set("scope", "unheard_of")).await);
        assert_eq!((refused.get("error"), refused.get("state")), (Some("invalid_scope"), Some("xyz")));
    }

    async fn what_comes_from_the_client_is_text_and_no_markup(site: Site) {
        let state = "\"><script>alert(1)</script>";
        let page = site.sign_in().await.authorize(&by_form().set("state", state)).await;
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert_eq!(posted(page).get("state"), Some(state));
    }

    async fn a_client_that_takes_no_fragment_is_answered_by_form_as_well(site: Site) {
        site.register(|client| client.fragment_supported = false).await;
        let request = public_request().set("client_id", "another").set("response_mode", "form_post");
        assert!(posted(site.sign_in().await.authorize(&request).await).get("code").is_some());
    }
}
