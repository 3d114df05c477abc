//! The boots in a journal, and the last entry of a boot.
//!
//! A journal of several boots is read boot by boot. libsystemd orders entries of different files by sequence number if the
//! files have the same origin, else by time since boot, else by clock. If the clock was set back across a reboot, these
//! orders contradict each other, and entries that sort before the present place are skipped. After a power cut, sequence
//! numbers can repeat as well. Within one boot, all three orders agree.

use systemd::id128::Id128;
use systemd::journal::Journal;

use super::fields::Fields;
use super::handle::{match_boot, values};
use crate::domain::base::position::JournalPosition;
use crate::domain::base::process::Boot;
use crate::domain::base::time::Time;

/// The first eight digits of a boot's id: enough to distinguish the boots of one machine.
pub(super) fn short(id: Id128) -> String {
    id.to_string().chars().take(8).collect()
}

/// A boot in the form that entries use.
pub(super) fn carried(id: Id128) -> Boot {
    let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
    Boot(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// All boots that have entries in the journal, in no order. If `true` is returned, the place of reading and the matches are
/// unchanged. `false` means that the journal is damaged where the list of boots lies: then the list holds at least the boot
/// of the journal's last entry.
pub(super) fn list(journal: &mut Journal) -> systemd::Result<(Vec<Id128>, bool)> {
    let (found, complete) = values(journal, "_BOOT_ID");
    let known = |id: &String| Id128::from_cstr(id.as_str()).ok();
    let mut boots: Vec<Id128> = found.iter().filter_map(known).collect();
    if !complete {
        journal.match_flush()?;
        journal.seek_tail()?;
        if journal.previous()? > 0 {
            let (_, last) = journal.monotonic_timestamp()?;
            if !boots.contains(&last) {
                boots.push(last);
            }
        }
    }
    Ok((boots, complete))
}

/// Sorts boots by the clock at their end; the machine's present boot is last. A clock is more often wrong at the beginning of
/// a boot than at its end. If it is wrong, boots are read in another order, but all of them are read.
pub(super) fn sort(journal: &mut Journal, boots: Vec<Id128>) -> systemd::Result<Vec<Id128>> {
    let present = Id128::from_boot().ok();
    let mut dated = Vec::with_capacity(boots.len());
    for boot in boots {
        match_boot(journal, boot)?;
        journal.seek_tail()?;
        let end = if journal.previous()? > 0 {
            Time::from_micros(journal.timestamp_usec()?)
        } else {
            Time::default()
        };
        dated.push((Some(boot) == present, end, boot));
    }
    dated.sort();
    Ok(dated.into_iter().map(|(_, _, boot)| boot).collect())
}

/// The time since boot of a boot's last entry, of any program. Does not move the place of reading.
pub(super) fn end(journal: &Journal, boot: Id128) -> Option<u64> {
    let (_, to) = journal.cutoff_monotonic_usec(boot).ok()??;
    Some(to)
}

/// The position of a boot's last entry, of any program or of root only. Root's entries lie in `system.journal`. The entries
/// of an account lie in a file that this account alone can fill, so that its older entries are vacuumed away.
pub(super) fn tail(
    journal: &mut Journal,
    boot: Id128,
    of_root: bool,
) -> systemd::Result<Option<JournalPosition>> {
    match_boot(journal, boot)?;
    if of_root {
        journal.match_add("_UID", "0")?;
    }
    journal.seek_tail()?;
    match journal.previous()? {
        0 => Ok(None),
        _ => here(journal, &mut Fields::default()).map(Some),
    }
}

/// The position of the entry at the handle.
pub(super) fn here(journal: &mut Journal, fields: &mut Fields) -> systemd::Result<JournalPosition> {
    let realtime = Time::from_micros(journal.timestamp_usec()?);
    let (monotonic, boot) = journal.monotonic_timestamp()?;
    fields.read(journal, realtime);
    Ok(JournalPosition {
        cursor: journal.cursor()?,
        boot: boot.to_string(),
        monotonic,
        realtime,
        hash: fields.hash(),
        ..JournalPosition::default()
    })
}

/// Finds the entry of a position among all entries of its boot, and returns its present cursor: on systemd 252, a flush from
/// /run to /var changes the cursor. `None` if the entry is no longer there.
pub(super) fn find(
    journal: &mut Journal,
    boot: Id128,
    position: &JournalPosition,
) -> systemd::Result<Option<String>> {
    match_boot(journal, boot)?;
    let known = !position.cursor.is_empty() && journal.seek_cursor(&position.cursor).is_ok();
    if known && journal.next()? > 0 && journal.test_cursor(&position.cursor)? {
        return journal.cursor().map(Some);
    }
    let mut fields = Fields::default();
    let mut more = seek(journal, boot, position.monotonic)?;
    while more {
        let entry = here(journal, &mut fields)?;
        if entry.monotonic > position.monotonic {
            break;
        }
        if (entry.realtime, entry.hash) == (position.realtime, position.hash) {
            return Ok(Some(entry.cursor));
        }
        more = journal.next()? > 0;
    }
    Ok(None)
}

/// The time of a boot's first entry, of any program, at or after this time since boot.
pub(super) fn first_from(
    journal: &mut Journal,
    boot: Id128,
    monotonic: u64,
) -> systemd::Result<Option<Time>> {
    match seek(journal, boot, monotonic)? {
        true => Ok(Some(Time::from_micros(journal.timestamp_usec()?))),
        false => Ok(None),
    }
}

/// Goes to a boot's first entry at or after this time since boot; false if there is none.
///
/// If a file holds no entry from that time on, `sd_journal_seek_monotonic_usec` goes to the head of that file.
fn seek(journal: &mut Journal, boot: Id128, monotonic: u64) -> systemd::Result<bool> {
    if end(journal, boot).is_none_or(|end| end < monotonic) {
        return Ok(false);
    }
    match_boot(journal, boot)?;
    journal.seek_monotonic_usec(boot, monotonic)?;
    while journal.next()? > 0 {
        if journal.monotonic_timestamp()?.0 >= monotonic {
            return Ok(true);
        }
    }
    Ok(false)
}
