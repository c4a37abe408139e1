//! A device asks, and polls: RFC 8628 §3.1 to §3.5.

use oauth_core::{
    ClientSecret, DeviceAuthorization, EventKind, GrantType, NewClient, TokenError, Tokens,
};

use crate::support::{Fixture, Form, assert_live, client, public_refresh_form, refresh_token};

/// A public client that has the grant, and may refresh.
pub(crate) fn television() -> NewClient {
    NewClient {
        secret: ClientSecret::None,
        redirect_uris: Vec::new(),
        grant_types: vec![GrantType::DeviceCode, GrantType::RefreshToken],
        require_pkce: None,
        ..client("television")
    }
}

impl Fixture {
    pub(crate) async fn ask(&self, form: &Form) -> Result<DeviceAuthorization, TokenError> {
        self.server.authorize_device(None, &form.params(), Some("Television/1.0")).await
    }

    /// `television` asks for `read`.
    pub(crate) async fn device(&self) -> DeviceAuthorization {
        self.ask(&asks()).await.expect("codes")
    }

    pub(crate) async fn poll(&self, device: &DeviceAuthorization) -> Result<Tokens, TokenError> {
        self.token(&poll_form(device)).await
    }

    /// What the user of this name says to the device.
    pub(crate) async fn say(&self, device: &DeviceAuthorization, subject: &str, yes: bool) -> bool {
        let request = self
            .server
            .device_request(&device.user_code, subject)
            .await
            .unwrap()
            .expect("a device");
        if yes {
            self.server.accept_device(&request, subject, &Default::default()).await.unwrap()
        } else {
            self.server.decline_device(&request, subject).await.unwrap()
        }
    }
}

pub(crate) fn asks() -> Form {
    Form::new(&[("client_id", "television"), ("scope", "read")])
}

pub(crate) fn poll_form(device: &DeviceAuthorization) -> Form {
    Form::new(&[
        ("grant_type", GrantType::DeviceCode.as_str()),
        ("client_id", "television"),
        ("device_code", device.device_code.expose()),
    ])
}

/// How the device is told.
async fn told(fixture: &Fixture, device: &DeviceAuthorization) -> &'static str {
    fixture.poll(device).await.map_or_else(|refusal| refusal.code(), |_| "tokens")
}

async fn with_television(fixture: Fixture) -> Fixture {
    fixture.register(television()).await;
    fixture
}

both_databases! {
    /// RFC 8628 §3.2, and §6.1: letters that are not mistaken for others.
    async fn a_device_gets_two_codes(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        assert_eq!((device.expires_in, device.interval), (600, 5));
        let (first, second) = device.user_code.split_once('-').expect("a dash");
        assert_eq!((first.len(), second.len()), (4, 4));
        assert!(!device.user_code.contains(['A', 'E', 'I', 'O', 'U', 'Y', '0', '1']), "{}", device.user_code);
        assert!(device.device_code.expose().starts_with("odc_"));
        assert_ne!(fixture.device().await.user_code, device.user_code);
    }

    async fn once_its_user_has_said_yes_it_gets_tokens(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        assert_eq!(told(&fixture, &device).await, "authorization_pending");
        assert!(fixture.say(&device, "alice", true).await);
        let tokens = fixture.poll(&device).await.expect("tokens");
        assert_live(&fixture, &tokens).await;
        let token = fixture.server.verify(tokens.access_token.expose(), &"read".parse().unwrap()).await.unwrap();
        assert_eq!((token.subject.as_deref(), token.client_id.as_str()), (Some("alice"), "television"));
        let refresh = public_refresh_form(refresh_token(&tokens)).set("client_id", "television");
        let refreshed = fixture.token(&refresh).await;
        assert_live(&fixture, &refreshed.expect("another pair")).await;
    }

    /// RFC 8628 §3.5: `access_denied`.
    async fn once_its_user_has_said_no_it_is_told_so(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        assert!(fixture.say(&device, "alice", false).await);
        for _ in 0..2 {
            assert_eq!(told(&fixture, &device).await, "access_denied");
        }
        assert!(fixture.server.device_request(&device.user_code, "alice").await.unwrap().is_none());
    }

    /// RFC 8628 §3.5: `expired_token`.
    async fn after_ten_minutes_both_codes_are_over(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let (device, accepted) = (fixture.device().await, fixture.device().await);
        fixture.say(&accepted, "alice", true).await;
        fixture.clock.advance(599);
        assert_eq!(told(&fixture, &device).await, "authorization_pending");
        let request = fixture.server.device_request(&device.user_code, "alice").await.unwrap().expect("just");
        fixture.clock.advance(1);
        assert_eq!(told(&fixture, &device).await, "expired_token");
        assert_eq!(told(&fixture, &accepted).await, "expired_token");
        assert!(!fixture.server.accept_device(&request, "alice", &Default::default()).await.unwrap());
        assert!(fixture.server.device_request(&device.user_code, "alice").await.unwrap().is_none());
    }

    /// RFC 8628 §3.5: "the interval MUST be increased by 5 seconds for this and all subsequent requests".
    async fn a_device_that_asks_too_often_is_told_to_slow_down(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        assert_eq!(told(&fixture, &device).await, "authorization_pending");
        fixture.clock.advance(5);
        assert_eq!(told(&fixture, &device).await, "authorization_pending");
        fixture.clock.advance(4);
        assert_eq!(told(&fixture, &device).await, "slow_down");
        fixture.clock.advance(9);
        assert_eq!(told(&fixture, &device).await, "slow_down");
        fixture.clock.advance(1);
        assert_eq!(told(&fixture, &device).await, "authorization_pending");
        fixture.clock.advance(10);
        assert_eq!(told(&fixture, &device).await, "authorization_pending");
    }

    async fn who_asks_all_the_time_has_little_written(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        let written = "SELECT poll_interval || ' ' || polled_at || ' ' || was_early AS text FROM oauth_device_codes";
        for _ in 0..2 {
            fixture.poll(&device).await.unwrap_err();
        }
        let before = fixture.database.texts(written);
        for _ in 0..9 {
            fixture.clock.advance(1);
            assert_eq!(told(&fixture, &device).await, "slow_down");
            assert_eq!(fixture.database.texts(written), before);
        }
    }

    async fn a_yes_is_heard_also_by_who_asks_too_often(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        for _ in 0..3 {
            fixture.poll(&device).await.unwrap_err();
        }
        fixture.say(&device, "alice", true).await;
        assert_eq!(told(&fixture, &device).await, "tokens");
    }

    async fn its_code_is_redeemed_once_and_a_repetition_ends_nothing(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        fixture.say(&device, "alice", true).await;
        let polls = (0..8).map(|_| {
            let (server, form) = (fixture.server.clone(), poll_form(&device));
            tokio::spawn(async move { server.token(None, &form.params()).await })
        });
        let (mut won, mut lost) = (Vec::new(), Vec::new());
        for poll in polls.collect::<Vec<_>>() {
            match poll.await.unwrap() {
                Ok(tokens) => won.push(tokens),
                Err(refusal) => lost.push(refusal.code()),
            }
        }
        assert_eq!((won.len(), lost), (1, vec!["invalid_grant"; 7]));
        assert_live(&fixture, &won[0]).await;
    }

    async fn what_is_wrong_with_its_request_is_told(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        for (name, value, code) in [
            ("scope", "admin", "invalid_scope"),
            ("scope", "", "invalid_scope"),
            ("resource", "https://nowhere.example", "invalid_target"),
            ("client_id", "unknown", "invalid_client"),
            ("client_id", "confidential", "invalid_client"),
            ("client_id", "public", "unauthorized_client"),
        ] {
            let refused = fixture.ask(&asks().set(name, value)).await;
            assert_eq!(refused.unwrap_err().code(), code, "{name}={value}");
        }
    }

    async fn what_is_wrong_with_its_poll_is_told(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        fixture.register(NewClient { client_id: Some("other".to_owned()), ..television() }).await;
        let device = fixture.device().await;
        fixture.say(&device, "alice", true).await;
        let form = poll_form(&device);
        let another = fixture.device().await.device_code.expose().replace("dc_", "ac_");
        for (name, value, code) in [
            ("device_code", "", "invalid_request"),
            ("device_code", "x", "invalid_grant"),
            ("device_code", another.as_str(), "invalid_grant"),
            ("client_id", "other", "invalid_grant"),
            ("client_id", "public", "unauthorized_client"),
        ] {
            assert_eq!(fixture.token(&form.clone().set(name, value)).await.unwrap_err().code(), code, "{name}={value}");
        }
        // What it polls with is no authorization code.
        let as_code = form.set("grant_type", "authorization_code").set("code", device.device_code.expose());
        assert_eq!(fixture.token(&as_code).await.unwrap_err().code(), "unauthorized_client");
    }

    async fn a_client_with_a_secret_proves_itself_at_both(fixture: Fixture) {
        let new = NewClient { secret: ClientSecret::Generated, ..television() };
        let secret = fixture.register(new).await.secret.unwrap();
        assert_eq!(fixture.ask(&asks()).await.unwrap_err().code(), "invalid_client");
        let device = fixture.ask(&asks().set("client_secret", secret.expose())).await.unwrap();
        fixture.say(&device, "alice", true).await;
        assert_eq!(told(&fixture, &device).await, "invalid_client");
        let poll = poll_form(&device).set("client_secret", secret.expose());
        assert_live(&fixture, &fixture.token(&poll).await.unwrap()).await;
    }

    async fn that_it_has_to_wait_is_no_event_and_the_rest_is(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        fixture.events();
        for _ in 0..2 {
            fixture.poll(&device).await.unwrap_err();
        }
        assert_eq!(fixture.events(), []);
        fixture.say(&device, "alice", true).await;
        fixture.poll(&device).await.unwrap();
        let events = fixture.events();
        let [EventKind::AuthorizationAccepted { subject, .. }, EventKind::TokenIssued { grant_type, .. }] = &events[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!((subject.as_str(), grant_type), ("alice", &GrantType::DeviceCode));
    }

    async fn what_its_user_takes_back_is_dead_before_it_is_fetched_and_after(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let (early, late) = (fixture.device().await, fixture.device().await);
        fixture.say(&late, "alice", true).await;
        let tokens = fixture.poll(&late).await.unwrap();
        fixture.say(&early, "alice", true).await;
        fixture.server.disconnect("alice", Some("television")).await.unwrap();
        assert_eq!(told(&fixture, &early).await, "invalid_grant");
        let of_late = fixture.server.verify(tokens.access_token.expose(), &"read".parse().unwrap()).await;
        assert!(of_late.is_err());
    }

    async fn what_is_over_is_cleared_away_and_what_waits_to_be_fetched_is_not(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        fixture.device().await;
        fixture.clock.advance(600 + 3_600);
        let device = fixture.device().await;
        fixture.say(&device, "alice", true).await;
        assert_eq!(fixture.server.clear_expired().await.unwrap().device_codes, 1);
        assert_eq!(told(&fixture, &device).await, "tokens");
        fixture.clock.advance(600 + 86_400);
        fixture.server.clear_expired().await.unwrap();
        assert_eq!(fixture.count("oauth_device_codes"), "0");
    }

    async fn only_digests_of_its_codes_are_stored(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        let stored = fixture.database.texts("SELECT prefix || scopes || user_agent AS text FROM oauth_device_codes");
        assert!(!stored.concat().contains(&device.user_code.replace('-', "")));
        assert!(!stored.concat().contains(device.device_code.expose()));
    }
}
