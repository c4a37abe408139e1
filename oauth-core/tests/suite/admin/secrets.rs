//! A secret in the place of another: RFC 6749 §2.3.1.

use oauth_core::{
    ClientSecret, NewClient, Secret,
    admin::{AdminError, IssuedFilter, IssuedKind},
};

use super::{clients::robot, refused_fields};
use crate::support::{Fixture, assert_live};

const HOUR: i64 = 3600;

impl Fixture {
    /// The key of `robot`, and its secret.
    async fn with_robot(&self) -> (i64, Secret) {
        let created = self.admin().create_client(robot()).await.unwrap();
        (created.client.id, created.secret.expect("a secret"))
    }

    async fn rotated(&self, id: i64, old_ends_in: i64) -> Secret {
        self.admin().rotate_client_secret(id, old_ends_in).await.expect("another secret")
    }

    /// The keys of its secrets that are good, the newest first.
    async fn live(&self, id: i64) -> Vec<i64> {
        let client = self.admin().client(id).await.unwrap().expect("a client");
        client.secrets.iter().map(|secret| secret.id).collect()
    }
}

both_databases! {
    async fn until_the_old_secret_ends_both_are_taken_and_then_the_new_one_alone(fixture: Fixture) {
        let (id, old) = fixture.with_robot().await;
        let new = fixture.rotated(id, HOUR).await;
        fixture.clock.advance(HOUR - 1);
        assert!(fixture.admits(&old).await && fixture.admits(&new).await);
        fixture.clock.advance(1);
        assert!(!fixture.admits(&old).await);
        assert!(fixture.admits(&new).await);
        assert_eq!(fixture.trail().await[0], "rotate_secret client robot: ");
    }

    async fn with_0_seconds_the_new_secret_is_the_only_one_from_then_on(fixture: Fixture) {
        let (id, first) = fixture.with_robot().await;
        let second = fixture.rotated(id, HOUR).await;
        let third = fixture.rotated(id, 0).await;
        assert!(!fixture.admits(&first).await && !fixture.admits(&second).await);
        assert!(fixture.admits(&third).await);
    }

    async fn a_chosen_secret_that_was_remembered_as_verified_ends_like_any_other(fixture: Fixture) {
        let chosen = Secret::from("correct horse battery");
        let new = NewClient { secret: ClientSecret::Chosen(chosen.clone()), ..robot() };
        let id = fixture.admin().create_client(new).await.unwrap().client.id;
        assert!(fixture.admits(&chosen).await, "and it is remembered");
        let drawn = fixture.rotated(id, HOUR).await;
        assert!(fixture.admits(&chosen).await && fixture.admits(&drawn).await);
        fixture.clock.advance(HOUR);
        assert!(!fixture.admits(&chosen).await);
        assert!(fixture.admits(&drawn).await);
    }

    // Which of the two is in use is not known here: to end either would be an outage.
    async fn a_client_with_two_secrets_gets_no_third_one_beside_them(fixture: Fixture) {
        let (id, first) = fixture.with_robot().await;
        let second = fixture.rotated(id, HOUR).await;
        let answer = fixture.admin().rotate_client_secret(id, HOUR).await;
        assert!(matches!(answer, Err(AdminError::Refused(_))), "{answer:?}");
        assert!(fixture.admits(&first).await && fixture.admits(&second).await);
        fixture.clock.advance(HOUR);
        fixture.rotated(id, HOUR).await;
        assert_eq!(fixture.live(id).await.len(), 2);
    }

    async fn either_of_two_secrets_is_ended_before_its_time_and_the_other_stays(fixture: Fixture) {
        for newest in [true, false] {
            let (id, old) = fixture.with_robot().await;
            let new = fixture.rotated(id, HOUR).await;
            let [of_new, of_old] = fixture.live(id).await[..] else { panic!("two secrets") };
            let ended = if newest { of_new } else { of_old };
            fixture.admin().end_client_secret(id, ended).await.unwrap();
            assert_eq!((fixture.admits(&new).await, fixture.admits(&old).await), (!newest, newest));
            assert_eq!(fixture.trail().await[0], "end_secret client robot: ");
            fixture.admin().delete_client(id).await.unwrap();
            fixture.clear().await;
        }
    }

    async fn the_only_secret_that_is_good_is_not_ended(fixture: Fixture) {
        let (id, secret) = fixture.with_robot().await;
        let only = fixture.live(id).await[0];
        let answer = fixture.admin().end_client_secret(id, only).await;
        assert!(matches!(answer, Err(AdminError::Refused(_))), "{answer:?}");
        assert!(fixture.admits(&secret).await);
    }

    async fn a_secret_of_another_client_is_not_found(fixture: Fixture) {
        let (id, _) = fixture.with_robot().await;
        fixture.rotated(id, HOUR).await;
        let others = fixture.live(fixture.key("confidential").await).await[0];
        let answer = fixture.admin().end_client_secret(id, others).await;
        assert!(matches!(answer, Err(AdminError::NotFound)), "{answer:?}");
        assert!(fixture.exchange("x").await.unwrap_err().code() == "invalid_grant", "it is proven");
    }

    async fn of_two_who_rotate_at_once_one_does(fixture: Fixture) {
        let (id, _) = fixture.with_robot().await;
        for _ in 0..10 {
            fixture.rotated(id, 0).await;
            let rotate = || {
                let admin = fixture.admin();
                tokio::spawn(async move { admin.rotate_client_secret(id, HOUR).await })
            };
            let (one, other) = (rotate(), rotate());
            let answers = [one.await.unwrap(), other.await.unwrap()];
            assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 1, "{answers:?}");
            assert_eq!(fixture.live(id).await.len(), 2);
        }
    }

    async fn a_time_that_cannot_be_is_a_fault_of_its_field(fixture: Fixture) {
        let (id, _) = fixture.with_robot().await;
        for impossible in [-1, i64::MIN, i64::MAX] {
            let answer = fixture.admin().rotate_client_secret(id, impossible).await;
            assert_eq!(refused_fields(answer), ["old_ends_in"]);
        }
    }

    async fn an_hour_after_its_end_a_secret_is_deleted(fixture: Fixture) {
        let (id, _) = fixture.with_robot().await;
        let new = fixture.rotated(id, HOUR).await;
        fixture.clock.advance(2 * HOUR - 1);
        assert_eq!(fixture.clear().await.client_secrets, 0);
        fixture.clock.advance(1);
        assert_eq!(fixture.clear().await.client_secrets, 1);
        assert!(fixture.admits(&new).await);
    }

    async fn rotation_leaves_the_tokens_of_the_client_alone(fixture: Fixture) {
        let (tokens, id) = (fixture.tokens().await, fixture.key("confidential").await);
        fixture.rotated(id, 0).await;
        assert_live(&fixture, &tokens).await;
        let known = fixture.admin().issued(IssuedKind::AccessToken, IssuedFilter::All, None).await.unwrap();
        assert_eq!(known.rows.len(), 1);
        fixture.server.disconnect("alice", None).await.unwrap();
        assert!(!fixture.is_live(&tokens.access_token).await);
    }
}
