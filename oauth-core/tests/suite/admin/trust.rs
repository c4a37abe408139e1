//! Clients that users are not asked for: what concerns them is for superusers.

use oauth_core::{
    Client, ClientSecret, NewClient, NewUser,
    admin::{Admin, AdminError, UserChange},
};

use super::{
    actor,
    users::{change, named},
};
use crate::{
    accounts::PASSWORD,
    support::{CALLBACK, Fixture, client},
};

const STEAL: &str = "https://evil.example/steal";

impl Fixture {
    async fn trusted(&self) -> Client {
        self.register(NewClient { skip_consent: true, ..client("trusted") }).await.client
    }
}

/// What would let whoever registered it have others' codes and tokens.
fn changes_of_trust(trusted: &Client) -> [NewClient; 4] {
    let same = || NewClient::from(trusted);
    [
        NewClient { skip_consent: false, ..same() },
        NewClient { redirect_uris: vec![CALLBACK.to_owned(), STEAL.to_owned()], ..same() },
        NewClient { secret: ClientSecret::Chosen("a secret of my own".into()), ..same() },
        NewClient { secret: ClientSecret::None, ..same() },
    ]
}

async fn assert_forbidden_all(admin: &Admin, trusted: &Client) {
    for new in changes_of_trust(trusted) {
        let answer = admin.update_client(trusted.id, trusted.version, new).await;
        assert!(matches!(answer, Err(AdminError::Forbidden(_))), "{answer:?}");
    }
    let answer = admin.rotate_client_secret(trusted.id, 0).await;
    assert!(matches!(answer, Err(AdminError::Forbidden(_))), "{answer:?}");
    let answer = admin.end_client_secret(trusted.id, trusted.secrets[0].id).await;
    assert!(matches!(answer, Err(AdminError::Forbidden(_))), "{answer:?}");
}

both_databases! {
    async fn only_a_superuser_has_users_not_be_asked_for_a_client(fixture: Fixture) {
        let staff = fixture.staff();
        let new = NewClient { skip_consent: true, ..client("trusted") };
        let answer = staff.create_client(new.clone()).await;
        assert!(matches!(answer, Err(AdminError::Forbidden(_))), "{answer:?}");
        let old = fixture.server.client("confidential").await.unwrap().unwrap();
        let more = NewClient { skip_consent: true, ..NewClient::from(&*old) };
        let answer = staff.update_client(old.id, old.version, more.clone()).await;
        assert!(matches!(answer, Err(AdminError::Forbidden(_))), "{answer:?}");
        assert_eq!(fixture.count("oauth_audit"), "0");

        assert!(fixture.admin().create_client(new).await.unwrap().client.skip_consent);
        let updated = fixture.admin().update_client(old.id, old.version, more).await.unwrap();
        assert!(updated.client.skip_consent);
    }

    async fn only_a_superuser_changes_where_such_a_client_is_answered_and_what_it_proves_itself_with(fixture: Fixture) {
        let trusted = fixture.trusted().await;
        assert_forbidden_all(&fixture.staff(), &trusted).await;
        assert_eq!(fixture.count("oauth_audit"), "0");

        let mut version = trusted.version;
        for new in changes_of_trust(&trusted) {
            let new = NewClient { skip_consent: true, ..new };
            version = fixture.admin().update_client(trusted.id, version, new).await.unwrap().client.version;
        }
        let asked = NewClient { skip_consent: false, ..NewClient::from(&trusted) };
        assert!(fixture.admin().update_client(trusted.id, version, asked).await.is_ok());
    }

    async fn staff_change_all_else_of_it_and_all_of_any_other(fixture: Fixture) {
        let (staff, trusted) = (fixture.staff(), fixture.trusted().await);
        let renamed = NewClient { name: "Trusted".to_owned(), ..NewClient::from(&trusted) };
        assert!(staff.update_client(trusted.id, trusted.version, renamed).await.unwrap().client.skip_consent);
        assert!(staff.set_client_disabled(trusted.id, true).await.is_ok());

        let other = fixture.server.client("confidential").await.unwrap().unwrap();
        let redirect_uris = vec!["https://app.example/elsewhere".to_owned()];
        let moved = NewClient { redirect_uris, ..NewClient::from(&*other) };
        assert!(staff.update_client(other.id, other.version, moved).await.is_ok());
        assert!(staff.rotate_client_secret(other.id, 0).await.is_ok());
    }

    // Their rights were read before the transaction began.
    async fn who_is_no_superuser_any_more_does_none_of_it(fixture: Fixture) {
        let new = NewUser { is_superuser: true, ..named("late") };
        let late = fixture.server.create_user(new, PASSWORD).await.unwrap();
        let of_late = fixture.server.admin(actor(&late.id.to_string(), true));
        let demoted = UserChange { is_superuser: false, ..change(&late) };
        fixture.admin().update_user(late.id, demoted).await.unwrap();
        assert_forbidden_all(&of_late, &fixture.trusted().await).await;
        let new = NewClient { skip_consent: true, ..client("another") };
        let answer = of_late.create_client(new).await;
        assert!(matches!(answer, Err(AdminError::Forbidden(_))), "{answer:?}");
    }
}
