//! Looking through a log before it is read: which years its stamps are of, and when it begins.

use std::io;

use super::envelope::{Envelope, Read};
use super::lines::Lines;
use crate::time::{Time, Zone};

/// How many lines at a log's beginning may be without a stamp that names no year, before it is taken to hold none: then
/// nothing needs to be known of its end.
const HEAD: u64 = 1_000;

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
/// `room`, which shrinks. Each line that is looked at is shown to `each`; none is at the end.
pub fn survey(
    lines: &mut Lines,
    room: &mut usize,
    each: &mut dyn FnMut(Option<&[u8]>),
) -> io::Result<Survey> {
    let mut envelope = Envelope::survey(Zone::Machine);
    let mut first = None;
    let mut whole = true;
    lines.keep();
    loop {
        if lines.kept() > *room {
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
