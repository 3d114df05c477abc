//! Lines that PAM's modules write in sshd's name, unescaped, and sshd's own lines about PAM (auth-pam.c).

use std::borrow::Cow;

use memchr::memmem;

use super::fields::{name_from, split_at_first, split_at_last};
use super::line::Line;
use super::{Event, Kind};
use crate::domain::base::scan;

/// `pam_MODULE(sshd:TYPE): …`, without its `pam_`. Lines of other services (`sudo`, `cron`, `vsftpd`) do not concern sshd.
pub(super) fn module<'a>(rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let (module, rest) = rest.split_at(scan::find(b'(', rest)?);
    let rest = rest.strip_prefix(b"(sshd:")?;
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if module != b"unix" && !module.iter().all(in_name) {
        return None;
    }
    let (kind, user) = if let Some(text) = rest.strip_prefix(b"auth): ") {
        authentication(module, text)
    } else if let Some(text) = rest.strip_prefix(b"account): ") {
        account(module, text)
    } else {
        let of_session = match rest.strip_prefix(b"session): ") {
            Some(text) if module == b"unix" => session(text),
            Some(_) => None,
            None => {
                split_at_first(rest, b"): ")?;
                None
            }
        };
        of_session.unwrap_or((Kind::Accompanying, None))
    };
    event.kind = kind;
    event.user = user.map(Cow::Borrowed);
    Some(())
}

/// The kind of an event, and the name of its user.
type PamEvent<'a> = (Kind, Option<&'a [u8]>);

/// `session opened for user U[(uid=N)] by [NAME](uid=N)`, `session closed for user U`. PAM escapes nothing.
fn session(text: &[u8]) -> Option<PamEvent<'_>> {
    if let Some(rest) = text.strip_prefix(b"session opened for user ") {
        let (name, _) = split_at_last(rest, b" by ")?;
        return Some((Kind::PamOpened, Some(without_uid(name))));
    }
    let name = text.strip_prefix(b"session closed for user ")?;
    Some((Kind::PamClosed, Some(name)))
}

/// `account U has expired (…)` and `expired password for user U (…)` (pam_unix_acct.c). The warning that a password will expire
/// refuses no user, and pam_winbind's `denied access (incorrect password or invalid membership)` does not say which of the two it
/// was.
fn account<'a>(module: &[u8], text: &'a [u8]) -> PamEvent<'a> {
    let expired = text.strip_prefix(b"account ");
    let name = expired
        .and_then(|rest| split_at_last(rest, b" has expired ("))
        .or_else(|| split_at_last(text.strip_prefix(b"expired password for user ")?, b" ("));
    let kind = match name {
        Some(_) => Kind::Expired,
        None if matches!(module, b"unix" | b"winbind") => Kind::Accompanying,
        None if has(text, b"locked") => Kind::Locked,
        None if has(text, b"expired") => Kind::Expired,
        None => Kind::AccountAsked,
    };
    (kind, name.map(|(name, _)| name).or_else(|| refused(text)))
}

/// The user that a line refuses: `access denied for user `U' from `H'` (pam_access.c), `Access denied for user U: N (TEXT)`
/// (pam_sss.c), `Refused user U for service sshd` (pam_listfile.c), `requirement "…" not met by user "U"` (pam_succeed_if.c).
fn refused(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_prefix(b"access denied for user `") {
        return Some(split_at_last(rest, b"' from `")?.0);
    }
    if let Some(rest) = text.strip_prefix(b"Access denied for user ") {
        return Some(split_at_last(rest, b": ")?.0);
    }
    if let Some(rest) = text.strip_prefix(b"Refused user ") {
        return Some(split_at_last(rest, b" for service ")?.0);
    }
    let (_, name) = split_at_last(text.strip_suffix(b"\"")?, b" not met by user \"")?;
    Some(name)
}

/// Lines that refuse an account before its authentication: `Consecutive login failures for user U account temporarily locked`
/// (pam_faillock.c), `user U (N) tally N, deny N` (pam_tally2.c), `received for user U: N (TEXT)` (pam_sss.c), pam_listfile's
/// line. A refusal by another module may be only one branch of PAM's configuration.
fn authentication<'a>(module: &[u8], text: &'a [u8]) -> PamEvent<'a> {
    let said = match module {
        b"faillock" => text
            .strip_prefix(b"Consecutive login failures for user ")
            .and_then(|rest| rest.strip_suffix(b" account temporarily locked"))
            .map(|name| (name, Kind::Locked)),
        b"tally2" | b"tally" => split_at_last(text, b", deny ")
            .and_then(|(rest, _)| split_at_last(rest, b") tally "))
            .and_then(|(rest, _)| split_at_last(rest.strip_prefix(b"user ")?, b" ("))
            .map(|(name, _)| (name, Kind::Locked)),
        b"listfile" => refused(text).map(|name| (name, Kind::AccountAsked)),
        b"sss" => text
            .strip_prefix(b"received for user ")
            .and_then(|rest| split_at_last(rest, b": "))
            .and_then(|(name, status)| {
                let (_, text) = split_at_first(status.strip_suffix(b")")?, b" (")?;
                match account_in(std::str::from_utf8(text).ok()?)? {
                    PamVerdict::Refused => Some((name, Kind::AccountAsked)),
                    PamVerdict::CalledExpired | PamVerdict::PasswordExpired => {
                        Some((name, Kind::Expired))
                    }
                }
            }),
        _ => None,
    };
    match said {
        Some((name, kind)) => (kind, Some(name)),
        None => (Kind::Accompanying, None),
    }
}

fn has(text: &[u8], word: &[u8]) -> bool {
    memmem::find(text, word).is_some()
}

/// The name without the trailing `(uid=N)` of Linux-PAM 1.4.
fn without_uid(name: &[u8]) -> &[u8] {
    match name
        .strip_suffix(b")")
        .and_then(|name| split_at_last(name, b"(uid="))
    {
        Some((name, uid)) if uid.iter().all(u8::is_ascii_digit) => name,
        _ => name,
    }
}

/// What a text of PAM says about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PamVerdict {
    /// It is refused.
    Refused,
    /// It is refused and called expired: after keyboard-interactive, sshd says so for every refusal by PAM's account part.
    CalledExpired,
    /// Its password has expired.
    PasswordExpired,
}

/// What a text of PAM (pam_strerror.c) says about the account; `None` for a wrong password and for other texts. PAM asks for a
/// new password, or fails to set one, only after the old one was right.
pub(crate) fn account_in(text: &str) -> Option<PamVerdict> {
    match text {
        "Permission denied" => Some(PamVerdict::Refused),
        "User account has expired" => Some(PamVerdict::CalledExpired),
        "Authentication token is no longer valid; new one required"
        | "Authentication token expired"
        | "Authentication token manipulation error" => Some(PamVerdict::PasswordExpired),
        _ => None,
    }
}

/// PAM's texts that contain ` for ` (pam_strerror.c).
const TEXTS_WITH_FOR: [&[u8]; 2] = [
    b"Have exhausted maximum number of retries for service",
    b"Cannot make/remove an entry for the specified session",
];

/// `PAM: TEXT for [illegal user ]U from HOST`, without its `PAM: `.
pub(super) fn error<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let text = TEXTS_WITH_FOR
        .iter()
        .find(|text| rest.starts_with(text))
        .map_or(0, |text| text.len());
    let (more, after) = split_at_first(&rest[text..], b" for ")?;
    let (text, rest) = (&rest[..text + more.len()], after);
    let (valid, rest) = rest
        .strip_prefix(b"illegal user ")
        .map_or((true, rest), |rest| (false, rest));
    let of_account =
        |text: &[u8]| std::str::from_utf8(text).is_ok_and(|text| account_in(text).is_some());
    line.put_end(Kind::PamError { valid }, name_from(rest), event)?;
    event.method = Some(Cow::Borrowed("keyboard-interactive/pam"));
    if of_account(text) {
        event.put_detail(text);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(rest: &[u8]) -> Option<Event<'_>> {
        let mut event = Event::default();
        super::module(rest, &mut event).map(|()| event)
    }

    #[test]
    fn a_session_names_its_user_in_every_version_of_pam() {
        for line in [
            "unix(sshd:session): session opened for user alice by (uid=0)",
            "unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)",
            "unix(sshd:session): session opened for user alice(uid=1000) by alice(uid=0)",
        ] {
            let event = module(line.as_bytes()).expect(line);
            assert_eq!(
                (event.kind, event.user.as_deref()),
                (Kind::PamOpened, Some(&b"alice"[..])),
                "{line}"
            );
        }
    }

    #[test]
    fn pam_escapes_nothing_so_nothing_is_undone() {
        let event =
            module(br"unix(sshd:session): session closed for user DOMAIN\nina").expect("a session");
        assert_eq!(event.user.as_deref(), Some(&br"DOMAIN\nina"[..]));
    }

    #[test]
    fn other_services_and_other_modules_open_no_session() {
        assert_eq!(
            module(b"unix(sudo:session): session opened for user root by (uid=0)"),
            None
        );
        assert_eq!(
            module(b"unix(vsftpd:session): session opened for user alice by (uid=0)"),
            None
        );
        let event = module(b"limits(sshd:session): session opened for user alice by (uid=0)");
        assert_eq!(event.map(|event| event.kind), Some(Kind::Accompanying));
    }
}
