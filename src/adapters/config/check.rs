//! From what is written to what can be used: every value checked once.

use std::path::PathBuf;

use reqwest::Url;
use toml::{Spanned, Value};

use super::ca_file::ca_file;
use super::file::{self, ConfigError, Text};
use super::{Config, Digest, Heartbeat, Partners, Slack, SourceConfig, SourceKind};
use crate::adapters::config::model::AUTH_LOG;
use crate::adapters::config::values::{duration, time_of_day, zone};
use crate::domain::base::language::Language;
use crate::domain::base::policy::Alerts;

/// The team's channel.
const CHANNEL: &str = "C0APAF806F8";

/// An example of a server's label; the default is the host name.
const LABEL: &str = "sftp1";

/// The partners' group.
const GROUP: &str = "sftp-feeds";

/// Slack's Web API.
const API_URL: &str = "https://slack.com/api";

/// An example of an address to be fetched.
const HEARTBEAT_URL: &str = "https://hc-ping.com/your-uuid";

/// 23:00, before the timer's 23:59.
const CLOSES_FROM: u32 = 23 * 60;

/// The most messages of one kind in an hour that can be asked for: one a second.
const MOST_PER_HOUR: i64 = 3_600;

pub(super) fn check(file: file::File, text: &Text<'_>) -> Result<Config, ConfigError> {
    let (own, partners) = file.alerts.split();
    let alerts = alerts(own, &Alerts::default(), text)?;
    let alerts_of = partners
        .into_iter()
        .map(|(name, own)| Ok((name, self::alerts(own, &alerts, text)?)))
        .collect::<Result<_, ConfigError>>()?;
    let zone = zone(file.timezone, "timezone", text)?;
    let (expects, warnings) = super::expect::expects(file.expect, zone, text)?;
    Ok(Config {
        path: text.path.to_owned(),
        zone,
        expects,
        warnings,
        slack: slack(file.slack, text)?,
        partners: Partners {
            group: not_empty(file.partners.group, GROUP, "partners.group", text)?,
            users: users(file.partners.users, text)?,
            names: file.partners.names,
        },
        source: source(file.source, text)?,
        alerts,
        alerts_of,
        digest: Digest {
            closes_from: closes_from(file.digest.closes_from, text)?,
            idle: file.digest.idle.unwrap_or(true),
        },
        heartbeat: Heartbeat {
            url: heartbeat(file.heartbeat.url, text)?,
        },
    })
}

fn slack(slack: file::Slack, text: &Text<'_>) -> Result<Slack, ConfigError> {
    let language = match &slack.language {
        None => Language::French,
        Some(language) => match language.get_ref().as_str() {
            "fr" => Language::French,
            "en" => Language::English,
            other => {
                let what = format!("slack.language: \"{other}\" is neither \"fr\" nor \"en\"");
                return Err(text.wrong(Some(language.span()), what));
            }
        },
    };
    Ok(Slack {
        channel_unset: slack.channel.is_none(),
        channel: not_empty(slack.channel, CHANNEL, "slack.channel", text)?,
        label: match slack.label {
            None => host_name(),
            label => not_empty(label, LABEL, "slack.label", text)?,
        },
        api_url: api_url(slack.api_url, text)?,
        ca_file: ca_file(slack.ca_file, text)?,
        language,
    })
}

/// This machine's name without its domain, by uname(2): /proc/sys is hidden in the service's sandbox.
fn host_name() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let short = name.split('.').next().unwrap_or_default();
    if short.is_empty() {
        "sftp".to_owned()
    } else {
        short.to_owned()
    }
}

/// The base of Slack's methods. A mistyped address must not carry the token in the clear.
fn api_url(url: Option<Spanned<String>>, text: &Text<'_>) -> Result<String, ConfigError> {
    let Some(url) = url else {
        return Ok(API_URL.to_owned());
    };
    let wrong = |what: &str| text.wrong(Some(url.span()), format!("slack.api-url: {what}"));
    let parsed = address(url.get_ref(), API_URL).map_err(|what| wrong(&what))?;
    let bare = parsed.query().is_none() && parsed.fragment().is_none();
    if !bare || !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(wrong(
            "an address without user, password, query and fragment is needed",
        ));
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

/// What is fetched while all is well; an empty address is none.
fn heartbeat(url: Option<Spanned<String>>, text: &Text<'_>) -> Result<Option<Url>, ConfigError> {
    let Some(url) = url.filter(|url| !url.get_ref().is_empty()) else {
        return Ok(None);
    };
    let parsed = address(url.get_ref(), HEARTBEAT_URL);
    parsed
        .map(Some)
        .map_err(|what| text.wrong(Some(url.span()), format!("heartbeat.url: {what}")))
}

/// An address that shows its secrets to nobody: https, or plain http towards this machine.
fn address(url: &str, example: &str) -> Result<Url, String> {
    let parsed = Url::parse(url).map_err(|error| format!("{error}; for example \"{example}\""))?;
    let loopback = match parsed.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match parsed.scheme() {
        "https" => Ok(parsed),
        "http" if loopback => Ok(parsed),
        "http" => Err(
            "plain http can be read by others on the way: use https (http only towards this machine)"
                .to_owned(),
        ),
        _ => Err("neither https nor http".to_owned()),
    }
}

fn source(source: file::Source, text: &Text<'_>) -> Result<SourceConfig, ConfigError> {
    let kind = match &source.kind {
        None => SourceKind::Auto,
        Some(kind) => match kind.get_ref().as_str() {
            "auto" => SourceKind::Auto,
            "journal" => SourceKind::Journal,
            "auth-log" => SourceKind::AuthLog,
            other => {
                let what = format!(
                    "source.kind: \"{other}\" is none of \"auto\", \"journal\", \"auth-log\""
                );
                return Err(text.wrong(Some(kind.span()), what));
            }
        },
    };
    let absolute = |path: Option<Spanned<PathBuf>>, key: &str| match path {
        Some(path) if !path.get_ref().is_absolute() => Err(text.wrong(
            Some(path.span()),
            format!("source.{key}: a path that begins with / is needed"),
        )),
        path => Ok(path.map(Spanned::into_inner)),
    };
    Ok(SourceConfig {
        kind,
        auth_log: absolute(source.auth_log, "auth-log")?.unwrap_or_else(|| AUTH_LOG.into()),
        journal_directory: absolute(source.journal_directory, "journal-directory")?,
    })
}

fn alerts(own: file::Alerts, general: &Alerts, text: &Text<'_>) -> Result<Alerts, ConfigError> {
    let max_per_hour = match own.max_per_hour {
        None => general.max_per_hour,
        Some(most) if (1..=MOST_PER_HOUR).contains(most.get_ref()) => {
            u32::try_from(*most.get_ref()).unwrap_or(1)
        }
        Some(most) => {
            let what = format!(
                "max-per-hour: a number from 1 to {MOST_PER_HOUR} is needed (to be told nothing: login = false and the like)"
            );
            return Err(text.wrong(Some(most.span()), what));
        }
    };
    Ok(Alerts {
        login: own.login.unwrap_or(general.login),
        failure: own.failure.unwrap_or(general.failure),
        hindered: own.hindered.unwrap_or(general.hindered),
        upload: own.upload.unwrap_or(general.upload),
        download: own.download.unwrap_or(general.download),
        max_per_hour,
        again_after: duration(own.again_after, general.again_after, "again-after", text)?,
        group_window: duration(own.group_window, general.group_window, "group-window", text)?,
        quiet_after: duration(own.quiet_after, general.quiet_after, "quiet-after", text)?,
    })
}

fn closes_from(value: Option<Spanned<Value>>, text: &Text<'_>) -> Result<u32, ConfigError> {
    match value {
        None => Ok(CLOSES_FROM),
        Some(value) => time_of_day(&value, ("digest.closes-from", "23:00"), text),
    }
}

fn users(users: Vec<Spanned<String>>, text: &Text<'_>) -> Result<Vec<String>, ConfigError> {
    let account = |user: Spanned<String>| match user.get_ref().trim().is_empty() {
        true => Err(text.wrong(
            Some(user.span()),
            "partners.users: an empty name; for example [\"alice\", \"bob\"]",
        )),
        false => Ok(user.into_inner()),
    };
    users.into_iter().map(account).collect()
}

fn not_empty(
    value: Option<Spanned<String>>,
    default: &str,
    key: &str,
    text: &Text<'_>,
) -> Result<String, ConfigError> {
    match value {
        None => Ok(default.to_owned()),
        Some(value) if value.get_ref().trim().is_empty() => Err(text.wrong(
            Some(value.span()),
            format!("{key}: empty; for example \"{default}\""),
        )),
        Some(value) => Ok(value.into_inner()),
    }
}
