//! Turns the text of the configuration file into checked values: each key once, with its default and its limits.

use std::collections::BTreeMap;

use super::ca_file::ca_file;
use super::expect::expects;
use super::keys::{ConfigError, Keys, Text};
use super::model::AUTH_LOG;
use super::routes;
use super::values::{
    absolute, address, duration, not_empty, number, optional_address, remind, time_of_day, zone,
};
use super::{
    Config, DigestConfig, HeartbeatConfig, Partners, Slack, SourceConfig, SourceKind, WebhookConfig,
};
use crate::domain::alerts::AlertKind;
use crate::domain::base::language::Language;
use crate::domain::base::policy::{AlertPolicy, FollowUp};

/// The default channel: the team's.
const CHANNEL: &str = "C0APAF806F8";

/// An example of a server's label; the default is the host name.
const LABEL: &str = "sftp1";

/// The default group of the partners.
const GROUP: &str = "sftp-feeds";

/// The default address: Slack's Web API.
const API_URL: &str = "https://slack.com/api";

/// An example of a heartbeat address.
const HEARTBEAT_URL: &str = "https://hc-ping.com/your-uuid";

/// An example of a webhook's address.
const WEBHOOK_URL: &str = "https://hooks.example.com/sftp";

/// 23:00 in minutes: before the timer fires at 23:59.
const CLOSES_FROM: u32 = 23 * 60;

/// The upper limit of `max-per-hour`: one message a second.
const MOST_PER_HOUR: u32 = 3_600;

/// Reads the configuration from this text.
pub(super) fn config(text: &Text<'_>) -> Result<Config, ConfigError> {
    let mut keys = text.keys()?;
    let zone = keys.get("timezone", zone)?.unwrap_or_default();
    let slack = keys.section("slack", slack)?;
    let partners = keys.section("partners", partners)?;
    let source = keys.section("source", source)?;
    let mut own = keys.table("alerts")?;
    let alerts = alerts(&mut own, &AlertPolicy::default())?;
    let of_partners = own.table("partners")?.named_tables()?.into_iter();
    own.end()?;
    let (mut alerts_of, mut channels) = (BTreeMap::new(), BTreeMap::new());
    for (name, mut keys) in of_partners {
        let own = self::alerts(&mut keys, &alerts)?;
        let channel = keys.get("channel", not_empty(routes::CHANNEL))?;
        keys.end()?;
        channels.extend(channel.map(|channel| (name.clone(), channel)));
        alerts_of.insert(name, own);
    }
    let (main, label) = (&slack.channel, &slack.label);
    let routes = routes::routes(&mut keys, main, label, channels, text)?;
    let digest = keys.section("digest", digest)?;
    let heartbeat = keys.section("heartbeat", heartbeat)?;
    let webhook = keys.section("webhook", webhook)?;
    let feeds = expects(&mut keys, zone, text)?;
    keys.end()?;
    Ok(Config {
        path: text.path.to_owned(),
        zone,
        slack,
        partners,
        source,
        alerts,
        alerts_of,
        routes,
        digest,
        heartbeat,
        webhook,
        expects: feeds.expects,
        by_pattern: feeds.by_pattern,
        warnings: feeds.warnings,
    })
}

fn slack(keys: &mut Keys<'_>) -> Result<Slack, ConfigError> {
    let channel = keys.get("channel", not_empty(CHANNEL))?;
    let label = keys.get("label", not_empty(LABEL))?;
    Ok(Slack {
        channel_unset: channel.is_none(),
        channel: channel.unwrap_or_else(|| CHANNEL.to_owned()),
        label: label.unwrap_or_else(host_name),
        api_url: (keys.get("api-url", api_url)?).unwrap_or_else(|| API_URL.to_owned()),
        ca_file: keys.get("ca-file", ca_file)?.flatten(),
        language: keys.get("language", language)?.unwrap_or_default(),
    })
}

fn partners(keys: &mut Keys<'_>) -> Result<Partners, ConfigError> {
    let group = keys.get("group", not_empty(GROUP))?;
    let user = |user: String| match user.trim().is_empty() {
        true => Err("an empty name; for example [\"alice\", \"bob\"]".to_owned()),
        false => Ok(user),
    };
    Ok(Partners {
        group: group.unwrap_or_else(|| GROUP.to_owned()),
        users: keys.list("users", user)?,
        names: keys.get("names", Ok)?.unwrap_or_default(),
        certificates: keys.get("certificates", absolute)?,
    })
}

fn source(keys: &mut Keys<'_>) -> Result<SourceConfig, ConfigError> {
    Ok(SourceConfig {
        kind: keys.get("kind", kind)?.unwrap_or_default(),
        auth_log: (keys.get("auth-log", absolute)?).unwrap_or_else(|| AUTH_LOG.into()),
        journal_directory: keys.get("journal-directory", absolute)?,
    })
}

/// Reads the keys of `[alerts]` or of one partner's table; a key that is missing has the general value.
fn alerts(keys: &mut Keys<'_>, general: &AlertPolicy) -> Result<AlertPolicy, ConfigError> {
    let hint = " (to switch messages off: login = false and the like)";
    let most = keys.get("max-per-hour", number(MOST_PER_HOUR, hint))?;
    let mut told = |key, general| Ok(keys.get(key, Ok)?.unwrap_or(general));
    Ok(AlertPolicy {
        login: told("login", general.login)?,
        failure: told("failure", general.failure)?,
        hindered: told("hindered", general.hindered)?,
        upload: told("upload", general.upload)?,
        download: told("download", general.download)?,
        expiry: told("expiry", general.expiry)?,
        new_address: told("new-address", general.new_address)?,
        new_key: told("new-key", general.new_key)?,
        max_per_hour: most.unwrap_or(general.max_per_hour),
        again_after: (keys.get("again-after", duration)?).unwrap_or(general.again_after),
        group_window: (keys.get("group-window", duration)?).unwrap_or(general.group_window),
        follow_up: keys
            .get("follow-up", follow_up)?
            .unwrap_or(general.follow_up),
        quiet_after: (keys.get("quiet-after", duration)?).unwrap_or(general.quiet_after),
        remind: keys.get("remind", remind)?.unwrap_or(general.remind),
    })
}

fn digest(keys: &mut Keys<'_>) -> Result<DigestConfig, ConfigError> {
    let closes_from = keys.get("closes-from", time_of_day("23:00"))?;
    Ok(DigestConfig {
        closes_from: closes_from.unwrap_or(CLOSES_FROM),
        idle: keys.get("idle", Ok)?.unwrap_or(true),
    })
}

/// Reads the address that is fetched while all is well; `None` for an empty one.
fn heartbeat(keys: &mut Keys<'_>) -> Result<HeartbeatConfig, ConfigError> {
    let url = keys.get("url", optional_address(HEARTBEAT_URL))?;
    Ok(HeartbeatConfig { url: url.flatten() })
}

/// Reads where events are posted to; `None` for an empty address.
fn webhook(keys: &mut Keys<'_>) -> Result<WebhookConfig, ConfigError> {
    let url = keys.get("url", optional_address(WEBHOOK_URL))?;
    let kinds: Vec<AlertKind> = keys.list("kinds", |name: String| name.parse())?;
    Ok(WebhookConfig {
        url: url.flatten(),
        kinds: match kinds.is_empty() {
            true => AlertKind::ALL.to_vec(),
            false => kinds,
        },
        ca_file: keys.get("ca-file", ca_file)?.flatten(),
    })
}

fn language(name: String) -> Result<Language, String> {
    match name.as_str() {
        "fr" => Ok(Language::French),
        "en" => Ok(Language::English),
        other => Err(format!("\"{other}\" is neither \"fr\" nor \"en\"")),
    }
}

fn follow_up(name: String) -> Result<FollowUp, String> {
    match name.as_str() {
        "edit" => Ok(FollowUp::Edit),
        "thread" => Ok(FollowUp::Thread),
        "post" => Ok(FollowUp::Post),
        other => Err(format!(
            "\"{other}\" is none of \"edit\", \"thread\", \"post\""
        )),
    }
}

fn kind(name: String) -> Result<SourceKind, String> {
    match name.as_str() {
        "auto" => Ok(SourceKind::Auto),
        "journal" => Ok(SourceKind::Journal),
        "auth-log" => Ok(SourceKind::AuthLog),
        other => Err(format!(
            "\"{other}\" is none of \"auto\", \"journal\", \"auth-log\""
        )),
    }
}

/// This machine's name without its domain, by uname(2): /proc/sys is hidden in the service's sandbox.
fn host_name() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy();
    match name.split('.').next() {
        None | Some("") => "sftp".to_owned(),
        Some(short) => short.to_owned(),
    }
}

/// The base URL of Slack's methods. A wrong address must not carry the token without encryption.
fn api_url(url: String) -> Result<String, String> {
    let url = address(&url, API_URL)?;
    let bare = url.query().is_none() && url.fragment().is_none();
    match bare && url.username().is_empty() && url.password().is_none() {
        true => Ok(url.as_str().trim_end_matches('/').to_owned()),
        false => Err("the address must have no user, password, query or fragment".to_owned()),
    }
}
