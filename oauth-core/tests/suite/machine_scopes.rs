//! What a client may have for itself: a list of its own (RFC 6749 §4.4, §3.3).

use oauth_core::{GrantRequest, GrantType, Granted, Lifetime, NewClient, NewScope, Scopes, Secret};

use crate::support::{
    Fixture, Form, assert_refused, client, code_request, in_query, machine, refresh_token, scopes,
};

const VOUCHER: &str = "urn:example:voucher";

/// A client that acts for itself and for users, with these lists.
fn both(users: &str, own: &str) -> NewClient {
    let mut new = client("both");
    new.grant_types.push(GrantType::ClientCredentials);
    NewClient { scopes: scopes(users), client_credentials_scopes: scopes(own), ..new }
}

/// The same, whose access tokens never end.
fn endless(users: &str, own: &str) -> NewClient {
    NewClient { access_token_lifetime: Some(Lifetime::Never), ..both(users, own) }
}

/// A client that acts as alice.
fn of_alice(new: NewClient) -> NewClient {
    NewClient { owner: Some("alice".to_owned()), acts_as_owner: true, ..new }
}

impl Fixture {
    /// Has a client be registered for other scopes.
    async fn lists(&self, client_id: &str, users: &str, own: &str) {
        let old = self.server.client(client_id).await.unwrap().unwrap();
        let new = NewClient {
            scopes: scopes(users),
            client_credentials_scopes: scopes(own),
            ..NewClient::from(&*old)
        };
        self.admin().update_client(old.id, old.version, new).await.unwrap();
    }

    async fn allowed(&self, token: &Secret) -> Scopes {
        self.server.verify(token.expose(), &scopes("")).await.unwrap().scopes
    }

    /// What `both` gets by a code of alice's.
    async fn for_alice(
        &self,
        itself: &Form,
        scope: &str,
    ) -> Result<oauth_core::Tokens, oauth_core::TokenError> {
        let request = code_request().set("client_id", "both").set("scope", scope);
        let code = in_query(&self.authorize(&request).await, "code").expect("a code");
        let secret = itself.get("client_secret").expect("the secret");
        self.token(&self.exchange_form(&code).set("client_id", "both").set("client_secret", secret))
            .await
    }
}

both_databases! {
    async fn what_a_client_may_ask_users_for_it_may_not_have_for_itself(fixture: Fixture) {
        let request = fixture.itself(both("read write", "read")).await;
        assert_eq!(fixture.token(&request).await.unwrap().scopes, scopes("read"));
        for scope in ["write", "read write"] {
            let answer = fixture.token(&request.clone().set("scope", scope)).await;
            assert_refused(answer, "invalid_scope", "client_credentials_scopes");
        }
    }

    async fn what_it_may_have_for_itself_it_may_not_ask_users_for(fixture: Fixture) {
        let request = fixture.itself(both("read", "write")).await;
        assert_eq!(fixture.token(&request.set("scope", "write")).await.unwrap().scopes, scopes("write"));
        let asked = code_request().set("client_id", "both");
        assert!(fixture.judge(&asked.clone().set("scope", "read")).await.is_ok());
        assert!(fixture.refusal(&asked.set("scope", "write")).await.description.contains("write"));
    }

    async fn where_the_list_is_empty_it_gets_nothing_and_is_told_what_to_change(fixture: Fixture) {
        let defaults = NewClient { default_scopes: scopes("read"), ..both("read write", "") };
        let request = fixture.itself(defaults).await;
        for request in [request.clone(), request.without("scope")] {
            let answer = fixture.token(&request).await;
            assert_refused(answer, "invalid_scope", "have client_credentials_scopes of its registration name");
        }
    }

    async fn that_a_client_may_ask_for_every_scope_gives_it_none_for_itself(fixture: Fixture) {
        let request = fixture.itself(NewClient { any_scope: true, ..both("", "") }).await;
        assert_refused(fixture.token(&request).await, "invalid_scope", "client_credentials_scopes");
        fixture.lists("both", "", "read").await;
        assert_eq!(fixture.token(&request).await.unwrap().scopes, scopes("read"));
        let answer = fixture.token(&request.set("scope", "admin")).await;
        assert_refused(answer, "invalid_scope", "admin");
    }

    async fn what_the_list_implies_is_within_it(fixture: Fixture) {
        let implies = NewScope { name: "all".to_owned(), description: "All".to_owned(), implies: scopes("read write"), ..NewScope::default() };
        fixture.server.register_new_scope(implies).await.unwrap();
        let new = NewClient { client_credentials_scopes: scopes("all"), ..machine("service") };
        let request = fixture.itself(new).await;
        assert_eq!(fixture.token(&request).await.unwrap().scopes, scopes("read"));
        let all = fixture.token(&request.set("scope", "all")).await.unwrap();
        assert_eq!(all.scopes, scopes("all read write"));
    }

    // §3.3: the server "MUST either process the request using a pre-defined default value or fail the request".
    async fn without_scope_it_gets_its_default_scopes_that_are_on_the_list(fixture: Fixture) {
        let new = NewClient { default_scopes: scopes("read write"), ..both("read write", "write") };
        let request = fixture.itself(new).await.without("scope");
        assert_eq!(fixture.token(&request).await.unwrap().scopes, scopes("write"));
        fixture.lists("both", "read write", "admin").await;
        assert_refused(fixture.token(&request).await, "invalid_scope", "scope must be included");
    }

    async fn a_default_scope_may_be_on_either_list(fixture: Fixture) {
        fixture.register(NewClient { default_scopes: scopes("read write"), ..both("read", "write") }).await;
        let asked = code_request().set("client_id", "both").without("scope");
        let names: Vec<_> = fixture.judge(&asked).await.unwrap().scopes().iter().map(|it| it.name.clone()).collect();
        assert_eq!(names, ["read"]);
    }

    async fn offline_access_is_never_a_clients_own(fixture: Fixture) {
        let new = NewClient { client_credentials_scopes: scopes("read offline_access"), ..machine("greedy") };
        let refusal = fixture.server.register_client(new).await.unwrap_err();
        assert!(refusal.to_string().contains("client_credentials_scopes: offline_access"), "{refusal}");
        let mut new = both("read offline_access", "read");
        new.grant_types.push(GrantType::RefreshToken);
        let request = fixture.itself(of_alice(new)).await;
        let answer = fixture.token(&request.set("scope", "read offline_access")).await;
        assert_refused(answer, "invalid_scope", "leave offline_access out of scope");
    }

    async fn openid_is_a_clients_own_only_where_it_acts_as_its_owner(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.openid = true);
        let own = || scopes("openid read");
        let new = NewClient { client_credentials_scopes: own(), ..machine("greedy") };
        let refusal = fixture.server.register_client(new).await.unwrap_err();
        assert!(refusal.to_string().contains("client_credentials_scopes: openid"), "{refusal}");
        let new = of_alice(NewClient { client_credentials_scopes: own(), ..machine("service") });
        let request = fixture.itself(new).await.set("scope", "openid read");
        let tokens = fixture.token(&request).await.unwrap();
        assert_eq!((tokens.scopes, tokens.id_token), (own(), None));
        // However it came there.
        fixture.database.execute("UPDATE oauth_clients SET acts_as_owner = FALSE, version = version + 1 WHERE client_id = 'service'");
        assert_refused(fixture.token(&request).await, "invalid_scope", "leave openid out of scope");
    }

    async fn what_is_taken_from_the_list_a_token_that_never_ends_loses_at_once(fixture: Fixture) {
        let request = fixture.itself(endless("read write", "read write")).await;
        let token = fixture.token(&request.set("scope", "read write")).await.unwrap().access_token;
        assert_eq!(fixture.allowed(&token).await, scopes("read write"));
        fixture.lists("both", "read write", "read").await;
        assert_eq!(fixture.allowed(&token).await, scopes("read"));
        fixture.lists("both", "", "write").await;
        assert_eq!(fixture.allowed(&token).await, scopes("write"));
        fixture.lists("both", "read write", "").await;
        assert_eq!(fixture.allowed(&token).await, scopes(""));
    }

    async fn a_users_token_that_never_ends_is_judged_by_what_users_are_asked_for(fixture: Fixture) {
        let itself = fixture.itself(endless("read write", "admin")).await;
        let token = fixture.for_alice(&itself, "read write").await.unwrap().access_token;
        assert_eq!(fixture.allowed(&token).await, scopes("read write"));
        fixture.lists("both", "write", "read").await;
        assert_eq!(fixture.allowed(&token).await, scopes("write"));
    }

    // Whether it came from the client or from its owner, nobody can tell any more.
    async fn the_owners_token_that_never_ends_is_judged_as_the_clients_own_where_it_acts_as_its_owner(fixture: Fixture) {
        let itself = fixture.itself(of_alice(endless("read write", "read"))).await;
        let own = fixture.token(&itself).await.unwrap().access_token;
        let granted = fixture.for_alice(&itself, "read write").await.unwrap().access_token;
        for token in [&own, &granted] {
            assert_eq!(fixture.allowed(token).await, scopes("read"));
        }
        fixture.lists("both", "read write", "").await;
        for token in [&own, &granted] {
            assert_eq!(fixture.allowed(token).await, scopes(""));
        }
    }

    async fn a_refresh_is_judged_by_what_users_are_asked_for_also_of_who_acts_as_its_owner(fixture: Fixture) {
        let itself = fixture.itself(of_alice(both("read write", "admin"))).await;
        let first = fixture.for_alice(&itself, "read write").await.unwrap();
        let secret = itself.get("client_secret").unwrap();
        let refresh = fixture.refresh_form(refresh_token(&first)).set("client_id", "both").set("client_secret", secret);
        assert_eq!(fixture.token(&refresh).await.unwrap().scopes, scopes("read write"));
    }

    // No such family can be one of client_credentials, which has no refresh tokens.
    async fn a_grant_of_the_applications_own_stays_with_what_users_are_asked_for(fixture: Fixture) {
        let handler = |request: GrantRequest| async move {
            Ok(Granted { scopes: request.scopes().await?, ..Granted::default() })
        };
        let server = fixture.server.clone().with_grant(VOUCHER, handler).unwrap();
        let mut new = both("read write", "admin");
        new.grant_types.push(GrantType::Extension(VOUCHER.to_owned()));
        let request = fixture.itself(new).await.set("grant_type", VOUCHER);
        let first = server.token(None, &request.params()).await.unwrap();
        assert_eq!(first.scopes, scopes("read"));
        let refresh = request.without("scope").set("grant_type", "refresh_token").set("refresh_token", refresh_token(&first).expose());
        assert_eq!(server.token(None, &refresh.params()).await.unwrap().scopes, scopes("read"));
    }

    async fn a_change_of_the_list_is_named_in_the_trail(fixture: Fixture) {
        fixture.register(both("read", "read")).await;
        fixture.lists("both", "read", "read write").await;
        assert_eq!(fixture.trail().await, ["update client both: client_credentials_scopes"]);
    }

    async fn a_list_that_names_what_the_server_lacks_is_refused_or_registered_with_the_client(fixture: Fixture) {
        let new = NewClient { client_credentials_scopes: scopes("read robots"), ..machine("service") };
        let refusal = fixture.server.register_client(new.clone()).await.unwrap_err();
        assert!(refusal.to_string().starts_with("client_credentials_scopes: the server does not know robots"), "{refusal}");
        let request = fixture.itself(NewClient { register_unknown_scopes: true, ..new }).await;
        assert_eq!(fixture.token(&request.set("scope", "robots")).await.unwrap().scopes, scopes("robots"));
    }
}
