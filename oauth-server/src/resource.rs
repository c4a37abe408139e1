//! Resources as types: RFC 8707. A token is for one, and a guard takes those for its own alone.

use std::marker::PhantomData;

use crate::{ScopeSet, sealed::Sealed};

/// A resource beside the server's own API; [`resource!`](crate::resource!) declares one, and scopes say that they are
/// [`at`](crate::scope!) it.
pub trait ProtectedResource: Send + Sync + 'static {
    /// Where it is: an absolute URI without a fragment, or a path below the issuer.
    const ADDRESS: &'static str;
}

/// A guard's scopes, for a token for this resource: for what says nothing of one by itself, such as `()`, which is any live
/// token. Scopes that are declared [`at`](crate::scope!) a resource need it not.
///
/// ```
/// use oauth_server::{Access, At, resource};
/// use poem::handler;
///
/// resource! { pub NotesApi = "/api/notes" }
///
/// #[handler]
/// async fn version(_token: Access<At<NotesApi, ()>>) -> &'static str {
///     "1"
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct At<R, S>(PhantomData<fn() -> (R, S)>);

impl<R: ProtectedResource, S: ScopeSet> Sealed for At<R, S> {}

impl<R: ProtectedResource, S: ScopeSet> ScopeSet for At<R, S> {
    const ALTERNATIVES: &'static [&'static [&'static str]] = S::ALTERNATIVES;
    const RESOURCE: Option<&'static str> = match S::RESOURCE {
        None => Some(R::ADDRESS),
        another => of_all(&[another, Some(R::ADDRESS)]),
    };
    const ACR_VALUES: &'static [&'static str] = S::ACR_VALUES;
    const MAX_AGE: Option<u32> = S::MAX_AGE;
}

/// The one resource of all of them.
#[expect(clippy::panic, reason = "a constant: it would not compile")]
pub(crate) const fn of_all(resources: &[Option<&'static str>]) -> Option<&'static str> {
    let [first, rest @ ..] = resources else { return None };
    let mut rest = rest;
    while let [next, others @ ..] = rest {
        match (first, next) {
            (None, None) => {}
            (Some(one), Some(other)) if is_same(one, other) => {}
            _ => panic!("a token is for one resource: the scopes of a guard must belong to one"),
        }
        rest = others;
    }
    *first
}

const fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, ones @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (ones, others);
    }
    one.is_empty() && other.is_empty()
}

/// Declares a resource beside the server's own API as a type: RFC 8707. It is a path below the issuer, or a URI of its own,
/// of an API that is somewhere else.
///
/// ```
/// use oauth_server::{ProtectedResource, resource};
///
/// resource! {
///     /// The notes: `https://id.example/api/notes`, where the issuer is `https://id.example`.
///     pub NotesApi = "/api/notes"
/// }
/// resource! { pub Mail = "https://mail.example/api" }
/// assert_eq!(NotesApi::ADDRESS, "/api/notes");
/// ```
///
/// [`scope!`](crate::scope!) says which scopes belong to it. Scopes of two resources in one guard do not compile:
///
/// ```compile_fail
/// use oauth_server::{resource, scope};
///
/// resource! { pub NotesApi = "/api/notes" }
/// scope! { pub Notes = "notes", "Read your notes.", at NotesApi }
/// scope! { pub Email = "email", "See your address." }
///
/// const _: Option<&str> = <(Notes, Email) as oauth_server::ScopeSet>::RESOURCE;
/// ```
#[macro_export]
macro_rules! resource {
    ($(#[$meta:meta])* $visibility:vis $resource:ident = $address:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        $visibility struct $resource;

        impl $crate::ProtectedResource for $resource {
            const ADDRESS: &'static str = $address;
        }
    };
}
