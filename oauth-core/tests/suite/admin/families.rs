//! Grants with all that hangs on them.

use oauth_core::{
    EventKind, Revocation,
    admin::{FamilyFilter, State},
};

use crate::support::{Fixture, assert_dead, assert_live, refresh_token, scopes};

both_databases! {
    async fn a_family_is_shown_with_what_hangs_on_it(fixture: Fixture) {
        let first = fixture.tokens().await;
        fixture.clock.advance(100);
        fixture.refresh(refresh_token(&first)).await.unwrap();
        let page = fixture.admin().families(FamilyFilter::All, None).await.unwrap();
        let details = fixture.admin().family(page.rows[0].id).await.unwrap().unwrap();
        let family = &details.family;
        assert_eq!((family.client.name.as_str(), family.subject.as_deref()), ("confidential", Some("alice")));
        assert_eq!((family.created_at, family.last_used_at), (1_000_000, Some(1_000_100)));
        assert_eq!((family.scopes.clone(), family.state), (scopes("read write"), State::Live));
        let access: Vec<_> = details.access_tokens.rows.iter().map(|token| token.state).collect();
        assert_eq!(access, [State::Live, State::Revoked], "the newest first");
        let refresh: Vec<_> = details.refresh_tokens.rows.iter().map(|token| token.state).collect();
        assert_eq!(refresh, [State::Live, State::Redeemed]);
        assert_eq!(details.codes.rows[0].state, State::Redeemed);
    }

    async fn a_revoked_family_is_dead_and_others_live(fixture: Fixture) {
        let (one, other) = (fixture.tokens().await, fixture.tokens().await);
        let page = fixture.admin().families(FamilyFilter::All, None).await.unwrap();
        fixture.events();
        for _ in 0..2 {
            fixture.admin().revoke_family(page.rows[1].id).await.unwrap();
        }
        assert_dead(&fixture, &one).await;
        assert_live(&fixture, &other).await;
        assert_eq!(fixture.trail().await, ["revoke family confidential: "], "once");
        let (client_id, subject) = (Some("confidential".to_owned()), Some("alice".to_owned()));
        let ended = EventKind::GrantRevoked { client_id, subject, cause: Revocation::Staff };
        assert_eq!(fixture.events().iter().filter(|event| **event == ended).count(), 1);
    }

    async fn families_are_found_by_client_by_subject_and_by_whether_they_were_revoked(fixture: Fixture) {
        for _ in 0..2 {
            fixture.tokens().await;
        }
        let all = fixture.admin().families(FamilyFilter::All, None).await.unwrap().rows;
        fixture.admin().revoke_family(all[1].id).await.unwrap();
        let (confidential, public) = (fixture.key("confidential").await, fixture.key("public").await);
        let count = async |filter| fixture.admin().families(filter, None).await.unwrap().rows.len();
        assert_eq!(count(FamilyFilter::OfClient(confidential)).await, 2);
        assert_eq!(count(FamilyFilter::OfClient(public)).await, 0);
        assert_eq!(count(FamilyFilter::OfSubject("alice".to_owned())).await, 2);
        assert_eq!(count(FamilyFilter::OfSubject("bob".to_owned())).await, 0);
        assert_eq!(count(FamilyFilter::OfSubject("a\0".to_owned())).await, 0);
        let revoked = fixture.admin().families(FamilyFilter::Revoked, None).await.unwrap().rows;
        assert_eq!((revoked.len(), revoked[0].state), (1, State::Revoked));
    }
}
