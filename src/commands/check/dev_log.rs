//! `/dev/log` as each partner's sftp-server finds it: whether what it says there reaches the log that is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::arrived::Reached;
use super::chroot::Chroot;
use super::finding::Finding;
use super::obstacle::{Means, Obstacle};
use super::probe::{self, Log, OWN};
use crate::adapters::source::choice;
use crate::domain::base::names::names;

/// The name of the matter.
pub(super) const NAME: &str = "dev-log";

/// What was seen.
#[derive(Debug)]
pub(super) struct Facts {
    /// The machine's own `/dev/log`.
    pub(super) own: Reached,
    /// Those who are not locked in.
    pub(super) free: Vec<String>,
    pub(super) chroots: Vec<Tried>,
    /// The log that was looked into.
    pub(super) log: Log,
}

/// A chroot's `/dev/log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) path: PathBuf,
    pub(super) partners: Vec<String>,
    pub(super) reached: Reached,
    /// What stands in the way of a mend.
    pub(super) obstacle: Obstacle,
}

/// Tries them; nothing where there is no log of this machine's to look into.
pub(super) fn gather(
    chroots: &[Chroot],
    free: &[&str],
    source: Option<&choice::Log>,
) -> Option<Facts> {
    let log = match source? {
        choice::Log::Journal => Log::Journal,
        choice::Log::AuthLog(path) => Log::File(path.clone()),
        choice::Log::Directory(_) => return None,
    };
    // sshd ends the sessions of the others.
    let sound = || chroots.iter().filter(|chroot| chroot.fault.is_none());
    let mut roots = vec![Path::new(OWN)];
    roots.extend(sound().map(|chroot| chroot.path.as_path()));
    let mut reached = probe::try_all(&roots, &log).into_iter();
    let own = reached.next().unwrap_or(Reached::NotSeen);
    let tried = sound().zip(reached).map(|(chroot, reached)| Tried {
        path: chroot.path.clone(),
        partners: chroot.partners.clone(),
        reached,
        obstacle: Obstacle::of(&chroot.path),
    });
    Some(Facts {
        own,
        free: free.iter().map(|name| (*name).to_owned()).collect(),
        chroots: tried.collect(),
        log,
    })
}

/// What is said of them.
pub(super) fn judge(facts: &Facts, means: &Means<'_>) -> Vec<Finding> {
    let log = &facts.log;
    let all = facts.chroots.iter().map(|tried| &tried.reached);
    let unreadable = std::iter::once(&facts.own)
        .chain(all)
        .find_map(|reached| match reached {
            Reached::Unreadable(line) => Some(line),
            _ => None,
        });
    // One program writes them all.
    if let Some(line) = unreadable {
        return vec![not_read(log, line)];
    }
    if facts.own != Reached::Log && facts.own != Reached::NotSeen {
        let said = format!("the machine's own /dev/log does not reach {log}: nothing is seen");
        let mend = match log {
            Log::Journal => "sudo systemctl restart systemd-journald.service",
            Log::File(_) => "sudo systemctl restart rsyslog.service",
        };
        return vec![Finding::problem(NAME, said).mended_by(mend)];
    }
    let mut found = Vec::new();
    if !facts.free.is_empty() && facts.own == Reached::Log {
        let said = format!(
            "the machine's own reaches {log}, for {}",
            names(&facts.free)
        );
        found.push(Finding::ok(NAME, said));
    }
    let of = |reached: &Reached| -> Vec<&Tried> {
        facts
            .chroots
            .iter()
            .filter(|tried| tried.reached == *reached)
            .collect()
    };
    let reaching = of(&Reached::Log);
    if !reaching.is_empty() {
        let said = format!("in the chroot reaches {log}, for {}", partners(&reaching));
        found.push(Finding::ok(NAME, said));
    }
    for (reached, what) in [
        (Reached::Missing, "there is none in the chroot"),
        (Reached::NoSocket, "in the chroot is no socket"),
        (
            Reached::Dead,
            "in the chroot leads to a socket that nobody listens to",
        ),
        (Reached::Elsewhere, "in the chroot leads elsewhere"),
        (
            Reached::Link,
            "in the chroot is a link that leads nowhere from there",
        ),
        (Reached::Closed, "in the chroot is closed to the partner"),
        (
            Reached::ClosedDirectory,
            "in the chroot lies in a directory that is closed to the partner",
        ),
    ] {
        let mut blind: BTreeMap<&Obstacle, Vec<&Tried>> = BTreeMap::new();
        for tried in of(&reached) {
            blind.entry(&tried.obstacle).or_default().push(tried);
        }
        for (obstacle, blind) in blind {
            let (whose, where_) = (partners(&blind), paths(&blind));
            let said = format!("{what}: no file of {whose} reaches {log} ({where_})");
            let chroots: Vec<&Path> = blind.iter().map(|tried| tried.path.as_path()).collect();
            let mend = obstacle.mend(&reached, &chroots, means);
            found.push(Finding::problem(NAME, said).mended_by(mend));
        }
    }
    found
}

/// The log is written in a form of its own. In rsyslog's traditional form of a rule the template stands behind the file.
fn not_read(log: &Log, line: &str) -> Finding {
    let said = format!(
        "lines reach {log} in a form that is not read, or that leaves out the process: nothing, or no file, is seen ({line}); \
         its template must be RSYSLOG_FileFormat or RSYSLOG_TraditionalFileFormat"
    );
    let pattern = log.to_string().replace('.', "\\.");
    Finding::problem(NAME, said).mended_by(format!(
        "sudo find /etc/rsyslog.conf /etc/rsyslog.d -name '*.conf' -exec sed -i -E \
         's|^([^#]*[[:blank:]]-?{pattern})([;[:blank:]].*)?$|\\1;RSYSLOG_FileFormat|' '{{}}' + && sudo systemctl restart rsyslog.service"
    ))
}

fn partners(tried: &[&Tried]) -> String {
    let all: Vec<&String> = tried.iter().flat_map(|tried| &tried.partners).collect();
    names(&all)
}

fn paths(tried: &[&Tried]) -> String {
    let all: Vec<String> = tried
        .iter()
        .map(|tried| tried.path.join("dev/log").display().to_string())
        .collect();
    names(&all)
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::super::units::Ssh;
    use super::*;

    const DEVLOG: &str = "sudo sftp-monitor devlog";

    fn tried(partner: &str, reached: Reached) -> Tried {
        Tried {
            path: format!("/srv/sftp/{partner}").into(),
            partners: vec![partner.to_owned()],
            reached,
            obstacle: Obstacle::None,
        }
    }

    fn judged(own: Reached, free: &[&str], chroots: &[Tried]) -> String {
        let facts = Facts {
            own,
            free: free.iter().map(|name| (*name).to_owned()).collect(),
            chroots: chroots.to_vec(),
            log: Log::Journal,
        };
        let means = Means {
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
            "ok dev-log: the machine's own reaches the journal, for carol\n\
             ok dev-log: in the chroot reaches the journal, for alice, bob\n"
        );
    }

    #[test]
    fn a_blind_chroot_is_a_problem_whatever_makes_it_blind() {
        let mut mine = tried("dora", Reached::Missing);
        mine.obstacle = Obstacle::DevOfOthers;
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
             problem dev-log: in the chroot leads to a socket that nobody listens to: no file of bob reaches the journal (/srv/sftp/bob/dev/log)\n  \
             > sudo sftp-monitor devlog\n\
             problem dev-log: in the chroot leads elsewhere: no file of eve reaches the journal (/srv/sftp/eve/dev/log)\n  \
             > sudo sftp-monitor devlog\n\
             problem dev-log: in the chroot is a link that leads nowhere from there: no file of carl reaches the journal (/srv/sftp/carl/dev/log)\n  \
             > sudo rm /srv/sftp/carl/dev/log && sudo sftp-monitor devlog\n"
        );
    }

    #[test]
    fn a_log_in_a_form_that_nobody_reads_is_one_problem_for_all() {
        let line = Reached::Unreadable("30/03 06:07 sftp1 x: y".to_owned());
        let facts = Facts {
            own: line,
            free: vec!["carol".to_owned()],
            chroots: vec![tried("alice", Reached::Missing)],
            log: Log::File("/var/log/auth.log".into()),
        };
        let means = Means {
            devlog: DEVLOG,
            files: &[],
            ssh: Ssh::default(),
        };
        assert_eq!(
            told(&judge(&facts, &means)),
            "problem dev-log: lines reach /var/log/auth.log in a form that is not read, or that leaves out the process: nothing, or no \
             file, is seen (30/03 06:07 sftp1 x: y); its template must be RSYSLOG_FileFormat or RSYSLOG_TraditionalFileFormat\n  \
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
            "problem dev-log: the machine's own /dev/log does not reach the journal: nothing is seen\n  \
             > sudo systemctl restart systemd-journald.service\n"
        );
    }
}
