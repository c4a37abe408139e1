//! The settings of the authorization server. What this example sets looser than the library says so.

use std::{net::IpAddr, time::Duration};

use clap::Args;
use ipnet::IpNet;
use oauth_server::{InvalidSetting, RequireState, Settings, StoreOptions};
use url::Url;

use super::value::{BadValue, Variable};

/// Each is also an environment variable; lifetimes are in seconds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server settings")]
pub(crate) struct ServerOptions {
    /// The URL by which clients know this server [default: http://localhost:PORT]
    #[arg(long, env = "OAUTH_ISSUER", global = true, value_name = "URL")]
    issuer: Option<String>,
    /// What of the issuer's path reaches this program: / behind a proxy that strips it [default: all of it]
    #[arg(long, env = "OAUTH_MOUNT", global = true, value_name = "PATH")]
    mount: Option<String>,
    /// Refuse what does not come over TLS [default: false; the library's is true]
    #[arg(long, env = "OAUTH_SSL_ONLY", global = true, value_name = "BOOL")]
    ssl_only: Option<String>,
    /// When a request must carry `state`.
    #[arg(long, env = "OAUTH_REQUIRE_STATE", global = true, value_name = "WHEN")]
    #[arg(help = "always, unless_pkce or never [default: never; the library's is unless_pkce]")]
    require_state: Option<String>,
    /// Refuse authorization requests without `redirect_uri`, whatever the client registered [default: false]
    #[arg(long, env = "OAUTH_REQUIRE_REDIRECT_URI", global = true, value_name = "BOOL")]
    require_redirect_uri: Option<String>,
    /// The realm of every challenge [default: empty]
    #[arg(long, env = "OAUTH_REALM", global = true, value_name = "TEXT")]
    realm: Option<String>,
    /// What codes and tokens begin with that are drawn from now on [default: o]
    #[arg(long, env = "OAUTH_TOKEN_BRAND", global = true, value_name = "TEXT")]
    token_brand: Option<String>,
    /// At most 600 [default: 600, because people paste codes; the library's is 60]
    #[arg(long, env = "OAUTH_AUTHORIZATION_CODE_LIFETIME", global = true, value_name = "SECONDS")]
    authorization_code_lifetime: Option<String>,
    /// [default: 3600]
    #[arg(long, env = "OAUTH_ACCESS_TOKEN_LIFETIME", global = true, value_name = "SECONDS")]
    access_token_lifetime: Option<String>,
    /// Whether clients with the refresh grant get refresh tokens [default: true]
    #[arg(long, env = "OAUTH_ACCESS_TOKENS_REFRESHABLE", global = true, value_name = "BOOL")]
    access_tokens_refreshable: Option<String>,
    /// Whether a refresh token needs the scope for offline access.
    #[arg(help = "Whether a refresh token needs the scope offline_access [default: false]")]
    #[arg(long, env = "OAUTH_REFRESH_NEEDS_OFFLINE_ACCESS", global = true, value_name = "BOOL")]
    refresh_needs_offline_access: Option<String>,
    /// Hold clients to OAuth 2.1: no implicit and no password grant, PKCE always, no token in a query [default: false]
    #[arg(long = "oauth-2-1", env = "OAUTH_2_1", global = true, value_name = "BOOL")]
    oauth_2_1: Option<String>,
    /// Let clients log their users in: OpenID Connect.
    #[arg(
        help = "Let clients log their users in: OpenID Connect [default: true where the issuer is a loopback address or there is a key for sealing; the library's is false]"
    )]
    #[arg(long, env = "OAUTH_OPENID", global = true, value_name = "BOOL")]
    openid: Option<String>,
    /// What the keys that sign are sealed under in the database.
    #[arg(
        long,
        env = "OAUTH_KEY_ENCRYPTION_KEY",
        global = true,
        value_name = "BASE64",
        hide_env_values = true
    )]
    #[arg(
        help = "What the keys that sign are sealed under in the database: 32 bytes in base64, two separated by a comma while they change [default: none; required where the issuer is no loopback address]"
    )]
    pub(super) key_encryption_key: Option<String>,
    /// The same, read from a file
    #[arg(long, env = "OAUTH_KEY_ENCRYPTION_KEY_FILE", global = true, value_name = "FILE")]
    pub(super) key_encryption_key_file: Option<String>,
    /// Whether there are clients without a secret [default: true]
    #[arg(long, env = "OAUTH_PUBLIC_CLIENTS", global = true, value_name = "BOOL")]
    public_clients: Option<String>,
    /// From each rotation, 0 = never expires [default: 2592000]
    #[arg(long, env = "OAUTH_REFRESH_TOKEN_LIFETIME", global = true, value_name = "SECONDS")]
    refresh_token_lifetime: Option<String>,
    /// From the authorization to the end of all it led to, 0 = none [default: 31536000]
    #[arg(long, env = "OAUTH_GRANT_LIFETIME", global = true, value_name = "SECONDS")]
    grant_lifetime: Option<String>,
    /// How long a lost answer to a refresh is repeated, 0 = not [default: 10]
    #[arg(long, env = "OAUTH_REFRESH_TOKEN_GRACE", global = true, value_name = "SECONDS")]
    refresh_token_grace: Option<String>,
    /// Whether a consent is remembered, so that nobody is asked for the same twice [default: true]
    #[arg(long, env = "OAUTH_REMEMBER_CONSENT", global = true, value_name = "BOOL")]
    remember_consent: Option<String>,
    /// From a session's last use to its end [default: 86400]
    #[arg(long, env = "OAUTH_SESSION_IDLE", global = true, value_name = "SECONDS")]
    session_idle: Option<String>,
    /// From a sign-in to the session's end [default: 1209600]
    #[arg(long, env = "OAUTH_SESSION_LIFETIME", global = true, value_name = "SECONDS")]
    session_lifetime: Option<String>,
    /// An answer comes within this time, whatever the database does, up to 300 [default: 5]
    #[arg(long, env = "OAUTH_STORE_DEADLINE", global = true, value_name = "SECONDS")]
    store_deadline: Option<String>,
    /// The name of the session's cookie [default: one that differs by issuer]
    #[arg(long, env = "OAUTH_COOKIE_NAME", global = true, value_name = "TEXT")]
    cookie_name: Option<String>,
    /// Wrong passwords a minute that are heard at one account, 0 = unlimited [default: 10]
    #[arg(long, env = "OAUTH_SIGN_IN_GUESSES", global = true, value_name = "NUMBER")]
    sign_in_guesses: Option<String>,
    /// The same from one address, 0 = unlimited [default: 60]
    #[arg(long, env = "OAUTH_SIGN_IN_GUESSES_BY_ADDRESS", global = true, value_name = "NUMBER")]
    sign_in_guesses_by_address: Option<String>,
    /// Networks of proxies that are believed, separated by commas [default: none]
    #[arg(long, env = "OAUTH_TRUSTED_PROXIES", global = true, value_name = "NETWORKS")]
    trusted_proxies: Option<String>,
}

impl ServerOptions {
    /// The settings of a server on this port.
    pub(crate) fn settings(&self, port: u16) -> Result<Settings, BadValue> {
        let issuer = of("OAUTH_ISSUER", &self.issuer).text(&format!("http://localhost:{port}"));
        let library = Settings::new(issuer);
        let settings = Settings {
            ssl_only: of("OAUTH_SSL_ONLY", &self.ssl_only).switch(false)?,
            require_state: self.require_state()?,
            require_redirect_uri: of("OAUTH_REQUIRE_REDIRECT_URI", &self.require_redirect_uri)
                .switch(library.require_redirect_uri)?,
            realm: of("OAUTH_REALM", &self.realm).text(&library.realm),
            token_brand: of("OAUTH_TOKEN_BRAND", &self.token_brand).text(&library.token_brand),
            authorization_code_lifetime: of(
                "OAUTH_AUTHORIZATION_CODE_LIFETIME",
                &self.authorization_code_lifetime,
            )
            .seconds_up_to(600, 600)?,
            access_token_lifetime: of("OAUTH_ACCESS_TOKEN_LIFETIME", &self.access_token_lifetime)
                .seconds(library.access_token_lifetime)?,
            access_tokens_refreshable: of(
                "OAUTH_ACCESS_TOKENS_REFRESHABLE",
                &self.access_tokens_refreshable,
            )
            .switch(library.access_tokens_refreshable)?,
            refresh_needs_offline_access: of(
                "OAUTH_REFRESH_NEEDS_OFFLINE_ACCESS",
                &self.refresh_needs_offline_access,
            )
            .switch(library.refresh_needs_offline_access)?,
            oauth_2_1: of("OAUTH_2_1", &self.oauth_2_1).switch(library.oauth_2_1)?,
            openid: of("OAUTH_OPENID", &self.openid).switch(self.can_seal(&library))?,
            public_clients: of("OAUTH_PUBLIC_CLIENTS", &self.public_clients)
                .switch(library.public_clients)?,
            refresh_token_lifetime: of(
                "OAUTH_REFRESH_TOKEN_LIFETIME",
                &self.refresh_token_lifetime,
            )
            .seconds_or_never(library.refresh_token_lifetime)?,
            grant_lifetime: of("OAUTH_GRANT_LIFETIME", &self.grant_lifetime)
                .seconds_or_never(library.grant_lifetime)?,
            refresh_token_grace: self.refresh_token_grace(library.refresh_token_grace)?,
            remember_consent: of("OAUTH_REMEMBER_CONSENT", &self.remember_consent)
                .switch(library.remember_consent)?,
            session_idle: of("OAUTH_SESSION_IDLE", &self.session_idle)
                .seconds(library.session_idle)?,
            session_lifetime: of("OAUTH_SESSION_LIFETIME", &self.session_lifetime)
                .seconds(library.session_lifetime)?,
            cookie_name: of("OAUTH_COOKIE_NAME", &self.cookie_name)
                .or(None, "text", |name| Some(Some(name.to_owned())))?,
            ..self.guesses(library)?
        };
        settings.check().map_err(|invalid| refused(&settings, &invalid))?;
        Ok(settings)
    }

    /// How many wrong passwords are heard.
    fn guesses(&self, library: Settings) -> Result<Settings, BadValue> {
        let (account, address) = (&self.sign_in_guesses, &self.sign_in_guesses_by_address);
        let account = of("OAUTH_SIGN_IN_GUESSES", account);
        let address = of("OAUTH_SIGN_IN_GUESSES_BY_ADDRESS", address);
        Ok(Settings {
            sign_in_guesses: account.number_or_none(library.sign_in_guesses)?,
            sign_in_guesses_by_address: address
                .number_or_none(library.sign_in_guesses_by_address)?,
            ..library
        })
    }

    /// What of the issuer's path reaches this program, where that is not all of it.
    pub(crate) fn mount(&self, settings: &Settings) -> Result<Option<String>, BadValue> {
        let path = Url::parse(&settings.issuer).map(|url| url.path().to_owned());
        let path = path.unwrap_or_default();
        of("OAUTH_MOUNT", &self.mount).or(
            None,
            "/, or what the path of OAUTH_ISSUER ends with, such as /id",
            |mount| {
                let is_end = mount.starts_with('/')
                    && (mount == "/" || path.ends_with(mount.trim_end_matches('/')));
                is_end.then(|| Some(mount.to_owned()))
            },
        )
    }

    /// How the store is opened.
    pub(crate) fn store(&self) -> Result<StoreOptions, BadValue> {
        let variable = of("OAUTH_STORE_DEADLINE", &self.store_deadline);
        let deadline = variable.or(
            StoreOptions::default().deadline,
            "a number of seconds from 1 to 300",
            |value| {
                let seconds = value.parse().ok().filter(|seconds| (1..=300).contains(seconds));
                seconds.map(Duration::from_secs)
            },
        )?;
        Ok(StoreOptions::default().with_deadline(deadline))
    }

    fn require_state(&self) -> Result<RequireState, BadValue> {
        let meaning = |value: &str| match value {
            "always" | "true" => Some(RequireState::Always),
            "unless_pkce" => Some(RequireState::UnlessPkce),
            "never" | "false" => Some(RequireState::Never),
            _ => None,
        };
        of("OAUTH_REQUIRE_STATE", &self.require_state).or(
            RequireState::Never,
            "always, unless_pkce or never",
            meaning,
        )
    }

    fn refresh_token_grace(&self, default: i64) -> Result<i64, BadValue> {
        let meaning = |value: &str| value.parse().ok().filter(|grace| (0..=3600).contains(grace));
        let variable = of("OAUTH_REFRESH_TOKEN_GRACE", &self.refresh_token_grace);
        variable.or(default, "a number of seconds from 0 to 3600", meaning)
    }

    /// The networks of trusted proxies; a single address is a network of one.
    pub(crate) fn trusted_proxies(&self) -> Result<Vec<IpNet>, BadValue> {
        let expected = "a list of networks such as 10.0.0.0/8, separated by commas";
        let variable = of("OAUTH_TRUSTED_PROXIES", &self.trusted_proxies);
        variable.or(Vec::new(), expected, |value| {
            value.split(',').map(|network| network_of(network.trim())).collect()
        })
    }
}

fn of<'a>(name: &'static str, value: &'a Option<String>) -> Variable<'a> {
    Variable::new(name, value.as_deref())
}

fn network_of(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// The variable whose value no server can run with.
fn refused(settings: &Settings, invalid: &InvalidSetting) -> BadValue {
    let cookie_name = settings.cookie_name.as_deref().unwrap_or_default();
    let (variable, value) = match invalid.setting {
        "realm" => ("OAUTH_REALM", settings.realm.as_str()),
        "token_brand" => ("OAUTH_TOKEN_BRAND", settings.token_brand.as_str()),
        "cookie_name" => ("OAUTH_COOKIE_NAME", cookie_name),
        _ => ("OAUTH_ISSUER", settings.issuer.as_str()),
    };
    BadValue::new(variable, value, invalid.expected)
}
