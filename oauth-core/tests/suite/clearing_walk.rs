//! The same walk over two databases, of which one is cleared at every turn: both give the same answers.

use oauth_core::{Secret, Session, Tokens};

use crate::{
    clearing::answered,
    support::{Database, Fixture, code_request, implicit_request, in_fragment, refresh_token},
};

const DAY: i64 = 24 * 3600;
/// Around everything that ends: codes (60), access tokens and the grace (3600), sessions and what is kept (a day),
/// refresh tokens (30 days) and families (365 days).
const TURNS: [i64; 19] = [
    0,
    9,
    10,
    60,
    3599,
    3600,
    3601,
    7200,
    7201,
    DAY,
    DAY + 59,
    2 * DAY,
    29 * DAY,
    30 * DAY,
    31 * DAY,
    32 * DAY,
    364 * DAY,
    365 * DAY,
    366 * DAY,
];

/// What is issued at the beginning for each turn, each of a family of its own.
struct Issued {
    code: String,
    /// Never refreshed before their turn.
    fresh: Tokens,
    /// Two pairs of one family.
    rotated: (Tokens, Tokens),
    /// A code, and what it was redeemed for.
    redeemed: (String, Tokens),
    implicit: Secret,
    session: Session,
}

impl Fixture {
    async fn issue_all(&self) -> Issued {
        let first = self.tokens().await;
        let second = self.refresh(refresh_token(&first)).await.unwrap();
        let code = self.code(&code_request()).await;
        let tokens = self.exchange(&code).await.unwrap();
        let implicit = self.authorize(&implicit_request()).await;
        Issued {
            code: self.code(&code_request()).await,
            fresh: self.tokens().await,
            rotated: (first, second),
            redeemed: (code, tokens),
            implicit: in_fragment(&implicit, "access_token").unwrap().as_str().into(),
            session: self.session().await,
        }
    }

    /// What is said to everything that was issued for one turn.
    async fn answers(&self, issued: &Issued, turn: i64) -> Vec<String> {
        let Issued { code, fresh, rotated: (first, second), redeemed, implicit, session } = issued;
        let live = async |token: &Secret| format!("live: {}", self.is_live(token).await);
        let session = self.server.session(session.secret.expose()).await.unwrap().is_some();
        let mut answers = vec![
            format!("session: {session}"),
            live(implicit).await,
            live(&fresh.access_token).await,
            answered(&self.refresh(refresh_token(fresh)).await).to_owned(),
            live(&second.access_token).await,
            live(&first.access_token).await,
            answered(&self.refresh(refresh_token(first)).await).to_owned(),
            live(&second.access_token).await,
            answered(&self.refresh(refresh_token(second)).await).to_owned(),
            answered(&self.exchange(code).await).to_owned(),
            answered(&self.exchange(&redeemed.0).await).to_owned(),
        ];
        // A code that ended more than a day ago is refused, but not recognised any more.
        if turn < DAY + 60 {
            answers.push(live(&redeemed.1.access_token).await);
            answers.push(answered(&self.refresh(refresh_token(&redeemed.1)).await).to_owned());
        }
        answers
    }
}

async fn walk(cleared: Fixture, kept: Fixture) {
    let mut issued = Vec::new();
    for turn in TURNS {
        issued.push((turn, cleared.issue_all().await, kept.issue_all().await));
    }
    let mut now = 0;
    for (turn, of_cleared, of_kept) in &issued {
        cleared.clock.advance(turn - now);
        kept.clock.advance(turn - now);
        now = *turn;
        cleared.clear().await;
        let answers = cleared.answers(of_cleared, now).await;
        assert_eq!(answers, kept.answers(of_kept, now).await, "left: cleared, {now} s later");
    }
}

async fn twin(fixture: &Fixture) -> Fixture {
    let database = if fixture.database.is_postgres() {
        Database::postgres()
    } else {
        Some(Database::sqlite())
    };
    Fixture::on(database.expect("another database")).await
}

both_databases! {
    async fn with_the_default_lifetimes(fixture: Fixture) {
        let twin = twin(&fixture).await;
        walk(fixture, twin).await;
    }

    async fn with_short_access_tokens_and_the_longest_grace(fixture: Fixture) {
        let change = |settings: &mut oauth_core::Settings| {
            settings.access_token_lifetime = 5;
            settings.refresh_token_grace = 3600;
        };
        let twin = twin(&fixture).await.with(change);
        walk(fixture.with(change), twin).await;
    }

    async fn without_any_end(fixture: Fixture) {
        let change = |settings: &mut oauth_core::Settings| {
            settings.refresh_token_lifetime = None;
            settings.grant_lifetime = None;
        };
        let twin = twin(&fixture).await.with(change);
        walk(fixture.with(change), twin).await;
    }

    async fn with_access_tokens_that_outlive_refresh_tokens(fixture: Fixture) {
        let change = |settings: &mut oauth_core::Settings| {
            settings.access_token_lifetime = 30 * DAY;
            settings.refresh_token_lifetime = Some(3600);
            settings.grant_lifetime = Some(31 * DAY);
        };
        let twin = twin(&fixture).await.with(change);
        walk(fixture.with(change), twin).await;
    }
}
