//! Warns on standard error about data that a report has not counted: a zero must not hide that nothing could be read.

use super::count::ReportCounts;
use crate::adapters::log::{Priority, line};
use crate::commands::status::words;
use crate::domain::base::clean::{HOST, clean, for_terminal};
use crate::domain::base::span::Span;
use crate::domain::base::time::{Time, Zone};
use crate::domain::render::notice_in_short;

/// Warns about data that was not counted. `lines` is the number of lines read, `None` for a journal; `begins` is the time of
/// the first entry of the log.
pub(crate) fn say(
    counted: &ReportCounts,
    lines: Option<u64>,
    (span, zone): (Span, Zone),
    begins: Option<Time>,
) {
    if counted.undecided > 0 {
        let why = "the user database does not answer: this many events are not in the report";
        warn(&format!("{why}: {}", counted.undecided));
    }
    for notice in &counted.notices {
        warn(&for_terminal(&notice_in_short(notice)));
    }
    if counted.foreign.lines > 0 {
        let lines = words::many(counted.foreign.lines, "line");
        let first = clean(&counted.foreign.first, HOST);
        warn(&format!(
            "{lines} like sshd's or sftp-server's under another program's name: not counted ({first})"
        ));
    }
    let among = match lines {
        Some(0) => Some("the log is empty".to_owned()),
        Some(lines) if counted.ours == 0 => {
            let lines = words::many(lines, "line");
            Some(format!("no line of sshd or sftp-server among {lines}"))
        }
        _ => None,
    };
    if let Some(among) = among {
        warn(&format!("{among}: nothing was counted"));
    }
    let mut sheets = counted.sheets.values();
    let strangers = &counted.strangers;
    if strangers.logins > 0 && sheets.all(|sheet| sheet.partners.is_empty()) {
        warn(&format!(
            "{} of accounts that are not partners, and none of a partner: name partners without an account here with --partners",
            words::many(strangers.logins, "log-in")
        ));
    } else if let Some(gone) = strangers.gone() {
        warn(&format!(
            "not counted, because they are not partners now: {gone}; to count them, name all partners with --partners"
        ));
    }
    if let (Some(since), Some(begins)) = (span.since, begins) {
        if begins > since {
            let begins = zone.second(begins);
            warn(&format!(
                "the log begins only at {begins}: earlier events are not counted"
            ));
        }
    }
    if counted.outside > 0 && span != Span::default() {
        warn(&format!(
            "{} without a date: left out by --since and --until",
            words::many(counted.outside, "line")
        ));
    }
}

fn warn(said: &str) {
    line(Priority::Warning, said);
}
