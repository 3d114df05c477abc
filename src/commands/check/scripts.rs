//! The scripts that did this before: one that is forgotten posts everything twice, and deletes the day.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::finding::Finding;
use super::words::{self, word};
use crate::adapters::program;

/// The name of the matter.
const NAME: &str = "old-scripts";

/// cron's own tables.
const TABLES: [&str; 2] = ["/etc/crontab", "/etc/anacrontab"];

/// Its directories: the first holds tables, the others programs that it runs.
const DIRECTORIES: [&str; 5] = [
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
];

/// The users' tables, each named like its user; Debian's place and Red Hat's.
const CRONTABS: [&str; 2] = ["/var/spool/cron/crontabs", "/var/spool/cron"];

/// Where an administrator puts units of his own.
const UNITS: [&str; 2] = ["/etc/systemd/system", "/usr/local/lib/systemd/system"];

/// How long systemctl may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// The counters of the day, which the scripts kept in a file of that name, posted and deleted.
const STATE: &str = "daily.json";

/// What deletes a file or empties it.
const DELETING: [&str; 4] = ["rm", "unlink", "truncate", "shred"];

/// Where the scripts read of log-ins and files.
const LOGS: [&str; 3] = ["auth.log", "internal-sftp", "sftp-server"];

/// The largest script that is read.
const LARGEST: u64 = 1 << 20;

/// Something that starts a script of old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Started {
    by: By,
    /// What in it, or in the script that it starts, shows what it is.
    sign: String,
}

/// What starts it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum By {
    /// A line of a table that cron reads, and its number.
    Table(PathBuf, usize, String),
    /// A file that cron runs.
    Cron(PathBuf),
    /// A user's table, and the line.
    Crontab(String, String),
    /// A unit.
    Unit(String),
}

/// What shows that a text does the monitor's work: it deletes the state or tells Slack of it, or tells Slack of sshd's log.
/// Others may read `daily.json`, and post about other things.
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

/// Looks for whatever does what the monitor does.
pub(super) fn gather(channel: &str) -> Vec<Started> {
    let mut found = Vec::new();
    let sign = |text: &str| sign(text, channel);
    let lines = |text: &str| -> Vec<(usize, String, String)> {
        let lines = text.lines().map(str::trim).enumerate();
        lines
            .filter(|(_, line)| !line.starts_with('#'))
            .filter_map(|(at, line)| Some((at + 1, line.to_owned(), sign(&with_scripts(line))?)))
            .collect()
    };
    for table in TABLES
        .map(PathBuf::from)
        .into_iter()
        .chain(files(DIRECTORIES[0]))
    {
        let text = read(&table).unwrap_or_default();
        for (number, line, sign) in lines(&text) {
            let by = By::Table(table.clone(), number, line);
            found.push(Started { by, sign });
        }
    }
    for script in DIRECTORIES[1..]
        .iter()
        .flat_map(files)
        .filter(|file| is_program(file))
    {
        let text = read(&script).unwrap_or_default();
        if let Some(sign) = sign(&with_scripts(&text)) {
            found.push(Started {
                by: By::Cron(script),
                sign,
            });
        }
    }
    for table in CRONTABS.iter().flat_map(files) {
        let user = table
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for (_, line, sign) in lines(&read(&table).unwrap_or_default()) {
            let by = By::Crontab(user.clone(), line);
            found.push(Started { by, sign });
        }
    }
    found.extend(units(&sign));
    found
}

/// Services that are an administrator's own, and run or will.
fn units(sign: &dyn Fn(&str) -> Option<String>) -> Vec<Started> {
    let mut found = BTreeMap::new();
    for file in UNITS.iter().flat_map(files) {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !name.ends_with(".service") || name.starts_with("sftp-monitor") {
            continue;
        }
        let text = read(&file).unwrap_or_default();
        if let Some(sign) = sign(&with_scripts(&text)) {
            found.extend(running(&name).into_iter().map(|unit| (unit, sign.clone())));
        }
    }
    let started = found.into_iter().map(|(name, sign)| Started {
        by: By::Unit(name),
        sign,
    });
    started.collect()
}

/// Of a service and the timers that start it those that are active or enabled.
fn running(service: &str) -> Vec<String> {
    let show = |unit: &str, property: &str| {
        let mut ask = Command::new("systemctl");
        ask.args(["show", "--value", "--property", property, unit]);
        program::text(&mut ask, DEADLINE)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let triggers = show(service, "TriggeredBy");
    let mut units = vec![service.to_owned()];
    units.extend(triggers.split_whitespace().map(str::to_owned));
    let runs = |unit: &String| {
        matches!(
            show(unit, "ActiveState").as_str(),
            "active" | "activating" | "reloading"
        ) || show(unit, "UnitFileState").starts_with("enabled")
    };
    units.into_iter().filter(runs).collect()
}

/// A text with the scripts that it names by their paths behind it.
fn with_scripts(text: &str) -> String {
    let mut whole = text.to_owned();
    for word in text.split(|c: char| c.is_whitespace() || "='\"`;|&()".contains(c)) {
        let path = Path::new(word);
        if word.len() > 1 && path.is_absolute() {
            // Programs are no text, and what is no plain file may never end.
            whole.push_str(&read(path).unwrap_or_default());
        }
    }
    whole
}

fn files(directory: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

fn read(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    let readable = meta.is_file() && meta.len() <= LARGEST;
    readable.then(|| std::fs::read_to_string(path).ok())?
}

pub(super) fn judge(started: &[Started]) -> Vec<Finding> {
    started.iter().map(tell).collect()
}

fn tell(Started { by, sign }: &Started) -> Finding {
    let does = format!("it mentions {sign}, and posts or deletes beside the monitor");
    let (what, mend) = match by {
        By::Table(path, number, line) => (
            format!("{}:{number} starts `{line}`", path.display()),
            format!("sudo sed -i '{number}s/^/# /' {}", words::path(path)),
        ),
        By::Cron(path) => (
            format!("cron runs {}", path.display()),
            format!("sudo chmod a-x {}", words::path(path)),
        ),
        By::Crontab(user, line) => (
            format!("the crontab of {user} starts `{line}`"),
            format!(
                "sudo crontab -u {user} -l | grep -vF -- {} | sudo crontab -u {user} -",
                word(line),
                user = word(user)
            ),
        ),
        By::Unit(unit) => (
            format!("{unit} runs"),
            format!("sudo systemctl disable --now {}", word(unit)),
        ),
    };
    Finding::problem(NAME, format!("{what}: {does}")).mended_by(mend)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::super::finding::told;
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
            // Others read the state, as they may, and tell Slack of other things, even in the same channel.
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
        let sign = || "daily.json".to_owned();
        let started = [
            Started {
                by: By::Cron("/etc/cron.daily/sftp".into()),
                sign: sign(),
            },
            Started {
                by: By::Table(
                    "/etc/cron.d/sftp".into(),
                    3,
                    "* * * * * root /opt/tail.sh".into(),
                ),
                sign: sign(),
            },
            Started {
                by: By::Crontab("root".into(), "59 23 * * * /opt/digest.sh".into()),
                sign: sign(),
            },
            Started {
                by: By::Unit("tail-auth.service".into()),
                sign: sign(),
            },
        ];
        assert_eq!(
            told(&judge(&started)),
            "problem old-scripts: cron runs /etc/cron.daily/sftp: it mentions daily.json, and posts or deletes beside the monitor\n  \
             > sudo chmod a-x /etc/cron.daily/sftp\n\
             problem old-scripts: /etc/cron.d/sftp:3 starts `* * * * * root /opt/tail.sh`: it mentions daily.json, and posts or deletes beside the monitor\n  \
             > sudo sed -i '3s/^/# /' /etc/cron.d/sftp\n\
             problem old-scripts: the crontab of root starts `59 23 * * * /opt/digest.sh`: it mentions daily.json, and posts or deletes beside the monitor\n  \
             > sudo crontab -u root -l | grep -vF -- '59 23 * * * /opt/digest.sh' | sudo crontab -u root -\n\
             problem old-scripts: tail-auth.service runs: it mentions daily.json, and posts or deletes beside the monitor\n  \
             > sudo systemctl disable --now tail-auth.service\n"
        );
    }
}
