//! The whole configuration, with checked values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::Url;

use crate::adapters::config::ca_file::CaFile;
use crate::domain::alerts::AlertKind;
use crate::domain::base::language::Language;
use crate::domain::base::policy::AlertPolicy;
use crate::domain::base::time::Zone;
use crate::domain::expect::{ByPattern, Expectation};
use crate::domain::routes::Routes;

/// The whole configuration, with checked values.
#[derive(Clone, Debug)]
pub struct Config {
    /// The path of the file, which may be missing.
    pub path: PathBuf,
    /// The time zone of all reported times and of the dates of events.
    pub zone: Zone,
    /// `[slack]`.
    pub slack: Slack,
    /// `[partners]`.
    pub partners: Partners,
    /// `[source]`.
    pub source: SourceConfig,
    /// `[alerts]` without the partners' own.
    pub alerts: AlertPolicy,
    /// `[alerts.partners.NAME]`: complete settings, with missing keys taken from `[alerts]`.
    pub alerts_of: BTreeMap<String, AlertPolicy>,
    /// `[[route]]` of this server, and the partners' own channels.
    pub routes: Routes,
    /// `[digest]`.
    pub digest: DigestConfig,
    /// `[heartbeat]`.
    pub heartbeat: HeartbeatConfig,
    /// `[webhook]`.
    pub webhook: WebhookConfig,
    /// `[[expect]]`: the feeds that must arrive.
    pub expects: Vec<Expectation>,
    /// `[[expect]]` with patterns of partners.
    pub by_pattern: ByPattern,
    /// Suspicious settings, for the log.
    pub warnings: Vec<String>,
}

/// `[slack]`.
#[derive(Clone, Debug)]
pub struct Slack {
    /// The channel's id.
    pub channel: String,
    /// The file names no channel, so `channel` is the default.
    pub channel_unset: bool,
    /// The server's name in messages; the default is its host name.
    pub label: String,
    /// The base URL of Slack's methods, without a slash at its end; plain http only towards loopback.
    pub api_url: String,
    /// Further root certificates, for Slack or for a proxy before it.
    pub ca_file: Option<CaFile>,
    /// The language of alerts and digest.
    pub language: Language,
}

/// `[partners]`.
#[derive(Clone, Debug, Default)]
pub struct Partners {
    /// The Unix group of the partners.
    pub group: String,
    /// Further partner accounts, also those that exist on other hosts only.
    pub users: Vec<String>,
    /// The display names by account.
    pub names: BTreeMap<String, String>,
    /// The directory with copies of the partners' user certificates.
    pub certificates: Option<PathBuf>,
}

/// `[source]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceConfig {
    /// The kind of the source.
    pub kind: SourceKind,
    /// The log file.
    pub auth_log: PathBuf,
    /// The journals to read instead of the machine's own.
    pub journal_directory: Option<PathBuf>,
}

impl SourceConfig {
    /// Does this machine's own sshd write the log? No if it is, or may be, a log of other machines.
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
pub struct DigestConfig {
    /// The digest closes the day if it runs at this minute after midnight or later.
    pub closes_from: u32,
    /// The digest names the partners without activity.
    pub idle: bool,
}

/// `[heartbeat]`.
#[derive(Clone, Debug, Default)]
pub struct HeartbeatConfig {
    /// The address that is fetched every five minutes while all is well; plain http only towards loopback.
    pub url: Option<Url>,
}

/// `[webhook]`.
#[derive(Clone, Debug, Default)]
pub struct WebhookConfig {
    /// The address that each event is posted to; plain http only towards loopback.
    pub url: Option<Url>,
    /// The kinds of events.
    pub kinds: Vec<AlertKind>,
    /// Further root certificates for the receiver.
    pub ca_file: Option<CaFile>,
}

/// The file where Debian's rsyslog writes sshd's messages.
pub(super) const AUTH_LOG: &str = "/var/log/auth.log";
