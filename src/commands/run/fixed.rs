//! Settings fixed at the start, and the new ones that a reload brings.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use crate::adapters::config::{Config, SECRET_CREDENTIAL, Secret, SourceConfig, Token};
use crate::adapters::log::{Priority, line};
use crate::adapters::slack::{ProxySettings, SlackClient};
use crate::adapters::webhook;
use crate::commands::run::heartbeat::Heartbeat;
use crate::domain::alerts::AlertKind;
use crate::domain::render::Voice;
use crate::domain::routes::Routes;
use crate::domain::rules::Rules;

/// Settings that stay as they were at the start, and the path of the configuration.
pub(super) struct FixedSettings {
    /// The configuration file that the command line names; `None` for the default.
    pub(super) path: Option<PathBuf>,
    /// The source. A change of it takes effect only at a start.
    pub(super) source: SourceConfig,
    /// Partners that the command line names, in place of the user database.
    pub(super) partners: Option<Vec<String>>,
    /// The token; `None` if messages are printed. systemd passes credentials only at a start.
    pub(super) token: Option<Token>,
    /// The secret of the webhook.
    pub(super) secret: Option<Secret>,
    /// The proxy for Slack.
    pub(super) proxy: ProxySettings,
}

impl FixedSettings {
    /// Creates the Slack client for this configuration; `None` if messages are printed.
    pub(super) fn client(&self, config: &Config) -> anyhow::Result<Option<SlackClient>> {
        let token = self.token.as_ref();
        token
            .map(|token| SlackClient::by(&self.proxy, &config.slack, token))
            .transpose()
    }

    /// The kinds of events for the webhook; none if messages are printed.
    pub(super) fn events(&self, config: &Config) -> Vec<AlertKind> {
        match (&self.token, &config.webhook.url) {
            (Some(_), Some(_)) => config.webhook.kinds.clone(),
            (None, _) | (_, None) => Vec::new(),
        }
    }

    /// Creates the webhook's client for this configuration; `None` if there is none, or if messages are printed.
    pub(super) fn webhook(
        &self,
        config: &Config,
    ) -> anyhow::Result<Option<webhook::WebhookClient>> {
        if self.token.is_none() {
            return Ok(None);
        }
        let client =
            webhook::WebhookClient::new(&self.proxy, &config.webhook, self.secret.as_ref())?;
        if client.is_some() && self.secret.is_none() {
            let told = format!(
                "the webhook's events are not signed: there is no secret in /etc/credstore/{SECRET_CREDENTIAL}"
            );
            line(Priority::Warning, &told);
        }
        Ok(client)
    }
}

/// A configuration that was read again. It takes effect with the first batch read with its user database: earlier batches
/// follow the earlier rules.
pub(super) struct Reloading {
    /// The number of its user database.
    pub(super) directory: u64,
    /// Receives the settings once the user database has given its spelling of the accounts.
    pub(super) set: Receiver<(Rules, Voice, Routes)>,
    pub(super) client: Option<SlackClient>,
    /// `None` if the command line names the partners.
    pub(super) config: Option<Config>,
    pub(super) heartbeat: Heartbeat,
    pub(super) webhook: Option<webhook::WebhookClient>,
}
