//! What the user of a device is asked, and says: RFC 8628 §3.3.

use std::sync::Arc;

use super::UserCode;
use crate::{
    Authentication, AuthorizationServer, Client, Endpoint, EventKind, GrantType, GuessError,
    Resources, Scope, Scopes, StoreError, Timestamp, TokenError,
    event::LedTo,
    grant::{Asked, Ruled, checked_subject, new_grant, ruled},
    oidc::OPENID,
    scope_request::{Asking, allowed, names},
    secret::Digest,
    store::{
        self, Affected, DbConnection,
        authorization_code::NewAuthorizationCode,
        device_code::{Approval, DeviceCode},
        grant::NewGrant,
        openid::OpenId,
    },
};

/// A device that waits for its user, as the user is asked about it.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, GuessError};
/// # async fn example(server: &AuthorizationServer, subject: &str, typed: &str) -> Result<(), GuessError> {
/// if let Some(device) = server.device_request(typed, subject).await? {
///     println!("{} asks; does it show {}?", device.client().name(), device.user_code());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DeviceRequest {
    client: Arc<Client>,
    user_code: String,
    digest: Digest,
    prefix: String,
    scopes: Vec<Scope>,
    resources: Resources,
    created_at: Timestamp,
    expires_at: Timestamp,
    address: Option<String>,
    user_agent: Option<String>,
}

impl DeviceRequest {
    /// Who asks.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The code, as the device shows it: `XXXX-XXXX`.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// What it asks for.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// What its tokens shall be for: RFC 8707.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// When it asked.
    #[must_use]
    pub fn asked_at(&self) -> Timestamp {
        self.created_at
    }

    /// From which address it asked, where that is known.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// What it calls itself, shortened; nothing proves it.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    fn granted(&self) -> Scopes {
        names(&self.scopes)
    }
}

impl AuthorizationServer {
    /// The device that waits for who types this code, in any case, with or without its dash; `None` where there is none, or
    /// it was answered, or is over. Codes that are none are counted, by user and by address
    /// ([`asked_by`](Self::asked_by)): 5 a minute are heard.
    ///
    /// # Errors
    /// When too many were wrong before, and when the store fails.
    pub async fn device_request(
        &self,
        typed: &str,
        subject: &str,
    ) -> Result<Option<DeviceRequest>, GuessError> {
        let guess = self.guess_user_code(subject)?;
        let found = match UserCode::parse(typed) {
            Some(user_code) => self.waiting_device(&user_code).await,
            None => Ok(None),
        };
        if !matches!(found, Ok(None)) {
            guess.was_right();
        }
        Ok(found?)
    }

    async fn waiting_device(
        &self,
        user_code: &UserCode,
    ) -> Result<Option<DeviceRequest>, StoreError> {
        let (of, now) = (user_code.digest(), self.now());
        let find = move |db: &mut DbConnection| {
            let Some(device) = store::device_code::waiting(db, &of, now)? else { return Ok(None) };
            let client = store::client::with_key(db, device.client_id)?;
            Ok(client.map(|client| (device, client)))
        };
        let Some((device, client)) = self.store.read(find).await? else { return Ok(None) };
        let may = client.disabled_at.is_none() && client.allows(&GrantType::DeviceCode);
        let DeviceCode { scopes, resources, created_at, expires_at, .. } = device;
        let mut scopes = allowed(self, Asking::ForUser(&client), &scopes).await?;
        scopes.retain(|scope| scope.is_of(&resources));
        let Some(digest) = Digest::stored(&device.digest).filter(|_| may && !scopes.is_empty())
        else {
            return Ok(None);
        };
        Ok(Some(DeviceRequest {
            client: Arc::new(client),
            user_code: user_code.to_string(),
            digest,
            prefix: device.prefix,
            scopes,
            resources,
            created_at,
            expires_at,
            address: device.address,
            user_agent: device.user_agent,
        }))
    }

    /// The user said yes, who signed in then and so: a family begins, whose tokens the device gets when it asks next. Says
    /// whether this was the answer: another tab may have been faster, or the device's time is over.
    ///
    /// # Errors
    /// When the user is not active any more or the policy refuses, and where the client needs to know when the user signed in
    /// (`require_auth_time`) and nobody does: the device is told that the user declined. And when the
    /// store fails.
    pub async fn accept_device(
        &self,
        request: &DeviceRequest,
        subject: &str,
        authentication: &Authentication,
    ) -> Result<bool, TokenError> {
        checked_subject(Some(subject))?;
        let asked = Asked {
            client: &request.client,
            subject: Some(subject),
            grant_type: GrantType::DeviceCode,
            endpoint: Endpoint::Authorization,
            scopes: request.granted(),
            resources: request.resources.clone(),
            data: None,
        };
        let ruled = if request.lacks_auth_time(authentication) {
            Err(TokenError::InvalidGrant(NO_AUTH_TIME.into()))
        } else {
            ruled(self, asked).await
        };
        match ruled {
            Ok(ruled) => Ok(self.approve(request, (subject, authentication), &ruled).await?),
            Err(TokenError::Server(error)) => Err(TokenError::Server(error)),
            Err(refusal) => {
                self.decline_device(request, subject).await?;
                Err(refusal)
            }
        }
    }

    /// The user said no: the device is told when it asks next (`access_denied`). Says whether this was the answer.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn decline_device(
        &self,
        request: &DeviceRequest,
        subject: &str,
    ) -> Result<bool, StoreError> {
        let (digest, now) = (request.digest, self.now());
        let write = move |db: &mut DbConnection| store::device_code::answer(db, &digest, None, now);
        let prepare = || -> LedTo<bool> {
            let client_id = request.client.client_id.clone();
            let declined =
                EventKind::AuthorizationDeclined { client_id, subject: subject.to_owned() };
            Box::new(|&won| if won { vec![declined] } else { Vec::new() })
        };
        self.write_and_raise(Affected::Nothing, write, prepare).await
    }

    async fn approve(
        &self,
        request: &DeviceRequest,
        (subject, authentication): (&str, &Authentication),
        ruled: &Ruled,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let grant = new_grant(self, &request.client, Some(subject), ruled);
        let (openid, sid) = self.remembered(ruled, authentication)?;
        let mut grant = NewGrant { openid, sid, ..grant };
        for _ in 0..KEYS_TRIED {
            let approval = Approval { grant: grant.clone(), code: request.code(now) };
            let write = move |db: &mut DbConnection| approval.write(db, now);
            let prepare = || -> LedTo<bool> {
                let accepted = request.accepted_by(subject, ruled);
                Box::new(|&won| if won { vec![accepted] } else { Vec::new() })
            };
            match self.write_and_raise(Approval::AFFECTED, write, prepare).await {
                Err(error) if error.is_duplicate() => grant.id = self.family_key(),
                answered => return answered,
            }
        }
        Err(StoreError::internal("no key for a family was free"))
    }

    /// What a family with the scope `openid` remembers of the sign-in, and the session's name.
    fn remembered(
        &self,
        ruled: &Ruled,
        authentication: &Authentication,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        if !self.settings.openid || !ruled.scopes.contains(OPENID) {
            return Ok((None, None));
        }
        let Authentication { auth_time, acr, amr, sid, .. } = authentication.clone();
        let openid = OpenId { auth_time, acr, amr, ..OpenId::default() };
        Ok((Some(openid.text()?), sid))
    }
}

impl DeviceRequest {
    /// OpenID Connect Registration §2, `require_auth_time`: the client can do nothing with an ID token without that.
    fn lacks_auth_time(&self, authentication: &Authentication) -> bool {
        let is_needed = self.client.metadata.openid.require_auth_time;
        is_needed && authentication.auth_time.is_none() && self.granted().contains(OPENID)
    }

    /// What the device redeems: it polls with the secret of this digest.
    fn code(&self, now: Timestamp) -> NewAuthorizationCode {
        NewAuthorizationCode {
            digest: self.digest,
            prefix: self.prefix.clone(),
            redirect_uri: None,
            code_challenge: None,
            created_at: now,
            expires_at: self.expires_at,
        }
    }

    fn accepted_by(&self, subject: &str, ruled: &Ruled) -> EventKind {
        EventKind::AuthorizationAccepted {
            client_id: self.client.client_id.clone(),
            subject: subject.to_owned(),
            scopes: ruled.scopes.clone(),
            resources: ruled.resources.clone(),
            data: ruled.data.clone(),
        }
    }
}

/// Two at once are already a rarity.
const KEYS_TRIED: u32 = 16;
const NO_AUTH_TIME: &str =
    "this server is not told when its users signed in, and the client needs that";
