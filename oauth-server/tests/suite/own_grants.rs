//! Grants of the application's own, over HTTP and in the admin site.

use oauth_server::{BuildError, GrantRequest, GrantType, Granted, OAuth, TokenError};
use serde_json::json;

use crate::{
    admin::change,
    support::{Config, Form, Site},
};

const VOUCHER: &str = "urn:example:params:oauth:grant-type:voucher";

async fn redeemed(request: GrantRequest) -> Result<Granted, TokenError> {
    let scopes = request.scopes().await?;
    match request.required("voucher")? {
        "robot" => Ok(Granted { scopes, ..Granted::default() }),
        _ => Err(TokenError::InvalidGrant("the voucher is void".into())),
    }
}

fn serving(config: &mut Config) {
    config.oauth = |oauth| oauth.grant(VOUCHER, redeemed);
}

impl Site {
    async fn voucher_form(&self, voucher: &str) -> Form {
        let secret = self
            .register(|new| {
                new.grant_types =
                    vec![VOUCHER.parse().unwrap(), "urn:example:newer".parse().unwrap()];
            })
            .await;
        Form::new(&[
            ("grant_type", VOUCHER),
            ("client_id", "another"),
            ("client_secret", secret.unwrap().expose()),
            ("scope", "read"),
            ("voucher", voucher),
        ])
    }
}

both_databases! {
    async fn a_client_that_is_registered_for_it_gets_tokens(site: Site) {
        let site = site.with(serving).await;
        let form = site.voucher_form("robot").await;
        let tokens = site.token(&form).await.with_status(200);
        assert_eq!(tokens.json()["scope"], "read");
        assert!(tokens.json()["refresh_token"].is_null(), "it is not registered for that");
        site.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
    }

    async fn a_refusal_is_told_in_the_handlers_words(site: Site) {
        let site = site.with(serving).await;
        let refused = site.token(&site.voucher_form("torn").await).await.with_status(400);
        let expected = json!({ "error": "invalid_grant", "error_description": "the voucher is void" });
        assert_eq!(refused.json(), expected);
    }

    async fn without_it_the_grant_is_unsupported(site: Site) {
        let refused = site.token(&site.voucher_form("robot").await).await.with_status(400);
        assert_eq!(refused.json()["error"], "unsupported_grant_type");
    }

    async fn the_admin_site_offers_it_and_leaves_alone_what_another_program_serves(site: Site) {
        let site = site.with(serving).await;
        site.voucher_form("robot").await;
        let browser = site.superuser().await;
        let id = site.server.client("another").await.unwrap().unwrap().id;
        let path = format!("/admin/clients/{id}/edit/");
        let page = browser.get(&path).await.with_status(200).body;
        for name in [VOUCHER, "urn:example:newer"] {
            assert!(page.contains(name), "{page}");
        }
        change(&browser, &path, &[("name", "Shop")]).await.with_status(303);
        let client = site.server.client("another").await.unwrap().unwrap();
        assert_eq!(client.name(), "Shop");
        let names: Vec<_> = client.metadata.grant_types.iter().map(GrantType::as_str).collect();
        assert_eq!(names, [VOUCHER, "urn:example:newer"]);
    }

    async fn a_name_that_is_no_uri_is_told_when_the_provider_is_built(site: Site) {
        let built = OAuth::builder(site.server.clone()).grant("voucher", redeemed).build();
        assert!(matches!(built, Err(BuildError::Grant { name }) if name == "voucher"));
    }
}
