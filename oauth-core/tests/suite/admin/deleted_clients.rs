//! A client that staff delete is dead at once, and goes in batches.

use oauth_core::{
    Cleared, NewClient, PageFault, RegisteredBy, RegistrationError,
    admin::{AdminError, ClientFilter, FamilyFilter, State},
};

use crate::support::{
    Fixture, assert_live, assert_refused, client, code_request, implicit_request, in_fragment,
    in_query, public_exchange_form, public_refresh_form, public_request, refresh_token,
};

/// A batch is 100 rows of each table at most.
const LARGEST_BATCH: usize = 4 * 100;
const OF_FAMILIES: [&str; 4] =
    ["oauth_authorization_codes", "oauth_access_tokens", "oauth_refresh_tokens", "oauth_grants"];

impl Fixture {
    async fn delete_client(&self, client_id: &str) -> i64 {
        let id = self.key(client_id).await;
        self.admin().delete_client(id).await.unwrap();
        id
    }

    async fn states(&self, filter: FamilyFilter) -> Vec<State> {
        let page = self.admin().families(filter, None).await.unwrap();
        page.rows.iter().map(|family| family.state).collect()
    }
}

both_databases! {
    async fn its_access_tokens_are_refused_at_once(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let implicit = fixture.authorize(&implicit_request()).await;
        let implicit = in_fragment(&implicit, "access_token").unwrap().as_str().into();
        assert_live(&fixture, &tokens).await;
        fixture.delete_client("confidential").await;
        assert!(!fixture.is_live(&tokens.access_token).await);
        assert!(fixture.is_live(&implicit).await, "another client's");
        fixture.delete_client("implicit").await;
        assert!(!fixture.is_live(&implicit).await);
    }

    async fn its_refresh_tokens_are_refused_at_once(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let code = fixture.code(&public_request()).await;
        let of_public = fixture.token(&public_exchange_form(&code)).await.unwrap();
        fixture.delete_client("confidential").await;
        fixture.delete_client("public").await;
        assert_refused(fixture.refresh(refresh_token(&tokens)).await, "invalid_client", "");
        let refused = fixture.token(&public_refresh_form(refresh_token(&of_public))).await;
        assert_refused(refused, "invalid_client", "");
    }

    async fn its_codes_are_refused_at_once(fixture: Fixture) {
        let (code, public) = (fixture.code(&code_request()).await, fixture.code(&public_request()).await);
        fixture.delete_client("confidential").await;
        fixture.delete_client("public").await;
        assert_refused(fixture.exchange(&code).await, "invalid_client", "");
        assert_refused(fixture.token(&public_exchange_form(&public)).await, "invalid_client", "");
    }

    async fn its_authorization_requests_are_refused_at_once_also_where_the_user_had_said_yes(fixture: Fixture) {
        fixture.authorize(&code_request()).await;
        fixture.delete_client("confidential").await;
        assert_eq!(fixture.page(&code_request()).await, PageFault::UnknownClient);
    }

    async fn a_yes_to_a_request_from_before_leads_to_nothing(fixture: Fixture) {
        let (of_code, of_token) = (fixture.judge(&code_request()).await.unwrap(), fixture.judge(&implicit_request()).await.unwrap());
        fixture.delete_client("confidential").await;
        fixture.delete_client("implicit").await;
        if let Ok(location) = fixture.server.accept(of_code, "alice").await {
            let code = in_query(&location, "code").unwrap();
            assert_refused(fixture.exchange(&code).await, "invalid_client", "");
        }
        if let Ok(location) = fixture.server.accept(of_token, "alice").await {
            let token = in_fragment(&location, "access_token").unwrap();
            assert!(!fixture.is_live(&token.as_str().into()).await);
        }
        fixture.clear().await;
        assert_eq!(fixture.count("oauth_grants"), "0", "and it goes as well");
    }

    async fn no_list_shows_it_and_no_page(fixture: Fixture) {
        let public = fixture.delete_client("public").await;
        let confidential = fixture.delete_client("confidential").await;
        for filter in [
            ClientFilter::All,
            ClientFilter::NameBegins(String::new()),
            ClientFilter::NameBegins("p".to_owned()),
            ClientFilter::ClientId("public".to_owned()),
            ClientFilter::Public,
            ClientFilter::Confidential,
            ClientFilter::Enabled,
            ClientFilter::Disabled,
            ClientFilter::RegisteredBy(RegisteredBy::Staff),
        ] {
            let page = fixture.admin().clients(filter.clone(), None).await.unwrap();
            let others: Vec<_> = page.rows.iter().filter(|it| it.client_id != "implicit").collect();
            assert!(others.is_empty(), "{filter:?}: {others:?}");
        }
        for id in [public, confidential] {
            assert!(fixture.admin().client(id).await.unwrap().is_none());
        }
    }

    async fn users_do_not_see_it_among_their_apps(fixture: Fixture) {
        fixture.tokens().await;
        assert_eq!(fixture.server.connected_apps("alice").await.unwrap().len(), 1);
        fixture.delete_client("confidential").await;
        assert!(fixture.server.connected_apps("alice").await.unwrap().is_empty());
    }

    async fn what_it_was_given_is_said_to_go_with_it(fixture: Fixture) {
        fixture.tokens().await;
        let id = fixture.key("confidential").await;
        let family = fixture.admin().families(FamilyFilter::OfClient(id), None).await.unwrap().rows[0].id;
        fixture.admin().revoke_family(family).await.unwrap();
        fixture.tokens().await;
        fixture.delete_client("confidential").await;
        assert_eq!(fixture.states(FamilyFilter::OfClient(id)).await, [State::ClientDeleted; 2]);
        fixture.clear().await;
        assert_eq!(fixture.states(FamilyFilter::All).await, []);
    }

    async fn it_cannot_be_changed_nor_brought_back(fixture: Fixture) {
        let before = fixture.server.client("confidential").await.unwrap().unwrap();
        let tokens = fixture.tokens().await;
        let id = fixture.delete_client("confidential").await;
        let admin = fixture.admin();
        let renamed = NewClient { name: "Renamed".to_owned(), ..NewClient::from(&*before) };
        for answer in [
            admin.update_client(id, before.version + 1, renamed).await.map(drop),
            admin.rotate_client_secret(id, 0).await.map(drop),
            admin.end_client_secret(id, before.secrets[0].id).await,
            admin.set_client_disabled(id, false).await,
            admin.delete_client(id).await,
        ] {
            assert!(matches!(answer, Err(AdminError::NotFound)), "{answer:?}");
        }
        assert!(!fixture.server.set_client_disabled("confidential", false).await.unwrap());
        assert!(!fixture.is_live(&tokens.access_token).await);
        assert_eq!(fixture.trail().await, ["delete client confidential: "]);
    }

    async fn one_that_was_disabled_can_be_deleted(fixture: Fixture) {
        let id = fixture.key("public").await;
        fixture.admin().set_client_disabled(id, true).await.unwrap();
        fixture.admin().delete_client(id).await.unwrap();
        assert_eq!(fixture.clear().await.clients, 1);
    }

    async fn its_identifier_is_taken_until_it_is_cleared_away(fixture: Fixture) {
        let id = fixture.delete_client("confidential").await;
        let refusal = fixture.server.register_client(client("confidential")).await.unwrap_err();
        assert!(matches!(refusal, RegistrationError::Taken(_)), "{refusal:?}");
        fixture.clear().await;
        let again = fixture.register(client("confidential")).await.client;
        assert_ne!(again.id, id, "a key is never given twice");
    }

    async fn the_clean_up_takes_all_that_hung_on_it_along_and_nothing_else(fixture: Fixture) {
        fixture.tokens().await;
        let code = fixture.code(&public_request()).await;
        let others = fixture.token(&public_exchange_form(&code)).await.unwrap();
        fixture.delete_client("confidential").await;
        for table in OF_FAMILIES {
            assert_eq!(fixture.count(table), "2", "{table}: deleting is one row's change");
        }
        let expected = (1, 1, 1, 1, 1, 1);
        let Cleared { authorization_codes, access_tokens, refresh_tokens, grants, consents, clients, .. } = fixture.clear().await;
        assert_eq!((authorization_codes, access_tokens, refresh_tokens, grants, consents, clients), expected);
        for table in OF_FAMILIES {
            assert_eq!(fixture.count(table), "1", "{table}");
        }
        assert_eq!((fixture.count("oauth_clients"), fixture.count("oauth_client_secrets")), ("2".into(), "0".into()));
        assert_live(&fixture, &others).await;
        assert_eq!(fixture.clear().await, Cleared::default());
    }

    async fn it_is_cleared_away_in_batches(fixture: Fixture) {
        let id = fixture.key("confidential").await;
        fixture.database.execute(&format!("
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 250)
            INSERT INTO oauth_grants (id, client_id, scopes, created_at) SELECT n, {id}, '', 1 FROM numbers;
            INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
                SELECT id, {digest}, '', '', 1, 2000000 FROM oauth_grants;
            INSERT INTO oauth_consents (subject, client_id, scopes, granted_at)
                SELECT id, client_id, '', 1 FROM oauth_grants",
            digest = if fixture.database.is_postgres() { "'x'::bytea" } else { "x'00'" },
        ));
        let mut tokens = fixture.tokens().await;
        for _ in 0..150 {
            tokens = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        }
        fixture.delete_client("confidential").await;
        let (mut clearing, mut batches) = (fixture.server.clearing(), Vec::new());
        while let Some(cleared) = clearing.batch().await.unwrap() {
            assert!(cleared.total() <= LARGEST_BATCH, "{cleared:?}");
            batches.extend((cleared.total() > 0).then_some(cleared));
        }
        assert!(batches.len() >= 7, "{batches:#?}");
        assert!(batches.split_last().unwrap().1.iter().all(|batch| batch.clients == 0), "it goes last");
        let cleared = batches.into_iter().fold(Cleared::default(), |all, batch| all + batch);
        assert_eq!((cleared.grants, cleared.consents, cleared.clients), (251, 251, 1));
        for table in OF_FAMILIES {
            assert_eq!(fixture.count(table), "0", "{table}");
        }
    }

    async fn two_cleaners_at_once_delete_it_once(fixture: Fixture) {
        for _ in 0..10 {
            fixture.tokens().await;
        }
        fixture.delete_client("confidential").await;
        let (one, other) = tokio::join!(fixture.clear(), fixture.clear());
        assert_eq!(((one + other).grants, (one + other).clients), (10, 1));
    }

    async fn about_what_goes_with_it_is_estimated(fixture: Fixture) {
        fixture.tokens().await;
        fixture.delete_client("confidential").await;
        assert_eq!(fixture.server.clearing().estimate().await.unwrap(), 1);
    }
}
