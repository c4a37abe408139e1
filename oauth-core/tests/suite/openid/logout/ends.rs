//! What ends a user's sessions, one by one.

use super::*;

/// Bob in two sessions, with a client that is told of which and has an access of its own in each.
struct Bob {
    openid: OpenId,
    user: User,
    here: Session,
    sids: [String; 2],
    tokens: Vec<Tokens>,
}

impl Bob {
    async fn on(database: Database) -> Self {
        let openid = OpenId::on(database).await;
        let secret = openid.told_client("one", true).await;
        let (user, here) = openid.signed_in_as("bob").await;
        let elsewhere = openid.fixture.server.sign_in(None, user.clone()).await.unwrap();
        let sids = [here.sid.clone().unwrap(), elsewhere.sid.unwrap()];
        let mut tokens = Vec::new();
        for (sid, scope) in
            [(&sids[0], "openid"), (&sids[1], "openid"), (&sids[1], "openid offline_access")]
        {
            let subject = user.id.to_string();
            tokens.push(openid.tokens_for(&subject, sid, ("one", &secret), scope).await);
        }
        Self { openid, user, here, sids, tokens }
    }

    /// Which of the three live: here, elsewhere, elsewhere with `offline_access`.
    async fn lives(&self) -> [bool; 3] {
        let [one, two, three] = &*self.tokens else { panic!("three") };
        [self.openid.lives(one).await, self.openid.lives(two).await, self.openid.lives(three).await]
    }

    /// Of which of the two sessions the client is told.
    fn told(&self) -> Vec<String> {
        let mut told: Vec<_> =
            self.sids.iter().map(|sid| format!("one {} {sid}", self.user.id)).collect();
        let deliveries = self.openid.deliveries();
        assert!(deliveries.iter().all(|delivery| told.contains(delivery)), "{deliveries:?}");
        told.retain(|delivery| deliveries.contains(delivery));
        assert_eq!(told.len(), deliveries.len(), "each once");
        told
    }
}

both_databases! {
    async fn a_password_change_logs_out_the_other_sessions_and_clients_know_this_one_still(bob: Bob) {
        let change = PasswordChange {
            old_password: PASSWORD.into(),
            new_password: "another horse battery".into(),
            disconnects: false,
        };
        let changed = bob.openid.fixture.server.change_password(&bob.here, &change).await.unwrap();
        assert_eq!(changed.sid, bob.here.sid);
        assert_eq!(bob.lives().await, [true, false, true]);
        assert_eq!(bob.told().len(), 1);
        assert!(bob.told()[0].ends_with(&bob.sids[1]));
    }

    async fn a_session_that_the_user_ends_elsewhere_is_logged_out(bob: Bob) {
        let server = &bob.openid.fixture.server;
        server.end_sessions(&bob.here, Some(&bob.sids[1])).await.unwrap();
        assert_eq!(bob.lives().await, [true, false, true]);
        assert!(bob.told().len() == 1 && bob.told()[0].ends_with(&bob.sids[1]));
        server.end_sessions(&bob.here, Some(&bob.sids[1])).await.unwrap();
        server.end_sessions(&bob.here, Some("a\0b")).await.unwrap();
        assert_eq!(server.sessions(&bob.here).await.unwrap().len(), 1);
    }

    async fn so_are_all_others_at_once_and_this_one_goes_on(bob: Bob) {
        let server = &bob.openid.fixture.server;
        server.end_sessions(&bob.here, None).await.unwrap();
        assert_eq!((bob.lives().await, bob.told().len()), ([true, false, true], 1));
        assert!(server.session(bob.here.secret.expose()).await.unwrap().is_some());
    }

    async fn a_password_that_others_reset_ends_all_and_each_session_is_told(bob: Bob) {
        bob.openid.fixture.server.set_password(bob.user.id, "another horse battery").await.unwrap();
        assert_eq!(bob.lives().await, [false; 3]);
        assert_eq!(bob.told().len(), 2);
    }

    async fn the_same_by_staff(bob: Bob) {
        bob.openid.fixture.admin().set_user_password(bob.user.id, "another horse battery").await.unwrap();
        assert_eq!((bob.lives().await, bob.told().len()), ([false; 3], 2));
    }

    async fn a_session_that_staff_end_is_logged_out_alone_with_a_row_of_the_trail_and_events(bob: Bob) {
        let (fixture, subject) = (&bob.openid.fixture, bob.user.id.to_string());
        fixture.events();
        fixture.staff().end_user_session(bob.user.id, &bob.sids[1]).await.unwrap();
        assert_eq!(bob.lives().await, [true, false, true]);
        assert!(bob.told().len() == 1 && bob.told()[0].ends_with(&bob.sids[1]));
        let revoked = EventKind::GrantRevoked {
            client_id: Some("one".to_owned()), subject: Some(subject.clone()), cause: Revocation::Logout,
        };
        assert_eq!(fixture.events(), [EventKind::SignedOut { subject }, revoked]);
        assert_eq!(fixture.trail().await[0], "end_session user bob: ");
        for sid in [bob.sids[1].as_str(), "a\0b", ""] {
            let refused = fixture.staff().end_user_session(bob.user.id, sid).await;
            assert!(matches!(refused, Err(AdminError::NotFound)), "{refused:?}");
        }
        assert_eq!((fixture.admin().user_sessions(bob.user.id).await.unwrap().len(), fixture.trail().await.len()), (1, 1));
    }

    async fn only_a_superuser_ends_a_session_of_staff(bob: Bob) {
        let fixture = &bob.openid.fixture;
        fixture.database.execute("UPDATE oauth_users SET is_staff = TRUE");
        let refused = fixture.staff().end_user_session(bob.user.id, &bob.sids[1]).await;
        assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{refused:?}");
        assert_eq!((bob.lives().await, bob.told().len()), ([true; 3], 0));
        fixture.admin().end_user_session(bob.user.id, &bob.sids[1]).await.unwrap();
    }

    async fn of_a_user_who_is_deactivated_each_session_is_told(bob: Bob) {
        let change = crate::admin::users::change(&bob.user);
        let change = oauth_core::admin::UserChange { is_active: false, ..change };
        bob.openid.fixture.admin().update_user(bob.user.id, change).await.unwrap();
        assert_eq!((bob.lives().await, bob.told().len()), ([false; 3], 2));
    }

    async fn of_a_user_who_is_forgotten_clients_are_told_and_nothing_else_is_left(bob: Bob) {
        let subject = bob.user.id.to_string();
        for _ in 0..2 {
            bob.openid.fixture.server.forget_user(&subject).await.unwrap();
            assert_eq!(bob.told().len(), 2);
        }
        assert_eq!(bob.openid.fixture.count("oauth_grants"), "0");
        bob.openid.fixture.clock.advance(26 * 3600);
        bob.openid.fixture.server.clear_expired().await.unwrap();
        assert_eq!(bob.openid.fixture.count("oauth_logout_deliveries"), "0", "bounded");
    }

    async fn who_signs_in_in_place_of_another_logs_that_one_out(bob: Bob) {
        let (carol, _) = bob.openid.signed_in_as("carol").await;
        bob.openid.fixture.server.sign_in(Some(&bob.here), carol).await.unwrap();
        assert_eq!(bob.lives().await, [false, true, true]);
        assert!(bob.told().len() == 1 && bob.told()[0].ends_with(&bob.sids[0]));
    }

    async fn who_signs_in_once_more_is_in_the_same_session(bob: Bob) {
        let again = bob.openid.fixture.server.sign_in(Some(&bob.here), bob.user.clone()).await.unwrap();
        assert_eq!(again.sid, bob.here.sid);
        assert_eq!((bob.lives().await, bob.told().len()), ([true; 3], 0));
    }

    // All that it had of the session is over for days then.
}
