//! Checks for the scripts that sftp-monitor replaces: a script that still runs posts everything twice, and deletes the counters.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::words::{self, word};
use crate::adapters::service::property;

/// The name of the matter.
const NAME: &str = "old-scripts";

/// cron's own tables, and the directory of further ones.
const TABLES: [&str; 3] = ["/etc/crontab", "/etc/anacrontab", "/etc/cron.d"];

/// The directories of programs that cron runs.
const PROGRAMS: [&str; 4] = [
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
];

/// The directories of users' tables, each named after its user: Debian's and Red Hat's.
const CRONTABS: [&str; 2] = ["/var/spool/cron/crontabs", "/var/spool/cron"];

/// The directories of the administrator's own units.
const UNITS: [&str; 2] = ["/etc/systemd/system", "/usr/local/lib/systemd/system"];

/// The day's counters: the scripts kept them in a file of this name, posted it and deleted it.
const STATE: &str = "daily.json";

/// Programs that delete or empty a file.
const DELETING: [&str; 4] = ["rm", "unlink", "truncate", "shred"];

/// Logs and programs that such a script mentions.
const LOGS: [&str; 3] = ["auth.log", "internal-sftp", "sftp-server"];

/// The largest script that is read.
const LARGEST: u64 = 1 << 20;

/// A job that may start an old script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Starter {
    /// A line of a table that cron reads: the file, the line number, the line.
    Table(PathBuf, usize, String),
    /// A file that cron runs.
    Cron(PathBuf),
    /// A user's table: the user and the line.
    Crontab(String, String),
    /// A unit.
    Unit(String),
}

/// Finds the sign of an old script: it deletes the state or sends it to Slack, or sends sshd's log to Slack. Other scripts may
/// read `daily.json`, and post about other things.
fn sign(text: &str, channel: &str) -> Option<String> {
    let posts = text.contains(channel) || text.to_ascii_lowercase().contains("slack");
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let mut deletes = || words.any(|word| DELETING.contains(&word));
    if text.contains(STATE) && (posts || deletes()) {
        return Some(STATE.to_owned());
    }
    let log = LOGS.into_iter().find(|log| text.contains(log));
    log.filter(|_| posts).map(|log| format!("Slack and {log}"))
}

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let channel = &machine.config.slack.channel;
    for (starter, text) in starters() {
        let Some(sign) = sign(&with_scripts(&text), channel) else {
            continue;
        };
        let started = match &starter {
            Starter::Unit(service) => running(service),
            Starter::Table(..) | Starter::Cron(_) | Starter::Crontab(..) => vec![starter],
        };
        // Two services may have the same timer.
        started.iter().for_each(|one| report.add(judge(one, &sign)));
    }
    if !machine.root {
        report.unseen.push("the users' crontabs");
    }
}

/// All jobs of cron and systemd, each with its text.
fn starters() -> Vec<(Starter, String)> {
    let tables = files(&TABLES).map(|table| (table, false));
    let crontabs = files(&CRONTABS).map(|table| (table, true));
    let mut all = Vec::new();
    for ((table, text), of_user) in tables.chain(crontabs) {
        let lines = (1..).zip(text.lines().map(str::trim));
        for (number, line) in lines.filter(|(_, line)| !line.starts_with('#')) {
            let starter = match of_user {
                true => Starter::Crontab(name(&table), line.to_owned()),
                false => Starter::Table(table.clone(), number, line.to_owned()),
            };
            all.push((starter, line.to_owned()));
        }
    }
    let programs = files(&PROGRAMS).filter(|(path, _)| {
        std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
    });
    all.extend(programs.map(|(path, text)| (Starter::Cron(path), text)));
    let units = files(&UNITS).map(|(path, text)| (name(&path), text));
    let own = |name: &str| name.ends_with(".service") && !name.starts_with("sftp-monitor");
    let units = units.filter(|(name, _)| own(name));
    all.extend(units.map(|(name, text)| (Starter::Unit(name), text)));
    all
}

/// Those of a service and its timers that are active or enabled.
fn running(service: &str) -> Vec<Starter> {
    let triggers = property(service, "TriggeredBy");
    let units = std::iter::once(service).chain(triggers.split_whitespace());
    let runs = |unit: &&str| {
        let active = property(unit, "ActiveState");
        matches!(active.as_str(), "active" | "activating" | "reloading")
            || property(unit, "UnitFileState").starts_with("enabled")
    };
    let running = units.filter(runs);
    running.map(|unit| Starter::Unit(unit.to_owned())).collect()
}

/// The text, with the scripts that it names by absolute paths at the end.
fn with_scripts(text: &str) -> String {
    let mut whole = text.to_owned();
    for word in text.split(|c: char| c.is_whitespace() || "='\"`;|&()".contains(c)) {
        let path = Path::new(word);
        if word.len() > 1 && path.is_absolute() {
            // Binary programs are no text, and reading a special file may never end.
            whole.push_str(&read(path).unwrap_or_default());
        }
    }
    whole
}

/// The files at these paths or in these directories, with their text.
fn files(places: &[&str]) -> impl Iterator<Item = (PathBuf, String)> {
    let mut all = Vec::new();
    for place in places {
        let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.sort();
        all.push(place.into());
        all.extend(files);
    }
    all.into_iter()
        .filter_map(|path| read(&path).map(|text| (path, text)))
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn read(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    let readable = meta.is_file() && meta.len() <= LARGEST;
    readable.then(|| std::fs::read_to_string(path).ok())?
}

fn judge(starter: &Starter, sign: &str) -> Finding {
    let (what, fix) = match starter {
        Starter::Table(path, number, line) => (
            format!("{}:{number} starts `{line}`", path.display()),
            format!("sudo sed -i '{number}s/^/# /' {}", words::path(path)),
        ),
        Starter::Cron(path) => (
            format!("cron runs {}", path.display()),
            format!("sudo chmod a-x {}", words::path(path)),
        ),
        Starter::Crontab(user, line) => (
            format!("the crontab of {user} starts `{line}`"),
            format!(
                "sudo crontab -u {user} -l | grep -vF -- {} | sudo crontab -u {user} -",
                word(line),
                user = word(user)
            ),
        ),
        Starter::Unit(unit) => (
            format!("{unit} runs"),
            format!("sudo systemctl disable --now {}", word(unit)),
        ),
    };
    let said = format!(
        "{what}: it mentions {sign}, so it posts messages or deletes data that the monitor also handles"
    );
    Finding::problem(NAME, said).fixed_by(fix)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_script_is_known_by_what_it_mentions() {
        let script = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(script.path(), "rm -f /var/lib/sftp/daily.json\n").unwrap();
        let line = format!("59 23 * * * root {} >/dev/null", script.path().display());
        assert!(with_scripts(&line).contains("daily.json"));
        assert!(!with_scripts("* * * * * root /bin/true").contains("daily.json"));
    }

    #[test]
    fn only_what_does_the_monitors_work_is_meant() {
        let sign = |text: &str| sign(text, "C0APAF806F8").unwrap_or_default();
        for (text, expected) in [
            ("rm -f /var/lib/sftp/daily.json", "daily.json"),
            (
                "jq . daily.json | curl -d @- https://slack.com/api/chat.postMessage",
                "daily.json",
            ),
            ("jq . $S/daily.json; post C0APAF806F8", "daily.json"),
            (
                "jq . $S/daily.json >$S/new; curl \"$SLACK_URL\"",
                "daily.json",
            ),
            (
                "tail -F /var/log/auth.log | while read -r l; do curl https://hooks.slack.com/x; done",
                "Slack and auth.log",
            ),
            // Other scripts may read the state, or post about other things, even in the same channel.
            (
                "jq .partners /var/lib/sftp-monitor/daily.json >/var/lib/node/sftp.prom",
                "",
            ),
            (
                "restic backup / || curl https://slack.com/api/chat.postMessage -d channel=C0APAF806F8",
                "",
            ),
            ("logrotate /var/log/auth.log", ""),
        ] {
            assert_eq!(sign(text), expected, "{text}");
        }
    }

    #[test]
    fn each_way_of_starting_one_has_its_end() {
        let started = [
            Starter::Cron("/etc/cron.daily/sftp".into()),
            Starter::Table(
                "/etc/cron.d/sftp".into(),
                3,
                "* * * * * root /opt/tail.sh".into(),
            ),
            Starter::Crontab("root".into(), "59 23 * * * /opt/digest.sh".into()),
            Starter::Unit("tail-auth.service".into()),
        ];
        let told = started.map(|starter| judge(&starter, "daily.json").told());
        assert_eq!(
            told.concat(),
            "problem old-scripts: cron runs /etc/cron.daily/sftp: it mentions daily.json, so it posts messages or deletes data that the monitor also handles\n  \
             > sudo chmod a-x /etc/cron.daily/sftp\n\
             problem old-scripts: /etc/cron.d/sftp:3 starts `* * * * * root /opt/tail.sh`: it mentions daily.json, so it posts messages or deletes data that the monitor also handles\n  \
             > sudo sed -i '3s/^/# /' /etc/cron.d/sftp\n\
             problem old-scripts: the crontab of root starts `59 23 * * * /opt/digest.sh`: it mentions daily.json, so it posts messages or deletes data that the monitor also handles\n  \
             > sudo crontab -u root -l | grep -vF -- '59 23 * * * /opt/digest.sh' | sudo crontab -u root -\n\
             problem old-scripts: tail-auth.service runs: it mentions daily.json, so it posts messages or deletes data that the monitor also handles\n  \
             > sudo systemctl disable --now tail-auth.service\n"
        );
    }
}
