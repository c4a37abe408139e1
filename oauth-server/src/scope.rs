//! Scopes as types: declared once, beside the code that they guard.

/// A scope that the code knows; [`scope!`](crate::scope!) declares one.
pub trait Scope: Send + Sync + 'static {
    /// The scope token: RFC 6749 §3.3.
    const NAME: &'static str;
    /// What it allows, in a sentence for users.
    const DESCRIPTION: &'static str;
}

/// The scopes that a guard requires, all of them: one scope, a tuple of up to four, or `()` for any valid token.
pub trait ScopeSet: Send + Sync + 'static {
    /// Their names.
    fn names() -> &'static [&'static str];
}

impl<S: Scope> ScopeSet for S {
    fn names() -> &'static [&'static str] {
        const { &[S::NAME] }
    }
}

impl ScopeSet for () {
    fn names() -> &'static [&'static str] {
        &[]
    }
}

macro_rules! tuples {
    ($(($($scope:ident)+))*) => { $(
        impl<$($scope: Scope),+> ScopeSet for ($($scope,)+) {
            fn names() -> &'static [&'static str] {
                const { &[$($scope::NAME),+] }
            }
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
/// What is no scope token does not compile:
///
/// ```compile_fail
/// oauth_server::scope! { pub Wrong = "user info", "A space is no scope character." }
/// ```
#[macro_export]
macro_rules! scope {
    ($(#[$meta:meta])* $visibility:vis $scope:ident = $name:expr, $description:expr) => {
        $(#[$meta])*
        #[doc = concat!("The scope `", $name, "`: ", $description)]
        #[derive(Debug, Clone, Copy)]
        $visibility struct $scope;

        impl $crate::Scope for $scope {
            const NAME: &'static str = {
                assert!($crate::oauth_core::is_scope_token($name), "not a scope token: RFC 6749 section 3.3");
                $name
            };
            const DESCRIPTION: &'static str = $description;
        }

        const _: &str = <$scope as $crate::Scope>::NAME;

        $crate::inventory::submit! {
            $crate::ScopeDeclaration { name: $name, description: $description, at: concat!(file!(), ":", line!()) }
        }
    };
}
