//! One log entry as the sources deliver it, before and after its message is parsed.

use std::borrow::Cow;

use memchr::memchr;

use crate::domain::base::process::Boot;
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory};
use crate::domain::openssh::unknown::{holds_a_line, is_of_openssh};
use crate::domain::openssh::{Event, Kind, Program, Who, parse, read, reads_like_ours};

/// `uid` of an entry whose sender is not verified, or that has no sender. No account has this uid: the kernel uses it for
/// "no uid".
pub const NOBODY: u32 = u32::MAX;

/// The origin of an entry: all its data except the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// When it was logged: journald's time of receipt, or the timestamp of the line.
    pub time: Time,
    /// The boot in which it was logged.
    pub boot: Boot,
    /// The host that logged it.
    pub host: Cow<'a, [u8]>,
    /// `SYSLOG_IDENTIFIER`, or the program's name from a syslog line; empty if the line has no envelope.
    pub identifier: Cow<'a, [u8]>,
    /// `_PID`, or the number in brackets of a syslog line; 0 if there is none.
    pub pid: u32,
    /// `_UID`, which no local user can forge; [`NOBODY`] if it proves nothing; `None` in auth.log.
    pub uid: Option<u32>,
    /// `_SYSTEMD_SESSION`, else `_AUDIT_SESSION`.
    pub session: Option<Cow<'a, str>>,
    /// The entry is older than the point where counting starts: it only shows which sessions are open.
    pub past: bool,
    /// A line of OpenSSH in an unknown envelope. It is reported, but its content counts nothing. It has no identifier, and
    /// its message is the whole line.
    pub no_envelope: bool,
}

impl Origin<'_> {
    /// The same origin as an owned value.
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

/// A log entry: its origin and its message, as bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The origin of the entry.
    pub origin: Origin<'a>,
    /// The message, without envelope and without line end.
    pub message: &'a [u8],
    /// `N_DROPPED` of journald's own entry that it dropped messages (sender checked by the source: `_TRANSPORT=driver`).
    pub dropped: Option<u64>,
    /// logind's own entry that a session has ended (sender checked by the source): the pid of the session's log-in. The
    /// session's id is in the origin.
    pub over: Option<u32>,
}

/// An entry without its origin.
#[derive(Clone, Copy, Debug)]
pub struct EntryBody<'a> {
    message: &'a [u8],
    dropped: Option<u64>,
    over: Option<u32>,
}

impl<'a> Entry<'a> {
    /// What is to be parsed.
    #[inline]
    pub fn body(&self) -> EntryBody<'a> {
        EntryBody {
            message: self.message,
            dropped: self.dropped,
            over: self.over,
        }
    }
}

/// An entry that was parsed, with the answer of the user database about its account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// The origin of the entry.
    pub origin: Origin<'a>,
    /// The parsed event.
    pub event: Event<'a>,
    /// The answer about the account that the event names, if it was asked for. For lines of an sftp session: about the
    /// account with the uid `_UID`.
    pub answer: Option<Answer>,
    /// The account with the uid `_UID`, for lines of an sftp session that do not name their account.
    pub account: Option<Vec<u8>>,
    /// For a partner's log-in: sshd's configuration allows the account only an internal-sftp that logs its work.
    pub forced: bool,
}

impl<'a> Record<'a> {
    /// A record of which only the origin is known.
    #[inline]
    pub fn new(origin: Origin<'a>) -> Record<'a> {
        Record {
            origin,
            event: Event::default(),
            answer: None,
            account: None,
            forced: false,
        }
    }

    /// Parses an entry, and asks the user database if the rules need it. `None` if it is no event.
    pub fn of(entry: Entry<'a>, directory: &mut dyn Directory) -> Option<Record<'a>> {
        let program = Program::of(&entry.origin.identifier);
        let body = entry.body();
        let mut record = Record::new(entry.origin);
        if !record.parse(body, program, directory) {
            return None;
        }
        Some(record)
    }

    /// The same into the record of the entry, because a record is large and would be moved; false if the entry of this program
    /// is no event.
    pub fn parse(
        &mut self,
        body: EntryBody<'a>,
        program: Option<Program>,
        directory: &mut dyn Directory,
    ) -> bool {
        let known = match program {
            Some(program) if is_plain(&self.origin, body) => {
                read(program, body.message, &mut self.event)
            }
            _ => false,
        };
        if !known {
            let forged = put_together(&self.origin, body);
            if forged.is_some() {
                self.origin.uid = Some(NOBODY);
            }
            match forged.or_else(|| event_of(&self.origin, body, program)) {
                Some(event) => self.event = event,
                None => return false,
            }
        }
        self.ask(directory);
        if let Some(Answer::Partner { name, .. }) = &self.answer {
            // sshd applies its configuration to the name that the client sent.
            let user = self.event.user.as_deref();
            let login = matches!(self.event.kind, Kind::Accepted);
            self.forced = login && user.is_some_and(|user| directory.forces_sftp(user));
            if let (Some(name), Some(user)) = (name, &mut self.event.user) {
                // Each account counts under one spelling, the one of the database, whatever name sshd was asked for.
                *user = Cow::Owned(name.clone().into_bytes());
            }
        }
        true
    }

    /// Asks the user database, if needed. Never about a name that sshd calls invalid: a flood of made-up names must not reach
    /// the database. Never about a name in a line that only root's processes write, if another user wrote it.
    fn ask(&mut self, directory: &mut dyn Directory) {
        let (origin, event) = (&self.origin, &self.event);
        if origin.uid == Some(NOBODY) {
            return;
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
            ) if root => self.answer = Some(directory.account(user)),
            (Kind::SessionOpened, Some(user)) => {
                let uid = origin.uid.filter(|_| !event.postauth);
                self.answer = Some(match uid {
                    Some(uid) => directory.account_of(user, uid, origin.time),
                    None => directory.account(user),
                });
            }
            (
                Kind::Failed { .. }
                | Kind::InvalidUser
                | Kind::PamError { .. }
                | Kind::MaxAttempts { .. }
                | Kind::EndedBefore { .. },
                Some(user),
            ) if root && directory.listed(user) => {
                self.answer = Some(Answer::Partner {
                    uid: None,
                    full_name: None,
                    name: None,
                });
            }
            (Kind::Open(_) | Kind::Close { .. } | Kind::Rename { .. } | Kind::WriteError, None) => {
                let uid = origin.uid.filter(|_| !event.postauth);
                self.account = uid.and_then(|uid| directory.name_of(uid));
                self.answer = (self.account.as_deref()).map(|user| directory.account(user));
            }
            _ => {}
        }
    }

    /// The same record as an owned value, to send it from the reading thread to the loop.
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

/// The event for a line of OpenSSH in an unknown envelope; `detail` is the line.
fn without_envelope(line: &[u8]) -> Event<'_> {
    Event {
        detail: Some(String::from_utf8_lossy(line)),
        ..Event::of(Kind::NoEnvelope)
    }
}

/// Is this the entry of a message of sshd or sftp-server, as nearly all are?
fn is_plain(origin: &Origin<'_>, body: EntryBody<'_>) -> bool {
    let own = body.dropped.is_some() || body.over.is_some();
    let named = !origin.no_envelope && !origin.identifier.is_empty();
    !own && named && !is_several(origin, body.message)
}

/// The event of any other entry, or of a plain one whose message could not be parsed.
fn event_of<'a>(
    origin: &Origin<'_>,
    body: EntryBody<'a>,
    program: Option<Program>,
) -> Option<Event<'a>> {
    if let Some(dropped) = body.dropped {
        return Some(Event {
            repeated: u32::try_from(dropped).unwrap_or(u32::MAX),
            ..Event::of(Kind::Lost)
        });
    }
    if let Some(leader) = body.over {
        return Some(Event {
            about: Some(leader),
            ..Event::of(Kind::SessionOver)
        });
    }
    let (program, message) = (program?, body.message);
    let event = match origin.no_envelope || is_plain(origin, body) {
        true => None,
        false => parse(program, message),
    };
    if program != Program::Unknown {
        let unparsed = || reads_like_ours(message).then_some(Event::of(Kind::Unparsed));
        return event.or_else(unparsed);
    }
    // A line that begins with a path is output of grep, not a message of sshd.
    let misread = |event: &Event<'_>| {
        matches!(event.kind, Kind::Accompanying)
            && (message.starts_with(b"/") || holds_a_line(message))
    };
    event
        .filter(|event| !misread(event))
        .or_else(|| is_of_openssh(message).then(|| without_envelope(message)))
}

/// Did a user other than root put several lines into one entry, or a line under several names?
fn is_several(origin: &Origin<'_>, message: &[u8]) -> bool {
    let others = origin.uid.is_some_and(|uid| uid != 0);
    let several = |text: &[u8]| memchr(b'\n', text).is_some();
    others && (several(message) || several(&origin.identifier))
}

/// The event of such an entry. sshd and sftp-server write one line at a time, under one name, so it is a forgery, whichever
/// line is meant to be read.
fn put_together<'a>(origin: &Origin<'_>, body: EntryBody<'a>) -> Option<Event<'a>> {
    let own = body.dropped.is_some() || body.over.is_some();
    if own || !is_several(origin, body.message) {
        return None;
    }
    let lines = |text: &'a [u8]| text.split(|&byte| byte == b'\n');
    origin
        .identifier
        .split(|&byte| byte == b'\n')
        .filter_map(Program::of)
        .flat_map(|program| lines(body.message).filter_map(move |line| parse(program, line)))
        .find(|event| !matches!(event.kind, Kind::Accompanying | Kind::Unparsed))
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
        // A PAM module may log such lines; they count nothing.
        let unparsed = Some((Kind::Unparsed, Some(0)));
        assert_eq!(taken(0, b"sshd", first.as_bytes()), unparsed);
        assert_eq!(taken(0, b"sshd", second.as_bytes()), None);
    }
}
