//! `rotatekeys`: the next keys that the server signs with.

use std::{fs, path::PathBuf};

use clap::Args;
use oauth_core::{Secret, SigningAlgorithm, admin::Admin};

use super::{CommandError, say};

/// What follows `rotatekeys`.
#[derive(Debug, Args)]
pub struct RotateKeys {
    /// The old ones may be stolen: the new ones sign now, and all others are withdrawn
    #[arg(long, conflicts_with = "import")]
    at_once: bool,
    /// A private key of your own in PEM, in place of one that is drawn
    #[arg(long, value_name = "FILE", requires = "algorithm")]
    import: Option<PathBuf>,
    /// What the imported key signs with: RS256, PS256, ES256 or Ed25519 (`EdDSA`)
    #[arg(long, value_name = "ALG", requires = "import")]
    algorithm: Option<SigningAlgorithm>,
}

pub(super) async fn run(admin: &Admin, asked: RotateKeys) -> Result<(), CommandError> {
    let made = match (asked.import, asked.algorithm) {
        (Some(file), Some(algorithm)) => {
            let read = fs::read_to_string(&file);
            let pem =
                read.map_err(|error| CommandError::Input(file.display().to_string(), error))?;
            vec![admin.import_signing_key(algorithm, &Secret::from(pem.as_str())).await?]
        }
        _ => admin.rotate_signing_keys(asked.at_once).await?,
    };
    if made.is_empty() {
        say!("Nothing was made: the next keys wait already, or the server has none yet.");
    }
    for key in made {
        let in_seconds = key.signs_from - key.created_at;
        let when = if in_seconds > 0 {
            format!("signs in {in_seconds} seconds")
        } else {
            "signs now".to_owned()
        };
        say!("{} {}: {when}", key.algorithm.as_str(), key.kid);
    }
    Ok(())
}
