//! The fields of one entry, read into buffers that are used again for the next entry.

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

/// How often an entry is read again if it lacks a field that every entry has: it is being written at this moment, and
/// libsystemd leaves out data objects that are incomplete.
const RETRIES: u32 = 5;

/// The pause before each retry.
const RETRY_PAUSE: Duration = Duration::from_millis(1);

/// Only an entry younger than this can still be incomplete. The limit also means that no user can slow down reading for long
/// by entries without a message.
const IN_THE_MAKING: Duration = Duration::from_secs(2);

/// The identifier that journalctl writes if an entry has none. None of our programs has this name.
const UNKNOWN: &[u8] = b"unknown";

/// The contents of an entry besides its message.
#[derive(Clone, Copy, Default)]
pub(super) struct Own {
    /// The number of messages that journald reports as dropped.
    dropped: Option<u64>,
    /// The leading process of a session that logind reports as over.
    over: Option<u32>,
}

/// The verdict on an entry.
pub(super) enum Disposition {
    /// The entry is handed out.
    HandOut(Own),
    /// The entry is of no interest, or it is a forged notice of dropped messages or of a session's end.
    Skip,
    /// The entry has no message, or its sender is unknown.
    Unreadable,
}

/// When and in which boot an entry was logged; libsystemd keeps this outside the fields.
#[derive(Clone, Copy)]
pub(in crate::adapters) struct Stamp {
    pub(in crate::adapters) boot: Boot,
    pub(in crate::adapters) monotonic: u64,
    pub(in crate::adapters) realtime: Time,
}

/// The fields of interest, of the last entry that was read.
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
    /// Reads the entry at the handle; if the entry is incomplete, reads it again after a moment.
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

    /// journald removes blanks from the end of a message and keeps the original as `SYSLOG_RAW` (systemd.journal-fields(7)).
    /// The length of a message shows whether sshd cut it, so the blanks are restored: otherwise, a cut message that ends in a
    /// name full of blanks would look complete.
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

    /// Reads all fields in one pass, which costs as much as a request for the last field only.
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
        // A field that cannot be read (too large, or of an unknown compression: sd_journal_get_data(3)) ends the enumeration.
        // It may be a field that is not used here.
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
        let Fields {
            message,
            raw,
            identifier,
            pid,
            uid,
            host,
            session,
            audit_session,
            message_id,
            transport,
            dropped,
            unit,
            session_id,
            leader,
        } = self;
        let who = [identifier, pid, uid, host, session, audit_session];
        let what = [message, raw, message_id, transport];
        let own = [dropped, unit, session_id, leader];
        let all = who.into_iter().chain(what).chain(own);
        all.for_each(Field::clear);
    }

    /// Whether the entry has the fields that journald gives to every entry. An entry that was matched by its identifier has
    /// the identifier; any other has the id of a message of journald or logind, which also has its own fields.
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

    /// Decides whether the entry is handed out.
    pub(super) fn verdict(&self) -> Disposition {
        // sshd and sftp-server use syslog, and journald gives every syslog entry a message. An entry of another transport
        // without a message was sent like that, which any user can do.
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
        // Only root can report the end of a session; other senders are not trusted.
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

    /// The number of messages that journald reports as dropped, if they were of a unit of interest. Only journald itself can
    /// set the transport; any user can send the other fields.
    fn dropped(&self) -> Option<u64> {
        let of_journald =
            self.transport.value == b"driver" && self.message_id.value == DROPPED.as_bytes();
        let matters = of_journald && may_hold_ssh(&self.unit.value);
        matters.then(|| self.dropped.number()).flatten()
    }

    /// Whether the entry names its sender.
    pub(in crate::adapters) const fn tells_sender(&self) -> bool {
        self.uid.given
    }

    /// The entry, borrowed, from an export of the journal.
    pub(in crate::adapters) fn exported(&self, stamp: Stamp) -> Entry<'_> {
        let own = Own {
            dropped: self.dropped(),
            over: None,
        };
        let mut entry = self.entry(stamp, false, own);
        // Without the field, an export proves no sender.
        entry.origin.uid = entry.origin.uid.filter(|_| self.uid.given);
        // An empty identifier would mean a message without an envelope, which could be of any program.
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

    /// Hash of the message.
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

/// The sender of an entry, as far as `_UID` proves it. [`NOBODY`] if the field is missing, or if root used another transport
/// than syslog, which sshd uses.
///
/// The identifier of a stream comes from the process that opened it, but `_UID` from the process that writes. So a user who
/// may run any program as root (sudo, setuid) can write any text under sshd's name, by `systemd-cat -t sshd`. The stream of
/// sshd's own unit is not trusted either. sshd writes to it if it was started with `-e`, and does not escape line feeds there
/// (log.c, `LOG_STDERR_VIS`): a client's user name can then hold any number of lines.
fn sender(uid: Option<u32>, transport: &[u8]) -> u32 {
    let as_sshd = matches!(transport, b"" | b"syslog");
    match uid {
        Some(0) if !as_sshd => NOBODY,
        uid => uid.unwrap_or(NOBODY),
    }
}

/// Whether this is a unit of sshd, by the names that the distributions use.
fn is_of_sshd(unit: &[u8]) -> bool {
    let instance = |template: &[u8]| unit.starts_with(template) && unit.ends_with(b".service");
    matches!(unit, b"ssh.service" | b"sshd.service") || instance(b"ssh@") || instance(b"sshd@")
}

/// Whether sshd or a session's sftp-server may run in this unit; true if journald named no unit.
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
