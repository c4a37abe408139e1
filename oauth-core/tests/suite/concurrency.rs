//! 32 callers at once.

use std::sync::Arc;

use oauth_core::{AccountError, Event, NewUser, RegistrationError, TokenError, Tokens};
use tokio::sync::Barrier;

use crate::support::{
    Fixture, Form, assert_dead, assert_live, client, code_request, refresh_token, scopes,
};

const CALLERS: usize = 32;

/// Lets every caller go at the same moment.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    caller: impl Fn(usize) -> F,
) -> Vec<T> {
    let barrier = Arc::new(Barrier::new(CALLERS));
    let spawn = |number| {
        let (barrier, work) = (Arc::clone(&barrier), caller(number));
        tokio::spawn(async move {
            barrier.wait().await;
            work.await
        })
    };
    let callers: Vec<_> = (0..CALLERS).map(spawn).collect();
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.expect("no panic"));
    }
    answers
}

/// The same token request from everybody; what was answered, and the codes of the refusals.
async fn requests(fixture: &Fixture, form: &Form) -> (Vec<Tokens>, Vec<&'static str>) {
    let answers: Vec<Result<Tokens, TokenError>> = at_once(|_| {
        let (server, params) = (fixture.server.clone(), form.params());
        async move { server.token(None, &params).await }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    let refusals = lost.into_iter().map(|refusal| refusal.unwrap_err().code()).collect();
    (won.into_iter().map(Result::unwrap).collect(), refusals)
}

both_databases! {
    async fn a_code_has_one_winner_and_then_its_tokens_die(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let (won, refusals) = requests(&fixture, &fixture.exchange_form(&code)).await;
        assert_eq!(won.len(), 1);
        assert_eq!(refusals, ["invalid_grant"; CALLERS - 1]);
        assert_dead(&fixture, &won[0]).await;
        let used_again = |event: &Event| matches!(event, Event::AuthorizationCodeUsedAgain { .. });
        assert_eq!(fixture.events().iter().filter(|event| used_again(event)).count(), CALLERS - 1);
    }

    async fn a_refresh_token_with_grace_rotates_once_and_everybody_gets_the_same_pair(
        fixture: Fixture,
    ) {
        let first = fixture.tokens().await;
        let (won, refusals) =
            requests(&fixture, &fixture.refresh_form(refresh_token(&first))).await;
        assert_eq!(refusals, Vec::<&str>::new());
        for tokens in &won {
            assert_eq!(tokens.access_token, won[0].access_token);
            assert_eq!(refresh_token(tokens), refresh_token(&won[0]));
        }
        assert_eq!(
            (fixture.count("oauth_refresh_tokens"), fixture.count("oauth_access_tokens")),
            ("2".into(), "2".into())
        );
        assert_live(&fixture, &won[0]).await;
        assert!(fixture.refresh(refresh_token(&won[0])).await.is_ok());
    }

    async fn a_refresh_token_without_grace_has_one_winner_and_then_its_family_is_dead(
        fixture: Fixture,
    ) {
        let fixture = fixture.with(|settings| settings.refresh_token_grace = 0);
        let first = fixture.tokens().await;
        let (won, refusals) =
            requests(&fixture, &fixture.refresh_form(refresh_token(&first))).await;
        assert_eq!(won.len(), 1);
        assert_eq!(refusals, ["invalid_grant"; CALLERS - 1]);
        assert_dead(&fixture, &won[0]).await;
        assert_eq!(fixture.count("oauth_refresh_tokens"), "2");
    }

    async fn different_writes_are_all_committed(fixture: Fixture) {
        let registered = at_once(|number| {
            let server = fixture.server.clone();
            async move { server.register_scope(&format!("scope{number}"), "").await.is_ok() }
        });
        assert_eq!(registered.await, [true; CALLERS]);
        let all: String = (0..CALLERS).map(|number| format!("scope{number} ")).collect();
        assert!(fixture.server.unknown_scopes(&scopes(&all)).await.unwrap().is_empty());
    }

    async fn whole_flows_side_by_side_do_not_disturb_each_other(fixture: Fixture) {
        let fixture = Arc::new(fixture);
        let lived = at_once(|_| {
            let fixture = Arc::clone(&fixture);
            async move {
                let tokens = fixture.tokens().await;
                let tokens = fixture.refresh(refresh_token(&tokens)).await.expect("a rotation");
                fixture.is_live(&tokens.access_token).await
            }
        });
        assert_eq!(lived.await, [true; CALLERS]);
        assert_eq!(fixture.events(), []);
    }

    async fn a_client_id_is_taken_once(fixture: Fixture) {
        let answers = at_once(|_| {
            let server = fixture.server.clone();
            async move { server.register_client(client("new")).await }
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for refusal in lost.into_iter().map(Result::unwrap_err) {
            assert!(matches!(refusal, RegistrationError::Taken(_)), "{refusal:?}");
        }
    }

    async fn a_scope_is_taken_once(fixture: Fixture) {
        let answers = at_once(|_| {
            let server = fixture.server.clone();
            async move { server.register_scope("new", "").await }
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for refusal in lost.into_iter().map(Result::unwrap_err) {
            assert!(matches!(refusal, RegistrationError::Taken(_)), "{refusal:?}");
        }
    }

    async fn a_user_name_is_taken_once(fixture: Fixture) {
        let answers = at_once(|_| {
            let server = fixture.server.clone();
            let new = NewUser { username: "alice".to_owned(), ..NewUser::default() };
            async move { server.create_user(new, "correct horse").await }
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for refusal in lost.into_iter().map(Result::unwrap_err) {
            assert!(matches!(refusal, AccountError::Taken(_)), "{refusal:?}");
        }
    }
}
