//! A first reading of a log, before its entries are read: finds the years of its stamps and its beginning.

use std::io;
use std::time::Duration;

use super::lines::Lines;
use crate::adapters::archive::dump::Dump;
use crate::adapters::source::envelope::{Envelope, Read};
use crate::domain::base::time::{Time, Zone};

/// If none of the first lines, up to this number, has a stamp without a year, the log is taken to hold no such stamps. Then
/// its end need not be known.
const HEAD: u64 = 1_000;

/// The most memory, in bytes, for the text of logs that can be read only once.
pub const ROOM: usize = 64 << 20;

/// Result of the first reading.
pub struct Survey {
    /// Reads the lines from the first one on.
    pub dump: Dump,
    /// The time of the first line that has one.
    pub begins: Option<Time>,
    /// The first reading went to the end of the log, or as far as was necessary.
    pub whole: bool,
}

/// Reads a log once and goes back to its first line. Text that can be read only once is kept in memory, up to `room` bytes;
/// `room` shrinks by them. If the log pauses for longer than `patience`, its end is not waited for. Each line that is read is
/// shown to `each`, and `None` at the end.
pub fn survey(
    lines: &mut Lines,
    room: &mut usize,
    patience: Option<Duration>,
    each: &mut dyn FnMut(Option<&[u8]>),
) -> io::Result<Survey> {
    let mut dump = Dump::file(Envelope::survey(Zone::Machine));
    let mut first = None;
    let mut whole = true;
    lines.keep();
    loop {
        if lines.kept() > *room || patience.is_some_and(|patience| lines.pauses(patience)) {
            whole = false;
            break;
        }
        // A read error is reported later, when the line is read again.
        let Ok(Some(line)) = lines.next_whole() else {
            each(None);
            break;
        };
        each(Some(line.text));
        // The first line with a time gives the beginning of the log; of the other lines, only the years matter.
        if first.is_some() && dump.pass(&line) {
            continue;
        }
        if let Some(Read::Entry(entry)) = dump.read(&line) {
            let time = entry.origin.time;
            if first.is_none() && time != Time::default() {
                first = Some((line.text.to_vec(), time));
            }
        }
        let yearless = dump.years().is_some_and(|years| years.is_needed());
        if !yearless && lines.number() >= HEAD {
            break;
        }
    }
    *room = room.saturating_sub(lines.kept());
    let written = lines.written();
    lines.begin_again()?;
    // During the first reading, a stamp without a year had no known year.
    let time = |(line, time): (Vec<u8>, Time)| match dump.surveyed(written).read_text(&line) {
        Read::Entry(entry) if entry.origin.time != Time::default() => entry.origin.time,
        _ => time,
    };
    Ok(Survey {
        begins: first.map(time),
        dump: Dump::file(dump.surveyed(written)),
        whole,
    })
}
