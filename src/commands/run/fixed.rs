//! What the daemon was started with, and what it takes up again when the configuration is read anew.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use crate::adapters::config::{Config, SourceConfig, Token};
use crate::adapters::slack::{Client, ProxySettings};
use crate::commands::run::heartbeat::Heartbeat;
use crate::domain::render::Voice;
use crate::domain::rules::Rules;

/// What stays as it was at the start, and where the configuration is.
pub(super) struct Fixed {
    /// The file that was named; none for the default one.
    pub(super) path: Option<PathBuf>,
    /// What is read: another source, or another place of it, is taken at a start alone.
    pub(super) source: SourceConfig,
    /// The partners that the command line names, in place of the user database.
    pub(super) partners: Option<Vec<String>>,
    /// The token; none where messages are printed. systemd hands over credentials at a start alone.
    pub(super) token: Option<Token>,
    /// The proxy on the way to Slack.
    pub(super) proxy: ProxySettings,
}

impl Fixed {
    /// The client for the Slack of this configuration; none where messages are printed.
    pub(super) fn client(&self, config: &Config) -> anyhow::Result<Option<Client>> {
        let token = self.token.as_ref();
        token
            .map(|token| Client::by(&self.proxy, &config.slack, token))
            .transpose()
    }
}

/// A configuration that was read again. It holds from the first batch on that was read with its user database: what was
/// read before is judged by the rules of before.
pub(super) struct Reloading {
    /// The number of its user database.
    pub(super) directory: u64,
    /// What is set in it, once the user database has said how it spells the accounts.
    pub(super) set: Receiver<(Rules, Voice)>,
    pub(super) client: Option<Client>,
    /// None where the command line names the partners.
    pub(super) config: Option<Config>,
    pub(super) heartbeat: Heartbeat,
}
