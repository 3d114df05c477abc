//! Checks the journal: whether it survives a reboot, how far back it reaches, and what journald drops in a flood.

use std::path::Path;
use std::time::{Duration, SystemTime};

use systemd::journal::OpenOptions;

use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::units::Units;
use crate::adapters::source::choice::Log;
use crate::adapters::source::journal::{DROPPED, limit, may_hold_ssh, reach};
use crate::domain::base::names::many;
use crate::domain::base::time::Time;
use crate::domain::sessions::Limit;

/// The name of the matter.
const NAME: &str = "journal";

/// The directories of journald's files, on disk and in memory.
const DISK: &str = "/var/log/journal";
const MEMORY: &str = "/run/log/journal";

/// No session writes so many lines a second: an sftp-server reaches a fifth of it, since each line is a separate connection.
const ENOUGH: u64 = 100_000;

/// An example configuration without a limit.
const EXAMPLE: &str = "/usr/share/doc/sftp-monitor/examples/journald-limit.conf";

/// How far back dropped lines are looked for.
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// The facts about the journal.
#[derive(Debug)]
struct JournalFacts {
    /// Its files are on disk.
    persistent: bool,
    /// The time of its first entry.
    begins: Option<Time>,
    limit: Option<Limit>,
    /// The number of messages of sshd and its sessions that journald dropped within the week.
    dropped: u64,
}

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    if machine.log == Some(Log::Journal) {
        let facts = gather(machine.units, machine.now);
        report.findings.extend(judge(&facts, machine.now));
    }
}

fn gather(units: &Units, now: Time) -> JournalFacts {
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let written = |root: &str| {
        let file = Path::new(root).join(machine.trim()).join("system.journal");
        std::fs::metadata(file)
            .and_then(|meta| meta.modified())
            .ok()
    };
    // The file in the other place may be an old one, from before a change of journald's storage.
    let persistent = is_persistent(written(DISK), written(MEMORY));
    let ssh = format!("{}.service", units.ssh().unit);
    let of_ssh = |property| units.get(&ssh, property);
    let of_unit = of_unit(
        of_ssh("LogRateLimitBurst"),
        of_ssh("LogRateLimitIntervalUSec"),
    );
    JournalFacts {
        persistent,
        begins: begins(persistent),
        // The lower limit is reached first.
        limit: of_unit
            .into_iter()
            .chain(limit::limit())
            .min_by_key(|limit| limit.burst),
        dropped: dropped(now).unwrap_or(0),
    }
}

/// Is the file on disk the one that is written to now?
fn is_persistent(disk: Option<SystemTime>, memory: Option<SystemTime>) -> bool {
    disk.is_some() && disk >= memory
}

/// The time of the first entry; without a journal on disk, only of entries in memory.
fn begins(persistent: bool) -> Option<Time> {
    let directory = (!persistent).then_some(Path::new(MEMORY));
    let (begins, _) = reach(directory).ok()??;
    Some(begins)
}

fn dropped(now: Time) -> systemd::Result<u64> {
    let mut journal = OpenOptions::default().local_only(true).open()?;
    journal.match_add("MESSAGE_ID", DROPPED)?;
    journal.seek_realtime_usec(u64::try_from(now.minus(WEEK).0).unwrap_or(0))?;
    let mut dropped = 0;
    while let Some(entry) = journal.next_entry()? {
        let message = entry.get("MESSAGE");
        dropped += message.and_then(|text| suppressed(text)).unwrap_or(0);
    }
    Ok(dropped)
}

/// Reads `Suppressed 17 messages from session-5.scope`, if the unit may be sshd's.
fn suppressed(message: &str) -> Option<u64> {
    let (count, unit) = message
        .strip_prefix("Suppressed ")?
        .split_once(" messages from ")?;
    let ours = may_hold_ssh(unit.trim().as_bytes());
    count.parse().ok().filter(|_| ours)
}

/// A unit's own limit; `None` if it is `0`.
fn of_unit(burst: &str, interval: &str) -> Option<Limit> {
    let burst = burst.parse().ok().filter(|burst| *burst > 0)?;
    let interval = limit::span(interval).filter(|interval| !interval.is_zero())?;
    Some(Limit { burst, interval })
}

/// The command that sets a line of journald's configuration, and then runs another command.
fn configured(line: &str, file: &str, then: &str) -> String {
    format!(
        "sudo install -d /etc/systemd/journald.conf.d && printf '[Journal]\\n{line}\\n' \
         | sudo tee /etc/systemd/journald.conf.d/{file} && sudo systemctl restart systemd-journald.service && {then}"
    )
}

fn judge(facts: &JournalFacts, now: Time) -> Vec<Finding> {
    let reach = facts.begins.map(|begins| away(now.since(begins)));
    let reach = reach.unwrap_or_default();
    let kept = match facts.persistent {
        true => Finding::ok(NAME, format!("on disk{reach}")),
        false => {
            let said =
                format!("in memory only: a reboot deletes entries that were not read yet{reach}");
            let (line, then) = ("Storage=persistent", "sudo journalctl --flush");
            Finding::warning(NAME, said).fixed_by(configured(line, "zz-storage.conf", then))
        }
    };
    vec![kept, of_limit(facts)]
}

/// Judges whether the limit lets a flood hide lines of sessions.
fn of_limit(facts: &JournalFacts) -> Finding {
    let Some(Limit { burst, interval }) = facts.limit else {
        return Finding::ok(NAME, "journald has no rate limit, so it drops no message");
    };
    let span = humantime::format_duration(interval);
    let rate = format!("{burst} lines of a session in {span}");
    // A drop-in of sshd's unit does not help: a session has its own scope, and scopes have no such setting.
    let raise = configured(
        "RateLimitIntervalSec=0",
        "zz-sftp-monitor.conf",
        "sudo systemctl try-reload-or-restart sftp-monitor.service",
    );
    let at_least = |lines: u64, of: Duration| {
        u128::from(burst) * of.as_millis() >= u128::from(lines) * interval.as_millis()
    };
    let enough = at_least(ENOUGH, Duration::from_secs(1));
    let default = Limit::default();
    if facts.dropped > 0 && !enough {
        let lost = many(facts.dropped, "line");
        let said = format!(
            "journald dropped {lost} of sshd or of sessions within a week: more than {rate}"
        );
        Finding::warning(NAME, said).fixed_by(raise)
    } else if !at_least(default.burst, default.interval) {
        let said = format!(
            "journald drops messages beyond {rate}, so many messages at once can hide uploads"
        );
        Finding::warning(NAME, said).fixed_by(raise)
    } else if enough {
        Finding::ok(
            NAME,
            format!("journald accepts {rate}: no session writes more"),
        )
    } else {
        let said = format!(
            "journald accepts {rate} and drops further ones: a partner can hide transfers in this way, and the day's table names who came near the limit ({EXAMPLE} removes the limit)"
        );
        Finding::ok(NAME, said)
    }
}

/// How long the service may be down without missing an entry.
fn away(reach: Duration) -> String {
    let reach = match (reach.as_secs() / 86_400, reach.as_secs() / 3_600) {
        (0, 0) => return ", with less than an hour of entries".to_owned(),
        (0, hours) => format!("{hours} h"),
        (days, _) => many(days, "day"),
    };
    format!(", reaching back {reach}: the service can be stopped for as long and loses no entry")
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;

    const NOW: Time = Time::from_seconds(1_774_843_675);

    fn judged(persistent: bool, configuration: &str, dropped: u64) -> String {
        let facts = JournalFacts {
            persistent,
            begins: Some(NOW.minus(Duration::from_secs(9 * 86_400 + 100))),
            limit: limit::of_configuration(configuration),
            dropped,
        };
        told(&judge(&facts, NOW))
    }

    #[test]
    fn a_journal_on_disk_says_how_long_one_can_be_away() {
        assert_eq!(
            judged(true, "#RateLimitBurst=5\n", 0),
            "ok journal: on disk, reaching back 9 days: the service can be stopped for as long and loses no entry\n\
             ok journal: journald accepts 10000 lines of a session in 30s and drops further ones: a partner can hide transfers in this way, and the day's table names who came near the limit (/usr/share/doc/sftp-monitor/examples/journald-limit.conf removes the limit)\n"
        );
        let memory = judged(false, "", 0);
        assert!(memory.starts_with("warning journal: in memory only"));
        // The command must be one line.
        assert!(
            memory.contains(r"'[Journal]\nStorage=persistent\n' | sudo tee"),
            "{memory}"
        );
    }

    #[test]
    fn the_file_that_was_written_last_tells_where_the_journal_is() {
        let before = Some(SystemTime::UNIX_EPOCH);
        let after = Some(SystemTime::UNIX_EPOCH + WEEK);
        assert!(is_persistent(after, None) && is_persistent(after, before));
        assert!(!is_persistent(None, after) && !is_persistent(before, after));
        assert!(!is_persistent(None, None));
    }

    #[test]
    fn a_low_limit_and_losses_are_told_until_it_is_raised() {
        let low = judged(
            true,
            "[Journal]\nRateLimitBurst=20000\n[Journal]\nRateLimitBurst = 50\nRateLimitIntervalSec=1min\n",
            0,
        );
        assert!(
            low.contains(
                "warning journal: journald drops messages beyond 50 lines of a session in 1m"
            ),
            "{low}"
        );
        let lost = judged(true, "", 17);
        assert!(
            lost.contains(
                "warning journal: journald dropped 17 lines of sshd or of sessions within a week"
            ),
            "{lost}"
        );
        let raised = judged(true, "RateLimitIntervalSec=1s\nRateLimitBurst=100000\n", 17);
        assert!(
            raised.contains(
                "ok journal: journald accepts 100000 lines of a session in 1s: no session writes more"
            ),
            "{raised}"
        );
        // A partner's session writes that number within five seconds.
        assert!(
            judged(true, "RateLimitBurst=100000\n", 17)
                .contains("warning journal: journald dropped 17")
        );
        assert!(judged(true, "RateLimitBurst=0\n", 0).contains("journald has no rate limit"));
    }

    #[test]
    fn only_losses_that_may_be_sshds_count() {
        assert_eq!(
            suppressed("Suppressed 17 messages from session-5.scope"),
            Some(17)
        );
        assert_eq!(
            suppressed("Suppressed 3 messages from ssh.service"),
            Some(3)
        );
        for other in ["nginx.service", "sshguard.service"] {
            let message = format!("Suppressed 3 messages from {other}");
            assert_eq!(suppressed(&message), None, "{message}");
        }
        assert_eq!(suppressed("Suppressed many messages"), None);
    }
}
