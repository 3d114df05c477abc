//! One log entry as the sources deliver it, before and after its message was understood.

use std::borrow::Cow;

use memchr::memchr;

use crate::domain::base::process::Boot;
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory};
use crate::domain::openssh::unknown::{holds_a_line, is_of_openssh};
use crate::domain::openssh::{Event, Kind, Program, Who, parse, reads_like_ours};

/// `uid` of an entry for whose sender nobody vouches, or that no sender writes. No account has it: it is what the kernel
/// says where there is none.
pub const NOBODY: u32 = u32::MAX;

/// Where an entry comes from: everything about it but its message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// When it was logged: journald's time of receipt, or the stamp of the line.
    pub time: Time,
    /// The boot in which it was logged.
    pub boot: Boot,
    /// The host that logged it.
    pub host: Cow<'a, [u8]>,
    /// `SYSLOG_IDENTIFIER`, or the program's name of a syslog line; empty where the line has no envelope.
    pub identifier: Cow<'a, [u8]>,
    /// `_PID`, or the number in brackets of a syslog line; 0 where there is none.
    pub pid: u32,
    /// `_UID`, which no local user can forge; [`NOBODY`] where it proves nothing; none in auth.log.
    pub uid: Option<u32>,
    /// `_SYSTEMD_SESSION`, else `_AUDIT_SESSION`.
    pub session: Option<Cow<'a, str>>,
    /// The entry lies before the point from which counting starts: it tells which sessions are open and nothing else.
    pub past: bool,
    /// A line of OpenSSH in no envelope that is known: that it is there is told, what it says counts nothing. It has no
    /// identifier, and its message is the whole line.
    pub no_envelope: bool,
}

impl Origin<'_> {
    /// The same origin with nothing borrowed.
    pub fn into_owned(self) -> Origin<'static> {
        Origin {
            host: Cow::Owned(self.host.into_owned()),
            identifier: Cow::Owned(self.identifier.into_owned()),
            session: self.session.map(|s| Cow::Owned(s.into_owned())),
            ..Origin {
                host: Cow::Borrowed(b""),
                identifier: Cow::Borrowed(b""),
                session: None,
                ..self
            }
        }
    }
}

/// A log entry: its origin and its message, still as bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// The message, without envelope and without line end.
    pub message: &'a [u8],
    /// `N_DROPPED` of journald's own entry that it dropped messages (sender checked by the source: `_TRANSPORT=driver`).
    pub dropped: Option<u64>,
    /// logind's own entry that a session is over (sender checked by the source): the pid of the log-in that led it. Which
    /// session, the origin tells.
    pub over: Option<u32>,
}

/// An entry that was understood, with what the user database says of its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// What it says.
    pub event: Event<'a>,
    /// What the user database says of the account that the event names, where it was to be asked
    /// (of the account that `_UID` is, for lines of an sftp session).
    pub answer: Option<Answer>,
    /// The account that `_UID` is, for lines of an sftp session that name none themselves.
    pub account: Option<Vec<u8>>,
    /// Of a partner's log-in: sshd's configuration leaves the account nothing but an internal-sftp that logs what it does.
    pub forced: bool,
}

impl<'a> Record<'a> {
    /// Understands an entry, and asks the user database where the rules want to know; none where it is no event.
    pub fn of(entry: Entry<'a>, directory: &mut dyn Directory) -> Option<Record<'a>> {
        let mut record = Record::understand(entry)?;
        record.ask(directory);
        Some(record)
    }

    /// Understands an entry. Nobody is asked about its account.
    fn understand(entry: Entry<'a>) -> Option<Record<'a>> {
        let mut uid = entry.origin.uid;
        let event = if let Some(dropped) = entry.dropped {
            Event {
                repeated: u32::try_from(dropped).unwrap_or(u32::MAX),
                ..Event::of(Kind::Lost)
            }
        } else if let Some(leader) = entry.over {
            Event {
                about: Some(leader),
                ..Event::of(Kind::SessionOver)
            }
        } else if let Some(event) = put_together(&entry) {
            uid = Some(NOBODY);
            event
        } else {
            understood(&entry)?
        };
        Some(Record {
            origin: Origin {
                uid,
                ..entry.origin
            },
            event,
            answer: None,
            account: None,
            forced: false,
        })
    }

    /// Asks the user database about the account, where the rules want to know.
    fn ask(&mut self, directory: &mut dyn Directory) {
        let (origin, event) = (&self.origin, &mut self.event);
        (self.answer, self.account) = ask(origin, event, directory);
        let Some(Answer::Partner { name, .. }) = &self.answer else {
            return;
        };
        // What sshd's configuration says of an account it says of the name that the client sent.
        let user = event.user.as_deref();
        self.forced =
            event.kind == Kind::Accepted && user.is_some_and(|user| directory.forces_sftp(user));
        if let Some(name) = name {
            // Of an account one spelling counts, the database's own, whatever sshd was asked for.
            event.user = event
                .user
                .take()
                .map(|_| Cow::Owned(name.clone().into_bytes()));
        }
    }

    /// The same record with nothing borrowed, to go from the reading thread to the loop.
    pub fn into_owned(self) -> Record<'static> {
        Record {
            origin: self.origin.into_owned(),
            event: self.event.into_owned(),
            answer: self.answer,
            account: self.account,
            forced: self.forced,
        }
    }
}

/// That a line is OpenSSH's, where nobody knows its envelope; `detail` is the line.
fn without_envelope(line: &[u8]) -> Event<'_> {
    Event {
        detail: Some(String::from_utf8_lossy(line)),
        ..Event::of(Kind::NoEnvelope)
    }
}

/// What an entry says, if it is OpenSSH's.
fn understood<'a>(entry: &Entry<'a>) -> Option<Event<'a>> {
    let (origin, message) = (&entry.origin, entry.message);
    let program = Program::of(&origin.identifier)?;
    let event = match origin.no_envelope {
        true => None,
        false => parse(program, message),
    };
    if program != Program::Unknown {
        let unparsed = || reads_like_ours(message).then_some(Event::of(Kind::Unparsed));
        return event.or_else(unparsed);
    }
    // A file's name is grep's rather than that of a file which sshd speaks of.
    let misread = |event: &Event<'_>| {
        event.kind == Kind::Accompanying && (message.starts_with(b"/") || holds_a_line(message))
    };
    event
        .filter(|event| !misread(event))
        .or_else(|| is_of_openssh(message).then(|| without_envelope(message)))
}

/// What one of several lines says that another than root put into one entry, or a line under several names. sshd and
/// sftp-server write one line at a time, under one name, so this is a forgery, whichever of them is meant to be read.
fn put_together<'a>(entry: &Entry<'a>) -> Option<Event<'a>> {
    let identifier = &*entry.origin.identifier;
    let several = |text: &[u8]| memchr(b'\n', text).is_some();
    let others = entry.origin.uid.is_some_and(|uid| uid != 0);
    if !others || !several(entry.message) && !several(identifier) {
        return None;
    }
    let lines = |text: &'a [u8]| text.split(|&byte| byte == b'\n');
    identifier
        .split(|&byte| byte == b'\n')
        .filter_map(Program::of)
        .flat_map(|program| lines(entry.message).filter_map(move |line| parse(program, line)))
        .find(|event| !matches!(event.kind, Kind::Accompanying | Kind::Unparsed))
}

/// What the user database says, where it is to be asked. Never of a name that sshd calls invalid: a flood of made-up names
/// must not reach it. Never of a name in a line that only root's processes write, where another user wrote it.
fn ask(
    origin: &Origin<'_>,
    event: &Event<'_>,
    directory: &mut dyn Directory,
) -> (Option<Answer>, Option<Vec<u8>>) {
    if origin.uid == Some(NOBODY) {
        return (None, None);
    }
    let root = origin.uid.is_none_or(|uid| uid == 0);
    match (event.kind, event.user.as_deref()) {
        (
            Kind::Accepted
            | Kind::Expired
            | Kind::AccountAsked
            | Kind::Locked
            | Kind::NotAllowed
            | Kind::AccessDenied
            | Kind::Failed { valid: true }
            | Kind::PamError { valid: true }
            | Kind::MaxAttempts { valid: true }
            | Kind::EndedBefore { who: Who::Valid },
            Some(user),
        ) if root => (Some(directory.account(user)), None),
        (Kind::SessionOpened, Some(user)) => {
            let uid = origin.uid.filter(|_| !event.postauth);
            let answer = match uid {
                Some(uid) => directory.account_of(user, uid),
                None => directory.account(user),
            };
            (Some(answer), None)
        }
        (
            Kind::Failed { .. }
            | Kind::InvalidUser
            | Kind::PamError { .. }
            | Kind::MaxAttempts { .. }
            | Kind::EndedBefore { .. },
            Some(user),
        ) if root && directory.listed(user) => (
            Some(Answer::Partner {
                uid: None,
                full_name: None,
                name: None,
            }),
            None,
        ),
        (Kind::Open(_) | Kind::Close { .. } | Kind::Rename { .. } | Kind::WriteError, None) => {
            let uid = origin.uid.filter(|_| !event.postauth);
            let account = uid.and_then(|uid| directory.name_of(uid));
            (
                account.as_deref().map(|user| directory.account(user)),
                account,
            )
        }
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::Fixed;

    fn taken(uid: u32, identifier: &'static [u8], message: &[u8]) -> Option<(Kind, Option<u32>)> {
        let origin = Origin {
            identifier: identifier.into(),
            uid: Some(uid),
            ..Origin::default()
        };
        let entry = Entry {
            origin,
            message,
            ..Entry::default()
        };
        let record = Record::of(entry, &mut Fixed(Vec::new()))?;
        Some((record.event.kind, record.origin.uid))
    }

    #[test]
    fn what_a_user_puts_together_of_several_fields_or_lines_is_nobodys() {
        let forged = Some((Kind::Accepted, Some(NOBODY)));
        let login = "Accepted password for alice from 192.0.2.66 port 5 ssh2";
        let first = format!("{login}\nsomething else");
        let second = format!("something else\n{login}");
        assert_eq!(taken(1005, b"sshd", first.as_bytes()), forged);
        assert_eq!(taken(1005, b"sshd", second.as_bytes()), forged);
        assert_eq!(taken(NOBODY, b"sshd", second.as_bytes()), forged);
        assert_eq!(taken(1005, b"cron\nsshd", login.as_bytes()), forged);
        assert_eq!(taken(1005, b"sshd", b"two\nlines"), None);
        // A module of PAM may speak so, and says nothing by it.
        let unparsed = Some((Kind::Unparsed, Some(0)));
        assert_eq!(taken(0, b"sshd", first.as_bytes()), unparsed);
        assert_eq!(taken(0, b"sshd", second.as_bytes()), None);
    }
}
