//! Where in the journal an entry is, and whether it is the one that was read last.

use anyhow::Context;
use systemd::journal::{Journal, JournalRef};

use crate::entry::Boot;
use crate::source::{JournalPosition, hash};
use crate::time::Time;

use super::entries::message;

/// The entry on which the journal stands.
pub(super) struct Here {
    pub(super) realtime: Time,
    monotonic: u64,
    boot: String,
    hash: u64,
    pub(super) has_message: bool,
}

impl Here {
    /// Reads where the journal stands, and the entry's message into `buffer`.
    pub(super) fn of(journal: &mut Journal, buffer: &mut Vec<u8>) -> anyhow::Result<Here> {
        let has_message = message(journal, buffer)?;
        let (monotonic, boot) = journal.monotonic_timestamp().context("reading an entry's time")?;
        let realtime = Time(i64::try_from(journal.timestamp_usec()?).unwrap_or(i64::MAX));
        Ok(Here { realtime, monotonic, boot: boot.to_string(), hash: hash(buffer), has_message })
    }

    /// The boot as entries carry it.
    pub(super) fn boot(&self) -> Boot {
        crate::source::boot(self.boot.as_bytes())
    }

    /// Is it the position's own entry? The cursor alone does not tell: a flush to disk changes it on systemd 252.
    pub(super) fn is(&self, journal: &JournalRef, position: &JournalPosition) -> bool {
        if position.cursor.is_empty() {
            return false;
        }
        let same = self.boot == position.boot && self.monotonic == position.monotonic;
        same && self.realtime == position.realtime && self.hash == position.hash
            || journal.test_cursor(position.cursor.as_str()).unwrap_or(false) && self.boot == position.boot
    }

    /// Was it read before? In one boot, all that is earlier than the position was; while everything is followed, only the
    /// position's own entry can come again.
    pub(super) fn was_read(&self, journal: &JournalRef, position: &JournalPosition, following: bool) -> bool {
        let earlier = !following && self.boot == position.boot && self.monotonic < position.monotonic;
        earlier || self.is(journal, position)
    }

    /// Makes it the position.
    pub(super) fn note(self, journal: &JournalRef, position: &mut JournalPosition) -> anyhow::Result<()> {
        position.cursor = journal.cursor().context("reading an entry's cursor")?;
        if position.boot != self.boot {
            let short = super::short(&self.boot);
            if !position.boots.contains(&short) {
                position.boots.push(short);
            }
            position.boot = self.boot;
        }
        position.monotonic = self.monotonic;
        position.realtime = self.realtime;
        position.hash = self.hash;
        Ok(())
    }
}

/// The values that a field has in the journal.
pub(super) fn unique(journal: &mut Journal, field: &str) -> anyhow::Result<Vec<String>> {
    journal.query_unique(field).with_context(|| format!("looking for {field}"))?;
    let mut values = Vec::new();
    while let Some(value) = journal.enumerate_unique().with_context(|| format!("looking for {field}"))? {
        if let Some(value) = value.value().and_then(|value| std::str::from_utf8(value).ok()) {
            values.push(value.to_owned());
        }
    }
    values.sort();
    values.dedup();
    Ok(values)
}

/// The boots that the journal holds, in the order in which their first entries were logged.
pub(super) fn boots(journal: &mut Journal) -> anyhow::Result<Vec<String>> {
    let mut boots = Vec::new();
    for boot in unique(journal, "_BOOT_ID")? {
        journal.match_flush()?;
        journal.match_add("_BOOT_ID", boot.as_str())?;
        journal.seek_head()?;
        let first = if journal.next()? > 0 { journal.timestamp_usec()? } else { u64::MAX };
        boots.push((first, boot));
    }
    journal.match_flush()?;
    boots.sort();
    Ok(boots.into_iter().map(|(_, boot)| boot).collect())
}
