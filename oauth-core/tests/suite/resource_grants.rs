//! What a token is for: RFC 8707 §2.2, at the token endpoint.

use std::sync::{Arc, Mutex};

use oauth_core::{
    ClientSecret, EventKind, GrantRequest, GrantType, Granted, NewClient, PolicyRequest, Resources,
    Ruling,
    admin::{Actor, NewAccessToken},
};

use crate::support::{
    Fixture, Form, MAIL, NOTES, assert_refused, client, refresh_token, resource, scopes,
};

both_databases! {
    /// RFC 8707 §2.2: "the client can request access tokens for [...] a subset of the resources", with its scopes.
    async fn of_several_resources_the_client_chooses_one_for_each_token(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.exchange("notes mail offline_access", &[NOTES, MAIL]).await;
        let tokens = fixture.token(&form.set("resource", MAIL)).await.unwrap();
        assert_eq!(tokens.scopes, scopes("mail offline_access"));
        assert_eq!(fixture.admitted(&tokens.access_token).await, [MAIL]);

        let next = fixture.token(&app.refresh(&tokens).set("resource", NOTES)).await.unwrap();
        assert_eq!(next.scopes, scopes("notes notes:read offline_access"));
        assert_eq!(fixture.admitted(&next.access_token).await, [NOTES]);
    }

    async fn who_chooses_none_of_several_gets_one_for_the_own_api_or_must_choose(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.exchange("notes mail", &[NOTES, MAIL]).await;
        assert_refused(fixture.token(&form).await, "invalid_target", "several");
        let tokens = fixture.token(&form.set("resource", MAIL)).await.expect("the code is good still");
        assert_refused(fixture.token(&app.refresh(&tokens)).await, "invalid_target", "several");

        let tokens = app.tokens("notes read", &[NOTES, "https://id.example"]).await;
        assert_eq!((fixture.admitted(&tokens.access_token).await, tokens.scopes.clone()), (vec!["own"], scopes("read")));
        let next = fixture.token(&app.refresh(&tokens).set("resource", NOTES)).await.unwrap();
        assert_eq!(fixture.admitted(&next.access_token).await, [NOTES]);
    }

    async fn what_was_not_granted_is_an_invalid_target(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.exchange("notes", &[NOTES]).await;
        for wrong in [MAIL, "https://id.example", "https://api.example/notes#a", "notes", "https://nowhere.example"] {
            assert_eq!(fixture.token(&form.clone().set("resource", wrong)).await.unwrap_err().code(), "invalid_target", "{wrong}");
        }
        let two = form.clone().and("resource", NOTES).and("resource", MAIL);
        assert_refused(fixture.token(&two).await, "invalid_target", "one resource");
        let tokens = fixture.token(&form).await.unwrap();
        assert_refused(fixture.token(&app.refresh(&tokens).set("resource", MAIL)).await, "invalid_target", "not granted");
        assert!(fixture.token(&app.refresh(&tokens)).await.is_ok());
    }

    async fn a_repeated_refresh_gets_the_same_pair_for_the_same_resource(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.exchange("notes mail", &[NOTES, MAIL]).await;
        let tokens = fixture.token(&form.set("resource", MAIL)).await.unwrap();
        let refresh = app.refresh(&tokens).set("resource", NOTES);
        let first = fixture.token(&refresh).await.unwrap();
        let pair = fixture.token(&refresh).await.unwrap();
        assert_eq!(pair.access_token.expose(), first.access_token.expose());
        assert_eq!((fixture.admitted(&pair.access_token).await, pair.scopes), (vec![NOTES], scopes("notes notes:read")));
    }

    /// RFC 8707 §2.2, RFC 6749 §6: what is given again is what was asked for, or it is refused; and no family ends by that.
    async fn a_repeated_refresh_that_asks_for_something_else_is_refused(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.exchange("notes mail", &[NOTES, MAIL]).await;
        let tokens = fixture.token(&form.set("resource", MAIL)).await.unwrap();
        let refresh = app.refresh(&tokens).set("resource", NOTES);
        let first = fixture.token(&refresh).await.unwrap();
        assert_refused(fixture.token(&refresh.clone().set("resource", MAIL)).await, "invalid_target", "another resource");
        assert_refused(fixture.token(&app.refresh(&tokens)).await, "invalid_target", "several");
        assert_refused(fixture.token(&refresh.clone().set("resource", "nonsense")).await, "invalid_target", "");
        assert_refused(fixture.token(&refresh.clone().set("scope", "admin")).await, "invalid_scope", "admin");
        assert!(fixture.token(&app.refresh(&first).set("resource", MAIL)).await.is_ok());
    }

    /// RFC 8707 §2: "Multiple `resource` parameters MAY be used"; the same one twice is one.
    async fn a_resource_that_is_named_twice_is_one(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.exchange("notes mail", &[NOTES, MAIL]).await;
        let tokens = fixture.token(&form.and("resource", NOTES).and("resource", NOTES)).await.unwrap();
        assert_eq!(fixture.admitted(&tokens.access_token).await, [NOTES]);
    }

    async fn a_client_that_acts_for_itself_names_its_resource(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.form("client_credentials").set("scope", "notes");
        let tokens = fixture.token(&form.clone().set("resource", NOTES)).await.unwrap();
        assert_eq!(fixture.admitted(&tokens.access_token).await, [NOTES]);
        assert_refused(fixture.token(&form).await, "invalid_scope", "another resource");
        let two = form.and("resource", NOTES).and("resource", MAIL);
        assert_refused(fixture.token(&two).await, "invalid_target", "one resource");
    }

    async fn a_grant_of_the_applications_own_leads_to_a_token_for_the_resource_it_names(fixture: Fixture) {
        const VOUCHER: &str = "urn:example:voucher";
        fixture.app().await;
        let server = fixture.server.clone().with_grant(VOUCHER, |request: GrantRequest| async move {
            assert_eq!(request.resource().await?, Some(resource(NOTES)));
            Ok(Granted { subject: Some("alice".to_owned()), scopes: request.scopes().await?, ..Granted::default() })
        });
        let grant_types = vec![GrantType::Extension(VOUCHER.to_owned()), GrantType::RefreshToken];
        let new = NewClient { grant_types, scopes: scopes("notes"), secret: ClientSecret::None, ..client("kiosk") };
        fixture.register(new).await;
        let form = Form::new(&[("grant_type", VOUCHER), ("client_id", "kiosk"), ("scope", "notes"), ("resource", NOTES)]);
        let tokens = server.unwrap().token(None, &form.params()).await.unwrap();
        assert_eq!(fixture.admitted(&tokens.access_token).await, [NOTES]);
        let refresh = Form::new(&[("grant_type", "refresh_token"), ("client_id", "kiosk"), ("refresh_token", refresh_token(&tokens).expose())]);
        let next = fixture.token(&refresh).await.unwrap();
        assert_eq!(fixture.admitted(&next.access_token).await, [NOTES]);
    }

    /// RFC 7662 §4: a resource server learns of tokens that are for it.
    async fn introspection_names_the_audience_and_goes_by_it(fixture: Fixture) {
        let app = fixture.app().await;
        let tokens = app.tokens("notes", &[NOTES]).await;
        let api = NewClient { introspects: vec![NOTES.to_owned()], grant_types: Vec::new(), ..client("api") };
        let secret = fixture.register(api).await.secret.unwrap();
        let seen = async |client_id: &str, secret: &str, token: &str| {
            let form = Form::new(&[("client_id", client_id), ("client_secret", secret), ("token", token)]);
            fixture.server.introspect(None, &form.params()).await.unwrap()
        };
        let notes = seen("api", secret.expose(), tokens.access_token.expose()).await.expect("active");
        assert_eq!(notes.audience.as_deref(), Some(NOTES));
        let mail = app.tokens("mail", &[MAIL]).await;
        assert_eq!(seen("api", secret.expose(), mail.access_token.expose()).await, None);
        let own = app.tokens("read", &[]).await;
        assert_eq!(seen("api", secret.expose(), own.access_token.expose()).await, None);

        let form = app.exchange("notes mail", &[NOTES, MAIL]).await;
        let several = fixture.token(&form.set("resource", MAIL)).await.unwrap();
        for (tokens, audience) in [(&mail, Some(MAIL)), (&several, None)] {
            let seen = seen("app", app.secret().expose(), refresh_token(tokens).expose()).await.unwrap();
            assert_eq!(seen.audience.as_deref(), audience);
        }
    }

    async fn the_policy_is_told_what_the_tokens_are_for(fixture: Fixture) {
        let mut fixture = fixture;
        let told = Arc::new(Mutex::new(Vec::<Resources>::new()));
        let hears = Arc::clone(&told);
        fixture.server = fixture.server.clone().with_policy(move |request: &PolicyRequest<'_>| {
            hears.lock().unwrap().push(request.resources.clone());
            Ok(Ruling::default())
        });
        let app = fixture.app().await;
        let form = app.exchange("notes mail", &[NOTES, MAIL]).await;
        fixture.token(&form.set("resource", MAIL)).await.unwrap();
        let (notes, mail) = (Some(resource(NOTES)), Some(resource(MAIL)));
        let expected: [Resources; 2] = [[notes, mail.clone()].into_iter().collect(), [mail].into_iter().collect()];
        assert_eq!(*told.lock().unwrap(), expected);
    }

    async fn events_say_what_a_token_is_for(fixture: Fixture) {
        let app = fixture.app().await;
        let form = app.exchange("notes mail", &[NOTES, MAIL]).await;
        let tokens = fixture.token(&form.set("resource", MAIL)).await.unwrap();
        fixture.token(&app.refresh(&tokens).set("resource", NOTES)).await.unwrap();
        let audience = |kind| match kind {
            EventKind::TokenIssued { audience, .. } | EventKind::TokenRefreshed { audience, .. } => audience,
            _ => None,
        };
        let told: Vec<_> = fixture.events().into_iter().filter_map(audience).collect();
        assert_eq!(told, [resource(MAIL), resource(NOTES)]);
    }

    async fn what_staff_issue_is_for_the_resource_of_its_scopes(fixture: Fixture) {
        fixture.app().await;
        let admin = fixture.server.admin(Actor::command("test"));
        let client = fixture.server.client("app").await.unwrap().unwrap().id;
        let token = |text: &str| NewAccessToken { client, subject: Some("alice".to_owned()), scopes: scopes(text), lifetime: None };
        let issued = admin.issue_access_token(token("notes offline_access")).await.unwrap();
        assert_eq!(fixture.admitted(&issued.secret).await, [NOTES]);
        assert!(admin.issue_access_token(token("notes mail")).await.is_err(), "a token is for one");
        let family = admin.family(issued.id.family).await.unwrap().unwrap();
        assert!(family.family.resources.contains(Some(&resource(NOTES))));
        assert!(family.access_tokens.rows[0].resources.contains(Some(&resource(NOTES))));
    }
}
