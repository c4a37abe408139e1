//! What another program does to the database: a command, or SQL by hand.

use crate::support::Pair;

both_databases! {
    async fn a_token_that_ends_in_the_database_is_refused_by_the_next_request(pair: Pair) {
        let user = pair.one.signed_in().await;
        for end in [
            "UPDATE oauth_access_tokens SET revoked_at = 9 WHERE revoked_at IS NULL",
            "UPDATE oauth_access_tokens SET expires_at = 9 WHERE revoked_at IS NULL",
            "UPDATE oauth_grants SET revoked_at = 9 WHERE revoked_at IS NULL",
            "UPDATE oauth_grants SET expires_at = 9 WHERE revoked_at IS NULL",
            "DELETE FROM oauth_access_tokens WHERE revoked_at IS NULL",
            "DELETE FROM oauth_grants WHERE revoked_at IS NULL",
            "UPDATE oauth_clients SET disabled_at = 9",
        ] {
            pair.database.execute("DELETE FROM oauth_consents"); // the user is asked each time
            let token = pair.access_token(&user).await;
            assert!(pair.database.execute(end) > 0, "{end}");
            pair.both_refuse(&token).await;
        }
    }

    async fn a_session_whose_user_is_deactivated_in_the_database_is_over_by_the_next_request(
        pair: Pair,
    ) {
        let user = pair.one.signed_in().await;
        for server in [&pair.one, &pair.other].repeat(4) {
            assert!(user.at(server).is_signed_in().await);
        }
        assert_eq!(pair.database.execute("UPDATE oauth_users SET is_active = FALSE"), 1);
        for server in [&pair.one, &pair.other] {
            assert!(!user.at(server).is_signed_in().await);
        }
    }

    async fn a_client_that_a_command_registers_is_known_by_the_next_request(pair: Pair) {
        let user = pair.one.signed_in().await;
        let request = "response_type=code&scope=user_info&client_id=robot";
        let authorization = format!("/oauth2/authorization/?{request}");
        for server in [&pair.one, &pair.other].repeat(4) {
            let unknown = user.at(server).get(&authorization).await;
            assert_eq!(unknown.location().path(), "/oauth2/missing_redirect_uri/", "{unknown:?}");
        }
        pair.run(&[
            "register-client",
            "--name=Robot",
            "--client-id=robot",
            "--redirect-uri=https://robot.example/",
            "--scope=user_info",
            "--require-pkce=false",
        ]);
        for server in [&pair.one, &pair.other] {
            user.at(server).consent(request).await;
        }
    }
}
