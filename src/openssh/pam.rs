//! What PAM's modules say in sshd's name, unescaped, and what sshd says of PAM (auth-pam.c).

use std::borrow::Cow;

use super::fields::{name_from, split_at_first, split_at_last};
use super::line::Line;
use super::{Event, Kind};

/// `pam_MODULE(sshd:TYPE): …`, without its `pam_`. Every other service (`sudo`, `cron`, `vsftpd`) is none of sshd's.
pub(super) fn module(rest: &[u8]) -> Option<Event<'_>> {
    let (module, rest) = split_at_first(rest, b"(sshd:")?;
    let (_, text) = split_at_first(rest, b"): ")?;
    if !module
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    {
        return None;
    }
    if let Some(text) = rest.strip_prefix(b"account): ") {
        return Some(account(text));
    }
    let of_session = module == b"unix" && rest.starts_with(b"session): ");
    Some(
        of_session
            .then(|| session(text))
            .flatten()
            .unwrap_or(Event::of(Kind::Accompanying)),
    )
}

/// `session opened for user U[(uid=N)] by [NAME](uid=N)`, `session closed for user U`. PAM escapes nothing.
fn session(text: &[u8]) -> Option<Event<'_>> {
    let (kind, name) = if let Some(rest) = text.strip_prefix(b"session opened for user ") {
        let (name, _) = split_at_last(rest, b" by ")?;
        (Kind::PamOpened, without_uid(name))
    } else {
        (
            Kind::PamClosed,
            text.strip_prefix(b"session closed for user ")?,
        )
    };
    Some(Event {
        user: Some(Cow::Borrowed(name)),
        ..Event::of(kind)
    })
}

/// `account U has expired (…)` and `expired password for user U (…)` (pam_unix_acct.c). That a password will expire refuses
/// nobody.
fn account(text: &[u8]) -> Event<'_> {
    let account = text.strip_prefix(b"account ");
    let name = account
        .and_then(|rest| split_at_last(rest, b" has expired ("))
        .or_else(|| split_at_last(text.strip_prefix(b"expired password for user ")?, b" ("));
    match name {
        Some((name, _)) => Event {
            user: Some(Cow::Borrowed(name)),
            ..Event::of(Kind::Expired)
        },
        None => Event::of(Kind::Accompanying),
    }
}

/// The name without the `(uid=N)` that Linux-PAM 1.4 puts behind it.
fn without_uid(name: &[u8]) -> &[u8] {
    match name
        .strip_suffix(b")")
        .and_then(|name| split_at_last(name, b"(uid="))
    {
        Some((name, uid)) if uid.iter().all(u8::is_ascii_digit) => name,
        _ => name,
    }
}

/// PAM's texts that hold ` for ` themselves (pam_strerror.c).
const TEXTS_WITH_FOR: [&[u8]; 2] = [
    b"Have exhausted maximum number of retries for service",
    b"Cannot make/remove an entry for the specified session",
];

/// `PAM: TEXT for [illegal user ]U from HOST`, without its `PAM: `.
pub(super) fn error<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let text = TEXTS_WITH_FOR
        .iter()
        .find(|text| rest.starts_with(text))
        .map_or(0, |text| text.len());
    let (_, rest) = split_at_first(&rest[text..], b" for ")?;
    let (valid, rest) = rest
        .strip_prefix(b"illegal user ")
        .map_or((true, rest), |rest| (false, rest));
    let method = Some(Cow::Borrowed("keyboard-interactive/pam"));
    let event = Event {
        method,
        ..Event::of(Kind::PamError { valid })
    };
    if line.cut {
        return Some(event);
    }
    let (name, peer) = name_from(rest)?;
    Some(peer.put(Event {
        user: Some(line.account(name)),
        ..event
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

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
