//! sshd itself: whether it runs, which version, under which names it logs, and whether it logs log-ins at all.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::edit::{self, place};
use super::finding::Finding;
use super::units::{Ssh, Units};
use crate::adapters::config::Config;
use crate::adapters::program;
use crate::adapters::sshd_config::{Effective, Missing, PATH, PROGRAM, Started, listeners};
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "sshd";

/// How long sshd may take to say its version.
const DEADLINE: Duration = Duration::from_secs(5);

/// The first version whose sessions log as `sshd-session`.
const SESSIONS: (u32, u32) = (9, 8);

/// The sshd that runs.
pub(super) struct Running {
    /// The options that it was started with.
    pub(super) started: Started,
    /// The program was replaced since it was started.
    replaced: bool,
    /// Others that listen beside it, each with its pid and command line.
    others: Vec<(String, String)>,
}

impl Running {
    pub(super) fn gather(units: &Units) -> Running {
        let pid = units.get(&format!("{}.service", units.ssh().unit), "MainPID");
        let process = Path::new("/proc").join(pid);
        let program = std::fs::read_link(process.join("exe")).unwrap_or_default();
        let arguments = std::fs::read(process.join("cmdline")).unwrap_or_default();
        Running {
            started: Started::read(&String::from_utf8_lossy(&arguments)),
            replaced: program.to_string_lossy().ends_with(" (deleted)"),
            others: listeners(Path::new(PROGRAM), pid),
        }
    }
}

/// What was seen of sshd.
pub(super) struct Facts<'a> {
    /// What it says its version is: `OpenSSH_9.2p1`.
    version: Option<String>,
    /// It, or a socket that starts it, is active; none where systemd does not say.
    active: Option<bool>,
    running: Running,
    /// The namespace of the journal that its unit logs into, which is another journal than the one that is read.
    namespace: Option<&'a str>,
    /// Lines that keep log-ins from being logged, each with for whom.
    quiet: BTreeMap<&'a Missing, Vec<&'a str>>,
    ssh: Ssh,
}

pub(super) fn gather<'a>(
    running: Running,
    units: &'a Units,
    config: &Config,
    effective: &'a BTreeMap<&'a str, Effective>,
) -> Facts<'a> {
    let script = format!("{PROGRAM} -V 2>&1; true");
    let said = program::text(Command::new("sh").args(["-c", &script]), DEADLINE);
    let namespace = units.get(&format!("{}.service", units.ssh().unit), "LogNamespace");
    // `/var/log/journal/MACHINE.NAMESPACE`; where a directory is named it is what the administrator chose.
    let is_read = config.source.journal_directory.is_some();
    let mut quiet: BTreeMap<&Missing, Vec<&str>> = BTreeMap::new();
    for (name, effective) in effective {
        if let Some(gap) = &effective.quiet {
            quiet.entry(gap).or_default().push(name);
        }
    }
    Facts {
        version: said.ok().and_then(|said| version(&said)),
        active: units.unknown.is_none().then(|| units.ssh_is_active()),
        running,
        namespace: Some(namespace).filter(|namespace| !namespace.is_empty() && !is_read),
        quiet,
        ssh: units.ssh(),
    }
}

/// The word that names the version: in the midst of a usage message where sshd does not know `-V` (before 9.3).
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

pub(super) fn judge(facts: &Facts<'_>) -> Vec<Finding> {
    let (ssh, unit) = (facts.ssh, facts.ssh.unit);
    let version = facts
        .version
        .as_deref()
        .unwrap_or("sshd of an unknown version");
    let logs_as = match numbers(version) {
        Some(numbers) if numbers >= SESSIONS => "sshd-session and internal-sftp",
        Some(_) => "sshd and internal-sftp",
        None => "sshd or sshd-session, and internal-sftp",
    };
    let mut found = Vec::new();
    match facts.active {
        Some(false) => {
            let said = format!("{unit}.service does not run: nobody can log in");
            let mend = format!("sudo systemctl enable --now {unit}.service");
            found.push(Finding::problem(NAME, said).mended_by(mend));
        }
        _ if facts.running.replaced => {
            let said = format!("{version} was installed, and an older one still runs");
            let mend = format!("sudo systemctl restart {unit}.service");
            found.push(Finding::warning(NAME, said).mended_by(mend));
        }
        _ => found.push(Finding::ok(NAME, format!("{version} logs as {logs_as}"))),
    }
    let edit = || format!("sudo systemctl edit {unit}.service");
    let started = &facts.running.started;
    if let Some(option) = &started.log {
        let said = match option.as_str() {
            "-e" => "sshd runs with -e: its log-ins are not believed, since clients can write lines of their own into such a log".to_owned(),
            option => format!("sshd runs with {option}: no log-in reaches the log"),
        };
        found.push(Finding::problem(NAME, said).mended_by(edit()));
    }
    if started.overridden {
        let said =
            "sshd runs with -o: what that sets outweighs its file, and is not looked at here";
        found.push(Finding::warning(NAME, said).mended_by(edit()));
    }
    for (pid, arguments) in &facts.running.others {
        let said = format!(
            "another sshd listens, process {pid} ({arguments}): what it does with partners is not looked at here; its log is read \
             all the same"
        );
        found.push(Finding::warning(NAME, said));
    }
    if let Some(namespace) = facts.namespace {
        let said = format!(
            "{unit}.service logs into the journal namespace {namespace} (LogNamespace=), which is not read: no log-in and no \
             file is seen. Take the line out of the unit, or name the namespace's directory as source.journal-directory"
        );
        let mend = format!(
            "sudo systemctl edit --full {unit}.service && sudo systemctl restart {unit}.service"
        );
        found.push(Finding::problem(NAME, said).mended_by(mend));
    }
    for (gap, partners) in &facts.quiet {
        let said = format!(
            "no log-in of {} is logged: {}{}: {}; write: {}",
            names(partners),
            place(gap),
            gap.found,
            gap.why,
            gap.line
        );
        found.push(Finding::problem(NAME, said).mended_by(edit::mend(gap, ssh)));
    }
    found
}

/// sshd did not say what it does, for this reason: what it reads it does not accept.
pub(super) fn refused(why: &str, ssh: Ssh) -> Finding {
    let mut words = why.split([' ', ':']);
    let file = words.find(|word| word.starts_with("/etc/"));
    let said = format!("sshd does not accept its configuration, and will not start with it: {why}");
    let mend = format!("sudoedit {} && {}", file.unwrap_or(PATH), edit::reload(ssh));
    Finding::problem(NAME, said).mended_by(mend)
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;

    #[test]
    fn a_configuration_that_sshd_refuses_is_a_problem_of_the_file_that_it_names() {
        let why =
            "/usr/sbin/sshd: /etc/ssh/sshd_config.d/x.conf line 3: Bad configuration option: Foo";
        let said = refused(why, Ssh::default()).told();
        assert_eq!(
            said,
            format!(
                "problem sshd: sshd does not accept its configuration, and will not start with it: {why}\n  \
                 > sudoedit /etc/ssh/sshd_config.d/x.conf && sudo sshd -t && sudo systemctl try-reload-or-restart ssh\n"
            )
        );
    }

    fn facts(version: &str) -> Facts<'_> {
        Facts {
            version: self::version(version),
            active: Some(true),
            running: Running {
                started: Started::default(),
                replaced: false,
                others: Vec::new(),
            },
            namespace: None,
            quiet: BTreeMap::new(),
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
            let mut facts = facts("OpenSSH_9.2p1");
            facts.running.started = Started::read(arguments);
            told(&judge(&facts))
        };
        let file = started("/usr/sbin/sshd\0-D\0-E/var/log/sshd\0");
        assert!(
            file.contains("problem sshd: sshd runs with -E /var/log/sshd: no log-in"),
            "{file}"
        );
        let stream = started("/usr/sbin/sshd\0-D\0-e\0");
        assert!(stream.contains("problem sshd: sshd runs with -e: its log-ins are not believed"));
        let options = started("/usr/sbin/sshd\0-D\0-oLogLevel=QUIET\0");
        assert!(
            options.contains("warning sshd: sshd runs with -o: "),
            "{options}"
        );
    }

    #[test]
    fn an_sshd_beside_it_is_named() {
        let mut facts = facts("OpenSSH_9.2p1");
        let other = "sshd: /usr/sbin/sshd -f /etc/ssh/sftp [listener] 0 of 10-100 startups";
        facts.running.others = vec![("4711".to_owned(), other.to_owned())];
        let said = told(&judge(&facts));
        assert!(
            said.contains(&format!(
                "warning sshd: another sshd listens, process 4711 ({other}): "
            )),
            "{said}"
        );
    }

    #[test]
    fn an_sshd_that_logs_into_a_namespace_is_a_problem() {
        let shown = "Id=ssh.service\nNames=ssh.service\nLoadState=loaded\nLogNamespace=partners\n";
        let (units, effective) = (Units::of(shown), BTreeMap::new());
        let of = |config: &str| {
            let config =
                Config::parse(std::path::Path::new("test"), config).expect("a configuration");
            told(&judge(&gather(
                facts("").running,
                &units,
                &config,
                &effective,
            )))
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
        let mut quiet = facts("OpenSSH_9.2p1");
        quiet.quiet = BTreeMap::from([(&gap, vec!["alice", "bob"])]);
        let said = told(&judge(&quiet));
        assert!(said.contains("problem sshd: no log-in of alice, bob is logged: /etc/ssh/sshd_config:9: LogLevel ERROR: below INFO"), "{said}");
        assert!(said.contains(r"> sudo sed -i '9s|^\([[:blank:]]*\).*|\1LogLevel INFO|' /etc/ssh/sshd_config && sudo sshd -t"), "{said}");
    }
}
