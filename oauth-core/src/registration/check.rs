//! What a client and a scope may be registered with. Every fault is named, for a form to show beside its field.

use url::Url;

use super::{ClientSecret, NewClient, check_openid};
use crate::{
    GrantType, InvalidScope, NewScope, RedirectUri, Resource, Scopes, Settings,
    field::{Faults, LONGEST_URI, Problem},
    is_scope_token,
    scope::{OFFLINE_ACCESS, OPENID},
    settings::LASTS,
    store::scope::ScopeChange,
};

/// What is wrong with a client; `unknown` are those of its scopes that the server lacks.
pub(crate) fn client(new: &NewClient, unknown: &Scopes, settings: &Settings) -> Faults {
    let mut faults = Faults::default();
    names(new, &mut faults);
    secret(new, settings.public_clients, &mut faults);
    grant_types(new, &mut faults);
    pages(new, &mut faults);
    redirect_uris(new, settings.ssl_only, &mut faults);
    scopes(new, unknown, &mut faults);
    policies(new, &mut faults);
    addresses(new, &mut faults);
    check_openid::openid(new, settings, &mut faults);
    faults
}

/// What is wrong with a scope.
pub(crate) fn scope(new: &NewScope) -> Faults {
    let mut faults = scope_texts(&new.title, &new.description, &new.implies);
    scope_name("name", &new.name, &mut faults);
    faults
}

/// What is wrong with a change of one.
pub(crate) fn scope_change(change: &ScopeChange) -> Faults {
    scope_texts(&change.title, &change.description, &change.implies)
}

fn scope_texts(title: &str, description: &str, implies: &Scopes) -> Faults {
    let mut faults = Faults::default();
    faults.line("title", title, LONGEST_NAME);
    faults.lines("description", description);
    if implies.iter().count() > MOST_IMPLIED {
        faults.malformed("implies", format!("must be at most {MOST_IMPLIED}"));
    }
    faults
}

fn names(new: &NewClient, faults: &mut Faults) {
    let visible = |text: &str| {
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    faults.filled_line("name", &new.name, LONGEST_NAME);
    faults.lines("description", &new.description);
    if !new.client_id.as_deref().is_none_or(visible) {
        let problem = "must have 1 to 255 printable ASCII characters without spaces";
        faults.malformed("client_id", problem);
    }
    if let Some(owner) = &new.owner {
        faults.subject("owner", owner);
    }
}

fn secret(new: &NewClient, public_clients: bool, faults: &mut Faults) {
    if let ClientSecret::Chosen(secret) = &new.secret {
        faults.chosen_secret("secret", secret.expose());
    }
    let is_public = matches!(new.secret, ClientSecret::None);
    if is_public && !public_clients {
        faults.malformed("secret", "this server has no public clients: the client needs a secret");
    }
    if is_public && new.grant_types.contains(&GrantType::ClientCredentials) {
        let problem = "client_credentials is for clients with a secret (RFC 6749 4.4)";
        faults.malformed("grant_types", problem);
    }
    if is_public && new.grant_types.contains(&GrantType::TokenExchange) {
        let problem = "token exchange is for clients with a secret (RFC 8693 5)";
        faults.malformed("grant_types", problem);
    }
}

fn grant_types(new: &NewClient, faults: &mut Faults) {
    let visible = |name: &str| {
        (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !new.grant_types.iter().all(|grant_type| visible(grant_type.as_str())) {
        let problem = "must have names of 1 to 255 printable ASCII characters without spaces";
        faults.malformed("grant_types", problem);
    }
    if new.grant_types.len() > MOST_GRANT_TYPES {
        faults.malformed("grant_types", format!("must be at most {MOST_GRANT_TYPES}"));
    }
}

fn pages(new: &NewClient, faults: &mut Faults) {
    faults.web_page("client_uri", new.client_uri.as_deref());
    faults.web_page("logo_uri", new.logo_uri.as_deref());
    faults.web_page("policy_uri", new.policy_uri.as_deref());
    faults.web_page("tos_uri", new.tos_uri.as_deref());
}

/// Each that is refused is named, and those that go with it.
fn redirect_uris(new: &NewClient, ssl_only: bool, faults: &mut Faults) {
    let (mut refused, mut fine) = (0, Vec::new());
    for uri in &new.redirect_uris {
        match redirect_uri(uri, new, ssl_only) {
            Ok(()) => fine.push(uri.as_str()),
            Err(problem) => {
                refused += 1;
                let named = uri.chars().take(LONGEST_URI).collect::<String>();
                faults.malformed("redirect_uris", format!("{named}: {problem}"));
            }
        }
    }
    if refused > 0 && !fine.is_empty() {
        let problem = format!("{}: refused with what is wrong beside it", fine.join(", "));
        faults.malformed("redirect_uris", problem);
    }
    in_a_form("redirect_uris", &new.redirect_uris, faults);
    let redirected = [GrantType::AuthorizationCode, GrantType::Implicit];
    let redirects = redirected.iter().any(|grant| new.grant_types.contains(grant));
    if redirects && new.redirect_uris.is_empty() {
        faults.malformed("redirect_uris", "these grants need at least one");
    }
}

fn redirect_uri(uri: &str, new: &NewClient, ssl_only: bool) -> Result<(), String> {
    if uri.len() > LONGEST_URI {
        return Err(Problem::TooLong(LONGEST_URI).to_string());
    }
    let redirect_uri = RedirectUri::parse(uri).map_err(|invalid| invalid.to_string())?;
    if ssl_only && !redirect_uri.is_secure() {
        return Err("http is for loopback addresses alone (RFC 8252 7.3)".to_owned());
    }
    let is_public = matches!(new.secret, ClientSecret::None);
    let uses_pkce = new.require_pkce != Some(false);
    let is_bound = is_public && uses_pkce && !new.grant_types.contains(&GrantType::Implicit);
    if redirect_uri.needs_pkce() && !is_bound {
        return Err(UNOWNED.to_owned());
    }
    Ok(())
}

fn scopes(new: &NewClient, unknown: &Scopes, faults: &mut Faults) {
    let own = &new.client_credentials_scopes;
    let asked_of_users = new.scopes.iter().chain(new.default_scopes.beyond(own).iter()).collect();
    unknown_scopes("scopes", &unknown.within(&asked_of_users), new, faults);
    unknown_scopes("client_credentials_scopes", &unknown.within(own), new, faults);
    let its: Scopes = new.scopes.iter().chain(own.iter()).collect();
    if !new.any_scope && !new.default_scopes.is_within(&its) {
        faults.malformed("default_scopes", "must be among the scopes of the client");
    }
    if own.contains(OFFLINE_ACCESS) {
        let problem = "offline_access is for users who are away: a client by itself has none";
        faults.malformed("client_credentials_scopes", problem);
    }
    if own.contains(OPENID) && !new.acts_as_owner {
        let problem = "openid is about a user: only a client that acts as its owner has one";
        faults.malformed("client_credentials_scopes", problem);
    }
}

fn unknown_scopes(field: &'static str, unknown: &Scopes, new: &NewClient, faults: &mut Faults) {
    if new.register_unknown_scopes {
        unknown.iter().for_each(|name| scope_name(field, name, faults));
    } else if !unknown.is_empty() {
        let problem = format!(
            "the server does not know {unknown}: register what guards declare by syncscopes, or any with the client by register_unknown_scopes (--register-unknown-scopes)"
        );
        faults.malformed(field, problem);
    }
}

fn policies(new: &NewClient, faults: &mut Faults) {
    let lifetimes = [
        ("access_token_lifetime", new.access_token_lifetime),
        ("refresh_token_lifetime", new.refresh_token_lifetime),
    ];
    for (field, lifetime) in lifetimes {
        if !lifetime.is_none_or(super::Lifetime::is_possible) {
            faults.malformed(field, format!("must be {LASTS}; say never for no end"));
        }
    }
    if new.acts_as_owner && new.owner.is_none() {
        faults.malformed("acts_as_owner", "needs an owner");
    }
}

fn addresses(new: &NewClient, faults: &mut Faults) {
    for resource in &new.introspects {
        if let Err(problem) = resource.parse::<Resource>() {
            faults.malformed("introspects", format!("{resource}: {problem}"));
        }
    }
    for origin in &new.cors_origins {
        if !is_origin(origin) {
            let problem = "is not an origin as browsers write it, such as https://app.example";
            faults.malformed("cors_origins", format!("{origin} {problem}"));
        }
    }
    in_a_form("introspects", &new.introspects, faults);
    in_a_form("cors_origins", &new.cors_origins, faults);
}

/// The form that staff change a client by has 64 KiB, in which a `/` is three bytes.
fn in_a_form(field: &'static str, lines: &[String], faults: &mut Faults) {
    if lines.len() > MOST_LINES {
        faults.malformed(field, format!("must be at most {MOST_LINES}"));
    }
    if lines.iter().map(String::len).sum::<usize>() > LONGEST_LINES {
        faults.malformed(field, format!("must have at most {LONGEST_LINES} characters together"));
    }
}

/// Scheme, host and port, as the header `Origin` has them (RFC 6454 §6.2).
fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    })
}

fn scope_name(field: &'static str, name: &str, faults: &mut Faults) {
    if name.len() > LONGEST_SCOPE {
        faults.add(field, Problem::TooLong(LONGEST_SCOPE));
    } else if !is_scope_token(name) {
        faults.malformed(field, InvalidScope.to_string());
    }
}

impl NewClient {
    /// The scopes that it names. With `any_scope`, its default ones need not be among its own.
    pub(crate) fn named_scopes(&self) -> Scopes {
        let asked_of_users = self.scopes.iter().chain(self.default_scopes.iter());
        asked_of_users.chain(self.client_credentials_scopes.iter()).collect()
    }
}

const UNOWNED: &str = "a private-use scheme without a period may be claimed by any application, so it is for a public client \
                       that must use PKCE and has no implicit grant (RFC 8252 8.4)";
const LONGEST_NAME: usize = 100;
/// An index holds it.
const LONGEST_SCOPE: usize = 255;
/// Each is looked up whenever the scope is asked for.
const MOST_IMPLIED: usize = 50;
const MOST_GRANT_TYPES: usize = 100;
const MOST_LINES: usize = 100;
pub(super) const LONGEST_LINES: usize = 12 * 1024;
