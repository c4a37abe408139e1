//! 32 callers at once.

use std::{fmt::Debug, sync::Arc, time::Duration};

use oauth_core::{AccountError, EventKind, NewUser, RegistrationError, TokenError, Tokens};
use tokio::{sync::Barrier, time::timeout};

use crate::support::{
    Fixture, Form, assert_dead, assert_live, assert_refused, client, code_request, refresh_token,
    scopes,
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

/// Two callers who both look at a table before either writes to it: what the one got, and the other's refusal.
async fn neck_and_neck<T: Debug, E: Debug, F: Future<Output = Result<T, E>>>(
    fixture: &Fixture,
    table: &str,
    caller: impl Fn() -> F,
) -> (T, E) {
    let mut lock = fixture.database.keep_writers_waiting(table);
    let let_go = async {
        while !lock.is_waited_for_by(2) {
            tokio::task::yield_now().await;
        }
        drop(lock);
    };
    let in_time = timeout(Duration::from_secs(10), let_go);
    // On SQLite each looks and asks to write when it is first polled.
    let (one, other, waited) = tokio::join!(biased; caller(), caller(), in_time);
    waited.expect("two writers that wait");
    match (one, other) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        (one, other) => panic!("{one:?} and {other:?}"),
    }
}

both_databases! {
    async fn a_code_has_one_winner_and_then_its_tokens_die(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let (won, refusals) = requests(&fixture, &fixture.exchange_form(&code)).await;
        assert_eq!(won.len(), 1);
        assert_eq!(refusals, ["invalid_grant"; CALLERS - 1]);
        assert_dead(&fixture, &won[0]).await;
        let alarms = fixture.alarms();
        let [EventKind::AuthorizationCodeUsedAgain { .. }] = alarms.as_slice() else {
            panic!("one alarm for {} replays, not {alarms:?}", CALLERS - 1);
        };
    }

    async fn of_two_that_found_a_code_unredeemed_one_wins_and_then_its_tokens_die(
        fixture: Fixture,
    ) {
        let code = fixture.code(&code_request()).await;
        let exchange = || fixture.exchange(&code);
        let (won, lost) = neck_and_neck(&fixture, "oauth_authorization_codes", exchange).await;
        assert_refused(Err(lost), "invalid_grant", "used before");
        assert_dead(&fixture, &won).await;
    }

    async fn of_two_that_found_a_client_id_free_one_gets_it(fixture: Fixture) {
        let register = || fixture.server.register_client(client("new"));
        let (_, lost) = neck_and_neck(&fixture, "oauth_clients", register).await;
        assert!(matches!(lost, RegistrationError::Taken(_)), "{lost:?}");
    }

    async fn of_two_that_found_a_scope_free_one_gets_it(fixture: Fixture) {
        let register = || fixture.server.register_scope("new", "");
        let (_, lost) = neck_and_neck(&fixture, "oauth_scopes", register).await;
        assert!(matches!(lost, RegistrationError::Taken(_)), "{lost:?}");
    }

    async fn of_two_that_found_a_user_name_free_one_gets_it(fixture: Fixture) {
        let new = NewUser { username: "alice".to_owned(), ..NewUser::default() };
        let create = || fixture.server.create_user(new.clone(), "correct horse");
        let (_, lost) = neck_and_neck(&fixture, "oauth_users", create).await;
        assert!(matches!(lost, AccountError::Taken(_)), "{lost:?}");
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
        assert_eq!(fixture.alarms(), []);
    }
}
