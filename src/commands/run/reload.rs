//! SIGHUP: reads the configuration again. A bad one is refused, and the earlier one stays.

use std::sync::mpsc::channel;

use super::heartbeat::Heartbeat;
use super::post::Sender;
use crate::adapters::config::Config;
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::reader::Batch;
use crate::adapters::{machine, userdb};
use crate::commands::run::daemon::Daemon;
use crate::commands::run::fixed::Reloading;
use crate::domain::rules::Rules;

impl Daemon {
    /// Reads the configuration again, and prepares its use or reports why it is refused.
    pub(super) fn reload(&mut self) {
        if self.ready {
            self.manager.reloading();
        }
        match self.take_configuration() {
            Ok(reloading) => {
                self.committer.refused = None;
                self.reloading = Some(reloading);
            }
            Err(error) => {
                let why = format!("{error:#}");
                let told = format!(
                    "the new configuration is refused, and the previous one stays in force: {why}"
                );
                about(Topic::RELOAD_REFUSED, Priority::Error, &told);
                self.committer.refused = Some(why);
            }
        }
        if self.ready && self.reloading.is_none() {
            self.begin_ready();
        }
    }

    /// Applies the new configuration if this batch was read with its user database. Returns whether it did.
    pub(super) fn reloaded(&mut self, batch: &Batch) -> bool {
        let read = |new: &mut Reloading| new.directory <= batch.directory;
        let Some(new) = self.reloading.take_if(read) else {
            return false;
        };
        let Ok((rules, voice, routes)) = new.set.try_recv() else {
            return false;
        };
        self.committer.set_rules(rules);
        self.webhook.replace(new.webhook, voice.clone());
        self.sender = Sender::new(new.client, voice, routes, new.config);
        self.heartbeat = new.heartbeat;
        line(Priority::Notice, "the configuration was read again");
        true
    }

    fn take_configuration(&mut self) -> anyhow::Result<Reloading> {
        let mut config = Config::load(self.fixed.path.as_deref())?;
        let client = self.fixed.client(&config)?;
        let events = self.fixed.events(&config);
        let webhook = self.fixed.webhook(&config)?;
        let heartbeat = Heartbeat::new(config.heartbeat.url.as_ref())?;
        if config.source != self.fixed.source {
            line(
                Priority::Warning,
                "[source] has changed, which takes effect only at a start: systemctl restart sftp-monitor",
            );
        }
        let foreign = self.fixed.source.journal_directory.is_some();
        let partners = self.fixed.partners.clone();
        let (tell, set) = channel();
        let judged = partners.is_none().then(|| config.clone());
        // The reading thread calls this: it may wait for the user database, and the loop must not.
        let directory = self.committer.direct(Box::new(move || {
            let mut directory = machine::of(&mut config, partners.as_deref());
            for warning in userdb::warnings(&config, directory.as_mut()) {
                line(Priority::Warning, &warning.to_string());
            }
            let rules = Rules {
                foreign,
                webhook: events,
                ..config.rules()
            };
            // Sending fails only if a later reload has replaced this one.
            let _ = tell.send((rules, config.voice(), config.routes));
            directory
        }));
        Ok(Reloading {
            directory,
            set,
            client,
            config: judged,
            heartbeat,
            webhook,
        })
    }
}
