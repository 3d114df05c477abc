//! Checks the clock: its zone, its synchronisation, and whether the digest's timer fires when the day may be closed.

use std::process::Command;
use std::time::Duration;

use chrono::Timelike;

use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::units::TIMER;
use crate::adapters::program;
use crate::domain::base::time::{Time, Zone};

/// The time limit for timedatectl: its service may have to start first.
const DEADLINE: Duration = Duration::from_secs(10);

/// The facts about the clock.
#[derive(Debug)]
struct ClockFacts {
    zone: Zone,
    /// The machine's own zone, if it is known.
    machine: Option<String>,
    /// The clock is synchronised; `None` if this is unknown, or if the clock is another machine's.
    synchronised: Option<bool>,
    /// A program for synchronisation is installed.
    can: bool,
    /// That program is enabled.
    on: bool,
    /// The digest closes the day if it runs at this minute after midnight or later.
    closes_from: u32,
}

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let facts = gather(machine.config.zone, machine.config.digest.closes_from);
    let found = judge(&facts, machine.units.next, machine.now);
    report.findings.extend(found);
}

fn gather(zone: Zone, closes_from: u32) -> ClockFacts {
    let target = std::fs::read_link("/etc/localtime").unwrap_or_default();
    let target = target.to_string_lossy();
    let machine = target.split_once("zoneinfo/");
    // A container has the clock of its host.
    let mut detect = Command::new("systemd-detect-virt");
    let contained = program::output(detect.args(["--quiet", "--container"]), DEADLINE).is_ok();
    let mut ask = Command::new("timedatectl");
    let said = match contained {
        true => String::new(),
        false => program::text(ask.arg("show"), DEADLINE).unwrap_or_default(),
    };
    let is = |property: &str, value: &str| {
        said.lines()
            .any(|line| line == format!("{property}={value}"))
    };
    let synchronised = is("NTPSynchronized", "yes");
    ClockFacts {
        zone,
        machine: machine.map(|(_, name)| name.to_owned()),
        synchronised: (synchronised || is("NTPSynchronized", "no")).then_some(synchronised),
        can: !is("CanNTP", "no"),
        on: is("NTP", "yes"),
        closes_from,
    }
}

fn judge(facts: &ClockFacts, timer: Option<Time>, now: Time) -> Vec<Finding> {
    let name = match (facts.zone, &facts.machine) {
        (Zone::Named(zone), _) => zone.name().to_owned(),
        (Zone::Machine, Some(machine)) => format!("{machine}, the machine's"),
        (Zone::Machine, None) => "the machine's".to_owned(),
    };
    let local = facts.zone.local(now).format("%H:%M");
    let set = match facts.synchronised {
        Some(true) => ", synchronised",
        Some(false) | None => "",
    };
    let mut found = vec![Finding::ok("clock", format!("{local}, zone {name}{set}"))];
    if facts.synchronised == Some(false) {
        let (said, fix) = match (facts.can, facts.on) {
            (false, _) => (
                "no program sets the clock, and none is installed",
                "sudo apt-get install systemd-timesyncd",
            ),
            (true, false) => ("no program sets the clock", "sudo timedatectl set-ntp true"),
            (true, true) => (
                "the clock is not synchronised, because no time server has answered",
                "timedatectl status",
            ),
        };
        let said = format!("{said}: days would begin at the wrong time");
        found.push(Finding::warning("clock", said).fixed_by(fix));
    }
    found.extend(timer.and_then(|next| early(facts, next)));
    found
}

/// Warns if the timer fires before the digest may close the day: its table would come a day late.
fn early(facts: &ClockFacts, next: Time) -> Option<Finding> {
    let (at, from) = (facts.zone.local(next), facts.closes_from);
    if at.hour() * 60 + at.minute() >= from {
        return None;
    }
    let (place, zone) = match facts.zone {
        Zone::Named(zone) => (format!(" in {}", zone.name()), format!(" {}", zone.name())),
        Zone::Machine => (String::new(), String::new()),
    };
    let (hour, minute) = (from / 60, from % 60);
    let (next, day) = (at.format("%Y-%m-%d %H:%M"), at.date_naive());
    let said = format!(
        "{TIMER} fires next at {next}{place}, before digest.closes-from ({hour:02}:{minute:02}): {day} is not closed then, and its table is posted by the next run"
    );
    let directory = format!("/etc/systemd/system/{TIMER}.d");
    let fix = format!(
        "sudo install -d {directory} && printf '[Timer]\\nOnCalendar=\\nOnCalendar=*-*-* 23:59:00{zone}\\n' \
         | sudo tee {directory}/zz-time.conf && sudo systemctl daemon-reload && sudo systemctl restart {TIMER}"
    );
    Some(Finding::warning("timer", said).fixed_by(fix))
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;

    const NOW: Time = Time::from_seconds(1_774_843_675); // 2026-03-30 06:07:55 in Paris

    fn judged(zone: Zone, synchronised: Option<bool>, next: i64) -> String {
        let facts = ClockFacts {
            zone,
            machine: Some("Etc/UTC".to_owned()),
            synchronised,
            can: true,
            on: false,
            closes_from: 23 * 60,
        };
        told(&judge(&facts, Some(Time::from_seconds(next)), NOW))
    }

    #[test]
    fn a_timer_of_another_zone_fires_too_early() {
        let paris = Zone::Named(chrono_tz::Europe::Paris);
        assert_eq!(
            judged(paris, Some(true), 1_774_907_940),
            "ok clock: 06:07, zone Europe/Paris, synchronised\n"
        );
        // 23:59 UTC is 01:59 in Paris.
        assert_eq!(
            judged(paris, None, 1_774_915_140),
            "ok clock: 06:07, zone Europe/Paris\n\
             warning timer: sftp-monitor-digest.timer fires next at 2026-03-31 01:59 in Europe/Paris, before digest.closes-from (23:00): \
             2026-03-31 is not closed then, and its table is posted by the next run\n  \
             > sudo install -d /etc/systemd/system/sftp-monitor-digest.timer.d && \
             printf '[Timer]\\nOnCalendar=\\nOnCalendar=*-*-* 23:59:00 Europe/Paris\\n' \
             | sudo tee /etc/systemd/system/sftp-monitor-digest.timer.d/zz-time.conf && sudo systemctl daemon-reload \
             && sudo systemctl restart sftp-monitor-digest.timer\n"
        );
    }

    #[test]
    fn a_clock_that_nothing_sets_is_told() {
        let said = judged(Zone::Named(chrono_tz::UTC), Some(false), 1_774_915_140);
        assert!(
            said.contains("warning clock: no program sets the clock"),
            "{said}"
        );
    }

    #[test]
    fn what_sets_the_clock_is_installed_before_it_is_switched_on() {
        let mend = |can, on| {
            let facts = ClockFacts {
                zone: Zone::Named(chrono_tz::UTC),
                machine: None,
                synchronised: Some(false),
                can,
                on,
                closes_from: 23 * 60,
            };
            judge(&facts, None, NOW)
                .pop()
                .and_then(|found| found.remedy)
        };
        for (can, on, expected) in [
            (false, false, "sudo apt-get install systemd-timesyncd"),
            (true, false, "sudo timedatectl set-ntp true"),
            (true, true, "timedatectl status"),
        ] {
            assert_eq!(mend(can, on).as_deref(), Some(expected));
        }
    }
}
