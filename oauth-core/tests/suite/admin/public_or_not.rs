//! A client that gets a secret, or loses it.

use oauth_core::{ClientSecret, NewClient, admin::AdminError};

use super::{clients::robot, refused_fields};
use crate::support::{Fixture, client};

both_databases! {
    async fn a_public_client_that_becomes_confidential_gets_a_secret(fixture: Fixture) {
        let public = fixture.server.client("public").await.unwrap().unwrap();
        let change = NewClient { secret: ClientSecret::Generated, ..NewClient::from(&*public) };
        let changed = fixture.admin().update_client(public.id, public.version, change).await.unwrap();
        let secret = changed.secret.expect("it must have one now");
        let request = crate::support::public_exchange_form("x").set("client_secret", secret.expose());
        assert_eq!(fixture.token(&request).await.unwrap_err().code(), "invalid_grant", "it is the code that is wrong");
        let without = request.without("client_secret");
        assert_eq!(fixture.token(&without).await.unwrap_err().code(), "invalid_client");
        assert_eq!(fixture.trail().await, ["update client public: is_public, secret"]);
    }

    async fn a_confidential_client_that_becomes_public_has_no_secret_any_more(fixture: Fixture) {
        let old = fixture.server.client("confidential").await.unwrap().unwrap();
        let change = NewClient { secret: ClientSecret::None, ..NewClient::from(&*old) };
        let changed = fixture.admin().update_client(old.id, old.version, change).await.unwrap();
        assert!(changed.client.is_public && changed.secret.is_none());
        assert!(changed.client.secrets.is_empty());
        let refusal = fixture.token(&fixture.exchange_form("x")).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid_client", "its secret proves nothing");
        assert_eq!(fixture.count("oauth_client_secrets"), "0");
    }

    async fn a_client_of_the_client_credentials_grant_cannot_become_public(fixture: Fixture) {
        let created = fixture.admin().create_client(robot()).await.unwrap();
        let change = NewClient { secret: ClientSecret::None, ..NewClient::from(&created.client) };
        let answer = fixture.admin().update_client(created.client.id, created.client.version, change).await;
        assert_eq!(refused_fields(answer), ["grant_types"]);
        assert!(fixture.admits(&created.secret.unwrap()).await);
    }

    async fn a_chosen_secret_takes_the_place_of_the_old_one(fixture: Fixture) {
        let created = fixture.admin().create_client(robot()).await.unwrap();
        let chosen = ClientSecret::Chosen("correct horse battery".into());
        let change = NewClient { secret: chosen, ..NewClient::from(&created.client) };
        fixture.admin().update_client(created.client.id, created.client.version, change).await.unwrap();
        assert!(fixture.admits(&"correct horse battery".into()).await);
        assert!(!fixture.admits(&created.secret.unwrap()).await);
        assert_eq!(fixture.trail().await[0], "update client robot: secret");
    }

    async fn a_public_client_has_no_secret_to_rotate(fixture: Fixture) {
        let answer = fixture.admin().rotate_client_secret(fixture.key("public").await, 0).await;
        assert!(matches!(answer, Err(AdminError::Refused(_))), "{answer:?}");
    }

    async fn a_client_is_shown_as_it_would_be_registered_again(fixture: Fixture) {
        let first = fixture.register(NewClient { require_pkce: Some(true), ..client("first") }).await.client;
        let again = NewClient { client_id: Some("second".to_owned()), ..NewClient::from(&first) };
        let second = fixture.register(again).await.client;
        assert_eq!(second.metadata, first.metadata);
        assert!(second.require_pkce && !second.is_public);
    }
}
