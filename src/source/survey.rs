//! Looking through a log before it is read: which years its stamps are of, and when it begins.

use std::io;
use std::time::Duration;

use super::envelope::{Envelope, Read};
use super::lines::Lines;
use crate::time::{Time, Zone};

/// How many lines at a log's beginning may be without a stamp that names no year, before it is taken to hold none: then
/// nothing needs to be known of its end.
const HEAD: u64 = 1_000;

/// How much is kept in memory of what can be read once only, to look through it.
pub const ROOM: usize = 64 << 20;

/// What was seen.
#[derive(Debug)]
pub struct Survey {
    /// Takes the lines out of their envelopes, from the first on.
    pub envelope: Envelope,
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
    let mut envelope = Envelope::survey(Zone::Machine);
    let mut first = None;
    let mut whole = true;
    lines.keep();
    loop {
        if lines.kept() > *room || patience.is_some_and(|patience| lines.pauses(patience)) {
            whole = false;
            break;
        }
        // What cannot be read is told when it is read.
        let Ok(Some(line)) = lines.next_line() else {
            each(None);
            break;
        };
        each(Some(line));
        if let Read::Entry(entry) = envelope.read_syslog(line) {
            if first.is_none() && entry.origin.time != Time::default() {
                first = Some(line.to_vec());
            }
        }
        let yearless = envelope.years().is_some_and(|years| years.is_needed());
        if !yearless && lines.number() >= HEAD {
            break;
        }
    }
    *room = room.saturating_sub(lines.kept());
    let written = lines.written();
    lines.begin_again()?;
    let time = |line: Vec<u8>| match envelope.surveyed(written).read_syslog(&line) {
        Read::Entry(entry) => Some(entry.origin.time),
        _ => None,
    };
    Ok(Survey {
        begins: first.and_then(time),
        envelope: envelope.surveyed(written),
        whole,
    })
}
