//! What is wrong with what an application says of its provider.

/// Why a provider cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A template does not parse, or asks for what its page is not given.
    #[error("the template {name}: {problem}")]
    Template {
        /// The name of the template, or of a page that uses it.
        name: String,
        /// What the parser or the renderer says.
        problem: String,
    },
    /// A locale does not parse, or its name is no language.
    #[error("the locale {language}: {problem}")]
    Locale {
        /// The language for which it was given.
        language: String,
        /// What is wrong.
        problem: String,
    },
    /// An address cannot be served, or what [`OAuthBuilder::at`](crate::OAuthBuilder::at) says is not of the issuer's path.
    #[error("the address {name}: {problem}")]
    Address {
        /// The field of [`Addresses`](crate::Addresses), or `at`.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A grant of the application's own is not called by an absolute URI.
    #[error("the grant {name}: a grant of one's own is called by an absolute URI (RFC 6749 4.5)")]
    Grant {
        /// How it is called.
        name: String,
    },
    /// A scope is declared at a resource whose address is none.
    #[error("the resource of the scope {scope}: {problem}")]
    Resource {
        /// The scope.
        scope: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// OpenID Connect is on, the issuer is no loopback address, and there is no key under which the signing keys are sealed.
    #[error(
        "OAUTH_KEY_ENCRYPTION_KEY is not set: with OpenID Connect the keys that the server signs with are sealed in its \
         database under a key that only you have; make one with `openssl rand -base64 32`, keep it, and give it to \
         AuthorizationServer::with_key_encryption"
    )]
    KeyEncryption,
    /// A folder of templates or locales, or a file in it, cannot be read.
    #[error("{path}: {problem}")]
    Folder {
        /// The folder or the file.
        path: String,
        /// What the system says.
        problem: String,
    },
}
