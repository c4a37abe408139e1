//! The other side of introspection: what a resource server reads in the answer (RFC 7662 §2.2).

use serde::Deserialize;
use serde_json::Value;

use crate::{
    AccessToken, Act, PolicyData, Resource, Timestamp,
    secret::{Key, Kind},
    store::openid::OpenId,
};

/// What an introspection endpoint said of an access token that is live.
///
/// ```
/// use oauth_core::Introspected;
///
/// let answer = r#"{"active":true,"token_type":"Bearer","scope":"read","client_id":"app","exp":1000,
///     "aud":"https://id.example","iss":"https://id.example"}"#;
/// let seen = Introspected::parse(answer.as_bytes())?.expect("it is active");
/// assert_eq!((seen.token.client_id.as_str(), seen.token.expires_at), ("app", Some(1000)));
/// assert_eq!(Introspected::parse(br#"{"active":false}"#)?, None);
/// # Ok::<(), oauth_core::InvalidIntrospection>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Introspected {
    /// The token.
    pub token: AccessToken,
    /// What it is for.
    pub audience: Option<Resource>,
    /// The server that issued it; a token whose audience is that is for the server's own API.
    pub issuer: Option<Resource>,
}

/// What is no answer of an introspection endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no answer to an introspection request (RFC 7662 section 2.2)")]
pub struct InvalidIntrospection;

impl Introspected {
    /// Reads the body of the answer. `None` is a token that is not active; so is what is active and no access token.
    ///
    /// # Errors
    /// When it is no such answer.
    pub fn parse(body: &[u8]) -> Result<Option<Self>, InvalidIntrospection> {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| InvalidIntrospection)?;
        let is_bearer =
            answer.token_type.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !answer.active || !is_bearer {
            return Ok(None);
        }
        let resource = |text: Option<String>| {
            text.map(|text| text.parse()).transpose().map_err(|_| InvalidIntrospection)
        };
        let scopes = answer.scope.unwrap_or_default().parse().map_err(|_| InvalidIntrospection)?;
        let (audience, issuer) = (resource(answer.aud)?, resource(answer.iss)?);
        let began = OpenId { auth_time: answer.auth_time, acr: answer.acr, ..OpenId::default() };
        let token = AccessToken {
            subject: answer.sub,
            client_id: answer.client_id.ok_or(InvalidIntrospection)?,
            act: answer.act,
            scopes,
            audience: audience.clone().filter(|resource| Some(resource) != issuer.as_ref()),
            expires_at: answer.exp,
            data: answer.data.map(|data| PolicyData::stored(&data.to_string())),
            openid: began.text().ok(),
        };
        Ok(Some(Self { token, audience, issuer }))
    }
}

impl AccessToken {
    /// Whether a text has the shape of an access token of this library, its checksum included: who asks another server
    /// need not ask of what has not.
    #[must_use]
    pub fn is_shaped(presented: &str) -> bool {
        Key::presented(presented, Kind::AccessToken).is_some()
    }
}

#[derive(Deserialize)]
struct Answer {
    active: bool,
    token_type: Option<String>,
    client_id: Option<String>,
    act: Option<Act>,
    scope: Option<String>,
    exp: Option<Timestamp>,
    sub: Option<String>,
    aud: Option<String>,
    iss: Option<String>,
    data: Option<Value>,
    auth_time: Option<Timestamp>,
    acr: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_access_token_is_not_active() {
        for body in [
            r#"{"active":false,"token_type":"Bearer","client_id":"app"}"#,
            r#"{"active":true,"client_id":"app","scope":"read"}"#,
            r#"{"active":true,"client_id":"app","token_type":"N_A"}"#,
        ] {
            assert_eq!(Introspected::parse(body.as_bytes()), Ok(None), "{body}");
        }
    }

    #[test]
    fn who_acts_is_read_with_all_who_acted_before() {
        let body = r#"{"active":true,"client_id":"app","token_type":"Bearer","act":{"sub":"b","iss":"x","act":{"sub":"a"}}}"#;
        let act = Introspected::parse(body.as_bytes()).unwrap().unwrap().token.act.unwrap();
        assert_eq!(act.chain().collect::<Vec<_>>(), ["b", "a"]);
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for body in [
            "",
            "[]",
            "<html>",
            r#"{"active":"true"}"#,
            r#"{"active":true,"token_type":"Bearer"}"#,
            r#"{"active":true,"token_type":"Bearer","client_id":"app","exp":"soon"}"#,
            r#"{"active":true,"token_type":"Bearer","client_id":"app","aud":"here"}"#,
            r#"{"active":true,"token_type":"Bearer","client_id":"app","act":{"name":"api"}}"#,
        ] {
            assert_eq!(Introspected::parse(body.as_bytes()), Err(InvalidIntrospection), "{body}");
        }
    }
}
