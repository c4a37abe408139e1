//! What this example serves beside the quickstarts.

use clap::Args;
use oauth_server::Settings;
use url::Host;

use super::value::{BadValue, Variable};

/// Each is also an environment variable.
#[derive(Debug, Args)]
#[command(next_help_heading = "Beside the quickstarts")]
pub(crate) struct Features {
    /// Serve tools for assistants at /mcp: the Model Context Protocol [default: false]
    #[arg(long, env = "OAUTH_MCP", global = true, value_name = "BOOL")]
    mcp: Option<String>,
    /// Whether a client may be known by a document of its own, whose URL is its identifier [default: false]
    #[arg(long, env = "OAUTH_CLIENT_ID_METADATA", global = true, value_name = "BOOL")]
    client_id_metadata: Option<String>,
    /// The hosts whose documents are fetched, separated by commas [default: any]
    #[arg(long, env = "OAUTH_CLIENT_ID_METADATA_HOSTS", global = true, value_name = "HOSTS")]
    client_id_metadata_hosts: Option<String>,
    /// Whether clients may register themselves: off, token (an initial access token) or open [default: off]
    #[arg(long, env = "OAUTH_DYNAMIC_REGISTRATION", global = true, value_name = "WHO")]
    dynamic_registration: Option<String>,
}

impl Features {
    /// Whether there is an endpoint of the Model Context Protocol.
    pub(crate) fn mcp(&self) -> Result<bool, BadValue> {
        Variable::new("OAUTH_MCP", self.mcp.as_deref()).switch(false)
    }

    /// The settings, with what is said here of clients that nobody registered.
    pub(crate) fn settings(&self, settings: Settings) -> Result<Settings, BadValue> {
        let switch = &self.client_id_metadata;
        let switch = Variable::new("OAUTH_CLIENT_ID_METADATA", switch.as_deref());
        let hosts = self.client_id_metadata_hosts.as_deref();
        let hosts = Variable::new("OAUTH_CLIENT_ID_METADATA_HOSTS", hosts);
        let who = self.dynamic_registration.as_deref();
        let who = Variable::new("OAUTH_DYNAMIC_REGISTRATION", who);
        Ok(Settings {
            dynamic_registration: who
                .or(settings.dynamic_registration, WHO, |value| value.parse().ok())?,
            client_id_metadata: switch.switch(false)?,
            client_id_metadata_hosts: hosts.or(Vec::new(), HOSTS, |value| {
                value.split(',').map(|host| host_of(host.trim())).collect()
            })?,
            ..settings
        })
    }
}

/// A name alone, or an address, as a URL has it.
fn host_of(text: &str) -> Option<String> {
    Host::parse(text).ok().map(|host| host.to_string())
}

const WHO: &str = "off, token or open";
const HOSTS: &str = "a list of hosts such as claude.ai, separated by commas";
