//! What a stranger may say of itself: RFC 7591 §2. One list, for whoever nobody vouches for.
//!
//! What is not in here is dropped, whatever its name: what staff alone decide (whether users are asked, how long tokens
//! live, whose resources it looks at), what a client would get without a user (`client_credentials`), with a token of
//! somebody else's (token exchange), or by way of a browser (`implicit`), and what would have the server call the client or trust what another host says
//! (`backchannel_logout_uri`, `sector_identifier_uri`; `subject_type` is the sector's, too). PKCE is required.

mod seen;

use std::str::FromStr;

use serde_json::{Map, Value};
use url::Url;

use super::{ClientSecret, NewClient, check};
use crate::{
    Client, FieldError, GrantType, Scopes, Settings,
    field::{Faults, LONGEST_URI},
    store::client::{ApplicationType, OpenIdMetadata},
};

/// The client that a document of RFC 7591's properties describes, judged. Faults are named by those properties.
///
/// Its scopes are those that it asks for, known or not, and none where it says nothing of them.
pub(crate) fn stranger(
    document: &Map<String, Value>,
    settings: &Settings,
) -> Result<NewClient, Vec<FieldError>> {
    let mut members = Members { document, faults: Faults::default() };
    let new = members.client();
    members.faults.into_result()?;
    // Where staff register what is read on the way, they know its network.
    let settings = Settings { ssl_only: true, ..settings.clone() };
    let judged = check::client(&new, &Scopes::default(), &settings).into_result();
    match judged {
        Ok(()) => Ok(new),
        Err(faults) => Err(faults.into_iter().map(by_property).collect()),
    }
}

impl NewClient {
    /// What is on the list as it is now, and all else as the client has it: staff may have changed that. Which scopes it may
    /// ask for is all else.
    pub(super) fn in_place_of(self, old: &Client) -> Self {
        Self {
            name: self.name,
            client_uri: self.client_uri,
            logo_uri: self.logo_uri,
            policy_uri: self.policy_uri,
            tos_uri: self.tos_uri,
            redirect_uris: self.redirect_uris,
            grant_types: self.grant_types.into_iter().chain(old.grants_of_staff()).collect(),
            secret: self.secret,
            application_type: self.application_type,
            require_pushed_authorization_requests: self.require_pushed_authorization_requests,
            openid: OpenIdMetadata {
                id_token_signed_response_alg: self.openid.id_token_signed_response_alg,
                userinfo_signed_response_alg: self.openid.userinfo_signed_response_alg,
                default_max_age: self.openid.default_max_age,
                require_auth_time: self.openid.require_auth_time,
                default_acr_values: self.openid.default_acr_values,
                post_logout_redirect_uris: self.openid.post_logout_redirect_uris,
                ..old.metadata.openid.clone()
            },
            ..Self::from(old)
        }
    }
}

impl Client {
    /// Those of its grants that no stranger sets.
    fn grants_of_staff(&self) -> impl Iterator<Item = GrantType> {
        self.metadata.grant_types.iter().filter(|grant| !GRANTS.contains(grant)).cloned()
    }
}

struct Members<'a> {
    document: &'a Map<String, Value>,
    faults: Faults,
}

impl Members<'_> {
    fn client(&mut self) -> NewClient {
        let name = self.name();
        let grant_types = self.grant_types();
        self.response_types(&grant_types);
        NewClient {
            client_uri: self.page("client_uri"),
            logo_uri: self.page("logo_uri"),
            policy_uri: self.page("policy_uri"),
            tos_uri: self.page("tos_uri"),
            redirect_uris: self.uris("redirect_uris"),
            scopes: self.parsed("scope").unwrap_or_default(),
            secret: self.secret(),
            application_type: self.parsed("application_type").unwrap_or(ApplicationType::Web),
            require_pushed_authorization_requests: self
                .read("require_pushed_authorization_requests", "true or false", Value::as_bool)
                .unwrap_or_default(),
            openid: self.openid(),
            grant_types,
            require_pkce: Some(true),
            ..NewClient::new(name.unwrap_or_else(|| UNNAMED.to_owned()))
        }
    }

    /// Without white space around it. One of white space alone is none.
    fn name(&mut self) -> Option<String> {
        let name = self.text("client_name")?.trim().to_owned();
        if !seen::is_seen(&name) {
            let problem = "must not hold what nobody sees, or more than 4 marks on one letter";
            self.faults.malformed("client_name", problem);
        }
        Some(name).filter(|name| !name.is_empty())
    }

    /// A page that users are shown a link to.
    fn page(&mut self, name: &'static str) -> Option<String> {
        let uri = self.text(name)?;
        if !seen::is_plain(&uri) {
            self.faults.malformed(name, NOT_PLAIN);
        }
        Some(uri)
    }

    /// Where users are sent.
    fn uris(&mut self, name: &'static str) -> Vec<String> {
        let uris = self.texts(name).unwrap_or_default();
        // What has no scheme is refused with what is wrong with it.
        let is_wrong = |uri: &&String| Url::parse(uri).is_ok() && !seen::is_plain(uri);
        if let Some(uri) = uris.iter().find(is_wrong) {
            let named = uri.chars().take(LONGEST_URI).collect::<String>();
            self.faults.malformed(name, format!("{named}: {NOT_PLAIN}"));
        }
        uris
    }

    /// Those that it asks for of those that a stranger may have.
    fn grant_types(&mut self) -> Vec<GrantType> {
        let Some(names) = self.texts("grant_types") else {
            return vec![GrantType::AuthorizationCode]; // §2: the default
        };
        let given = |grant_type: &GrantType| names.iter().any(|name| name == grant_type.as_str());
        let grant_types: Vec<_> = GRANTS.into_iter().filter(given).collect();
        if grant_types.iter().all(|grant_type| *grant_type == GrantType::RefreshToken) {
            let problem = "must hold authorization_code or the device grant (RFC 8628)";
            self.faults.malformed("grant_types", problem);
        }
        grant_types
    }

    /// They follow from the grants (§2.1); what a stranger may not have is left out of them.
    fn response_types(&mut self, grant_types: &[GrantType]) {
        let names = self.texts("response_types");
        let has_code = names.is_none_or(|names| names.iter().any(|name| name == "code"));
        if !has_code && grant_types.contains(&GrantType::AuthorizationCode) {
            let problem = "must hold code: a client that registers itself gets no other";
            self.faults.malformed("response_types", problem);
        }
    }

    /// Who has a secret sends it as it likes.
    fn secret(&mut self) -> ClientSecret {
        match self.text("token_endpoint_auth_method").as_deref() {
            Some("none") => ClientSecret::None,
            None | Some("client_secret_basic" | "client_secret_post") => ClientSecret::Generated,
            Some(_) => {
                let problem = "must be none, client_secret_basic or client_secret_post";
                self.faults.malformed("token_endpoint_auth_method", problem);
                ClientSecret::None
            }
        }
    }

    fn openid(&mut self) -> OpenIdMetadata {
        OpenIdMetadata {
            id_token_signed_response_alg: self.parsed("id_token_signed_response_alg"),
            userinfo_signed_response_alg: self.parsed("userinfo_signed_response_alg"),
            default_max_age: self.read("default_max_age", "a number of seconds", Value::as_i64),
            require_auth_time: self
                .read("require_auth_time", "true or false", Value::as_bool)
                .unwrap_or_default(),
            default_acr_values: self.texts("default_acr_values").unwrap_or_default(),
            post_logout_redirect_uris: self.uris("post_logout_redirect_uris"),
            ..OpenIdMetadata::default()
        }
    }

    /// What is null is absent.
    fn read<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        of: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.document.get(name).filter(|value| !value.is_null())?;
        let read = of(value);
        if read.is_none() {
            self.faults.malformed(name, format!("must be {expected}"));
        }
        read
    }

    /// An empty one is absent, too: RFC 7592 §2.2 has "null or empty values" mean the same.
    fn text(&mut self, name: &'static str) -> Option<String> {
        let text = self.read(name, "a text", |value| value.as_str().map(str::to_owned))?;
        Some(text).filter(|text| !text.is_empty())
    }

    fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.read(name, "a list of texts", |value| {
            let texts = value.as_array()?.iter().map(|one| one.as_str().map(str::to_owned));
            texts.collect()
        })
    }

    fn parsed<T: FromStr<Err: ToString>>(&mut self, name: &'static str) -> Option<T> {
        match self.text(name)?.parse() {
            Ok(parsed) => Some(parsed),
            Err(problem) => {
                self.faults.malformed(name, problem.to_string());
                None
            }
        }
    }
}

/// By the name that RFC 7591 has for it.
pub(super) fn by_property(fault: FieldError) -> FieldError {
    let field = match fault.field {
        "name" => "client_name",
        "scopes" => "scope",
        "secret" => "token_endpoint_auth_method",
        field => field,
    };
    FieldError { field, ..fault }
}

/// The grants of a stranger: a user says yes to each of them.
const GRANTS: [GrantType; 3] =
    [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::DeviceCode];
const NOT_PLAIN: &str =
    "must be percent-encoded ASCII (RFC 3986), with a host and without credentials or a wildcard";
const UNNAMED: &str = "Unnamed application";

#[cfg(test)]
mod tests;
