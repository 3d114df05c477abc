//! Counts a whole log by the monitor's own rules, with one sheet of counters per date.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;

use super::strangers::Strangers;
use crate::domain::base::by_name::ByName;
use crate::domain::base::numbers::add;
use crate::domain::base::span::Span;
use crate::domain::base::time::Time;
use crate::domain::base::when::midnight;
use crate::domain::directory::Directory;
use crate::domain::openssh::{Program, is_ours_by_wording};
use crate::domain::record::{Entry, Record};
use crate::domain::rules::{Monitor, Rules};
use crate::domain::state::{Counters, Daily, Notice};

/// The time between two removals of ended sessions: decisions due before an event are made before it anyway.
const STEP: Duration = Duration::from_secs(300);

/// The time after its last line at which a log has ended: longer than any decision waits.
const AFTER: Duration = Duration::from_secs(60);

/// The counters of one date.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The counters of each partner, by account name.
    pub partners: ByName<Counters>,
    /// Failures of users who are no partners.
    pub unknown_attempts: u64,
}

impl Sheet {
    fn swap(&mut self, daily: &mut Daily) {
        std::mem::swap(&mut self.partners, &mut daily.partners);
        std::mem::swap(&mut self.unknown_attempts, &mut daily.unknown_attempts);
    }

    fn is_empty(&self) -> bool {
        self.partners.is_empty() && self.unknown_attempts == 0
    }
}

/// The sheets of a log by date; a date without events has none. The key `None` holds entries without a stamp.
pub type Sheets = BTreeMap<Option<NaiveDate>, Sheet>;

/// The result of counting, and what it leaves out.
#[derive(Debug, Default)]
pub struct ReportCounts {
    /// The sheet of each date.
    pub sheets: Sheets,
    /// Number of events that the user database left undecided.
    pub undecided: usize,
    /// Notices that make the figures uncertain.
    pub notices: Vec<Notice>,
    /// Number of lines of sshd or sftp-server.
    pub ours: u64,
    /// Number of those lines without a stamp, which are in no span of time.
    pub outside: u64,
    /// Accounts that are no partners.
    pub strangers: Strangers,
    /// The earliest stamp in the log.
    pub first: Option<Time>,
    /// Lines under another program's name that read like OpenSSH's.
    pub foreign: Foreign,
}

/// Lines under another program's name that read like OpenSSH's: from a container or a relay.
#[derive(Debug, Default)]
pub struct Foreign {
    /// Number of these lines.
    pub lines: u64,
    /// The first of them, without its stamp.
    pub first: String,
}

impl Foreign {
    fn see(&mut self, entry: &Entry<'_>) {
        if !is_ours_by_wording(entry.message) {
            return;
        }
        self.lines += 1;
        if self.lines == 1 {
            let text = |bytes| String::from_utf8_lossy(bytes);
            let name = text(&entry.origin.identifier);
            self.first = format!("{name}: {}", text(entry.message));
        }
    }
}

/// Counts entries as they arrive.
pub struct Counting<'a> {
    rules: &'a Rules,
    directory: &'a mut dyn Directory,
    span: Span,
    daily: Daily,
    now: Time,
    counted: ReportCounts,
    /// The open date.
    date: Option<NaiveDate>,
    /// Start of the open date and start of the next date: most events then need no calendar.
    open: (Time, Time),
    advanced: Time,
}

impl<'a> Counting<'a> {
    /// Creates a counter that has counted nothing yet.
    pub fn new(rules: &'a Rules, directory: &'a mut dyn Directory, span: Span, now: Time) -> Self {
        Counting {
            rules,
            directory,
            span,
            daily: Daily::default(),
            now,
            counted: ReportCounts::default(),
            date: None,
            open: (Time::default(), Time::default()),
            advanced: Time::default(),
        }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, entry: Entry<'_>) {
        let counted = &mut self.counted;
        let stamp = entry.origin.time;
        if stamp != Time::default() && counted.first.is_none_or(|first| stamp < first) {
            counted.first = Some(stamp);
        }
        let program = Program::of(&entry.origin.identifier);
        if program.is_none() {
            counted.foreign.see(&entry);
        }
        let ours = program.is_some_and(|program| program != Program::Unknown);
        counted.ours += u64::from(ours);
        let body = entry.body();
        let mut record = Record::new(entry.origin);
        if !record.parse(body, program, self.directory) {
            return;
        }
        counted.ours += u64::from(!ours);
        let time = record.origin.time;
        if self.span.holds(time) {
            counted.strangers.take(&record);
        } else {
            record.origin.past = true;
            counted.outside += u64::from(time == Time::default());
        }
        if time >= self.advanced.plus(STEP) {
            // Before the date changes: sessions that ended earlier count for the earlier date.
            self.advance(time);
        }
        if time < self.open.0 || time >= self.open.1 {
            self.turn_to(time);
        }
        self.monitor().apply(&record);
    }

    fn monitor(&mut self) -> Monitor<'_> {
        Monitor {
            rules: self.rules,
            daily: &mut self.daily,
            now: self.now,
            in_flight: None,
        }
    }

    fn advance(&mut self, time: Time) {
        self.advanced = time;
        self.monitor().advance(time, false);
    }

    /// Opens the sheet of the date of `time`, and stores the earlier sheet.
    fn turn_to(&mut self, time: Time) {
        self.put_away();
        let zone = self.rules.zone;
        let date = zone.date(time);
        self.daily.date = date;
        if time == Time::default() {
            self.date = None;
            self.open = (time, Time(time.0 + 1));
        } else {
            self.date = Some(date);
            let next = date.succ_opt().unwrap_or(date);
            self.open = (midnight(zone, date), midnight(zone, next));
        }
        if let Some(mut sheet) = self.counted.sheets.remove(&self.date) {
            sheet.swap(&mut self.daily);
        }
    }

    fn put_away(&mut self) {
        let mut sheet = Sheet::default();
        sheet.swap(&mut self.daily);
        if !sheet.is_empty() {
            self.counted.sheets.insert(self.date, sheet);
        }
        for notice in std::mem::take(&mut self.daily.resume.day).notices {
            let notices = &mut self.counted.notices;
            match notices.iter_mut().find(|n| n.kind == notice.kind) {
                Some(known) => add(&mut known.count, notice.count),
                None => notices.push(notice),
            }
        }
    }

    /// Ends the log: makes the open decisions, and returns the result.
    pub fn finish(mut self) -> ReportCounts {
        self.advance(self.advanced.plus(AFTER));
        self.ask_again();
        self.put_away();
        let sheets = &mut self.counted.sheets;
        for sheet in sheets.values_mut() {
            let any = |c: &Counters| c.success + c.failed + c.upload + c.download > 0;
            sheet.partners.retain(any);
        }
        sheets.retain(|_, sheet| !sheet.is_empty());
        self.counted.undecided = self.daily.resume.undecided.len();
        self.counted
    }

    /// Asks the user database again about undecided events: it may know the accounts now.
    fn ask_again(&mut self) {
        let waiting = std::mem::take(&mut self.daily.resume.undecided);
        let mut left = Vec::new();
        for event in waiting {
            self.turn_to(event.at);
            let user = event.user.clone();
            let answer = self.directory.account(user.as_bytes());
            self.daily.resume.undecided.push(event);
            self.monitor().answer(&user, &answer);
            left.append(&mut self.daily.resume.undecided);
        }
        self.daily.resume.undecided = left;
    }
}
