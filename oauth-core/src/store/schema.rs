//! The tables as the queries see them. A test holds them against both folders of migrations.

diesel::table! {
    oauth_users (id) {
        id -> BigInt,
        username -> Text,
        password_hash -> Text,
        first_name -> Text,
        last_name -> Text,
        email -> Text,
        is_staff -> Bool,
        is_superuser -> Bool,
        is_active -> Bool,
        created_at -> BigInt,
        name_key -> Nullable<Text>,
        name_skeleton -> Nullable<Text>,
        name_shared -> Bool,
        email_verified -> Bool,
    }
}

diesel::table! {
    oauth_sessions (digest) {
        digest -> Binary,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
        sid -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        address -> Nullable<Text>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_known_browsers (id) {
        id -> BigInt,
        user_id -> BigInt,
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    oauth_scopes (id) {
        id -> BigInt,
        name -> Text,
        description -> Text,
        is_enabled -> Bool,
        title -> Text,
        resource -> Nullable<Text>,
        implies -> Text,
    }
}

diesel::table! {
    oauth_clients (id) {
        id -> BigInt,
        client_id -> Text,
        metadata -> Text,
        name -> Text,
        description -> Text,
        is_public -> Bool,
        require_pkce -> Bool,
        version -> BigInt,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        any_scope -> Bool,
        default_scopes -> Text,
        access_token_lifetime -> Nullable<BigInt>,
        refresh_token_lifetime -> Nullable<BigInt>,
        owner -> Nullable<Text>,
        acts_as_owner -> Bool,
        skip_consent -> Bool,
        require_state -> Nullable<Text>,
        fragment_supported -> Bool,
        cors_origins -> Text,
        introspects -> Text,
        registered_by -> Text,
        management_token -> Nullable<Binary>,
        reap_at -> Nullable<BigInt>,
        client_credentials_scopes -> Text,
    }
}

diesel::table! {
    oauth_pushed_requests (digest) {
        digest -> Binary,
        parameters -> Text,
        browser -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> BigInt,
        spent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_registration_tokens (id) {
        id -> BigInt,
        digest -> Binary,
        prefix -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        uses_left -> BigInt,
        issued_by -> Text,
    }
}

diesel::table! {
    oauth_device_codes (digest) {
        digest -> Binary,
        prefix -> Text,
        user_code -> Binary,
        client_id -> BigInt,
        scopes -> Text,
        resources -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        poll_interval -> BigInt,
        polled_at -> BigInt,
        was_early -> Bool,
        answered_at -> Nullable<BigInt>,
        grant_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_signing_keys (id) {
        id -> BigInt,
        kid -> Text,
        algorithm -> Text,
        number -> BigInt,
        private -> Binary,
        public -> Text,
        created_at -> BigInt,
        signs_from -> BigInt,
    }
}

diesel::table! {
    oauth_client_secrets (id) {
        id -> BigInt,
        client_id -> BigInt,
        digest -> Nullable<Binary>,
        hash -> Nullable<Text>,
        prefix -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_grants (id) {
        id -> BigInt,
        client_id -> BigInt,
        subject -> Nullable<Text>,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        data -> Nullable<Text>,
        members -> Nullable<Text>,
        resources -> Nullable<Text>,
        openid -> Nullable<Text>,
        sid -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_consents (id) {
        id -> BigInt,
        subject -> Text,
        client_id -> BigInt,
        scopes -> Text,
        granted_at -> BigInt,
        redirect_uri -> Nullable<Text>,
        resources -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_authorization_codes (grant_id, digest) {
        grant_id -> BigInt,
        digest -> Binary,
        prefix -> Text,
        redirect_uri -> Nullable<Text>,
        code_challenge -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        redeemed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_access_tokens (grant_id, digest) {
        grant_id -> BigInt,
        digest -> Binary,
        prefix -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        audience -> Nullable<Text>,
        actor -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_refresh_tokens (grant_id, digest) {
        grant_id -> BigInt,
        digest -> Binary,
        prefix -> Text,
        access_token -> Binary,
        predecessor -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        redeemed_at -> Nullable<BigInt>,
        salt -> Nullable<Binary>,
    }
}

diesel::table! {
    oauth_logout_deliveries (id) {
        id -> BigInt,
        client_id -> BigInt,
        subject -> Text,
        sid -> Nullable<Text>,
        created_at -> BigInt,
        due_at -> BigInt,
        attempts -> BigInt,
        expires_at -> BigInt,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_client_documents (client_id) {
        client_id -> BigInt,
        fetched_at -> BigInt,
        fresh_until -> BigInt,
    }
}

diesel::table! {
    oauth_audit (id) {
        id -> BigInt,
        at -> BigInt,
        actor -> Text,
        actor_name -> Text,
        action -> Text,
        kind -> Text,
        record_id -> BigInt,
        record_name -> Text,
        changes -> Text,
        request_id -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::define_sql_function! {
    /// Of ASCII letters, on both databases.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

diesel::joinable!(oauth_sessions -> oauth_users (user_id));
diesel::joinable!(oauth_client_documents -> oauth_clients (client_id));
diesel::joinable!(oauth_grants -> oauth_clients (client_id));
diesel::joinable!(oauth_authorization_codes -> oauth_grants (grant_id));
diesel::joinable!(oauth_access_tokens -> oauth_grants (grant_id));
diesel::joinable!(oauth_refresh_tokens -> oauth_grants (grant_id));
diesel::joinable!(oauth_logout_deliveries -> oauth_clients (client_id));

diesel::allow_tables_to_appear_in_same_query!(
    oauth_users,
    oauth_sessions,
    oauth_scopes,
    oauth_clients,
    oauth_client_documents,
    oauth_grants,
    oauth_logout_deliveries,
    oauth_consents,
    oauth_authorization_codes,
    oauth_access_tokens,
    oauth_refresh_tokens,
);
