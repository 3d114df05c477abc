//! Checks sshd itself: whether it runs, its version, its names in the log, and whether it logs log-ins at all.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::edit;
use super::finding::{CheckReport, Finding};
use super::machine::{MachineFacts, ServedPartner};
use super::units::{Ssh, Units};
use super::words::grouped;
use crate::adapters::config::Config;
use crate::adapters::program;
use crate::adapters::sshd_config::{PROGRAM, Sshd, Sshds, Started};
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "sshd";

/// The time limit for sshd to print its version.
const DEADLINE: Duration = Duration::from_secs(5);

/// The first version whose sessions log as `sshd-session`.
const SESSIONS: (u32, u32) = (9, 8);

/// The facts about sshd.
struct SshdFacts<'a> {
    /// Its version as it prints it: `OpenSSH_9.2p1`.
    version: Option<String>,
    /// sshd, or a socket that starts it, is active; `None` if systemd does not tell.
    active: Option<bool>,
    /// The program file was replaced after the unit's process started.
    replaced: bool,
    /// The start options of all sshds.
    sshds: Vec<&'a Started>,
    /// The journal namespace of sshd's unit: its journal is not the one that is read.
    namespace: Option<&'a str>,
    ssh: Ssh<'a>,
}

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let facts = gather(machine.sshds, machine.units, machine.config);
    report.findings.extend(judge(&facts));
}

fn gather<'a>(sshds: &'a Sshds, units: &'a Units, config: &Config) -> SshdFacts<'a> {
    let script = format!("{PROGRAM} -V 2>&1; true");
    let said = program::text(Command::new("sh").args(["-c", &script]), DEADLINE);
    let unit = format!("{}.service", units.ssh().unit);
    let namespace = units.get(&unit, "LogNamespace");
    // The path is `/var/log/journal/MACHINE.NAMESPACE`; a configured directory is the administrator's own choice.
    let is_read = config.source.journal_directory.is_some();
    let process = Path::new("/proc").join(units.get(&unit, "MainPID"));
    let program = std::fs::read_link(process.join("exe")).unwrap_or_default();
    let sshds: Vec<&Started> = sshds.iter().map(Sshd::started).collect();
    let runs = sshds.iter().any(|one| one.pid.is_some());
    SshdFacts {
        version: said.ok().and_then(|said| version(&said)),
        active: match units.unknown {
            None => Some(runs || units.ssh_is_active()),
            Some(_) => None,
        },
        replaced: program.to_string_lossy().ends_with(" (deleted)"),
        sshds,
        namespace: Some(namespace).filter(|namespace| !namespace.is_empty() && !is_read),
        ssh: units.ssh(),
    }
}

/// The word with the version; versions before 9.3 do not know `-V` and print it inside a usage message.
fn version(said: &str) -> Option<String> {
    let words = said.split([' ', ',', '\n']);
    let mut versions = words.filter(|word| word.starts_with("OpenSSH_"));
    versions.next().map(str::to_owned)
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.strip_prefix("OpenSSH_")?.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn judge(facts: &SshdFacts<'_>) -> Vec<Finding> {
    let (ssh, unit) = (facts.ssh, facts.ssh.unit);
    let version = facts.version.as_deref();
    let version = version.unwrap_or("sshd of an unknown version");
    let logs_as = match numbers(version) {
        Some(numbers) if numbers >= SESSIONS => "sshd-session and internal-sftp",
        Some(_) => "sshd and internal-sftp",
        None => "sshd or sshd-session, and internal-sftp",
    };
    let mut found = vec![match facts.active {
        Some(false) => {
            let said = format!("{unit}.service does not run: nobody can log in");
            let fix = format!("sudo systemctl enable --now {unit}.service");
            Finding::problem(NAME, said).fixed_by(fix)
        }
        Some(true) | None if facts.replaced => {
            let said = format!("{version} was installed, and an older one still runs");
            let fix = format!("sudo systemctl restart {unit}.service");
            Finding::warning(NAME, said).fixed_by(fix)
        }
        Some(true) | None => Finding::ok(NAME, format!("{version} logs as {logs_as}")),
    }];
    for started in &facts.sshds {
        let ssh = ssh.of(started);
        // If no sshd runs, that is reported above; an sshd that a socket starts need not run.
        if facts.active == Some(true) && started.stands_still() && !ssh.of_socket {
            let unit = ssh.unit;
            let said = format!("{unit}.service is enabled, and does not run");
            let fix = format!("sudo systemctl start {unit}.service");
            found.push(Finding::warning(NAME, said).fixed_by(fix));
        }
        found.extend(of_options(started, ssh));
    }
    if let Some(namespace) = facts.namespace {
        let said = format!(
            "{unit}.service logs into the journal namespace {namespace} (LogNamespace=), which is not read: no log-in and no file is seen. Remove the line from the unit, or set source.journal-directory to the namespace's directory"
        );
        let fix = format!(
            "sudo systemctl edit --full {unit}.service && sudo systemctl restart {unit}.service"
        );
        found.push(Finding::problem(NAME, said).fixed_by(fix));
    }
    found
}

/// Judges the start options of an sshd, and names a second sshd by its file.
fn of_options(started: &Started, ssh: Ssh<'_>) -> Vec<Finding> {
    let file = started.file.as_ref().map(|file| {
        let said = format!(
            "a further sshd reads {}; it is checked as well",
            file.display()
        );
        Finding::ok(NAME, said)
    });
    let log = started.log.as_ref().map(|option| {
        Finding::problem(NAME, match option.as_str() {
            "-e" => "sshd runs with -e: its log-ins are not counted, because clients can write lines of their own into such a log".to_owned(),
            option => format!("sshd runs with {option}: no log-in reaches the log"),
        })
    });
    let unclear = started.unclear.then(|| {
        let said = "sshd runs with an option -o whose value has blanks: it overrides the file, and this command cannot read it";
        Finding::warning(NAME, said)
    });
    let wrong = log.into_iter().chain(unclear).map(|found| Finding {
        remedy: edit::unit(ssh),
        ..found
    });
    file.into_iter().chain(wrong).collect()
}

/// Judges `LogLevel`: reports partners whose log-ins are not logged, grouped by the line that hides them.
pub(super) fn quiet(partners: &[ServedPartner<'_>], ssh: Ssh<'_>) -> Vec<Finding> {
    let quiet = partners
        .iter()
        .filter_map(|one| Some((one.effective.quiet.as_ref()?, one.name)));
    let quiet = grouped(quiet).into_iter();
    let finding = quiet.map(|(gap, who)| {
        let said = format!(
            "no log-in of {} is logged: {}",
            names(&who),
            edit::told(gap)
        );
        Finding::problem(NAME, said).fixed_by(edit::fix(gap, ssh))
    });
    finding.collect()
}

/// The finding that sshd does not accept its configuration, for this reason.
pub(super) fn refused(why: &str, ssh: Ssh<'_>) -> Finding {
    let file = why.split([' ', ':']).find(|word| word.starts_with("/etc/"));
    let said =
        format!("sshd does not accept its configuration, so it cannot be started again: {why}");
    Finding::problem(NAME, said).fixed_by(match file {
        Some(file) => format!("sudoedit {file} && {}", edit::reload(ssh)),
        None => edit::by_hand(ssh),
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;
    use crate::adapters::sshd_config::{Effective, Missing};
    use crate::adapters::userdb::Account;

    #[test]
    fn a_configuration_that_sshd_refuses_is_a_problem_of_the_file_that_it_names() {
        let why =
            "/usr/sbin/sshd: /etc/ssh/sshd_config.d/x.conf line 3: Bad configuration option: Foo";
        let said = refused(why, Ssh::default()).told();
        assert_eq!(
            said,
            format!(
                "problem sshd: sshd does not accept its configuration, so it cannot be started again: {why}\n  \
                 > sudoedit /etc/ssh/sshd_config.d/x.conf && sudo sshd -t && sudo systemctl try-reload-or-restart ssh\n"
            )
        );
    }

    fn facts(version: &str) -> SshdFacts<'_> {
        SshdFacts {
            version: self::version(version),
            active: Some(true),
            replaced: false,
            sshds: Vec::new(),
            namespace: None,
            ssh: Ssh::default(),
        }
    }

    #[test]
    fn the_version_says_as_what_it_logs() {
        let old = "unknown option -- V\nOpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.17 1 Jul 2025\nusage: sshd";
        assert_eq!(
            told(&judge(&facts(old))),
            "ok sshd: OpenSSH_9.2p1 logs as sshd and internal-sftp\n"
        );
        let new = "OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.1 1 Jul 2025\n";
        assert_eq!(
            told(&judge(&facts(new))),
            "ok sshd: OpenSSH_10.0p2 logs as sshd-session and internal-sftp\n"
        );
    }

    #[test]
    fn an_sshd_that_does_not_run_or_logs_elsewhere_is_a_problem() {
        let mut stopped = facts("OpenSSH_9.2p1");
        stopped.active = Some(false);
        assert_eq!(
            told(&judge(&stopped)),
            "problem sshd: ssh.service does not run: nobody can log in\n  > sudo systemctl enable --now ssh.service\n"
        );
        let started = |arguments: &str| {
            let started = Started::read(arguments);
            told(&of_options(&started, Ssh::default().of(&started)))
        };
        assert_eq!(
            started("/usr/sbin/sshd\0-D\0-E/var/log/sshd\0"),
            "problem sshd: sshd runs with -E /var/log/sshd: no log-in reaches the log\n  > sudo systemctl edit ssh.service\n"
        );
        let stream = started("/usr/sbin/sshd\0-D\0-e\0");
        assert!(stream.contains("problem sshd: sshd runs with -e: its log-ins are not counted"));
        let unclear = started("sshd: /usr/sbin/sshd -D -o Subsystem sftp internal-sftp");
        assert!(
            unclear.contains("warning sshd: sshd runs with an option -o whose value has blanks: "),
            "{unclear}"
        );
        assert_eq!(started("/usr/sbin/sshd\0-D\0-oLogLevel=QUIET\0"), "");
        assert_eq!(
            started("sshd: /usr/sbin/sshd -f /etc/ssh/sftp [listener] 0 of 10-100 startups"),
            "ok sshd: a further sshd reads /etc/ssh/sftp; it is checked as well\n"
        );
    }

    #[test]
    fn one_of_two_that_does_not_run_is_named() {
        let second = Started {
            unit: Some("sshd-sftp".to_owned()),
            ..Started::default()
        };
        let first = Started {
            unit: Some("ssh".to_owned()),
            pid: Some("12".to_owned()),
            ..Started::default()
        };
        let mut facts = facts("OpenSSH_9.2p1");
        facts.sshds = vec![&first, &second];
        assert_eq!(
            told(&judge(&facts)),
            "ok sshd: OpenSSH_9.2p1 logs as sshd and internal-sftp\n\
             warning sshd: sshd-sftp.service is enabled, and does not run\n  > sudo systemctl start sshd-sftp.service\n"
        );
    }

    #[test]
    fn an_sshd_that_logs_into_a_namespace_is_a_problem() {
        let shown = "Id=ssh.service\nNames=ssh.service\nLoadState=loaded\nLogNamespace=partners\n";
        let (units, sshds) = (Units::of(shown), Sshds::open(false));
        let of = |config: &str| {
            let config =
                Config::parse(std::path::Path::new("test"), config).expect("a configuration");
            told(&judge(&gather(&sshds, &units, &config)))
        };
        let said = of("");
        assert!(said.contains("problem sshd: ssh.service logs into the journal namespace partners (LogNamespace=), which is not read"), "{said}");
        let said = of("source.journal-directory = \"/var/log/journal/x.partners\"");
        assert!(!said.contains("namespace"), "{said}");
    }

    #[test]
    fn a_level_below_info_hides_log_ins() {
        let gap = Missing {
            found: "LogLevel ERROR".to_owned(),
            why: "below INFO sshd logs no log-in",
            line: "LogLevel INFO".to_owned(),
            file: "/etc/ssh/sshd_config".into(),
            number: 9,
        };
        let account = Account {
            uid: 1001,
            home: "/home/x".into(),
            shell: "/bin/sh".into(),
            groups: None,
        };
        let of = |name| {
            let effective = Effective {
                quiet: Some(gap.clone()),
                ..Effective::unknown(String::new())
            };
            ServedPartner {
                name,
                account: &account,
                effective,
            }
        };
        let said = told(&quiet(&[of("alice"), of("bob")], Ssh::default()));
        assert!(said.contains("problem sshd: no log-in of alice, bob is logged: /etc/ssh/sshd_config:9: LogLevel ERROR: below INFO"), "{said}");
        assert!(said.contains(r"> sudo sed -i '9s|^\([[:blank:]]*\).*|\1LogLevel INFO|' /etc/ssh/sshd_config && sudo sshd -t"), "{said}");
    }
}
