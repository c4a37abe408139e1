//! What a client may ask for, and for how long it gets it: its registration over the server's settings.

use oauth_core::{Lifetime, NewClient};

use crate::support::{
    Fixture, Form, assert_live, assert_refused, client, code_request, in_query, refresh_token,
    scopes,
};

/// What alice's yes to this client leads to.
async fn tokens(fixture: &Fixture, new: NewClient) -> (Form, oauth_core::Tokens) {
    let registered = fixture.register(new).await;
    let (client_id, secret) = (registered.client.client_id, registered.secret.expect("a secret"));
    let code =
        in_query(&fixture.authorize(&code_request().set("client_id", &client_id)).await, "code")
            .unwrap();
    let exchange = fixture
        .exchange_form(&code)
        .set("client_id", &client_id)
        .set("client_secret", secret.expose());
    let tokens = fixture.token(&exchange).await.expect("tokens");
    (exchange, tokens)
}

fn refresh(exchange: Form, tokens: &oauth_core::Tokens) -> Form {
    exchange.set("grant_type", "refresh_token").set("refresh_token", refresh_token(tokens).expose())
}

both_databases! {
    async fn a_client_that_asks_for_no_scope_gets_its_default_ones(fixture: Fixture) {
        fixture.register(NewClient { default_scopes: scopes("read"), ..client("modest") }).await;
        let request = fixture.judge(&code_request().set("client_id", "modest").without("scope")).await.unwrap();
        let names: Vec<_> = request.scopes().iter().map(|scope| scope.name.as_str()).collect();
        assert_eq!(names, ["read"]);
    }

    // O34's defects: there a client whose scopes were all disabled could ask for everything.
    async fn a_disabled_scope_is_given_to_nobody_and_asked_for_by_name_it_is_refused(fixture: Fixture) {
        fixture.register(NewClient { default_scopes: scopes("read write"), ..client("modest") }).await;
        assert!(fixture.server.set_scope_disabled("read", true).await.unwrap());
        let request = code_request().set("client_id", "modest");
        assert!(fixture.refusal(&request).await.description.contains("read"));
        let by_default = fixture.judge(&request.clone().without("scope")).await.unwrap();
        assert_eq!(by_default.scopes().iter().map(|scope| scope.name.as_str()).collect::<Vec<_>>(), ["write"]);
        fixture.server.set_scope_disabled("write", true).await.unwrap();
        assert!(fixture.refusal(&request.without("scope")).await.description.contains("included"));
    }

    async fn a_disabled_scope_can_be_enabled_again(fixture: Fixture) {
        fixture.server.set_scope_disabled("read", true).await.unwrap();
        fixture.server.set_scope_disabled("read", false).await.unwrap();
        assert!(fixture.judge(&code_request()).await.is_ok());
        assert!(!fixture.server.set_scope_disabled("unheard_of", true).await.unwrap());
    }

    async fn no_restriction_is_an_explicit_choice(fixture: Fixture) {
        fixture.register(NewClient { any_scope: true, scopes: scopes(""), ..client("any") }).await;
        fixture.register(NewClient { scopes: scopes(""), ..client("none") }).await;
        assert!(fixture.judge(&code_request().set("client_id", "any").set("scope", "admin")).await.is_ok());
        assert!(fixture.judge(&code_request().set("client_id", "none")).await.is_err());
        let unknown = code_request().set("client_id", "any").set("scope", "unheard_of");
        assert!(fixture.refusal(&unknown).await.description.contains("unheard_of"));
    }

    async fn default_scopes_must_be_the_clients_own(fixture: Fixture) {
        let new = NewClient { default_scopes: scopes("admin"), ..client("greedy") };
        let refusal = fixture.server.register_client(new).await.unwrap_err();
        assert!(refusal.to_string().contains("default_scopes"), "{refusal}");
    }

    async fn a_clients_lifetimes_stand_over_the_servers(fixture: Fixture) {
        let new = NewClient {
            access_token_lifetime: Some(Lifetime::Seconds(15)),
            refresh_token_lifetime: Some(Lifetime::Seconds(30)),
            ..client("short")
        };
        let (exchange, first) = tokens(&fixture, new).await;
        assert_eq!(first.expires_in, Some(15));
        fixture.clock.advance(29);
        let second = fixture.token(&refresh(exchange.clone(), &first)).await.unwrap();
        assert_eq!(second.expires_in, Some(15), "a fresh lifetime after each refresh");
        fixture.clock.advance(30);
        assert_refused(fixture.token(&refresh(exchange, &second)).await, "invalid_grant", "expired");
    }

    async fn tokens_never_end_only_where_the_registration_says_never(fixture: Fixture) {
        let never = Some(Lifetime::Never);
        let new = NewClient { access_token_lifetime: never, refresh_token_lifetime: never, ..client("endless") };
        let (exchange, tokens) = tokens(&fixture, new).await;
        assert_eq!(tokens.expires_in, None);
        fixture.clock.advance(100 * 365 * 24 * 3600);
        assert_live(&fixture, &tokens).await;
        let access = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!(access.expires_at, None);
        assert!(fixture.token(&refresh(exchange, &tokens)).await.is_ok());
    }

    async fn a_lifetime_of_nothing_is_refused(fixture: Fixture) {
        let new = NewClient { access_token_lifetime: Some(Lifetime::Seconds(0)), ..client("dead") };
        let refusal = fixture.server.register_client(new).await.unwrap_err();
        assert!(refusal.to_string().contains("never"), "{refusal}");
    }

    async fn a_scope_that_the_server_does_not_know_is_refused_at_registration(fixture: Fixture) {
        let new = NewClient { scopes: scopes("read polls:vote"), ..client("voter") };
        let refusal = fixture.server.register_client(new).await.unwrap_err();
        assert!(refusal.to_string().contains("polls:vote"), "{refusal}");
        assert!(fixture.server.client("voter").await.unwrap().is_none(), "nothing half-saved");
    }

    async fn or_registered_with_it_where_that_is_asked_for(fixture: Fixture) {
        let scopes_of_voter = scopes("read polls:vote");
        let new = NewClient { scopes: scopes_of_voter, register_unknown_scopes: true, ..client("voter") };
        fixture.register(new).await;
        assert!(fixture.server.scopes().await.unwrap().contains("polls:vote"));
    }
}
