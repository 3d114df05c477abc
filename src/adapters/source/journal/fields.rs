//! The fields of one entry, read into buffers that are used again for the next.

use std::borrow::Cow;
use std::ffi::CStr;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use systemd::journal::Journal;

use super::field::Field;
use super::handle::{DROPPED, LONGEST_FIELD, PROGRAMS, SESSION_OVER};
use crate::domain::base::position::hash;
use crate::domain::base::process::Boot;
use crate::domain::base::time::Time;
use crate::domain::record::{Entry, NOBODY, Origin};

/// How often an entry that lacks a field which every entry has is read again: it is being written at this moment, and
/// libsystemd leaves out data objects that are only half there.
const RETRIES: u32 = 5;

/// The pause before each of these.
const RETRY_PAUSE: Duration = Duration::from_millis(1);

/// Only an entry as young as this can still be in the making; and so nobody can slow reading down for long by sending
/// entries without a message.
const IN_THE_MAKING: Duration = Duration::from_secs(2);

/// What journalctl writes in place of an identifier where an entry has none. It is no program's of ours.
const UNKNOWN: &[u8] = b"unknown";

/// What an entry is beside its message.
#[derive(Clone, Copy, Default)]
pub(super) struct Own {
    /// The number of messages that journald says it dropped.
    dropped: Option<u64>,
    /// The process that led the session that logind says is over.
    over: Option<u32>,
}

/// What is to be done with an entry.
pub(super) enum Disposition {
    /// It goes out.
    HandOut(Own),
    /// Nothing of ours, or a forged notice of losses or of a session's end.
    Skip,
    /// It has no message, or nobody knows whose it is.
    Unreadable,
}

/// Where and when an entry was logged; libsystemd keeps these outside the fields.
#[derive(Clone, Copy)]
pub(in crate::adapters) struct Stamp {
    pub(in crate::adapters) boot: Boot,
    pub(in crate::adapters) monotonic: u64,
    pub(in crate::adapters) realtime: Time,
}

/// The fields that matter, of the entry that was read last.
#[derive(Debug, Default)]
pub(in crate::adapters) struct Fields {
    message: Field,
    raw: Field,
    identifier: Field,
    pid: Field,
    uid: Field,
    host: Field,
    session: Field,
    audit_session: Field,
    message_id: Field,
    transport: Field,
    dropped: Field,
    unit: Field,
    session_id: Field,
    leader: Field,
}

impl Fields {
    /// Reads the entry that the handle stands on; again, after a moment, if it is still being written.
    pub(super) fn read(&mut self, journal: &mut Journal, logged: Time) {
        self.read_once(journal);
        for _ in 0..RETRIES {
            if self.complete() || Time::from(SystemTime::now()).since(logged) > IN_THE_MAKING {
                break;
            }
            sleep(RETRY_PAUSE);
            self.read_once(journal);
        }
        self.restore_blanks();
    }

    /// journald takes the blanks off a message's end, and then keeps what it got as `SYSLOG_RAW`
    /// (systemd.journal-fields(7)). Whether sshd cut a message shows in its length, so the blanks go back: a name full of
    /// them would else pass for a message that is whole.
    fn restore_blanks(&mut self) {
        let message = &mut self.message.value;
        let raw = self.raw.value.as_slice();
        let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        let sent = raw.trim_ascii_end();
        if self.raw.given && sent.ends_with(message) {
            let blanks = raw.len() - sent.len();
            let room = LONGEST_FIELD.saturating_sub(message.len());
            message.extend(std::iter::repeat_n(b' ', blanks.min(room)));
        }
    }

    /// One pass over all fields costs as much as asking for the one that libsystemd finds last.
    fn read_once(&mut self, journal: &mut Journal) {
        self.clear();
        journal.restart_data();
        loop {
            match journal.enumerate_data() {
                Ok(Some(field)) => {
                    if let (Some(to), Some(value)) = (self.named(field.name()), field.value()) {
                        to.add(value);
                    }
                }
                Ok(None) => return,
                Err(_) => break,
            }
        }
        // One field that cannot be had (too large, compressed in an unknown way: sd_journal_get_data(3)) ends the
        // enumeration. It need not be one of ours.
        self.clear();
        for name in NAMES {
            if let Ok(Some(field)) = journal.get_data(name) {
                if let (Some(to), Some(value)) = (self.named(field.name()), field.value()) {
                    to.add(value);
                }
            }
        }
    }

    pub(in crate::adapters) fn named(&mut self, name: &[u8]) -> Option<&mut Field> {
        Some(match name {
            b"MESSAGE" => &mut self.message,
            b"SYSLOG_RAW" => &mut self.raw,
            b"SYSLOG_IDENTIFIER" => &mut self.identifier,
            b"_PID" => &mut self.pid,
            b"_UID" => &mut self.uid,
            b"_HOSTNAME" => &mut self.host,
            b"_SYSTEMD_SESSION" => &mut self.session,
            b"_AUDIT_SESSION" => &mut self.audit_session,
            b"MESSAGE_ID" => &mut self.message_id,
            b"_TRANSPORT" => &mut self.transport,
            b"N_DROPPED" => &mut self.dropped,
            b"OBJECT_SYSTEMD_UNIT" => &mut self.unit,
            b"SESSION_ID" => &mut self.session_id,
            b"LEADER" => &mut self.leader,
            _ => return None,
        })
    }

    pub(in crate::adapters) fn clear(&mut self) {
        for name in NAMES {
            if let Some(field) = self.named(name.to_bytes()) {
                field.clear();
            }
        }
    }

    /// journald gives every entry these. What is matched by its identifier has that, else it is matched by the id of
    /// journald's own messages, which come with a number and mostly with a unit.
    fn complete(&self) -> bool {
        let always = [&self.message, &self.pid, &self.uid, &self.transport];
        let own = || self.dropped.given && self.unit.given;
        let over = || self.session_id.given && self.leader.given;
        always.iter().all(|field| field.given)
            && (self.is_of_programs()
                || self.message_id.given
                    && (self.transport.value != b"driver" || own())
                    && (self.message_id.value != SESSION_OVER.as_bytes() || over()))
    }

    fn is_of_programs(&self) -> bool {
        let identifier = self.identifier.value.as_slice();
        let mut programs = identifier.split(|&byte| byte == b'\n');
        programs.any(|name| PROGRAMS.iter().any(|program| program.as_bytes() == name))
    }

    /// Whether the entry goes out.
    pub(super) fn verdict(&self) -> Disposition {
        // sshd and sftp-server talk syslog, and there journald gives every entry a message: what lacks one otherwise was
        // sent without, as anybody may.
        let syslog = matches!(self.transport.value.as_slice(), b"" | b"syslog");
        if !self.message.given {
            return match syslog {
                true => Disposition::Unreadable,
                false => Disposition::Skip,
            };
        }
        if self.is_of_programs() {
            return Disposition::HandOut(Own::default());
        }
        // Nobody but root can say so; whoever else does is not believed.
        if self.message_id.value == SESSION_OVER.as_bytes() {
            let over = self.leader.number().filter(|_| self.uid.value == b"0");
            return match over.filter(|_| self.session_id.given) {
                Some(over) => Disposition::HandOut(Own {
                    over: Some(over),
                    ..Own::default()
                }),
                None => Disposition::Skip,
            };
        }
        if self.message_id.value != DROPPED.as_bytes() {
            return if self.identifier.given || !syslog {
                Disposition::Skip
            } else {
                Disposition::Unreadable
            };
        }
        match self.dropped().filter(|_| self.uid.value == b"0") {
            None => Disposition::Skip,
            dropped => Disposition::HandOut(Own {
                dropped,
                ..Own::default()
            }),
        }
    }

    /// How many messages journald says that it dropped of units that matter. Only journald itself can set the transport;
    /// anybody can send the rest.
    fn dropped(&self) -> Option<u64> {
        let of_journald =
            self.transport.value == b"driver" && self.message_id.value == DROPPED.as_bytes();
        let matters = of_journald && may_hold_ssh(&self.unit.value);
        matters.then(|| self.dropped.number()).flatten()
    }

    /// Whether the entry tells who sent it.
    pub(in crate::adapters) const fn tells_sender(&self) -> bool {
        self.uid.given
    }

    /// The entry, borrowed, as an export of the journal tells it.
    pub(in crate::adapters) fn exported(&self, stamp: Stamp) -> Entry<'_> {
        let own = Own {
            dropped: self.dropped(),
            over: None,
        };
        let mut entry = self.entry(stamp, false, own);
        // An export without the field proves nothing, and claims nothing.
        entry.origin.uid = entry.origin.uid.filter(|_| self.uid.given);
        // An empty identifier stands for a message without envelope, which anything could be.
        if entry.origin.identifier.is_empty() {
            entry.origin.identifier = Cow::Borrowed(UNKNOWN);
        }
        entry
    }

    /// The entry, borrowed.
    pub(super) fn entry(&self, stamp: Stamp, past: bool, own: Own) -> Entry<'_> {
        let session = match own.over {
            Some(_) => self.session_id.text(),
            None => self.session.text().or_else(|| self.audit_session.text()),
        };
        let origin = Origin {
            time: stamp.realtime,
            boot: stamp.boot,
            host: Cow::Borrowed(&self.host.value),
            identifier: Cow::Borrowed(&self.identifier.value),
            pid: self.pid.number().unwrap_or(0),
            uid: Some(sender(self.uid.number(), &self.transport.value)),
            session,
            past,
            no_envelope: false,
        };
        Entry {
            origin,
            message: &self.message.value,
            dropped: own.dropped,
            over: own.over,
        }
    }

    /// A hash of the message.
    pub(super) fn hash(&self) -> u64 {
        hash(&self.message.value)
    }
}

/// The fields that are read.
const NAMES: [&CStr; 14] = [
    c"MESSAGE",
    c"SYSLOG_RAW",
    c"SYSLOG_IDENTIFIER",
    c"_PID",
    c"_UID",
    c"_HOSTNAME",
    c"_SYSTEMD_SESSION",
    c"_AUDIT_SESSION",
    c"MESSAGE_ID",
    c"_TRANSPORT",
    c"N_DROPPED",
    c"OBJECT_SYSTEMD_UNIT",
    c"SESSION_ID",
    c"LEADER",
];

/// Who sent an entry, as far as `_UID` proves it. [`NOBODY`] where the field is missing, and where root did not speak as
/// sshd does, which talks syslog.
///
/// The identifier of a stream is that of the process which opened it, while `_UID` is that of the one which writes: whoever
/// may have root run any program (sudo, a setuid one) lets it write what it likes under sshd's name, by `systemd-cat -t
/// sshd`. Nor is the stream of sshd's own unit believed, to which it writes where it was started with `-e`: there it lets
/// line ends pass (log.c, `LOG_STDERR_VIS`), so that any client's user name is as many lines as it likes.
fn sender(uid: Option<u32>, transport: &[u8]) -> u32 {
    let as_sshd = matches!(transport, b"" | b"syslog");
    match uid {
        Some(0) if !as_sshd => NOBODY,
        uid => uid.unwrap_or(NOBODY),
    }
}

/// Is this one of the units that sshd runs in, as the distributions call them?
fn is_of_sshd(unit: &[u8]) -> bool {
    let instance = |template: &[u8]| unit.starts_with(template) && unit.ends_with(b".service");
    matches!(unit, b"ssh.service" | b"sshd.service") || instance(b"ssh@") || instance(b"sshd@")
}

/// Whether a unit may be one in which sshd or a session's sftp-server runs; true where journald named none.
pub(crate) fn may_hold_ssh(unit: &[u8]) -> bool {
    let is = |prefix: &[u8], suffix: &[u8]| unit.starts_with(prefix) && unit.ends_with(suffix);
    unit.is_empty()
        || is_of_sshd(unit)
        || is(b"session-", b".scope")
        || is(b"user-", b".slice")
        || is(b"user@", b".service")
}

#[cfg(test)]
mod tests;
