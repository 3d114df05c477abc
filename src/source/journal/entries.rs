//! Reading one entry's fields into buffers that are used again.

use std::borrow::Cow;
use std::time::Duration;

use systemd::journal::{Journal, JournalRef};

use super::DROPPED;
use super::position::Here;
use crate::entry::{Entry, Origin};

/// How often a message that seems to be missing is looked for again: while an entry is being written a reader may not
/// see all of it yet. One more look has always been enough.
const LOOKS: u32 = 5;

/// The pause between two looks.
const BETWEEN: Duration = Duration::from_millis(1);

/// The fields of the entry on which the journal stands.
#[derive(Default)]
pub(super) struct Buffers {
    pub(super) message: Vec<u8>,
    identifier: Vec<u8>,
    session: Vec<u8>,
    other: Vec<u8>,
}

/// What was read of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// All of it.
    Whole,
    /// It has no message, even after some looks.
    NoMessage,
}

/// Reads a field into a buffer; false where the entry has none. Where a field is repeated it is the first: sshd sends
/// each once, and what others send is judged by `_UID`.
fn field(journal: &mut JournalRef, name: &str, buffer: &mut Vec<u8>) -> anyhow::Result<bool> {
    buffer.clear();
    match journal.get_data(name)? {
        Some(data) => {
            buffer.extend_from_slice(data.value().unwrap_or_default());
            Ok(true)
        }
        None => Ok(false),
    }
}

/// Reads the message; false where there is none.
pub(super) fn message(journal: &mut Journal, buffer: &mut Vec<u8>) -> anyhow::Result<bool> {
    for look in 0..LOOKS {
        if field(journal, "MESSAGE", buffer)? {
            return Ok(true);
        }
        if look + 1 < LOOKS {
            std::thread::sleep(BETWEEN);
        }
    }
    Ok(false)
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Hands out the entry on which the journal stands.
pub(super) fn hand_out(
    journal: &mut Journal,
    buffers: &mut Buffers,
    here: &Here,
    past: bool,
    each: &mut dyn FnMut(&Entry<'_>),
) -> anyhow::Result<Read> {
    field(journal, "SYSLOG_IDENTIFIER", &mut buffers.identifier)?;
    let other = &mut buffers.other;
    let pid = if field(journal, "_PID", other)? { number(other).unwrap_or(0) } else { 0 };
    let uid = if field(journal, "_UID", other)? { number(other) } else { None };
    let ours = super::IDENTIFIERS.iter().any(|identifier| identifier.as_bytes() == buffers.identifier);
    let dropped = if ours { None } else { dropped(journal, other, uid)? };
    if !ours && dropped.is_none() {
        return Ok(Read::Whole);
    }
    let session = field(journal, "_SYSTEMD_SESSION", &mut buffers.session)?
        || field(journal, "_AUDIT_SESSION", &mut buffers.session)?;
    let entry = Entry {
        origin: Origin {
            time: here.realtime,
            boot: here.boot(),
            host: Cow::Borrowed(b""),
            identifier: Cow::Borrowed(&buffers.identifier),
            pid,
            // Without the field nobody vouches for the sender: as good as a user that is not root.
            uid: Some(uid.unwrap_or(u32::MAX)),
            session: if session { std::str::from_utf8(&buffers.session).ok().map(Cow::Borrowed) } else { None },
            past,
        },
        message: &buffers.message,
        dropped,
    };
    if !here.has_message {
        return Ok(Read::NoMessage);
    }
    each(&entry);
    Ok(Read::Whole)
}

/// How many messages journald says that it dropped of sshd's unit or of a session; none where the entry is not its own
/// word, or is about another unit.
fn dropped(journal: &mut Journal, buffer: &mut Vec<u8>, uid: Option<u32>) -> anyhow::Result<Option<u64>> {
    let journald = uid == Some(0) && field(journal, "_TRANSPORT", buffer)? && buffer == b"driver";
    if !journald || !field(journal, "MESSAGE_ID", buffer)? || buffer != DROPPED.as_bytes() {
        return Ok(None);
    }
    if field(journal, "OBJECT_SYSTEMD_UNIT", buffer)? {
        let unit = String::from_utf8_lossy(buffer);
        let sshd = unit.starts_with("ssh.") || unit.starts_with("sshd.") || unit.starts_with("ssh@") || unit.starts_with("sshd@");
        if !sshd && !(unit.starts_with("session-") && unit.ends_with(".scope")) {
            return Ok(None);
        }
    }
    field(journal, "N_DROPPED", buffer)?;
    Ok(Some(number(buffer).map_or(1, u64::from)))
}
