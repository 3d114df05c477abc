//! Checks `/dev/log` as each partner's sftp-server sees it: whether its lines reach the log that is read.

use std::path::Path;

use super::arrived::Reached;
use super::chroot::{self, Chroots};
use super::dev_log_fault::{DevLogFault, DevLogFixes, NAME, TriedChroot};
use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::probe::{self, OWN};
use super::reboot;
use super::words::grouped;
use crate::adapters::source::choice::Log;
use crate::domain::base::names::names;

/// The result for each `/dev/log`.
#[derive(Debug)]
pub(super) struct DevLogFacts<'a> {
    /// The result for the machine's own `/dev/log`.
    own: Reached,
    /// The partners without a chroot.
    free: &'a [&'a str],
    chroots: Vec<TriedChroot<'a>>,
    /// The log that was searched.
    log: Log,
}

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let chroots = chroot::gather(&machine.serving);
    let tried =
        gather(&chroots, machine.log.as_ref()).filter(|facts| facts.own != Reached::NotSeen);
    let Some(facts) = tried else {
        if !machine.root && machine.serving.iter().any(|one| !one.partners.is_empty()) {
            report.unseen.push("whether each /dev/log reaches the log");
        }
        return;
    };
    let fixes = DevLogFixes {
        devlog: &machine.units.devlog(),
        files: &machine.sshds.files_with("chrootdirectory"),
        ssh: machine.units.ssh(),
    };
    report.findings.extend(judge(&facts, &fixes));
    let until_reboot = reboot::gather(&facts.chroots, machine.units);
    let finding = reboot::judge(&until_reboot, machine.units);
    report.findings.extend(finding);
}

/// Tries each `/dev/log`; `None` if there is no log of this machine to search.
fn gather<'a>(chroots: &'a Chroots<'_>, log: Option<&Log>) -> Option<DevLogFacts<'a>> {
    let log = log?;
    // In other chroots sshd ends the session anyway.
    let sound = || chroots.all.iter().filter(|one| one.fault.is_none());
    let mut roots = vec![Path::new(OWN)];
    roots.extend(sound().map(|chroot| chroot.path.as_path()));
    let mut reached = probe::try_all(&roots, log)?.into_iter();
    let own = reached.next().unwrap_or(Reached::NotSeen);
    let tried = sound().zip(reached).map(|(chroot, reached)| TriedChroot {
        path: chroot.path.clone(),
        partners: chroot.partners.clone(),
        reached,
        fault: DevLogFault::of(&chroot.path),
    });
    Some(DevLogFacts {
        own,
        free: &chroots.free,
        chroots: tried.collect(),
        log: log.clone(),
    })
}

fn judge(facts: &DevLogFacts<'_>, fixes: &DevLogFixes<'_>) -> Vec<Finding> {
    let log = &facts.log;
    let mut all = std::iter::once(&facts.own).chain(facts.chroots.iter().map(|one| &one.reached));
    // One program writes all lines, so one finding is enough.
    if let Some(line) = all.find_map(Reached::unreadable) {
        return vec![not_read(log, line)];
    }
    if facts.own != Reached::Log && facts.own != Reached::NotSeen {
        let said = format!("the machine's own /dev/log does not reach {log}: no event is seen");
        let unit = match log {
            Log::Journal | Log::Directory(_) => "systemd-journald.service",
            Log::AuthLog(_) => "rsyslog.service",
        };
        let fix = format!("sudo systemctl restart {unit}");
        return vec![Finding::problem(NAME, said).fixed_by(fix)];
    }
    let mut found = Vec::new();
    if !facts.free.is_empty() && facts.own == Reached::Log {
        let free = names(facts.free);
        let said = format!("the machine's own /dev/log reaches {log}, for {free}");
        found.push(Finding::ok(NAME, said));
    }
    let chroots = facts.chroots.iter();
    let reaching = chroots.clone().filter(|one| one.reached == Reached::Log);
    let reaching: Vec<_> = reaching.collect();
    if !reaching.is_empty() {
        let said = format!("in the chroot reaches {log}, for {}", partners(&reaching));
        found.push(Finding::ok(NAME, said));
    }
    for ((reached, fault), tried) in grouped(chroots.map(|one| ((&one.reached, &one.fault), one))) {
        let Some(told) = reached.told() else { continue };
        let logs = tried.iter().map(|one| one.path.join("dev/log"));
        let logs = names(logs.map(|log| log.display().to_string()));
        let who = partners(&tried);
        let said = format!("{told}: no file of {who} reaches {log} ({logs})");
        let chroots: Vec<&Path> = tried.iter().map(|one| one.path.as_path()).collect();
        let fix = fault.fix(reached, &chroots, fixes);
        found.push(Finding::problem(NAME, said).fixed_by(fix));
    }
    found
}

/// The log has an unsupported format. In an rsyslog rule in the traditional form, the template follows the file name.
fn not_read(log: &Log, line: &str) -> Finding {
    let said = format!(
        "lines reach {log} in an unknown format or without a process id, so no event or no file is seen ({line}): its template must be RSYSLOG_FileFormat or RSYSLOG_TraditionalFileFormat"
    );
    let pattern = log.to_string().replace('.', "\\.");
    Finding::problem(NAME, said).fixed_by(format!(
        "sudo find /etc/rsyslog.conf /etc/rsyslog.d -name '*.conf' -exec sed -i -E \
         's|^([^#]*[[:blank:]]-?{pattern})([;[:blank:]].*)?$|\\1;RSYSLOG_FileFormat|' '{{}}' + && sudo systemctl restart rsyslog.service"
    ))
}

fn partners(tried: &[&TriedChroot<'_>]) -> String {
    names(tried.iter().flat_map(|one| &one.partners))
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::super::units::Ssh;
    use super::*;

    const DEVLOG: &str = "sudo sftp-monitor devlog";

    fn tried(partner: &'static str, reached: Reached) -> TriedChroot<'static> {
        TriedChroot {
            path: format!("/srv/sftp/{partner}").into(),
            partners: vec![partner],
            reached,
            fault: DevLogFault::None,
        }
    }

    fn judged(own: Reached, free: &[&str], chroots: &[TriedChroot<'_>]) -> String {
        let facts = DevLogFacts {
            own,
            free,
            chroots: chroots.to_vec(),
            log: Log::Journal,
        };
        let means = DevLogFixes {
            devlog: DEVLOG,
            files: &[],
            ssh: Ssh::default(),
        };
        told(&judge(&facts, &means))
    }

    #[test]
    fn partners_whose_lines_arrive_are_told_together() {
        let chroots = [tried("alice", Reached::Log), tried("bob", Reached::Log)];
        assert_eq!(
            judged(Reached::Log, &["carol"], &chroots),
            "ok dev-log: the machine's own /dev/log reaches the journal, for carol\n\
             ok dev-log: in the chroot reaches the journal, for alice, bob\n"
        );
    }

    #[test]
    fn a_blind_chroot_is_a_problem_whatever_makes_it_blind() {
        let mut mine = tried("dora", Reached::Missing);
        mine.fault = DevLogFault::DevOfOthers;
        let chroots = [
            tried("alice", Reached::Missing),
            tried("bob", Reached::Dead),
            tried("carl", Reached::Link),
            mine,
            tried("eve", Reached::Elsewhere),
        ];
        assert_eq!(
            judged(Reached::Log, &[], &chroots),
            "problem dev-log: there is none in the chroot: no file of alice reaches the journal (/srv/sftp/alice/dev/log)\n  \
             > sudo sftp-monitor devlog\n\
             problem dev-log: there is none in the chroot: no file of dora reaches the journal (/srv/sftp/dora/dev/log)\n  \
             > sudo chown root:root /srv/sftp/dora/dev && sudo chmod 0755 /srv/sftp/dora/dev && sudo sftp-monitor devlog\n\
             problem dev-log: in the chroot leads to a socket on which no program listens: no file of bob reaches the journal (/srv/sftp/bob/dev/log)\n  \
             > sudo sftp-monitor devlog\n\
             problem dev-log: in the chroot leads to another socket: no file of eve reaches the journal (/srv/sftp/eve/dev/log)\n  \
             > sudo sftp-monitor devlog\n\
             problem dev-log: in the chroot is a symbolic link whose target does not exist in the chroot: no file of carl reaches the journal (/srv/sftp/carl/dev/log)\n  \
             > sudo rm /srv/sftp/carl/dev/log && sudo sftp-monitor devlog\n"
        );
    }

    #[test]
    fn a_log_in_a_form_that_nobody_reads_is_one_problem_for_all() {
        let line = Reached::Unreadable("30/03 06:07 sftp1 x: y".to_owned());
        let facts = DevLogFacts {
            own: line,
            free: &["carol"],
            chroots: vec![tried("alice", Reached::Missing)],
            log: Log::AuthLog("/var/log/auth.log".into()),
        };
        let means = DevLogFixes {
            devlog: DEVLOG,
            files: &[],
            ssh: Ssh::default(),
        };
        assert_eq!(
            told(&judge(&facts, &means)),
            "problem dev-log: lines reach /var/log/auth.log in an unknown format or without a process id, so no event or no file is seen (30/03 06:07 sftp1 x: y): its template must be RSYSLOG_FileFormat or RSYSLOG_TraditionalFileFormat\n  \
             > sudo find /etc/rsyslog.conf /etc/rsyslog.d -name '*.conf' -exec sed -i -E \
             's|^([^#]*[[:blank:]]-?/var/log/auth\\.log)([;[:blank:]].*)?$|\\1;RSYSLOG_FileFormat|' '{}' + && \
             sudo systemctl restart rsyslog.service\n"
        );
    }

    #[test]
    fn where_the_machines_own_leads_nowhere_the_chroots_are_not_to_blame() {
        let chroots = [tried("alice", Reached::Elsewhere)];
        assert_eq!(
            judged(Reached::Elsewhere, &[], &chroots),
            "problem dev-log: the machine's own /dev/log does not reach the journal: no event is seen\n  \
             > sudo systemctl restart systemd-journald.service\n"
        );
    }
}
