//! Looking through a log before it is read: which years its stamps are of, and when it begins.

use std::io;
use std::time::Duration;

use super::lines::Lines;
use crate::adapters::archive::dump::Dump;
use crate::adapters::source::envelope::{Envelope, Read};
use crate::domain::base::time::{Time, Zone};

/// How many lines at a log's beginning may be without a stamp that names no year, before it is taken to hold none: then
/// nothing needs to be known of its end.
const HEAD: u64 = 1_000;

/// How much is kept in memory of what can be read once only, to look through it.
pub const ROOM: usize = 64 << 20;

/// What was seen.
pub struct Survey {
    /// Reads the lines from the first on.
    pub dump: Dump,
    /// The time of the first line that has one.
    pub begins: Option<Time>,
    /// It was looked through to its end, or to where no more is to be known.
    pub whole: bool,
}

/// Looks through a log and goes back to its first line. Of what can be read once only, as much is kept in memory as there is
/// `room`, which shrinks; and where it pauses for longer than `patience`, its end is not waited for. Each line that is looked
/// at is shown to `each`; none is at the end.
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
        // What cannot be read is told when it is read.
        let Ok(Some(line)) = lines.next_whole() else {
            each(None);
            break;
        };
        each(Some(line.text));
        // The first line tells when the log begins; of the others only the years matter.
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
    // A stamp without a year was of no year yet.
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
