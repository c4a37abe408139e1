//! What subscribers hear of: djoauth2's signal, and the ones that it wished for.

use std::{pin::Pin, sync::Arc};

use oauth_core::{
    AuthorizationErrorCode, ClientChange, EventKind, GrantType, NewClient, PageFault, Resources,
    Revocation, Secret,
};

use crate::{
    accounts::PASSWORD,
    support::{
        Fixture, Form, client, code_request, implicit_request, in_fragment, in_query, machine,
        refresh_token, scopes,
    },
};

const ALICE: &str = "alice";

pub(crate) fn accepted(client_id: &str) -> EventKind {
    EventKind::AuthorizationAccepted {
        data: None,
        client_id: client_id.to_owned(),
        subject: ALICE.to_owned(),
        scopes: scopes("read write"),
        resources: Resources::default(),
    }
}

fn issued(grant_type: GrantType, client_id: &str, subject: Option<&str>, all: &str) -> EventKind {
    EventKind::TokenIssued {
        data: None,
        grant_type,
        client_id: client_id.to_owned(),
        actor: None,
        subject: subject.map(str::to_owned),
        scopes: scopes(all),
        audience: None,
    }
}

fn revoked(client_id: Option<&str>, cause: Revocation) -> EventKind {
    let client_id = client_id.map(str::to_owned);
    EventKind::GrantRevoked { client_id, subject: Some(ALICE.to_owned()), cause }
}

fn changed(client_id: &str, change: ClientChange) -> EventKind {
    EventKind::ClientChanged { client_id: client_id.to_owned(), change }
}

pub(crate) fn failed(subject: Option<String>) -> EventKind {
    EventKind::SignInFailed { subject }
}

fn refused(client_id: &str) -> EventKind {
    EventKind::TokenRefused { client_id: Some(client_id.to_owned()), code: "invalid_grant" }
}

both_databases! {
    async fn a_code_grant_tells_of_the_yes_the_tokens_and_the_refresh(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        assert_eq!(fixture.events(), [accepted("confidential")]);
        let tokens = fixture.exchange(&code).await.unwrap();
        let grant_type = GrantType::AuthorizationCode;
        assert_eq!(fixture.events(), [issued(grant_type, "confidential", Some(ALICE), "read write")]);

        let narrow = fixture.refresh_form(refresh_token(&tokens)).set("scope", "read");
        fixture.token(&narrow).await.unwrap();
        let refreshed = EventKind::TokenRefreshed {
            data: None,
            client_id: "confidential".to_owned(),
            subject: Some(ALICE.to_owned()),
            scopes: scopes("read"),
            audience: None,
        };
        assert_eq!(fixture.events(), [refreshed]);
        fixture.token(&narrow).await.unwrap();
        assert_eq!(fixture.events(), [], "the same pair again is nothing new");
    }

    async fn an_implicit_grant_tells_of_the_yes_and_the_token(fixture: Fixture) {
        fixture.authorize(&implicit_request()).await;
        let issued = issued(GrantType::Implicit, "implicit", Some(ALICE), "read write");
        assert_eq!(fixture.events(), [accepted("implicit"), issued]);
    }

    async fn a_client_that_acts_for_itself_is_told_without_a_subject(fixture: Fixture) {
        let secret = fixture.register(machine("robot")).await.secret;
        assert_eq!(fixture.events(), [changed("robot", ClientChange::Registered)]);
        let form = Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", secret.unwrap().expose()),
            ("scope", "read"),
        ]);
        fixture.token(&form).await.unwrap();
        assert_eq!(fixture.events(), [issued(GrantType::ClientCredentials, "robot", None, "read")]);
    }

    async fn a_no_is_told(fixture: Fixture) {
        let request = fixture.judge(&code_request()).await.unwrap();
        drop(fixture.server.decline(request, ALICE).await);
        let (client_id, subject) = ("confidential".to_owned(), ALICE.to_owned());
        assert_eq!(fixture.events(), [EventKind::AuthorizationDeclined { client_id, subject }]);
    }

    async fn a_request_that_is_refused_at_the_client_is_told_with_its_code(fixture: Fixture) {
        fixture.refusal(&code_request().set("scope", "nonsense")).await;
        let (client_id, code) = ("confidential".to_owned(), AuthorizationErrorCode::InvalidScope);
        assert_eq!(fixture.events(), [EventKind::AuthorizationFailed { client_id, code }]);
    }

    async fn a_yes_that_cannot_be_kept_is_told_as_a_failure(fixture: Fixture) {
        let request = fixture.judge(&code_request()).await.unwrap();
        fixture.server.accept(request, "").await.unwrap_err();
        let (client_id, code) = ("confidential".to_owned(), AuthorizationErrorCode::ServerError);
        assert_eq!(fixture.events(), [EventKind::AuthorizationFailed { client_id, code }]);
    }

    async fn a_request_that_is_refused_on_a_page_names_the_client_where_it_is_known(fixture: Fixture) {
        let fault = fixture.page(&code_request().set("redirect_uri", "https://evil.example/")).await;
        let client_id = Some("confidential".to_owned());
        assert_eq!(fixture.events(), [EventKind::AuthorizationFailedOnPage { client_id, fault }]);
        fixture.page(&code_request().set("client_id", "hunter2")).await;
        let fault = PageFault::UnknownClient;
        let unknown = EventKind::AuthorizationFailedOnPage { client_id: None, fault };
        assert_eq!(fixture.events(), [unknown], "it may be anything that somebody pasted");
    }

    async fn a_replay_is_told_with_what_became_of_the_family(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let first = fixture.exchange(&code).await.unwrap();
        fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(10);
        fixture.events();
        fixture.refresh(refresh_token(&first)).await.unwrap_err();
        let (client_id, subject) = ("confidential".to_owned(), Some(ALICE.to_owned()));
        let signal = EventKind::RefreshTokenUsedAfterInvalidation { client_id, subject };
        let refused = refused("confidential");
        let ended = revoked(Some("confidential"), Revocation::Reuse);
        assert_eq!(fixture.events(), [signal, ended, refused.clone()]);
        fixture.exchange(&code).await.unwrap_err();
        assert_eq!(fixture.events(), [refused], "what is dead cannot be ended again");
    }

    async fn a_replay_of_what_has_ended_by_itself_is_not_told(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = Some(50));
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        fixture.refresh(refresh_token(&tokens)).await.unwrap();
        fixture.clock.advance(50);
        fixture.events();
        fixture.exchange(&code).await.unwrap_err();
        fixture.refresh(refresh_token(&tokens)).await.unwrap_err();
        assert_eq!(fixture.events(), [refused("confidential"), refused("confidential")]);
    }

    async fn a_user_who_takes_access_back_is_told_once(fixture: Fixture) {
        fixture.tokens().await;
        fixture.authorize(&implicit_request()).await;
        fixture.events();
        fixture.server.disconnect(ALICE, Some("confidential")).await.unwrap();
        assert_eq!(fixture.events(), [revoked(Some("confidential"), Revocation::User)]);
        fixture.server.disconnect(ALICE, None).await.unwrap();
        assert_eq!(fixture.events(), [revoked(None, Revocation::User)]);
        for client_id in [None, Some("confidential"), Some("nobody")] {
            fixture.server.disconnect(ALICE, client_id).await.unwrap();
        }
        assert_eq!(fixture.events(), [], "there was nothing left to end");
    }

    async fn a_sign_in_and_a_sign_out_are_told(fixture: Fixture) {
        let subject = fixture.user(ALICE).await.id.to_string();
        let alice = fixture.server.verify_password(ALICE, PASSWORD).await.unwrap().unwrap();
        let session = fixture.server.sign_in(None, alice).await.unwrap();
        assert_eq!(fixture.events(), [EventKind::SignedIn { subject: subject.clone() }]);
        fixture.server.end_session(&session).await.unwrap();
        assert_eq!(fixture.events(), [EventKind::SignedOut { subject }]);
    }

    async fn who_gives_way_to_another_user_at_the_same_browser_is_told_as_signed_out(fixture: Fixture) {
        let (alice, bob) = (fixture.user(ALICE).await, fixture.user("bob").await);
        let [out, to] = [&alice, &bob].map(|user| user.id.to_string());
        let session = fixture.server.sign_in(None, alice.clone()).await.unwrap();
        let session = fixture.server.sign_in(Some(&session), alice).await.unwrap();
        fixture.events();
        fixture.server.sign_in(Some(&session), bob).await.unwrap();
        let told = [EventKind::SignedOut { subject: out }, EventKind::SignedIn { subject: to }];
        assert_eq!(fixture.events(), told);
    }

    // People type passwords into the field of the name.
    async fn a_failed_sign_in_names_the_user_who_exists_and_nobody_else(fixture: Fixture) {
        let subject = fixture.user(ALICE).await.id.to_string();
        fixture.server.verify_password(ALICE, "wrong").await.unwrap();
        assert_eq!(fixture.events(), [failed(Some(subject))]);
        for unknown in [PASSWORD, "nobody", "", "\0"] {
            fixture.server.verify_password(unknown, PASSWORD).await.unwrap();
            assert_eq!(fixture.events(), [failed(None)]);
        }
    }

    async fn an_applications_own_users_fail_to_sign_in_with_the_password_grant_too(fixture: Fixture) {
        let grant_types = vec![GrantType::Password];
        let secret = fixture.register(NewClient { grant_types, ..client("old") }).await.secret.unwrap();
        let form = Form::new(&[
            ("grant_type", "password"),
            ("client_id", "old"),
            ("client_secret", secret.expose()),
            ("username", "carol"),
            ("password", "wrong"),
            ("scope", "read"),
        ]);
        let nobody = Arc::new(|_, _: Secret| -> Pin<Box<dyn Future<Output = _> + Send>> {
            Box::pin(async { Ok(None) })
        });
        let server = fixture.server.clone().with_passwords(nobody);
        fixture.events();
        server.token(None, &form.params()).await.unwrap_err();
        assert_eq!(fixture.events(), [failed(None), refused("old")]);
    }

    async fn what_is_done_to_a_client_is_told(fixture: Fixture) {
        fixture.register(client("new")).await;
        for disabled in [true, false] {
            assert!(fixture.server.set_client_disabled("new", disabled).await.unwrap());
        }
        assert!(!fixture.server.set_client_disabled("nobody", true).await.unwrap());
        let [registered, disabled, enabled] =
            [ClientChange::Registered, ClientChange::Disabled, ClientChange::Enabled]
                .map(|change| changed("new", change));
        assert_eq!(fixture.events(), [registered, disabled, enabled]);
    }

    async fn no_event_of_a_whole_walk_holds_a_secret(fixture: Fixture) {
        let mut events = fixture.server.events().subscribe();
        let mut secrets = fixture.secrets_of_a_whole_flow().await;
        let stolen = fixture.tokens().await;
        let code = in_query(&fixture.authorize(&code_request()).await, "code").unwrap();
        let implicit = in_fragment(&fixture.authorize(&implicit_request()).await, "access_token");
        fixture.refresh(refresh_token(&stolen)).await.unwrap();
        fixture.clock.advance(10);
        fixture.refresh(refresh_token(&stolen)).await.unwrap_err();
        fixture.exchange(&code).await.unwrap();
        fixture.exchange(&code).await.unwrap_err();
        fixture.server.verify_password(PASSWORD, ALICE).await.unwrap();
        fixture.page(&code_request().set("client_id", PASSWORD)).await;
        fixture.refusal(&code_request().set("scope", fixture.secret.expose())).await;
        secrets.extend([code, implicit.unwrap(), stolen.access_token.expose().to_owned()]);
        secrets.push(refresh_token(&stolen).expose().to_owned());

        let heard: Vec<_> = std::iter::from_fn(|| events.try_next()).map(Result::unwrap).collect();
        assert!(heard.len() > 20, "{heard:?}");
        let printed = format!("{heard:?}");
        for secret in &secrets {
            assert!(!printed.contains(secret), "{secret} is in {printed}");
            let digest = crate::secrecy::digest(secret);
            assert!(!printed.contains(&digest), "the digest of {secret} is in {printed}");
        }
    }
}
