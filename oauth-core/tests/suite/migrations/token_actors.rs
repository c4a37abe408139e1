//! A database from before there were tokens that others act with.

use oauth_core::{Spread, Store};

use super::revert_from;
use crate::support::{Database, Fixture, assert_live, refresh_token};

const TOKEN_ACTORS: &str = "20261130101500";

/// A token of before, and what comes after.
async fn assert_goes_on(fixture: &Fixture) {
    let tokens = fixture.tokens().await;
    fixture.database.execute("UPDATE oauth_access_tokens SET actor = '{\"sub\":\"api\"}'");
    let plain = fixture.tokens().await;
    revert_from(&fixture.database, TOKEN_ACTORS);
    let actors = fixture
        .database
        .columns()
        .into_iter()
        .filter(|it| it.table == "oauth_access_tokens" && it.name == "actor");
    assert_eq!(actors.count(), 0);
    assert_eq!(
        fixture.count("oauth_access_tokens"),
        "1",
        "what others act with would outlive them"
    );
    let store = Store::open(&fixture.database.url).unwrap();
    assert!(store.migrate().unwrap().contains(&TOKEN_ACTORS.to_owned()));

    assert_live(fixture, &plain).await;
    let seen = fixture.server.verify(plain.access_token.expose(), &"read".parse().unwrap()).await;
    assert_eq!(seen.unwrap().act, None);
    fixture.refresh(refresh_token(&plain)).await.expect("the next pair");
    fixture.refresh(refresh_token(&tokens)).await.expect("its family goes on");
}

both_databases! {
    async fn a_token_of_before_goes_on_with_nobody_else_acting(fixture: Fixture) {
        assert_goes_on(&fixture).await;
    }
}

#[tokio::test]
async fn the_column_comes_to_tables_in_partitions_as_well() {
    let Some(database) = Database::postgres() else { return };
    let fixture = Fixture::on(database).await;
    fixture.server.store().migrate_spread(Spread::Partitions).unwrap();
    assert_goes_on(&fixture).await;
}
