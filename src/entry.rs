//! One log entry as the sources deliver it, before and after its message was understood.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::directory::Answer;
use crate::openssh::Event;
use crate::time::Time;

/// A boot of the machine: the first half of journald's `_BOOT_ID`; zero where the source has none (auth.log).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Boot(pub u64);

impl Boot {
    /// No boot known.
    pub const fn is_unknown(&self) -> bool {
        self.0 == 0
    }
}

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
    /// `_UID`, the only field that no local user can forge; none in auth.log.
    pub uid: Option<u32>,
    /// `_SYSTEMD_SESSION`, else `_AUDIT_SESSION`.
    pub session: Option<Cow<'a, str>>,
    /// The entry lies before the point from which counting starts: it tells which sessions are open and nothing else.
    pub past: bool,
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
}

impl Record<'_> {
    /// The same record with nothing borrowed, to go from the reading thread to the loop.
    pub fn into_owned(self) -> Record<'static> {
        Record {
            origin: self.origin.into_owned(),
            event: self.event.into_owned(),
            answer: self.answer,
        }
    }
}
