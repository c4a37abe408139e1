//! What the keys that sign are sealed under.

use std::fs;

use oauth_server::{AuthorizationServer, KeyEncryption, Settings};

use super::{server::ServerOptions, value::BadValue};

impl ServerOptions {
    /// Whether signing keys may be made without another word: in development, or where there is what they are sealed under.
    pub(crate) fn can_seal(&self, settings: &Settings) -> bool {
        let given = [&self.key_encryption_key, &self.key_encryption_key_file];
        settings.is_loopback() || given.into_iter().flatten().any(|value| !value.is_empty())
    }

    /// The server, with what its signing keys are sealed under, where the operator has said so.
    pub(crate) fn sealing(
        &self,
        server: AuthorizationServer,
    ) -> Result<AuthorizationServer, BadValue> {
        let file = "OAUTH_KEY_ENCRYPTION_KEY_FILE";
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let (variable, text) =
            match (given(&self.key_encryption_key), given(&self.key_encryption_key_file)) {
                (Some(text), _) => ("OAUTH_KEY_ENCRYPTION_KEY", text),
                (None, Some(path)) => {
                    let read = fs::read_to_string(&path);
                    (
                        file,
                        read.map_err(|error| {
                            BadValue::new(file, &path, format!("a file that can be read: {error}"))
                        })?,
                    )
                }
                (None, None) => return Ok(server),
            };
        let key = KeyEncryption::parse(text.trim());
        let key = key.map_err(|invalid| BadValue::hidden(variable, &invalid))?;
        Ok(server.with_key_encryption(key))
    }
}
