//! Checks the partners' accounts: their expiry, and whether their shell works with sshd.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::account_fault::{AccountFault, expiring_soon, fault};
use super::edit;
use super::finding::Finding;
use super::machine::{MachineFacts, ServedPartner, ServingSshd};
use super::units::Ssh;
use super::words::{grouped, word};
use crate::adapters::sight::{Certificates, ENABLE, Sight, left};
use crate::adapters::sshd_config::{ChrootDirectory, Missing, expand};
use crate::adapters::userdb::{SHADOW, expiry_dates};
use crate::domain::base::names::names;
use crate::domain::expiry::{AHEAD, ExpiryDates};

/// The name of the matter.
const NAME: &str = "accounts";

/// A partner's shell, and the command that it runs if that is not internal-sftp.
#[derive(Clone, Copy, Debug, Default)]
struct ShellFacts<'a> {
    /// sshd needs the shell, but it cannot be run.
    missing: bool,
    /// The shell ends at once, or the command is not in the chroot.
    refuses: bool,
    outside: Option<&'a Missing>,
}

pub(super) fn look(one: &ServingSshd<'_>, machine: &MachineFacts<'_>) -> Vec<Finding> {
    let partners = one.partners.iter();
    let seen: Vec<_> = partners
        .map(|partner| (partner.name, shell(partner)))
        .collect();
    let dates = dates(left::read().as_ref());
    let today = machine.now.utc().date_naive();
    let certificates = Certificates::read(machine.config.partners.certificates.as_deref());
    let expiring = seen.iter().map(|(name, _)| {
        let dates = dates.as_ref().and_then(|dates| dates.get(*name));
        let faults = expiring_soon(dates.copied().unwrap_or_default(), today);
        let certificate = certificates.day(name).and_then(|day| {
            let (past, soon) = (
                AccountFault::CertificateExpired,
                AccountFault::CertificateExpiresSoon,
            );
            fault(day, today, past, soon)
        });
        (*name, faults.into_iter().chain(certificate).collect())
    });
    let mut found = judge(&seen, &expiring.collect(), one.ssh);
    for why in &certificates.unread {
        let said = format!("a certificate cannot be read, so its expiry date is unknown: {why}");
        found.push(Finding::warning(NAME, said));
    }
    if let Some(dates) = dates.filter(|_| !seen.is_empty()) {
        let names = seen.iter().map(|(name, _)| *name);
        let unknown: Vec<&str> = names.filter(|name| !dates.contains_key(*name)).collect();
        found.extend(nothing_expires(found.is_empty(), seen.len(), &unknown));
    }
    found
}

/// The dates of the accounts: this user's own look, else what root has left for the service. `None` if both are missing.
fn dates(left: Option<&Sight>) -> Option<BTreeMap<String, ExpiryDates>> {
    let of_root = || {
        let sight = left?;
        sight.expiries().ok().flatten()?;
        let partners = sight.partners.iter();
        Some(partners.filter_map(|(name, seen)| Some((name.clone(), seen.expires?))))
    };
    expiry_dates().or_else(|| of_root().map(Iterator::collect))
}

/// Can this user see what expires?
pub(super) fn can_see() -> bool {
    dates(left::read().as_ref()).is_some()
}

/// Checks whether the service can see what expires, by what root has left for it.
pub(super) fn seen_by_service() -> Option<Finding> {
    let found = left::read().unwrap_or_default().expiries();
    found.err().map(blind)
}

fn blind(why: &str) -> Finding {
    let said = format!("the service cannot report which accounts and passwords expire: {why}");
    Finding::warning(NAME, said).fixed_by(ENABLE)
}

/// Nothing expires, as far as the dates are known.
fn nothing_expires(nothing: bool, partners: usize, unknown: &[&str]) -> Option<Finding> {
    if !unknown.is_empty() {
        let said = format!("the expiry dates are unknown, because {SHADOW} does not list them: ");
        let said = said + &names(unknown);
        return Some(Finding::ok(NAME, said));
    }
    let said = format!("none expires within {AHEAD} days");
    (nothing && partners > 0).then(|| Finding::ok(NAME, said))
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn shell<'a>(partner: &'a ServedPartner<'_>) -> ShellFacts<'a> {
    let shell = &partner.account.shell;
    let outside = partner.effective.outside.as_ref();
    // nologin(8), and false(1), which is used for the same purpose.
    let refusing = matches!(
        shell.file_name().and_then(|name| name.to_str()),
        Some("nologin" | "false")
    );
    let there = match (&partner.effective.chroot, outside) {
        (ChrootDirectory::Directory(template), Some(outside)) => {
            let root = expand(template, partner.name, partner.account);
            let within = |path: &str| is_program(&root.join(path.trim_start_matches('/')));
            let mut words = outside.found.split_whitespace();
            let program = words.find(|word| word.starts_with('/'));
            program.is_none_or(within) && within(&shell.to_string_lossy())
        }
        _ => true,
    };
    ShellFacts {
        missing: partner.effective.chroot == ChrootDirectory::None
            && !shell.as_os_str().is_empty()
            && !is_program(shell),
        refuses: refusing || !there,
        outside,
    }
}

/// Judges the shells of these partners, and the expiry of their accounts.
fn judge(
    seen: &[(&str, ShellFacts<'_>)],
    expiring: &BTreeMap<&str, Vec<AccountFault>>,
    ssh: Ssh<'_>,
) -> Vec<Finding> {
    let faults = seen.iter().flat_map(|seen| {
        let (name, shell) = seen;
        let of_shell = match (shell.missing, shell.refuses && shell.outside.is_some()) {
            (true, _) => Some(AccountFault::NoShell),
            (false, true) => Some(AccountFault::ShellRefuses),
            (false, false) => None,
        };
        let expiring = expiring.get(name).into_iter().flatten().copied();
        expiring.chain(of_shell).map(move |fault| (fault, seen))
    });
    let faults = grouped(faults).into_iter();
    faults
        .map(|(fault, seen)| finding(fault, &seen, ssh))
        .collect()
}

fn finding(fault: AccountFault, seen: &[&(&str, ShellFacts<'_>)], ssh: Ssh<'_>) -> Finding {
    let all: Vec<&str> = seen.iter().map(|(name, _)| *name).collect();
    let (shown, (status, said, command)) = (names(&all), fault.told());
    if let (AccountFault::ShellRefuses, Some(gap)) = (fault, seen[0].1.outside) {
        let said = format!("no transfer of {shown} can work: {}: {said}", gap.found);
        return Finding::problem(NAME, said).fixed_by(edit::fix(gap, ssh));
    }
    let found = Finding::of(NAME, status, format!("{said}: {shown}"));
    if command.is_empty() {
        return found;
    }
    let each = all
        .iter()
        .map(|name| format!("sudo {command} {}", word(name)));
    let each: Vec<String> = each.collect();
    found.fixed_by(each.join(" && "))
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;
    use crate::adapters::sshd_config::Effective;
    use crate::adapters::userdb::Account;

    #[test]
    fn what_expires_is_told_a_fortnight_ahead() {
        let date = |text: &str| Some(text.parse().expect("a date"));
        let account = |day| ExpiryDates {
            account: date(day),
            ..ExpiryDates::default()
        };
        let password = |day| ExpiryDates {
            password: date(day),
            ..ExpiryDates::default()
        };
        let changed = ExpiryDates {
            to_be_changed: true,
            ..password("2026-03-30")
        };
        let all = [
            ("alice", password("2298-07-05")),
            ("bob", account("2026-03-30")),
            ("carl", account("2026-04-13")),
            ("dora", password("2026-03-30")),
            ("eve", password("2026-03-31")),
            ("fay", changed),
            ("gus", account("2026-04-14")),
        ];
        let today = "2026-03-30".parse().expect("a date");
        let expiring = all.map(|(name, dates)| (name, expiring_soon(dates, today)));
        let expiring = BTreeMap::from(expiring);
        let judged = |names: &[&'static str]| {
            let seen = names.iter().map(|name| (*name, ShellFacts::default()));
            told(&judge(&seen.collect::<Vec<_>>(), &expiring, Ssh::default()))
        };
        assert_eq!(
            judged(&["alice", "bob", "carl", "dora", "eve", "fay", "gus"]),
            "problem accounts: the account has expired: bob\n  > sudo chage --expiredate -1 bob\n\
             problem accounts: the password has expired, and sshd refuses the key as well: dora\n  > sudo chage --maxdays -1 dora\n\
             problem accounts: the password must be changed before sshd lets them log in: fay\n  > sudo chage --lastday \"$(date +%F)\" fay\n\
             warning accounts: the account expires within 14 days: carl\n  > sudo chage --expiredate -1 carl\n\
             warning accounts: the password expires within 14 days: eve\n  > sudo chage --maxdays -1 eve\n"
        );
        assert_eq!(judged(&["alice"]), "");
    }

    #[test]
    fn what_cannot_be_seen_is_not_taken_for_nothing() {
        let shown = |nothing, unknown: &[&str]| {
            let found = nothing_expires(nothing, 2, unknown);
            told(&found.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(
            shown(true, &[]),
            "ok accounts: none expires within 14 days\n"
        );
        assert_eq!(shown(false, &[]), "");
        let unknown = "ok accounts: the expiry dates are unknown, because /etc/shadow does not list them: bob, carol\n";
        assert_eq!(shown(true, &["bob", "carol"]), unknown);
        assert_eq!(shown(false, &["bob", "carol"]), unknown);
        assert!(dates(Some(&Sight::default())).is_none() || expiry_dates().is_some());
        assert_eq!(
            blind("it may not").told(),
            "warning accounts: the service cannot report which accounts and passwords expire: it may not\n  > \
             sudo systemctl enable --now sftp-monitor-devlog.service sftp-monitor-devlog.path\n"
        );
    }

    #[test]
    fn a_shell_matters_where_sshd_needs_one() {
        let gap = Missing {
            found: "Subsystem sftp /usr/lib/openssh/sftp-server -l INFO".to_owned(),
            why: "",
            line: "Subsystem sftp internal-sftp -l INFO".to_owned(),
            file: "/etc/ssh/sshd_config".into(),
            number: 3,
        };
        let locked = || ChrootDirectory::Directory("/srv/sftp/%u".to_owned());
        let said: String = [
            ("alice", "/bin/gone", locked(), None),
            ("bob", "/bin/gone", ChrootDirectory::None, None),
            ("carl", "/usr/sbin/nologin", locked(), Some(&gap)),
            ("dora", "/usr/sbin/nologin", locked(), None),
        ]
        .map(|(name, program, chroot, outside)| {
            let account = Account {
                uid: 1001,
                home: "/home/x".into(),
                shell: program.into(),
                groups: None,
            };
            let effective = Effective {
                chroot,
                outside: outside.cloned(),
                ..Effective::unknown(String::new())
            };
            let partner = ServedPartner {
                name,
                account: &account,
                effective,
            };
            let seen = [(name, shell(&partner))];
            told(&judge(&seen, &BTreeMap::new(), Ssh::default()))
        })
        .concat();
        let expected = [
            "problem accounts: the shell does not exist, so sshd does not let them log in: bob\n  > sudo usermod --shell /usr/sbin/nologin bob\n",
            "problem accounts: no transfer of carl can work: Subsystem sftp /usr/lib/openssh/sftp-server -l INFO: ",
        ];
        assert!(expected.iter().all(|part| said.contains(part)), "{said}");
        assert!(!said.contains("alice") && !said.contains("dora"), "{said}");
    }
}
