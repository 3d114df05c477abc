//! Checks the partners' accounts: their expiry, and whether their shell works with sshd.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::edit;
use super::finding::{Finding, Status};
use super::machine::{Machine, ServedPartner, ServingSshd};
use super::units::Ssh;
use super::words::{grouped, word};
use crate::adapters::sshd_config::{Chroot, Missing, expand};
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "accounts";

/// How many days before the expiry of an account or a password it is reported.
const AHEAD: i64 = 14;

/// The file of passwords and their expiry (shadow(5)).
const SHADOW: &str = "/etc/shadow";

/// A fault that keeps a partner out, now or soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum AccountFault {
    Expired,
    PasswordExpired,
    PasswordToBeChanged,
    ExpiresSoon,
    PasswordExpiresSoon,
    NoShell,
    ShellRefuses,
}

impl AccountFault {
    /// The status, the sentence about the fault, and the command that fixes it for one account.
    fn told(self) -> (Status, &'static str, &'static str) {
        let (account, password) = ("chage --expiredate -1", "chage --maxdays -1");
        match self {
            AccountFault::Expired => (Status::Problem, "the account has expired", account),
            AccountFault::PasswordExpired => (
                Status::Problem,
                "the password has expired, and sshd refuses the key as well",
                password,
            ),
            AccountFault::PasswordToBeChanged => (
                Status::Problem,
                "the password must be changed before sshd lets them in",
                "chage --lastday \"$(date +%F)\"",
            ),
            AccountFault::ExpiresSoon => (
                Status::Warning,
                "the account expires within 14 days",
                account,
            ),
            AccountFault::PasswordExpiresSoon => (
                Status::Warning,
                "the password expires within 14 days",
                password,
            ),
            AccountFault::NoShell => (
                Status::Problem,
                "the shell is not there, so sshd lets them not in",
                "usermod --shell /usr/sbin/nologin",
            ),
            AccountFault::ShellRefuses => (
                Status::Problem,
                "the shell that runs it refuses, or the program is not in the chroot",
                "",
            ),
        }
    }
}

/// A partner's shell, and the command that it runs if that is not internal-sftp.
#[derive(Clone, Copy, Debug, Default)]
struct ShellFacts<'a> {
    /// sshd needs the shell, but it cannot be run.
    missing: bool,
    /// The shell ends at once, or the command is not in the chroot.
    refuses: bool,
    outside: Option<&'a Missing>,
}

pub(super) fn look(one: &ServingSshd<'_>, machine: &Machine<'_>) -> Vec<Finding> {
    let shadow = std::fs::read(SHADOW).ok();
    let text = String::from_utf8_lossy(shadow.as_deref().unwrap_or_default());
    let today = machine.config.zone.date(machine.now);
    let today = today.signed_duration_since(chrono::NaiveDate::default());
    let expiring = expiring(&text, today.num_days());
    let partners = one.partners.iter();
    let seen: Vec<_> = partners
        .map(|partner| (partner.name, shell(partner)))
        .collect();
    let found = judge(&seen, &expiring, one.ssh);
    if found.is_empty() && shadow.is_some() && !seen.is_empty() {
        return vec![nothing_expires()];
    }
    found
}

fn nothing_expires() -> Finding {
    Finding::ok(NAME, format!("none expires within {AHEAD} days"))
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
        (Chroot::Directory(template), Some(outside)) => {
            let root = expand(template, partner.name, partner.account);
            let within = |path: &str| is_program(&root.join(path.trim_start_matches('/')));
            let mut words = outside.found.split_whitespace();
            let program = words.find(|word| word.starts_with('/'));
            program.is_none_or(within) && within(&shell.to_string_lossy())
        }
        _ => true,
    };
    ShellFacts {
        missing: partner.effective.chroot == Chroot::None
            && !shell.as_os_str().is_empty()
            && !is_program(shell),
        refuses: refusing || !there,
        outside,
    }
}

/// The accounts of a shadow(5) file that have expired or will within 14 days; its dates, and `today`, are days since 1970.
fn expiring(shadow: &str, today: i64) -> BTreeMap<&str, Vec<AccountFault>> {
    let of_line = |line| {
        let fields: Vec<&str> = str::split(line, ':').collect();
        let days = |at: usize| fields.get(at)?.parse::<i64>().ok();
        let account = match days(7) {
            Some(day) if day <= today => Some(AccountFault::Expired),
            Some(day) if day <= today + AHEAD => Some(AccountFault::ExpiresSoon),
            _ => None,
        };
        // An empty field means no limit; 0 as the day of the last change means that a change is required (shadow(5)).
        let password = match (days(2), days(4)) {
            (Some(0), _) => Some(AccountFault::PasswordToBeChanged),
            (Some(day), Some(most)) if day + most < today => Some(AccountFault::PasswordExpired),
            (Some(day), Some(most)) if day + most <= today + AHEAD => {
                Some(AccountFault::PasswordExpiresSoon)
            }
            _ => None,
        };
        (fields[0], account.into_iter().chain(password).collect())
    };
    shadow.lines().map(of_line).collect()
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
    let each = all
        .iter()
        .map(|name| format!("sudo {command} {}", word(name)));
    let each: Vec<String> = each.collect();
    let found = Finding::of(NAME, status, format!("{said}: {shown}"));
    found.fixed_by(each.join(" && "))
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;
    use crate::adapters::sshd_config::Effective;
    use crate::adapters::userdb::Account;

    const TODAY: i64 = 20_542; // 2026-03-30

    #[test]
    fn what_expires_is_told_a_fortnight_ahead() {
        let shadow = "alice:$y$x:20000:0:99999:7:::\n\
            bob:!:20000:0:99999:7::20542:\n\
            carl:x:20000:0:99999:7::20556:\n\
            dora:x:20000:0:500:7:::\n\
            eve:x:20500:0:50:7:::\n\
            fay:x:0:0:99999:7:::\n\
            gus:x:20000:0:99999:7::20557:\n";
        let expiring = expiring(shadow, TODAY);
        let judged = |names: &[&'static str]| {
            let seen = names.iter().map(|name| (*name, ShellFacts::default()));
            told(&judge(&seen.collect::<Vec<_>>(), &expiring, Ssh::default()))
        };
        assert_eq!(
            judged(&["alice", "bob", "carl", "dora", "eve", "fay", "gus"]),
            "problem accounts: the account has expired: bob\n  > sudo chage --expiredate -1 bob\n\
             problem accounts: the password has expired, and sshd refuses the key as well: dora\n  > sudo chage --maxdays -1 dora\n\
             problem accounts: the password must be changed before sshd lets them in: fay\n  > sudo chage --lastday \"$(date +%F)\" fay\n\
             warning accounts: the account expires within 14 days: carl\n  > sudo chage --expiredate -1 carl\n\
             warning accounts: the password expires within 14 days: eve\n  > sudo chage --maxdays -1 eve\n"
        );
        assert_eq!(judged(&["alice"]), "");
        assert_eq!(
            nothing_expires().told(),
            "ok accounts: none expires within 14 days\n"
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
        let locked = || Chroot::Directory("/srv/sftp/%u".to_owned());
        let said: String = [
            ("alice", "/bin/gone", locked(), None),
            ("bob", "/bin/gone", Chroot::None, None),
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
            "problem accounts: the shell is not there, so sshd lets them not in: bob\n  > sudo usermod --shell /usr/sbin/nologin bob\n",
            "problem accounts: no transfer of carl can work: Subsystem sftp /usr/lib/openssh/sftp-server -l INFO: ",
        ];
        assert!(expected.iter().all(|part| said.contains(part)), "{said}");
        assert!(!said.contains("alice") && !said.contains("dora"), "{said}");
    }
}
