//! SIGHUP: the configuration is read again. A bad one is refused, and the one before it stays.

use std::path::PathBuf;

use anyhow::Context;

use super::heartbeat::Heartbeat;
use super::{Daemon, RETRY};
use crate::alerts::Voice;
use crate::config::{Config, SourceConfig, Token};
use crate::directory;
use crate::expect;
use crate::log::{Priority, Topic, about, line};
use crate::monitor::Rules;
use crate::reader::Order;
use crate::service;
use crate::slack::{Client, Way};

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
    /// The way to Slack.
    pub(super) way: Way,
}

impl Daemon {
    /// Reads the configuration again, and takes it or says why not.
    pub(super) fn reload(&mut self) {
        if self.ready {
            service::reloading();
        }
        match self.take_configuration() {
            Ok(()) => {
                line(Priority::Notice, "the configuration was read again");
                self.committer.refused = None;
                if self.ready && self.held.is_none() {
                    // What is due next may be another now.
                    self.try_commit(self.committer.idle(), RETRY);
                }
            }
            Err(error) => {
                let why = format!("{error:#}");
                let told =
                    format!("the new configuration is refused, the one before it stays: {why}");
                about(Topic::ReloadRefused, Priority::Error, &told);
                self.committer.refused = Some(why);
            }
        }
        if self.ready {
            service::ready(&self.committer.status());
        }
    }

    fn take_configuration(&mut self) -> anyhow::Result<()> {
        let config = Config::load(self.fixed.path.as_deref())?;
        let client = match &self.fixed.token {
            Some(token) => Some(Client::by(&self.fixed.way, &config.slack, token)?),
            None => None,
        };
        let heartbeat = Heartbeat::new(config.heartbeat.url.as_ref())
            .context("setting up the client for the heartbeat")?;
        if config.source != self.fixed.source {
            line(
                Priority::Warning,
                "[source] has changed: that is taken at a start alone: systemctl restart sftp-monitor",
            );
        }
        let mut directory = directory::of(&config, self.fixed.partners.as_deref());
        for warning in expect::warnings(&config, directory.as_mut()) {
            line(Priority::Warning, &warning.to_string());
        }
        self.committer.rule(
            Rules {
                foreign: self.fixed.source.journal_directory.is_some(),
                ..Rules::of(&config)
            },
            Order::Directory(directory),
        );
        self.sender.speak(Voice::of(&config), client);
        self.heartbeat = heartbeat;
        Ok(())
    }
}
