//! Scopes as types: declared once, beside the code that they guard.

use std::marker::PhantomData;

use crate::{resource, sealed::Sealed};

/// A scope that the code knows; [`scope!`](crate::scope!) declares one.
pub trait Scope: Send + Sync + 'static {
    /// The scope token: RFC 6749 §3.3.
    const NAME: &'static str;
    /// What it allows, in a sentence for users.
    const DESCRIPTION: &'static str;
    /// The address of the [resource](crate::resource!) that it belongs to (RFC 8707); `None` is the server's own API.
    const RESOURCE: Option<&'static str> = None;
    /// The names of the scopes that are granted with it.
    const IMPLIES: &'static [&'static str] = &[];
}

/// The scopes that a guard requires: one scope; all of a tuple of up to four; one of [`AnyOf`] several; or `()`, for any
/// valid token.
///
/// ```
/// use oauth_server::{ScopeSet, scope};
///
/// scope! { pub Read = "notes:read", "Read your notes." }
/// scope! { pub Write = "notes:write", "Change your notes." }
///
/// assert_eq!(<(Read, Write)>::ALTERNATIVES, [["notes:read", "notes:write"]]);
/// ```
pub trait ScopeSet: Sealed + Send + Sync + 'static {
    /// The sets of names of which a token must have one, whole. A client that has none is told of the first.
    const ALTERNATIVES: &'static [&'static [&'static str]];
    /// The address of the resource that the token must be for (RFC 8707): that of the scopes. `None` is the server's own
    /// API.
    const RESOURCE: Option<&'static str>;
    /// The `acr` of which the user's sign-in must have one ([`StepUp`](crate::StepUp)).
    const ACR_VALUES: &'static [&'static str] = &[];
    /// The seconds that the user's sign-in may be old.
    const MAX_AGE: Option<u32> = None;
}

/// A guard that is content with one of up to four: of scopes, or of tuples of them.
///
/// ```
/// use oauth_server::{Access, AnyOf, scope};
/// use poem::handler;
///
/// scope! { pub ReadNotes = "notes:read", "Read your notes." }
/// scope! { pub EditNotes = "notes:edit", "Read and change your notes." }
///
/// #[handler]
/// async fn notes(token: Access<AnyOf<(ReadNotes, EditNotes)>>) -> String {
///     format!("{} may {}", token.client_id, token.scopes)
/// }
/// ```
///
/// A client whose token has none of them is told of the first (RFC 6750 §3.1): begin with the one that gives least.
#[derive(Debug, Clone, Copy)]
pub struct AnyOf<T>(PhantomData<fn() -> T>);

/// Scopes that are required together: one, or all of a tuple of up to four.
pub trait AllOf: Sealed + Send + Sync + 'static {
    /// Their names.
    const NAMES: &'static [&'static str];
    /// The address of the resource that they belong to.
    const RESOURCE: Option<&'static str>;
}

impl<S: Scope> Sealed for S {}

impl<S: Scope> AllOf for S {
    const NAMES: &'static [&'static str] = &[S::NAME];
    const RESOURCE: Option<&'static str> = S::RESOURCE;
}

impl Sealed for () {}

impl AllOf for () {
    const NAMES: &'static [&'static str] = &[];
    const RESOURCE: Option<&'static str> = None;
}

impl<S: AllOf> ScopeSet for S {
    const ALTERNATIVES: &'static [&'static [&'static str]] = &[S::NAMES];
    const RESOURCE: Option<&'static str> = S::RESOURCE;
}

macro_rules! tuples {
    ($(($($scope:ident)+))*) => { $(
        impl<$($scope: Scope),+> Sealed for ($($scope,)+) {}

        impl<$($scope: Scope),+> AllOf for ($($scope,)+) {
            const NAMES: &'static [&'static str] = &[$($scope::NAME),+];
            const RESOURCE: Option<&'static str> = resource::of_all(&[$($scope::RESOURCE),+]);
        }

        impl<$($scope: AllOf),+> Sealed for AnyOf<($($scope,)+)> {}

        impl<$($scope: AllOf),+> ScopeSet for AnyOf<($($scope,)+)> {
            const ALTERNATIVES: &'static [&'static [&'static str]] = &[$($scope::NAMES),+];
            const RESOURCE: Option<&'static str> = resource::of_all(&[$($scope::RESOURCE),+]);
        }
    )* };
}
tuples!((A)(A B)(A B C)(A B C D));

/// A scope that [`scope!`](crate::scope!) declared, found at link time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeDeclaration {
    /// The scope token.
    pub name: &'static str,
    /// What it allows.
    pub description: &'static str,
    /// The address of the resource that it belongs to; `None` is the server's own API.
    pub resource: Option<&'static str>,
    /// The names of the scopes that are granted with it.
    pub implies: &'static [&'static str],
    /// The source file and line.
    pub at: &'static str,
}

inventory::collect!(ScopeDeclaration);

/// Every scope that the program declares, in alphabetical order. A crate that nothing mentions is not linked, and its
/// scopes are not found: `use that_crate as _;` mends that.
#[must_use]
pub fn declared_scopes() -> Vec<ScopeDeclaration> {
    let mut declared: Vec<_> = inventory::iter::<ScopeDeclaration>.into_iter().copied().collect();
    declared.sort_by_key(|scope| scope.name);
    declared.dedup_by_key(|scope| scope.name);
    declared
}

/// Declares a scope as a type.
///
/// ```
/// use oauth_server::{Scope, scope};
///
/// scope! {
///     /// Who the user is.
///     pub UserInfo = "user_info", "Access basic information about the user."
/// }
/// assert_eq!(UserInfo::NAME, "user_info");
/// ```
///
/// A scope may also take its name from where it stands: the first module of the application, and the view that it
/// guards. Renaming the view without the scope does not compile.
///
/// ```
/// mod polls {
///     pub mod views {
///         use oauth_server::{Access, scope};
///
///         scope! { pub Results for results, "See the results of polls." }
///
///         #[poem::handler]
///         pub async fn results(_token: Access<Results>) {}
///     }
/// }
/// # // A doctest's own function is one more module.
/// # use oauth_server::Scope as _;
/// # assert!(polls::views::Results::NAME.ends_with(":results"));
/// ```
///
/// It may belong to a [`resource!`](crate::resource!) (RFC 8707), and imply others of the same: who is granted `notes` is
/// granted `notes:read` with it, so that every guard and the consent page know.
///
/// ```
/// use oauth_server::{Access, resource, scope};
///
/// resource! { pub NotesApi = "/api/notes" }
/// scope! { pub ReadNotes = "notes:read", "Read your notes.", at NotesApi }
/// scope! { pub Notes = "notes", "Read and change your notes.", at NotesApi, implies ReadNotes }
///
/// /// For a token for `/api/notes`, with either scope.
/// #[poem::handler]
/// async fn read(_token: Access<ReadNotes>) {}
/// ```
///
/// What is no scope token does not compile:
///
/// ```compile_fail
/// oauth_server::scope! { pub Wrong = "user info", "A space is no scope character." }
/// ```
#[macro_export]
macro_rules! scope {
    (
        $(#[$meta:meta])* $visibility:vis $scope:ident = $name:expr, $description:expr
        $(, at $resource:ty)? $(, implies $($implied:ty),+)?
    ) => {
        $(#[$meta])*
        #[doc = $description]
        #[derive(Debug, Clone, Copy)]
        $visibility struct $scope;

        impl $crate::Scope for $scope {
            const NAME: &'static str = {
                assert!($crate::oauth_core::is_scope_token($name), "not a scope token: RFC 6749 section 3.3");
                $name
            };
            const DESCRIPTION: &'static str = $description;
            $(const RESOURCE: Option<&'static str> =
                Some(<$resource as $crate::ProtectedResource>::ADDRESS);)?
            $(const IMPLIES: &'static [&'static str] = &[$(<$implied as $crate::Scope>::NAME),+];)?
        }

        $crate::inventory::submit! {
            $crate::ScopeDeclaration {
                name: <$scope as $crate::Scope>::NAME,
                description: $description,
                resource: <$scope as $crate::Scope>::RESOURCE,
                implies: <$scope as $crate::Scope>::IMPLIES,
                at: concat!(file!(), ":", line!()),
            }
        }
    };
    (
        $(#[$meta:meta])* $visibility:vis $scope:ident for $view:path, $description:expr
        $(, $($placed:tt)+)?
    ) => {
        const _: () = {
            #[allow(dead_code, reason = "it is there to be compiled: the view exists")]
            fn the_view_exists() {
                let _ = $view;
            }
        };

        $crate::scope! {
            $(#[$meta])*
            $visibility $scope = {
                const APP: &str = $crate::scope_name::application(module_path!());
                const VIEW: &str = $crate::scope_name::view(stringify!($view));
                const NAME: [u8; APP.len() + 1 + VIEW.len()] = $crate::scope_name::joined(APP, VIEW);
                $crate::scope_name::text(&NAME)
            }, $description $(, $($placed)+)?
        }
    };
}
