//! Device authorization: RFC 8628. A device shows a code, its user types that at a browser, and the device asks meanwhile
//! whether the user has said yes.
//!
//! The device's code is drawn before there is a user, so it names no family: that begins when the user says yes
//! (`answer.rs`), with a code of the same digest in it. What the device redeems then (`grant/device_code.rs`) is redeemed
//! as any other code.

mod answer;
mod user_code;

pub use self::answer::DeviceRequest;
use self::user_code::UserCode;
use crate::{
    AuthorizationServer, Client, GrantType, Origin, Params, Secret, StoreError, TokenError, Tokens,
    grant::may_use,
    scope_request::{Asking, names, requested_scopes},
    secret::Digest,
    store::{
        self, Affected, DbConnection,
        device_code::{NewDeviceCode, Polls},
    },
};

/// What a device gets when it asks: RFC 8628 §3.2. Where its user goes is the business of who speaks HTTP.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, Params, TokenError};
/// # async fn example(server: &AuthorizationServer, body: &[u8]) -> Result<(), TokenError> {
/// let device = server.authorize_device(None, &Params::parse(body), Some("Printer/2.1")).await?;
/// println!("type {} within {} seconds", device.user_code, device.expires_in);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeviceAuthorization {
    /// What the device polls the token endpoint with.
    pub device_code: Secret,
    /// What its user types: `XXXX-XXXX`.
    pub user_code: String,
    /// Seconds until both are over.
    pub expires_in: i64,
    /// Seconds between two polls.
    pub interval: i64,
}

impl AuthorizationServer {
    /// Answers a device that asks: `authorization` is the value of that header, `params` the body, `user_agent` what the
    /// device calls itself, which its user is shown beside the address that the request came from
    /// ([`Origin`](crate::Origin)).
    ///
    /// # Errors
    /// When the request is refused: RFC 8628 §3.2, with the codes of RFC 6749 §5.2.
    pub async fn authorize_device(
        &self,
        authorization: Option<&str>,
        params: &Params,
        user_agent: Option<&str>,
    ) -> Result<DeviceAuthorization, TokenError> {
        let client = self.authenticated(authorization, params, PARAMETERS).await?;
        let asked = self.asked_by_device(&client, params, user_agent).await;
        self.told(&client, asked)
    }

    async fn asked_by_device(
        &self,
        client: &Client,
        params: &Params,
        user_agent: Option<&str>,
    ) -> Result<DeviceAuthorization, TokenError> {
        may_use(client, &GrantType::DeviceCode)?;
        let resources = self.requested_resources(params).await?;
        let asking = Asking::ForUser(client);
        let scopes = names(&requested_scopes(self, asking, params, &resources).await?);
        let now = self.now();
        let address = Origin::current().and_then(|origin| origin.address);
        let device_code = Secret::of_device(&self.settings.token_brand);
        let asks = NewDeviceCode {
            digest: Digest::of(device_code.expose()),
            prefix: device_code.prefix(),
            user_code: Digest::of(""),
            client_id: client.id,
            scopes,
            resources,
            created_at: now,
            expires_at: now + LIFETIME,
            address: address.map(|address| address.to_canonical().to_string()),
            user_agent: user_agent.and_then(shortened),
            poll_interval: INTERVAL,
        };
        let user_code = self.kept_under_a_free_code(asks).await?.to_string();
        Ok(DeviceAuthorization { device_code, user_code, expires_in: LIFETIME, interval: INTERVAL })
    }

    /// Two devices that wait at the same time never have the same code.
    async fn kept_under_a_free_code(&self, asks: NewDeviceCode) -> Result<UserCode, StoreError> {
        for _ in 0..CODES_TRIED {
            let user_code = UserCode::draw();
            let asks = NewDeviceCode { user_code: user_code.digest(), ..asks.clone() };
            let insert = move |db: &mut DbConnection| store::device_code::insert(db, &asks);
            match self.store.write_affecting(Affected::Nothing, insert).await {
                Err(error) if error.is_duplicate() => {}
                kept => return kept.map(|()| user_code),
            }
        }
        Err(StoreError::internal("no code for a device was free"))
    }

    /// The user has not answered: what the device is told, and by that how soon it may ask again. A poll in time is written
    /// down, and of those that come too soon the first: then the interval is 5 seconds longer.
    pub(crate) async fn polled(&self, digest: Digest, seen: Polls) -> Result<Tokens, TokenError> {
        let now = self.now();
        let is_early = seen.polled_at <= now && now < seen.polled_at + seen.poll_interval;
        if is_early && seen.was_early {
            return Err(TokenError::SlowDown);
        }
        let longer = if is_early { LONGER } else { 0 };
        let poll_interval = seen.poll_interval + longer;
        let next = Polls { poll_interval, polled_at: now, was_early: is_early };
        let write =
            move |db: &mut DbConnection| store::device_code::polled(db, &digest, (seen, next));
        let is_first = self.store.write_affecting(Affected::Nothing, write).await?;
        // Who was not the first came at the same time as another.
        Err(if is_first && !is_early {
            TokenError::AuthorizationPending
        } else {
            TokenError::SlowDown
        })
    }
}

/// What a device calls itself, as far as a page has room for it. A user compares it, and no program reads it.
fn shortened(user_agent: &str) -> Option<String> {
    let shown = |letter: &char| !letter.is_control();
    let text: String = user_agent.chars().filter(shown).take(LONGEST_USER_AGENT).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is read once of a device's request, beside `resource`.
const PARAMETERS: &[&str] = &["client_id", "client_secret", "scope"];
/// Seconds: long enough to find a browser, and to sign in there.
const LIFETIME: i64 = 600;
/// Seconds between two polls. §3.2: "If no value is provided, clients MUST use 5 as the default".
const INTERVAL: i64 = 5;
/// §3.5: "the interval MUST be increased by 5 seconds for this and all subsequent requests".
const LONGER: i64 = 5;
/// In characters.
const LONGEST_USER_AGENT: usize = 100;
/// Two at once are already a rarity.
const CODES_TRIED: u32 = 16;
