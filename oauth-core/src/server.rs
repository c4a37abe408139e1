//! The authorization server: its settings, its store, and the verbs of the protocol.

use std::{collections::BTreeMap, fmt, pin::Pin, sync::Arc};

use tokio::sync::OnceCell;

use crate::{
    Caller, ClaimsSource, Clock, Events, InvalidSetting, Policy, Secret, Settings, Store,
    StoreError, Timestamp, account::Guesses, admin::Actor, cors::CorsOrigins, fetch::Outside,
    grant::GrantHandler, key::SigningKeys, oidc::delivery::Deliveries, password::Hasher,
    registration::Fetching, secret::FamilyKeys,
};

/// An OAuth 2.0 authorization server, without HTTP.
///
/// Its verbs stand beside what they implement: `authorization_request` and `accept` (RFC 6749 §3.1), `token` (§3.2),
/// `verify` (RFC 6750), `register_client` (§2), `sign_in` and the other verbs of the bundled accounts. Cloning is cheap.
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use oauth_core::{AuthorizationServer, Params, Settings, Store};
///
/// let store = Store::open("sqlite://provider.sqlite3")?;
/// store.migrate()?;
/// let server = AuthorizationServer::new(Settings::new("https://id.example"), store)?;
///
/// let body = Params::parse(b"grant_type=refresh_token&refresh_token=x&client_id=y");
/// if let Err(refusal) = server.token(None, &body).await {
///     println!("{}: {}", refusal.code(), refusal.description());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AuthorizationServer {
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) hasher: Hasher,
    pub(crate) guesses: Guesses,
    pub(crate) caller: Caller,
    pub(crate) family_keys: Arc<FamilyKeys>,
    pub(crate) events: Events,
    pub(crate) cors_origins: CorsOrigins,
    pub(crate) signing_keys: SigningKeys,
    pub(crate) outside: Outside,
    pub(crate) deliveries: Deliveries,
    pub(crate) fetching: Fetching,
    pub(crate) openid_is_prepared: Arc<OnceCell<()>>,
    pub(crate) passwords: Option<PasswordVerifier>,
    pub(crate) active: Option<ActiveCheck>,
    pub(crate) policy: Option<Arc<dyn Policy>>,
    pub(crate) claims: Option<ClaimsSource>,
    /// Those of the application's own, by name.
    pub(crate) grants: Arc<BTreeMap<String, GrantHandler>>,
    /// Who acts, where that goes into the audit trail.
    pub(crate) actor: Option<Arc<Actor>>,
}

/// Answers whose name and password these are: the user's subject, if anybody's.
pub type PasswordVerifier = Arc<
    dyn Fn(
            String,
            Secret,
        ) -> Pin<Box<dyn Future<Output = Result<Option<String>, StoreError>> + Send>>
        + Send
        + Sync,
>;

/// Answers whether the user of this subject is still there, and may be acted for.
pub type ActiveCheck = Arc<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send>> + Send + Sync,
>;

impl AuthorizationServer {
    /// A server on the system's clock.
    ///
    /// # Errors
    /// When a setting is out of its range.
    pub fn new(settings: Settings, store: Store) -> Result<Self, InvalidSetting> {
        settings.check()?;
        let outside = Outside::of_system(settings.is_loopback());
        Ok(Self {
            settings: Arc::new(settings),
            store,
            clock: Clock::default(),
            hasher: Hasher::new(),
            guesses: Guesses::default(),
            caller: Caller::default(),
            family_keys: Arc::default(),
            events: Events::new(),
            cors_origins: CorsOrigins::default(),
            signing_keys: SigningKeys::default(),
            outside,
            deliveries: Deliveries::default(),
            fetching: Fetching::default(),
            openid_is_prepared: Arc::default(),
            passwords: None,
            active: None,
            policy: None,
            claims: None,
            grants: Arc::default(),
            actor: None,
        })
    }

    /// Reads the time from another clock: for tests.
    #[must_use]
    pub fn with_clock(self, clock: impl Into<Clock>) -> Self {
        Self { clock: clock.into(), ..self }
    }

    /// Verifies passwords elsewhere than in the bundled accounts: for the password grant of an application with its
    /// own users.
    #[must_use]
    pub fn with_passwords(self, verifier: PasswordVerifier) -> Self {
        Self { passwords: Some(verifier), ..self }
    }

    /// Asks whether a user is active before anything is issued for that user: by every grant, at a refresh, too. Who is
    /// not gets `invalid_grant` at the token endpoint and `access_denied` at the authorization endpoint; where the check
    /// fails, the request is answered with 503. Default: every subject is active.
    #[must_use]
    pub fn with_active_check(self, check: ActiveCheck) -> Self {
        Self { active: Some(check), ..self }
    }

    /// The same server in the hands of somebody: users, clients and scopes that it registers, and what it changes of
    /// them, are in the audit trail with this name. For commands, which no member of staff is asked for.
    #[must_use]
    pub fn in_the_name_of(self, actor: Actor) -> Self {
        Self { actor: Some(Arc::new(actor)), ..self }
    }

    /// The settings it runs with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The time by its clock, in seconds since 1970: by which what it issues begins and ends.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The key of a family that begins now.
    pub(crate) fn family_key(&self) -> i64 {
        self.family_keys.draw(self.clock.milliseconds())
    }
}

impl fmt::Debug for AuthorizationServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServer")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
