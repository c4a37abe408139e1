//! What the example application's demo data holds: the user and the clients of this walk.

pub(crate) const USERNAME: &str = "exampleuser";
pub(crate) const PASSWORD: &str = "password";
pub(crate) const EMAIL: &str = "exampleuser@example.com";

/// Example Client: confidential, for the authorization code and refresh grants.
pub(crate) const CLIENT_ID: &str = "be6f31235c6118273918c4c70f6768";
pub(crate) const CLIENT_SECRET: &str = "89dcee4e6fe655377a19944c2bee9b";

/// Example Implicit Client: public, for the implicit grant only.
pub(crate) const IMPLICIT_CLIENT_ID: &str = "example-implicit-client";

/// Example Device: public, for the device grant.
pub(crate) const DEVICE_CLIENT_ID: &str = "example-device";

/// Where the first two are sent their answers, and the scope that all ask for.
pub(crate) const REDIRECT_URI: &str = "http://localhost:1111";
pub(crate) const SCOPE: &str = "user_info";

/// What to do when the server does not know any of these.
pub(crate) const LOAD_IT: &str = "load the demo data: cargo run -p example-app -- loaddemo";
