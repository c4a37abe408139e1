//! What an authorization request asks for in the words of OpenID Connect Core §3.1.2.1.

use std::borrow::Cow;

use serde_json::Value;

use super::{OPENID, claims::ClaimsRequest, id_token::Hint, prompt::Prompt};
use crate::{
    Authentication, AuthorizationServer, Client, Params, Scope, StoreError, store::openid::OpenId,
};

/// What it says of how the user is asked, and of the ID token.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenIdRequest {
    pub(crate) prompt: Prompt,
    /// How well the user shall have signed in, if that can be: `acr_values`, the best first.
    pub(crate) acr_values: Vec<String>,
    /// Seconds that the sign-in may be old.
    pub(crate) max_age: Option<i64>,
    /// Whose session it shall be.
    pub(crate) hint: Option<Hint>,
    /// Where an ID token is asked for.
    asked: Option<Asked>,
}

#[derive(Debug, Clone, Default)]
struct Asked {
    nonce: Option<String>,
    claims: ClaimsRequest,
    /// Whether the client needs `auth_time` in it (Registration §2, `require_auth_time`).
    needs_auth_time: bool,
}

/// Why such a request is refused.
pub(crate) enum Fault {
    Refused(Cow<'static, str>),
    Failed(StoreError),
}

impl From<&'static str> for Fault {
    fn from(why: &'static str) -> Self {
        Self::Refused(why.into())
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl OpenIdRequest {
    /// Reads it. Where the switch is off, only `prompt=consent` is heard of all this.
    pub(crate) async fn read(
        server: &AuthorizationServer,
        client: &Client,
        scopes: &[Scope],
        params: &Params,
    ) -> Result<Self, Fault> {
        let prompt = params.get("prompt").map(Prompt::parse).transpose();
        if !server.settings.openid {
            let consent = prompt.ok().flatten().is_some_and(|prompt| prompt.consent);
            return Ok(Self { prompt: Prompt { consent, ..Prompt::default() }, ..Self::default() });
        }
        params.check(PARAMETERS).map_err(|fault| Fault::Refused(fault.into()))?;
        let max_age = params.get("max_age").map(seconds).transpose()?;
        let hint = match params.get("id_token_hint") {
            Some(token) => {
                let hint = Hint::read(server, token).await?;
                let hint = hint.ok_or("id_token_hint is no ID token of this server")?;
                if hint.aud != client.client_id {
                    return Err("id_token_hint was issued to another client".into());
                }
                Some(hint)
            }
            None => None,
        };
        let claims =
            params.get("claims").map(ClaimsRequest::parse).transpose()?.unwrap_or_default();
        let nonce = params.get("nonce").map(str::to_owned);
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
            return Err("nonce must have 1024 bytes at most".into());
        }
        let is_openid = scopes.iter().any(|scope| scope.name == OPENID);
        let defaults = &client.metadata.openid;
        let acr_values = acr_values(params, &claims, &defaults.default_acr_values);
        let asked = Asked { nonce, claims, needs_auth_time: defaults.require_auth_time };
        Ok(Self {
            prompt: prompt?.unwrap_or_default(),
            acr_values,
            max_age: max_age.or(defaults.default_max_age),
            hint,
            asked: is_openid.then_some(asked),
        })
    }

    /// Whether it says whose sign-in it shall be.
    pub(crate) fn names_user(&self) -> bool {
        self.hint.is_some() || self.sub().is_some()
    }

    /// §3.1.2.2: no answer is for another user than whom the client means, by `id_token_hint` or by a value of the claim `sub`.
    /// This is what the client calls who is signed in.
    pub(crate) fn is_for(&self, sub: &str) -> bool {
        self.hint.as_ref().is_none_or(|hint| hint.sub == sub)
            && self.sub().is_none_or(|wanted| wanted == sub)
    }

    fn sub(&self) -> Option<&Value> {
        self.asked.as_ref()?.claims.required_value("sub")
    }

    /// Whether the user has to sign in, however short ago that was: §3.1.2.1, "`max_age=0` is equivalent to `prompt=login`".
    pub(crate) fn wants_login(&self) -> bool {
        self.prompt.login || self.max_age == Some(0)
    }

    /// Whether the user has to prove anew who they are, unless that was less than so long ago.
    pub(crate) fn wants_fresh_sign_in(&self) -> bool {
        self.prompt.login || self.max_age.is_some()
    }

    /// Whether it must be known when the user signed in.
    pub(crate) fn needs_auth_time(&self) -> bool {
        self.wants_fresh_sign_in() || self.asked.as_ref().is_some_and(|asked| asked.needs_auth_time)
    }

    /// §3.2.2.1, §3.3.2.1: where the ID token comes from the authorization endpoint, it answers a `nonce`, by which the client
    /// knows that it is for this request.
    pub(crate) fn may_be_told_here(&self) -> Result<(), Fault> {
        let asked =
            self.asked.as_ref().ok_or("the scope openid is missing: an ID token is asked for")?;
        match asked.nonce {
            Some(_) => Ok(()),
            None => Err("nonce is missing: this response type needs one".into()),
        }
    }

    /// What the family remembers of it, and the session's name.
    pub(crate) fn remembered(
        &self,
        authentication: &Authentication,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        let Some(openid) = self.began(authentication) else { return Ok((None, None)) };
        let sid = self.asked.as_ref().and(authentication.sid.clone());
        Ok((Some(openid.text()?), sid))
    }

    /// How it began, where an ID token is asked for. Without that, a request that wants a sign-in of some kind may be for a
    /// resource that does (RFC 9470 §4): so much is known of its family, and nothing of any other.
    pub(crate) fn began(&self, authentication: &Authentication) -> Option<OpenId> {
        let Some(asked) = &self.asked else {
            let is_stepped_up = self.max_age.is_some() || !self.acr_values.is_empty();
            return is_stepped_up.then(|| OpenId {
                auth_time: authentication.auth_time,
                acr: authentication.acr.clone(),
                ..OpenId::default()
            });
        };
        Some(OpenId {
            nonce: asked.nonce.clone(),
            auth_time: authentication.auth_time,
            acr: authentication.acr.clone(),
            amr: authentication.amr.clone(),
            id_token: asked.claims.id_token.clone(),
            userinfo: asked.claims.userinfo.clone(),
        })
    }

    /// §5.5.1.1: where a client cannot do without one of these `acr`, and it is none of them, the sign-in has failed.
    pub(crate) fn is_met_by(&self, authentication: &Authentication) -> bool {
        let wanted = self.needed_acr();
        wanted.is_empty() || authentication.acr.as_deref().is_some_and(|acr| wanted.contains(&acr))
    }

    /// One of these, or none will do; empty where any will.
    fn needed_acr(&self) -> Vec<&str> {
        let asked = self.asked.as_ref().filter(|asked| asked.claims.is_essential("acr"));
        asked.map_or_else(Vec::new, |asked| asked.claims.values("acr"))
    }

    /// Whether a sign-in may have the wrong `acr`.
    pub(crate) fn names_acr(&self) -> bool {
        !self.acr_values.is_empty() || !self.needed_acr().is_empty()
    }

    /// Whether a new sign-in may bring an `acr` that the request would rather have.
    pub(crate) fn would_rather(&self, authentication: &Authentication) -> bool {
        let is_had = authentication.acr.as_ref().is_some_and(|acr| self.acr_values.contains(acr));
        authentication.may_differ() && !self.acr_values.is_empty() && !is_had
    }
}

/// Registration §2: what the client would have by default (`default_acr_values`) counts unless the parameter `acr_values`
/// "or an individual `acr` Claim request" says otherwise.
fn acr_values(params: &Params, claims: &ClaimsRequest, by_default: &[String]) -> Vec<String> {
    match params.get("acr_values") {
        Some(text) => {
            let values = text.split(' ').filter(|value| !value.is_empty());
            values.map(str::to_owned).collect()
        }
        None if claims.id_token.contains_key("acr") => Vec::new(),
        None => by_default.to_vec(),
    }
}

fn seconds(text: &str) -> Result<i64, &'static str> {
    let seconds = text.parse().ok().filter(|&seconds: &i64| (0..=LONGEST).contains(&seconds));
    seconds.ok_or("max_age must be a number of seconds")
}

/// What is read of a request where the switch is on, once each; `prompt` is read in any case.
pub(crate) const PARAMETERS: &[&str] =
    &["nonce", "max_age", "acr_values", "id_token_hint", "claims"];
/// In seconds: a century.
const LONGEST: i64 = 3_155_760_000;
/// In bytes.
const LONGEST_NONCE: usize = 1024;
