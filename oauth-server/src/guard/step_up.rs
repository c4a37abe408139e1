//! A guard that wants a newer or a stronger sign-in: RFC 9470.

use std::marker::PhantomData;

use oauth_core::RequiredSignIn;

use crate::{ScopeSet, sealed::Sealed};

/// How well, and how recently, a user must have signed in for a guard ([`StepUp`]). What is left out is not asked for.
pub trait SignInLevel: Send + Sync + 'static {
    /// The `acr` of which the sign-in must have one: names that the application and its clients agree on, as
    /// [`Users::authentication`](crate::Users::authentication) gives them. A client is told all of them.
    const ACR_VALUES: &'static [&'static str] = &[];
    /// The seconds that the sign-in may be old.
    const MAX_AGE: Option<u32> = None;
}

/// Scopes, and how the user must have signed in: RFC 9470. A token that does not come from such a sign-in is refused with 401,
/// `insufficient_user_authentication` and what is wanted; with that, as `acr_values` or `max_age`, the client sends its user to
/// the authorization endpoint once more. The server must know how users sign in
/// ([`Settings::openid`](oauth_core::Settings::openid)).
///
/// ```
/// use oauth_server::{Access, SignInLevel, StepUp, scope};
/// use poem::handler;
///
/// scope! { pub Transfer = "transfer", "Send money for you." }
///
/// /// Within the last five minutes.
/// struct Recently;
///
/// impl SignInLevel for Recently {
///     const MAX_AGE: Option<u32> = Some(300);
/// }
///
/// #[handler]
/// async fn transfer(token: Access<StepUp<Transfer, Recently>>) -> String {
///     format!("signed in at {:?}", token.auth_time())
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct StepUp<S, L>(PhantomData<fn() -> (S, L)>);

impl<S: ScopeSet, L: SignInLevel> Sealed for StepUp<S, L> {}

impl<S: ScopeSet, L: SignInLevel> ScopeSet for StepUp<S, L> {
    const ALTERNATIVES: &'static [&'static [&'static str]] = S::ALTERNATIVES;
    const RESOURCE: Option<&'static str> = S::RESOURCE;
    const ACR_VALUES: &'static [&'static str] = L::ACR_VALUES;
    const MAX_AGE: Option<u32> = L::MAX_AGE;
}

/// What the guard of these scopes wants.
pub(super) fn required<S: ScopeSet>() -> RequiredSignIn {
    RequiredSignIn {
        acr_values: S::ACR_VALUES.iter().map(|&acr| acr.to_owned()).collect(),
        max_age: S::MAX_AGE.map(i64::from),
    }
}
