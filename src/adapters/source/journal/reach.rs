//! The times of the first and the last entry of a journal.

use std::path::Path;

use crate::domain::base::time::Time;

/// The times of the first and the last entry, of any program. `None` if there is no entry.
pub fn reach(directory: Option<&Path>) -> anyhow::Result<Option<(Time, Time)>> {
    let mut journal = super::handle::open(directory)?;
    journal.seek_head()?;
    if journal.next_entry()?.is_none() {
        return Ok(None);
    }
    let first = Time::from(journal.timestamp()?);
    journal.seek_tail()?;
    if journal.previous_entry()?.is_none() {
        return Ok(None);
    }
    Ok(Some((first, Time::from(journal.timestamp()?))))
}
