//! The partners' accounts: whether they expire, and whether their shell can do what sshd wants of it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::edit;
use super::finding::Finding;
use super::units::Ssh;
use super::words::word;
use crate::adapters::sshd_config::{Chroot, Effective, Missing};
use crate::adapters::userdb::{Account, Roster};
use crate::domain::base::names::names;
use crate::domain::base::time::{Time, Zone};

/// The name of the matter.
const NAME: &str = "accounts";

/// How long before its end an account or a password is told.
const AHEAD: i64 = 14;

/// Where passwords and their ends are (shadow(5)).
const SHADOW: &str = "/etc/shadow";

/// What keeps a partner out, or soon will.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Expired,
    PasswordExpired,
    PasswordToBeChanged,
    ExpiresSoon,
    PasswordExpiresSoon,
    NoShell,
    ShellRefuses,
}

/// An account's line of shadow(5): days since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ends {
    changed: Option<i64>,
    maximum: Option<i64>,
    expires: Option<i64>,
}

/// What was seen of a partner.
#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    name: &'a str,
    ends: Ends,
    /// Its shell can be run.
    shell: bool,
    /// Its shell ends at once whatever it is given.
    refusing: bool,
    chrooted: bool,
    /// The command that its shell runs, where it is not sshd's own.
    outside: Option<&'a Missing>,
    /// That command is where the partner is locked in.
    there: bool,
}

/// What was seen, and today as a day since 1970; without `shadow` nobody knows what expires.
pub(super) struct Facts<'a> {
    seen: Vec<Seen<'a>>,
    today: i64,
    shadow: bool,
}

pub(super) fn gather<'a>(
    roster: &Roster,
    effective: &'a BTreeMap<&'a str, Effective>,
    zone: Zone,
    now: Time,
) -> Facts<'a> {
    let shadow = std::fs::read(SHADOW).ok();
    let text = shadow.as_deref().map(String::from_utf8_lossy);
    let ends = self::ends(text.as_deref().unwrap_or_default());
    let mut seen = Vec::new();
    for (&name, effective) in effective {
        let partner = roster.partners.get(name);
        let Some(account) = partner.and_then(|partner| partner.account()) else {
            continue;
        };
        seen.push(Seen {
            name,
            ends: ends.get(name).copied().unwrap_or_default(),
            shell: account.shell == Path::new("") || is_program(&account.shell),
            refusing: refuses(&account.shell),
            chrooted: effective.chroot != Chroot::None,
            outside: effective.outside.as_ref(),
            there: is_there(name, account, effective),
        });
    }
    Facts {
        seen,
        today: zone
            .date(now)
            .signed_duration_since(chrono::NaiveDate::default())
            .num_days(),
        shadow: shadow.is_some(),
    }
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// nologin(8), and what is used like it.
fn refuses(shell: &Path) -> bool {
    let name = shell.file_name().and_then(|name| name.to_str());
    matches!(name, Some("nologin" | "false"))
}

/// Is the command's program, and the shell that runs it, inside the chroot?
fn is_there(name: &str, account: &Account, effective: &Effective) -> bool {
    let (Chroot::Directory(template), Some(outside)) = (&effective.chroot, &effective.outside)
    else {
        return true;
    };
    let root = crate::adapters::sshd_config::expand(template, name, account);
    let within = |path: &str| is_program(&root.join(path.trim_start_matches('/')));
    let program = outside
        .found
        .split_whitespace()
        .find(|word| word.starts_with('/'));
    program.is_none_or(within) && within(&account.shell.to_string_lossy())
}

/// shadow(5), by account.
fn ends(shadow: &str) -> BTreeMap<&str, Ends> {
    let of_line = |line| {
        let fields: Vec<&str> = str::split(line, ':').collect();
        let days = |at: usize| fields.get(at).and_then(|field| field.parse().ok());
        let ends = Ends {
            changed: days(2),
            maximum: days(4),
            expires: days(7),
        };
        fields.first().map(|name| (*name, ends))
    };
    shadow.lines().filter_map(of_line).collect()
}

fn faults(seen: &Seen<'_>, today: i64) -> Vec<Fault> {
    let mut faults = Vec::new();
    match seen.ends.expires {
        Some(day) if day <= today => faults.push(Fault::Expired),
        Some(day) if day <= today + AHEAD => faults.push(Fault::ExpiresSoon),
        _ => {}
    }
    // An empty field is no limit; 0 as the day of the last change asks for one (shadow(5)).
    match (seen.ends.changed, seen.ends.maximum) {
        (Some(0), _) => faults.push(Fault::PasswordToBeChanged),
        (Some(day), Some(most)) if day + most < today => faults.push(Fault::PasswordExpired),
        (Some(day), Some(most)) if day + most <= today + AHEAD => {
            faults.push(Fault::PasswordExpiresSoon);
        }
        _ => {}
    }
    if !seen.shell && !seen.chrooted {
        faults.push(Fault::NoShell);
    } else if seen.outside.is_some() && (seen.refusing || !seen.there) {
        faults.push(Fault::ShellRefuses);
    }
    faults
}

/// What is said of them.
pub(super) fn judge(facts: &Facts<'_>, ssh: Ssh<'_>) -> Vec<Finding> {
    let mut told: BTreeMap<Fault, Vec<&Seen<'_>>> = BTreeMap::new();
    for seen in &facts.seen {
        for fault in faults(seen, facts.today) {
            told.entry(fault).or_default().push(seen);
        }
    }
    let mut found: Vec<Finding> = Vec::new();
    if told.is_empty() && facts.shadow && !facts.seen.is_empty() {
        found.push(Finding::ok(
            NAME,
            format!("none expires within {AHEAD} days"),
        ));
    }
    for (fault, seen) in told {
        let all: Vec<&str> = seen.iter().map(|seen| seen.name).collect();
        let outside = seen.iter().find_map(|seen| seen.outside);
        found.push(tell(fault, &all, outside, ssh));
    }
    found
}

fn tell(fault: Fault, all: &[&str], outside: Option<&Missing>, ssh: Ssh<'_>) -> Finding {
    let shown = names(all);
    let each = |command: &str| {
        let commands: Vec<String> = all
            .iter()
            .map(|name| format!("sudo {command} {}", word(name)))
            .collect();
        commands.join(" && ")
    };
    let problem = |said: String, mend: String| Finding::problem(NAME, said).mended_by(mend);
    let warning = |said: String, mend: String| Finding::warning(NAME, said).mended_by(mend);
    match fault {
        Fault::Expired => problem(
            format!("the account has expired: {shown}"),
            each("chage --expiredate -1"),
        ),
        Fault::PasswordExpired => problem(
            format!("the password has expired, and sshd refuses the key as well: {shown}"),
            each("chage --maxdays -1"),
        ),
        Fault::PasswordToBeChanged => problem(
            format!("the password must be changed before sshd lets them in: {shown}"),
            each("chage --lastday \"$(date +%F)\""),
        ),
        Fault::ExpiresSoon => warning(
            format!("the account expires within {AHEAD} days: {shown}"),
            each("chage --expiredate -1"),
        ),
        Fault::PasswordExpiresSoon => warning(
            format!("the password expires within {AHEAD} days: {shown}"),
            each("chage --maxdays -1"),
        ),
        Fault::NoShell => problem(
            format!("the shell is not there, so sshd lets them not in: {shown}"),
            each("usermod --shell /usr/sbin/nologin"),
        ),
        Fault::ShellRefuses => {
            let line = outside.map_or("", |gap| gap.found.as_str());
            let mend = outside.map(|gap| edit::mend(gap, ssh));
            problem(
                format!(
                    "no transfer of {shown} can work: {line}: the shell that runs it refuses, or the program is not in the chroot"
                ),
                mend.unwrap_or_default(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;

    const TODAY: i64 = 20_542; // 2026-03-30

    fn seen<'a>(name: &'a str, ends: &BTreeMap<&str, Ends>) -> Seen<'a> {
        Seen {
            name,
            ends: ends.get(name).copied().unwrap_or_default(),
            shell: true,
            refusing: false,
            chrooted: true,
            outside: None,
            there: true,
        }
    }

    fn judged(seen: Vec<Seen<'_>>) -> String {
        let facts = Facts {
            seen,
            today: TODAY,
            shadow: true,
        };
        told(&judge(&facts, Ssh::default()))
    }

    #[test]
    fn what_expires_is_told_a_fortnight_ahead() {
        let shadow = "alice:$y$x:20000:0:99999:7:::\n\
            bob:!:20000:0:99999:7::20542:\n\
            carl:x:20000:0:99999:7::20556:\n\
            dora:x:20000:0:500:7:::\n\
            eve:x:20500:0:50:7:::\n\
            fay:x:0:0:99999:7:::\n\
            gus:x:20000:0:99999:7::20557:\n";
        let ends = ends(shadow);
        let all = ["alice", "bob", "carl", "dora", "eve", "fay", "gus"];
        assert_eq!(
            judged(all.iter().map(|name| seen(name, &ends)).collect()),
            "problem accounts: the account has expired: bob\n  > sudo chage --expiredate -1 bob\n\
             problem accounts: the password has expired, and sshd refuses the key as well: dora\n  > sudo chage --maxdays -1 dora\n\
             problem accounts: the password must be changed before sshd lets them in: fay\n  > sudo chage --lastday \"$(date +%F)\" fay\n\
             warning accounts: the account expires within 14 days: carl\n  > sudo chage --expiredate -1 carl\n\
             warning accounts: the password expires within 14 days: eve\n  > sudo chage --maxdays -1 eve\n"
        );
        assert_eq!(
            judged(vec![seen("alice", &ends)]),
            "ok accounts: none expires within 14 days\n"
        );
    }

    #[test]
    fn a_shell_matters_where_sshd_needs_one() {
        let none = BTreeMap::new();
        let mut chrooted = seen("alice", &none);
        chrooted.shell = false;
        let mut free = seen("bob", &none);
        (free.shell, free.chrooted) = (false, false);
        let gap = Missing {
            found: "Subsystem sftp /usr/lib/openssh/sftp-server -l INFO".to_owned(),
            why: "",
            line: "Subsystem sftp internal-sftp -l INFO".to_owned(),
            file: "/etc/ssh/sshd_config".into(),
            number: 3,
        };
        let mut locked = seen("carl", &none);
        (locked.refusing, locked.outside) = (true, Some(&gap));
        let mut internal = seen("dora", &none);
        internal.refusing = true;
        let said = judged(vec![chrooted, free, locked, internal]);
        let expected = [
            "problem accounts: the shell is not there, so sshd lets them not in: bob\n  > sudo usermod --shell /usr/sbin/nologin bob\n",
            "problem accounts: no transfer of carl can work: Subsystem sftp /usr/lib/openssh/sftp-server -l INFO: ",
        ];
        assert!(expected.iter().all(|part| said.contains(part)), "{said}");
        assert!(!said.contains("alice") && !said.contains("dora"), "{said}");
    }
}
