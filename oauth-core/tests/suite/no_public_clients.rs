//! A setting says that there are no public clients (RFC 6749 §2.1).

use oauth_core::{
    AuthorizationError, ClientSecret, NewClient, RegistrationError, admin::AdminError,
};

use crate::support::{
    Fixture, Form, assert_live, client, code_request, in_query, public_exchange_form,
    public_request, refresh_token,
};

impl Fixture {
    fn without_public_clients(self) -> Self {
        self.with(|settings| settings.public_clients = false)
    }
}

both_databases! {
    async fn none_is_registered(fixture: Fixture) {
        let fixture = fixture.without_public_clients();
        let new = NewClient { secret: ClientSecret::None, ..client("app") };
        let refused = fixture.server.register_client(new.clone()).await.unwrap_err();
        let RegistrationError::Invalid { field, problem } = refused else { panic!("{refused:?}") };
        assert!(field == "secret" && problem.contains("no public clients"), "{field}: {problem}");
        let refused = fixture.admin().create_client(new).await;
        assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
        fixture.register(client("app")).await;
    }

    /// §4.1.2.1: "The client is not authorized to request an authorization code using this method."
    async fn one_that_is_there_is_refused_at_the_authorization_endpoint(fixture: Fixture) {
        let fixture = fixture.without_public_clients();
        let refused = fixture.judge(&public_request()).await.unwrap_err();
        let AuthorizationError::Client { response: location, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(in_query(&location, "error").as_deref(), Some("unauthorized_client"));
        assert!(fixture.judge(&code_request()).await.is_ok());
    }

    /// §5.2: "Client authentication failed (e.g., unknown client, no client authentication included [...])".
    async fn one_that_is_there_is_refused_wherever_it_says_who_it_is(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        let tokens = fixture.token(&public_exchange_form(&code)).await.unwrap();
        let another = fixture.code(&public_request()).await;
        let fixture = fixture.without_public_clients();
        let refresh = Form::new(&[
            ("grant_type", "refresh_token"),
            ("client_id", "public"),
            ("refresh_token", refresh_token(&tokens).expose()),
        ]);
        for request in [refresh.clone(), public_exchange_form(&another)] {
            assert_eq!(fixture.token(&request).await.unwrap_err().code(), "invalid_client");
        }
        let pushed = fixture.server.push(None, &public_request().params()).await.unwrap_err();
        assert_eq!(pushed.code(), "invalid_client");
        let back = Form::new(&[("client_id", "public"), ("token", tokens.access_token.expose())]);
        assert_eq!(fixture.server.revoke(None, &back.params()).await.unwrap_err().code(), "invalid_client");
        assert_live(&fixture, &tokens).await;
        assert!(fixture.with(|settings| settings.public_clients = true).token(&refresh).await.is_ok());
    }

    async fn one_that_is_there_may_become_confidential(fixture: Fixture) {
        let fixture = fixture.without_public_clients();
        let public = fixture.server.client("public").await.unwrap().unwrap();
        let as_it_is = NewClient::from(&*public);
        let with_secret = NewClient { secret: ClientSecret::Generated, ..as_it_is.clone() };
        let admin = fixture.admin();
        let refused = admin.update_client(public.id, public.version, as_it_is).await;
        assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
        let changed = admin.update_client(public.id, public.version, with_secret).await.unwrap();
        assert!(changed.secret.is_some());
    }
}
