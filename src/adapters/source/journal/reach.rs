//! How far a journal reaches back, and up to when.

use std::path::Path;

use crate::domain::base::time::Time;

/// When the first and the last entry were written, whoever wrote them; none where there is no entry.
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
