//! The whole configuration, checked: what is in here can be used as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::Url;

use crate::adapters::config::ca_file::CaFile;
use crate::domain::base::language::Language;
use crate::domain::base::policy::Alerts;
use crate::domain::base::time::Zone;
use crate::domain::expect::Expectation;

/// The whole configuration, checked: what is in here can be used as it is.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was read from, or would be.
    pub path: PathBuf,
    /// The zone of all times told, and of the date that an event counts for.
    pub zone: Zone,
    /// `[slack]`.
    pub slack: Slack,
    /// `[partners]`.
    pub partners: Partners,
    /// `[source]`.
    pub source: SourceConfig,
    /// `[alerts]` without the partners' own.
    pub alerts: Alerts,
    /// `[alerts.partners.NAME]`, each complete: what it does not set is taken from `[alerts]`.
    pub alerts_of: BTreeMap<String, Alerts>,
    /// `[digest]`.
    pub digest: Digest,
    /// `[heartbeat]`.
    pub heartbeat: Heartbeat,
    /// `[[expect]]`: the feeds that must arrive.
    pub expects: Vec<Expectation>,
    /// Suspicious settings, for the log.
    pub warnings: Vec<String>,
}

/// `[slack]`.
#[derive(Clone, Debug)]
pub struct Slack {
    /// The channel's id.
    pub channel: String,
    /// The file names no channel: it is the default.
    pub channel_unset: bool,
    /// Which server speaks; default its host name.
    pub label: String,
    /// The base of Slack's methods, without a slash at its end; plain http only towards loopback.
    pub api_url: String,
    /// Further roots of the certificates that Slack, or a proxy before it, may show.
    pub ca_file: Option<CaFile>,
    /// The language of alerts and digest.
    pub language: Language,
}

/// `[partners]`.
#[derive(Clone, Debug)]
pub struct Partners {
    /// The Unix group of the partners.
    pub group: String,
    /// Further accounts, also those that exist on other hosts only.
    pub users: Vec<String>,
    /// Display names.
    pub names: BTreeMap<String, String>,
}

/// `[source]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceConfig {
    /// Which source.
    pub kind: SourceKind,
    /// The log file.
    pub auth_log: PathBuf,
    /// The journals to read instead of the machine's own.
    pub journal_directory: Option<PathBuf>,
}

impl SourceConfig {
    /// Is it a log that this machine's own sshd writes? Not where its place is one of other machines' logs, or may be.
    pub fn is_this_machines(&self) -> bool {
        let own_log = self.kind != SourceKind::AuthLog || self.auth_log == Path::new(AUTH_LOG);
        self.journal_directory.is_none() && own_log
    }
}

/// `source.kind`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceKind {
    /// The journal where it can be read, else auth.log.
    #[default]
    Auto,
    /// The journal.
    Journal,
    /// The log file.
    AuthLog,
}

/// `[digest]`.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Minutes after midnight from which a run of digest closes the day.
    pub closes_from: u32,
    /// The partners that did nothing are named.
    pub idle: bool,
}

/// `[heartbeat]`.
#[derive(Clone, Debug, Default)]
pub struct Heartbeat {
    /// What is fetched every five minutes while all is well; plain http only towards loopback.
    pub url: Option<Url>,
}

/// Where rsyslog writes what sshd says, on Debian.
pub(super) const AUTH_LOG: &str = "/var/log/auth.log";
