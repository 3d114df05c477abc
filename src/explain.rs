//! `explain`: what the monitor takes each line of a log for, and why. A person's answer to "why was there no alert?"

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::cli::{self, Cli};
use crate::config::Config;
use crate::directory::Directory;
use crate::entry::{Entry, Origin, Record};
use crate::log::{Priority, line};
use crate::monitor::{Monitor, Rules, Verdict};
use crate::openssh::{Event, Kind, Program, Who};
use crate::output;
use crate::report::read::cannot;
use crate::source::envelope::{Envelope, Read};
use crate::source::lines::Lines;
use crate::source::survey::{ROOM, survey};
use crate::state::Daily;
use crate::time::Time;

/// How long a pause means that a log is still growing: a person who pipes it sees each line at once.
const PATIENCE: Duration = Duration::from_millis(200);

/// What is said of one line. Every key is always there; `null` where the line does not say.
#[derive(Debug, Serialize)]
struct Explanation<'a> {
    line: u64,
    event: &'static str,
    time: Option<String>,
    host: Option<Cow<'a, str>>,
    identifier: Option<Cow<'a, str>>,
    pid: Option<u32>,
    user: Option<Cow<'a, str>>,
    partner: Option<bool>,
    valid_user: Option<bool>,
    address: Option<&'a str>,
    port: Option<u16>,
    method: Option<&'a str>,
    path: Option<Cow<'a, str>>,
    bytes_read: Option<u64>,
    bytes_written: Option<u64>,
    count: u32,
    reason: Cow<'static, str>,
}

/// Explains the lines of one stream, in order: what a line counts depends on those before it.
pub struct Explainer<'a> {
    rules: &'a Rules,
    directory: &'a mut dyn Directory,
    daily: Daily,
    line: u64,
}

impl<'a> Explainer<'a> {
    /// Nothing was read yet. The lines are numbered from 1, through all files of the stream.
    pub fn new(rules: &'a Rules, directory: &'a mut dyn Directory) -> Self {
        Explainer {
            rules,
            directory,
            daily: Daily::default(),
            line: 0,
        }
    }

    /// Writes what the next line is, as one JSON object on a line of its own.
    pub fn entry(&mut self, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.line += 1;
        let origin = &entry.origin;
        let Some(record) = Record::of(entry.clone(), self.directory) else {
            return self.write(origin, None, ignored(no_event(origin)), out);
        };
        let verdict = self.apply(&record);
        self.write(origin, Some(&record.event), verdict, out)
    }

    /// Writes that the next line is nothing that can be read, and why.
    pub fn unreadable(&mut self, why: &'static str, out: &mut dyn Write) -> io::Result<()> {
        self.line += 1;
        self.write(&Origin::default(), None, ignored(why.into()), out)
    }

    fn apply(&mut self, record: &Record<'_>) -> Verdict {
        let time = record.origin.time;
        let date = self.rules.zone.date(time);
        if date > self.daily.date {
            // Whole days are nothing that is asked for here: none is to be closed and kept.
            self.daily.date = date;
            self.daily.partners.clear();
            self.daily.resume.day = Default::default();
        }
        let mut monitor = Monitor {
            rules: self.rules,
            daily: &mut self.daily,
            // As if each line were news: an old log is explained as it would have been told then.
            now: time,
            in_flight: None,
        };
        monitor.advance(time, false);
        let verdict = monitor.apply(record);
        self.daily.resume.outbox.clear();
        verdict
    }

    fn write(
        &self,
        origin: &Origin<'_>,
        event: Option<&Event<'_>>,
        verdict: Verdict,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let said = Explanation {
            line: self.line,
            event: verdict.event,
            time: (origin.time != Time::default()).then(|| self.rules.zone.rfc3339(origin.time)),
            host: some_text(&origin.host),
            identifier: some_text(&origin.identifier),
            pid: Some(origin.pid).filter(|&pid| pid != 0),
            user: event
                .and_then(|e| e.user.as_deref())
                .map(String::from_utf8_lossy),
            partner: verdict.partner,
            valid_user: event.and_then(|e| valid_user(e.kind)),
            address: event.and_then(|e| e.address.as_deref()),
            port: event.and_then(|e| e.port),
            method: event.and_then(|e| e.method.as_deref()),
            path: event
                .and_then(|e| e.path.as_deref())
                .map(String::from_utf8_lossy),
            bytes_read: event.and_then(|e| e.bytes_read),
            bytes_written: event.and_then(|e| e.bytes_written),
            count: event.map_or(1, |e| e.repeated),
            reason: verdict.reason,
        };
        output::json(out, &said)?;
        out.write_all(b"\n")
    }
}

/// Runs the command. The lines of all files are one stream, numbered through.
pub fn command(cli: &Cli, arguments: &cli::Explain) -> anyhow::Result<u8> {
    let config = Config::load(cli.config.as_deref())?;
    let rules = Rules {
        // Renames change what waits to be told: so all is told, to nobody.
        silent: false,
        expects: Vec::new(),
        foreign: arguments.partners.is_some() || config.source.journal_directory.is_some(),
        ..Rules::of(&config)
    };
    let mut directory = crate::directory::of(&config, arguments.partners.as_deref());
    let mut explainer = Explainer::new(&rules, directory.as_mut());
    let standard_input = [PathBuf::from("-")];
    let files = match arguments.files.as_slice() {
        [] => standard_input.as_slice(),
        files => files,
    };
    let mut no_text = 0;
    let code = output::to_output(|out| {
        for path in files {
            no_text += explain_file(path, &mut explainer, out)?;
        }
        Ok(0)
    });
    if no_text > 0 {
        line(Priority::Warning, &format!("{no_text} lines are no text"));
    }
    code
}

/// Explains the lines of one file. Returns how many were no text.
fn explain_file(
    path: &Path,
    explainer: &mut Explainer<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<u64> {
    let mut lines = Lines::open(path, "explain").map_err(|error| cannot(path, &error))?;
    let survey = survey(&mut lines, &mut { ROOM }, Some(PATIENCE), &mut |_| ());
    let survey = survey.map_err(|error| cannot(path, &error))?;
    let mut envelope = match survey.whole {
        true => survey.dump.into_envelope(),
        false => Envelope::new(),
    };
    let mut no_text = 0;
    while let Some(line) = lines.next_line().map_err(|error| cannot(path, &error))? {
        match envelope.read(line) {
            Read::Entry(entry) => explainer.entry(&entry, out)?,
            Read::NoText => {
                no_text += 1;
                explainer.unreadable("no text", out)?;
            }
            Read::Other => explainer.unreadable("an empty line", out)?,
        }
    }
    Ok(no_text)
}

fn some_text<'t>(bytes: &'t [u8]) -> Option<Cow<'t, str>> {
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes))
}

fn ignored(reason: Cow<'static, str>) -> Verdict {
    Verdict {
        event: "ignored",
        partner: None,
        reason,
    }
}

/// Why an entry is no event.
fn no_event(origin: &Origin<'_>) -> Cow<'static, str> {
    match Program::of(&origin.identifier) {
        Some(Program::Sshd) => "a line of sshd that says nothing of interest".into(),
        Some(Program::Sftp) => "a line of sftp-server that says nothing of interest".into(),
        Some(Program::Unknown) => {
            "no envelope that syslog or the journal writes, and no message of OpenSSH".into()
        }
        None => {
            let program = String::from_utf8_lossy(&origin.identifier);
            format!("not sshd's or sftp-server's: {program}").into()
        }
    }
}

/// What sshd thinks of the account that a line of this kind names.
fn valid_user(kind: Kind) -> Option<bool> {
    match kind {
        Kind::Accepted | Kind::NotAllowed | Kind::AccessDenied => Some(true),
        Kind::Failed { valid } | Kind::PamError { valid } | Kind::MaxAttempts { valid } => {
            Some(valid)
        }
        Kind::InvalidUser => Some(false),
        Kind::EndedBefore { who: Who::Valid } => Some(true),
        Kind::EndedBefore { who: Who::Invalid } => Some(false),
        _ => None,
    }
}
