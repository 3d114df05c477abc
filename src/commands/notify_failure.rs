//! `notify-failure`: reports in Slack that a unit failed; `OnFailure=` of our units starts it. It needs no state: the state may
//! be the cause of the failure.

use std::time::Duration;

use anyhow::{Context, anyhow};

use crate::adapters::config::{Config, Token};
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::service::property;
use crate::adapters::slack::{ProxySettings, SlackClient};
use crate::adapters::store::StopTold;
use crate::commands::cli::{self, Cli};
use crate::commands::clock::{now, wait};
use crate::domain::alerts::Layout;
use crate::domain::base::stop::Stop;
use crate::domain::render::{FailedUnit, unit_failed};
use crate::domain::slack_reply::{AfterPost, RateLimiter};

/// How long a run waits for Slack in total; then its unit tries again later.
const PATIENCE: Duration = Duration::from_secs(120);

/// The daemon's unit.
const SERVICE: &str = "sftp-monitor.service";

/// Runs the command.
pub fn command(cli: &Cli, arguments: &cli::NotifyFailureArgs) -> anyhow::Result<u8> {
    let config = match Config::load(cli.config.as_deref()) {
        Ok(config) => config,
        Err(error) => {
            // The configuration may be the cause of the failure.
            let told = format!("{error}; its settings of Slack are used nevertheless");
            line(Priority::Warning, &told);
            Config::of_slack_alone(cli.config.as_deref())?
        }
    };
    let again = format!("sftp-monitor-failure@{}.service", arguments.unit);
    let token = Token::find(&again)?;
    let unit = FailedUnit {
        name: arguments.unit.clone(),
        how: how(|name| std::env::var(name).ok()),
        restarts: restarts(&arguments.unit),
        at: now(),
    };
    let client = SlackClient::by(&ProxySettings::find(), &config.slack, &token)?;
    wait(tell(&unit, &client, &config)).context("starting")??;
    let told = format!("Slack was told that {} failed", unit.name);
    about(Topic::UNIT_FAILED, Priority::Notice, &told);
    if unit.name == SERVICE {
        let directory = cli.state_directory();
        if let Err(error) = StopTold::leave(&directory) {
            let (place, name) = (directory.display(), unit.name);
            let told = format!("{place}: {error}: Slack will not be told when {name} runs again");
            line(Priority::Warning, &told);
        }
    }
    Ok(0)
}

/// How the unit ended, as systemd passes it to a unit started by `OnFailure=` (systemd.exec(5), since systemd 251).
fn how(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let result = variable("MONITOR_SERVICE_RESULT")?;
    match variable("MONITOR_EXIT_STATUS") {
        Some(status) => Some(format!("{result} {status}")),
        None => Some(result),
    }
}

/// How often systemd has restarted the unit automatically; 0 if unknown.
fn restarts(unit: &str) -> u64 {
    property(unit, "NRestarts").parse().unwrap_or(0)
}

/// Posts until Slack accepts the message or refuses it for good, or the time is up.
async fn tell(unit: &FailedUnit, client: &SlackClient, config: &Config) -> anyhow::Result<()> {
    let (voice, routes) = (&config.voice(), &config.routes);
    let until = now().plus(PATIENCE);
    let (mut form, mut limiter) = (Layout::default(), RateLimiter::default());
    loop {
        let mut message = unit_failed(unit, form, voice);
        if let Some(id) = routes.own().mention {
            message = message.calling(id);
        }
        let answer = client.post_own(&message, routes, voice.language).await;
        match limiter.settle(form, &answer, now()) {
            AfterPost::Done => return Ok(()),
            AfterPost::Again { form: plainer } => {
                form = plainer;
                tokio::time::sleep(limiter.ready_at(now(), None).since(now())).await;
            }
            AfterPost::Park { error } | AfterPost::Gone { error } => {
                return Err(anyhow!("Slack refused the message: {error}"));
            }
            AfterPost::Fix { .. } => return Err(Stop::Later(format!("Slack: {answer}")).into()),
            AfterPost::Pause { until: pause, .. } if pause > until => {
                return Err(Stop::Later(format!("Slack: {answer}")).into());
            }
            AfterPost::Pause { until: pause, .. } => {
                line(Priority::Warning, &format!("Slack: {answer}"));
                tokio::time::sleep(pause.since(now())).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_unit_ended_is_told_as_far_as_systemd_says() {
        let of = |result: Option<&str>, status: Option<&str>| {
            how(|name| {
                let value = match name {
                    "MONITOR_SERVICE_RESULT" => result,
                    _ => status,
                };
                value.map(str::to_owned)
            })
        };
        assert_eq!(
            of(Some("exit-code"), Some("78")).as_deref(),
            Some("exit-code 78")
        );
        assert_eq!(
            of(Some("watchdog"), Some("ABRT")).as_deref(),
            Some("watchdog ABRT")
        );
        assert_eq!(of(Some("timeout"), None).as_deref(), Some("timeout"));
        assert_eq!(of(None, None), None);
    }
}
