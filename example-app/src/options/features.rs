//! What this example serves beside the quickstarts.

use clap::Args;

use super::value::{BadValue, Variable};

/// Each is also an environment variable.
#[derive(Debug, Args)]
#[command(next_help_heading = "Beside the quickstarts")]
pub(crate) struct Features {
    /// Serve tools for assistants at /mcp: the Model Context Protocol [default: false]
    #[arg(long, env = "OAUTH_MCP", global = true, value_name = "BOOL")]
    mcp: Option<String>,
}

impl Features {
    /// Whether there is an endpoint of the Model Context Protocol.
    pub(crate) fn mcp(&self) -> Result<bool, BadValue> {
        Variable::new("OAUTH_MCP", self.mcp.as_deref()).switch(false)
    }
}
