//! What codes, tokens and the secrets of clients look like, and what that is good for.

use oauth_core::{Secret, Tokens};

use crate::support::{
    Database, Fixture, assert_live, assert_refused, code_request, in_query, queries, refresh_token,
    scopes,
};

/// A fixture whose database is counted.
struct Counted(Fixture);

impl Counted {
    async fn on(database: Database) -> Self {
        queries::count();
        Self(Fixture::on(database).await)
    }
}

/// The kind and the length of the body that a text shows, where it begins with this brand.
fn shape<'a>(text: &'a str, brand: &str) -> (&'a str, usize) {
    let (head, body) = text.split_once('_').expect("an underscore");
    (head.strip_prefix(brand).expect("the brand"), body.len())
}

/// What was never issued: texts of no shape, and tokens of a family in which nothing else is of their kind.
fn rubbish(tokens: &Tokens) -> Vec<String> {
    let access = tokens.access_token.expose();
    let another = if &access[20..21] == "A" { "B" } else { "A" };
    let slip = format!("{}{another}{}", &access[..20], &access[21..]);
    let (another_kind, another_brand) =
        (access.replace("at_", "rt_"), access.replace("oat", "pat"));
    let texts = ["", "x", "oat_", "oat_AAAA", "a token", "äöü_ä"];
    let long = format!("oat_{}", "A".repeat(10_000));
    let of_session = Secret::generate().expose().to_owned();
    let mut all: Vec<String> = texts.map(str::to_owned).into();
    all.extend([slip, another_kind, another_brand, long, of_session]);
    all
}

both_databases! {
    async fn what_is_drawn_names_its_brand_and_its_kind(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        assert_eq!(shape(&code, "o"), ("ac", 59));
        let tokens = fixture.exchange(&code).await.unwrap();
        assert_eq!(shape(tokens.access_token.expose(), "o"), ("at", 59));
        assert_eq!(shape(refresh_token(&tokens).expose(), "o"), ("rt", 59));
        assert_eq!(shape(fixture.secret.expose(), "o"), ("cs", 48));
    }

    async fn another_brand_is_for_what_is_drawn_from_then_on(fixture: Fixture) {
        let before = fixture.tokens().await;
        let fixture = fixture.with(|settings| settings.token_brand = "acme2".to_owned());
        let after = fixture.tokens().await;
        assert_eq!(shape(after.access_token.expose(), "acme2"), ("at", 59));
        assert_live(&fixture, &before).await;
    }

    async fn a_refresh_token_passes_its_brand_on_so_that_a_repetition_gives_the_same_pair(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        let fixture = fixture.with(|settings| settings.token_brand = "acme2".to_owned());
        let again = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_eq!(
            (again.access_token.expose(), refresh_token(&again).expose()),
            (second.access_token.expose(), refresh_token(&second).expose())
        );
        let third = fixture.refresh(refresh_token(&second)).await.unwrap();
        assert_eq!(shape(third.access_token.expose(), "o"), ("at", 59));
    }

    async fn what_has_not_the_shape_is_refused_without_a_query(counted: Counted) {
        let fixture = counted.0;
        let tokens = fixture.tokens().await;
        let code = fixture.code(&code_request()).await;
        let asked = || queries::of_secrets(&fixture.database.url);
        let before = asked();
        for text in rubbish(&tokens) {
            let refused = fixture.server.verify(&text, &scopes("")).await.unwrap_err();
            assert_eq!(refused.code(), Some("invalid_token"), "{text:?}: {refused}");
            if text.is_empty() {
                continue; // is missing
            }
            let refused = fixture.refresh(&text.replace("rt_", "at_").as_str().into()).await;
            assert_refused(refused, "invalid_grant", "the refresh token is unknown");
            let refused = fixture.exchange(&text).await;
            assert_refused(refused, "invalid_grant", "the code is unknown");
        }
        let refused = fixture.refresh(&code.as_str().into()).await;
        assert_refused(refused, "invalid_grant", "the refresh token is unknown");
        assert_eq!(asked() - before, 0);
    }

    async fn what_has_the_shape_and_was_never_issued_is_refused_with_a_query(counted: Counted) {
        let fixture = counted.0;
        let never = fixture.tokens().await.access_token;
        fixture.database.execute("DELETE FROM oauth_access_tokens");
        let before = queries::of_secrets(&fixture.database.url);
        let refused = fixture.server.verify(never.expose(), &scopes("")).await.unwrap_err();
        assert_eq!(refused.code(), Some("invalid_token"));
        assert_eq!(queries::of_secrets(&fixture.database.url) - before, 1);
    }

    async fn a_family_whose_key_is_taken_begins_with_the_next(fixture: Fixture) {
        fixture.code(&code_request()).await;
        // Keys rise by at most 1,024 where the clock does not.
        fixture.clock.advance(-60);
        fixture.database.execute(
            "INSERT INTO oauth_grants (id, client_id, scopes, created_at) \
             WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 1024) \
             SELECT (SELECT max(id) FROM oauth_grants) + i, (SELECT min(id) FROM oauth_clients), '', 0 FROM numbers",
        );
        let location = fixture.authorize(&code_request()).await;
        let code = in_query(&location, "code").expect("a code");
        assert_live(&fixture, &fixture.exchange(&code).await.unwrap()).await;
    }
}
