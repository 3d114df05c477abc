//! `explain`: shows how the monitor reads each line of a log, and why. It answers the question "why was there no alert?"

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::adapters::archive::dump::Dump;
use crate::adapters::archive::journal::cannot;
use crate::adapters::archive::lines::Lines;
use crate::adapters::archive::survey::{ROOM, survey};
use crate::adapters::config::Config;
use crate::adapters::log::{Priority, line};
use crate::adapters::machine;
use crate::adapters::source::envelope::{Envelope, Read};
use crate::commands::cli::{self, Cli};
use crate::commands::output;
use crate::domain::base::time::Time;
use crate::domain::directory::Directory;
use crate::domain::expect::Expects;
use crate::domain::openssh::{Event, EventName, Kind, Program, Who};
use crate::domain::record::{Entry, Origin, Record};
use crate::domain::rules::{Monitor, RuleOutcome, Rules, process_of};
use crate::domain::state::Daily;

/// A pause of this length means that a log is still growing: a person who pipes it sees each line at once.
const PATIENCE: Duration = Duration::from_millis(200);

/// The explanation of one line. Every key is always present; `null` if the line does not contain it.
#[derive(Debug, Serialize)]
struct Explanation<'a> {
    line: u64,
    event: EventName,
    time: Option<String>,
    host: Option<Cow<'a, str>>,
    identifier: Option<Cow<'a, str>>,
    pid: Option<u32>,
    user: Option<Cow<'a, str>>,
    partner: Option<bool>,
    valid_user: Option<bool>,
    address: Option<Cow<'a, str>>,
    port: Option<u16>,
    method: Option<&'a str>,
    path: Option<Cow<'a, str>>,
    /// The new name of a rename.
    target: Option<Cow<'a, str>>,
    bytes_read: Option<u64>,
    bytes_written: Option<u64>,
    count: u32,
    reason: Cow<'static, str>,
}

/// User and address of a process.
#[derive(Default)]
struct ProcessUser {
    user: Option<String>,
    address: Option<String>,
}

/// Explains the lines of one stream in order: the meaning of a line depends on earlier lines.
pub struct Explainer<'a> {
    rules: &'a Rules,
    directory: &'a mut dyn Directory,
    daily: Daily,
    /// The number of the latest line, and of the first line of the latest entry.
    line: u64,
    first: u64,
    /// How many lines are no text.
    no_text: u64,
}

impl<'a> Explainer<'a> {
    /// Creates an explainer that has read nothing yet. Lines are numbered from 1 through all files of the stream.
    pub fn new(rules: &'a Rules, directory: &'a mut dyn Directory) -> Self {
        Explainer {
            rules,
            directory,
            daily: Daily::default(),
            line: 0,
            first: 1,
            no_text: 0,
        }
    }

    /// Counts the next line. Some entries have several lines.
    pub fn next_line(&mut self) {
        self.line += 1;
    }

    /// Writes the explanation of the entry that ends with this line, as one JSON object on its own line.
    pub fn entry(&mut self, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
        let origin = &entry.origin;
        let event = Record::of(entry.clone(), self.directory);
        let Some(record) = event else {
            return self.write(origin, None, ignored(no_event(origin)), out);
        };
        // The end of a session removes its user and address from the state: they are read first.
        let ends = record.event.kind == Kind::SessionClosed;
        let before = self.peer(&record).filter(|_| ends);
        let verdict = self.apply(&record);
        let peer = self.peer(&record).or(before).unwrap_or_default();
        self.write(origin, Some((&record.event, &peer)), verdict, out)
    }

    /// Writes that the entry that ends with this line is unreadable, and why.
    pub fn unreadable(&mut self, why: &'static str, out: &mut dyn Write) -> io::Result<()> {
        self.write(&Origin::default(), None, ignored(why.into()), out)
    }

    /// User and address of a session's line or a refused log-in, if earlier lines contain them.
    fn peer(&self, record: &Record<'_>) -> Option<ProcessUser> {
        let process = process_of(record);
        let sessions = &self.daily.resume.sessions;
        let (user, address) = match record.event.kind {
            Kind::SessionClosed
            | Kind::Open(_)
            | Kind::Close { .. }
            | Kind::Rename { .. }
            | Kind::Remove
            | Kind::Mkdir
            | Kind::Rmdir
            | Kind::Status
            | Kind::WriteError
            | Kind::OpenDirectory
            | Kind::CloseDirectory
            | Kind::Request => {
                let session = sessions.sftp.get(&process)?;
                (Some(session.user.clone()), session.address.clone())
            }
            Kind::EndedBefore { .. } | Kind::GraceTimeout | Kind::AccessDenied => {
                let connection = sessions.connections.get(&process)?;
                (connection.user.clone(), connection.address.clone())
            }
            _ => return None,
        };
        Some(ProcessUser { user, address })
    }

    fn apply(&mut self, record: &Record<'_>) -> RuleOutcome {
        let time = record.origin.time;
        let date = self.rules.zone.date(time);
        if date > self.daily.date {
            // Whole days are not needed here: they are not closed and kept.
            self.daily.date = date;
            self.daily.partners = Default::default();
            self.daily.resume.day = Default::default();
        }
        let mut monitor = Monitor {
            rules: self.rules,
            daily: &mut self.daily,
            // Each line counts as new: an old log is explained as it would have been reported at its time.
            now: time,
            in_flight: None,
        };
        monitor.advance(time, false);
        let verdict = monitor.apply(record);
        self.daily.resume.outbox.clear();
        verdict
    }

    fn write(
        &mut self,
        origin: &Origin<'_>,
        event: Option<(&Event<'_>, &ProcessUser)>,
        verdict: RuleOutcome,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let nothing = (&Event::of(Kind::Accompanying), &ProcessUser::default());
        let (event, peer) = event.unwrap_or(nothing);
        let user = event.user.as_deref().map(String::from_utf8_lossy);
        let user = user.or(peer.user.as_deref().map(Cow::Borrowed));
        let address = event.address.as_deref().or(peer.address.as_deref());
        let said = Explanation {
            line: self.first,
            event: verdict.event,
            time: (origin.time != Time::default()).then(|| self.rules.zone.rfc3339(origin.time)),
            host: some_text(&origin.host),
            identifier: some_text(&origin.identifier),
            pid: Some(origin.pid).filter(|&pid| pid != 0),
            // Without a user name, an entry belongs neither to a partner nor to another account.
            partner: verdict.partner.filter(|_| user.is_some()),
            user,
            valid_user: valid_user(event.kind),
            address: address.map(Cow::Borrowed),
            port: event.port,
            method: event.method.as_deref(),
            path: event.path.as_deref().map(String::from_utf8_lossy),
            target: event.target.as_deref().map(String::from_utf8_lossy),
            bytes_read: event.bytes_read,
            bytes_written: event.bytes_written,
            count: event.repeated,
            reason: verdict.reason,
        };
        self.first = self.line + 1;
        output::json_line(out, &said)
    }
}

/// Runs the command. The lines of all files are one stream with continuous numbers.
pub fn command(cli: &Cli, arguments: &cli::ExplainArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let rules = Rules {
        // Renames change waiting alerts: so alerts are created, then discarded.
        silent: false,
        expects: Expects::default(),
        foreign: arguments.partners.is_some() || config.source.journal_directory.is_some(),
        ..config.rules()
    };
    let mut directory = machine::of(&mut config, arguments.partners.as_deref());
    let mut explainer = Explainer::new(&rules, directory.as_mut());
    let standard_input = [PathBuf::from("-")];
    let files = match arguments.files.as_slice() {
        [] => standard_input.as_slice(),
        files => files,
    };
    let code = output::to_output(|out| {
        for path in files {
            explain_file(path, &mut explainer, out)?;
        }
        Ok(0)
    });
    if explainer.no_text > 0 {
        let told = format!("{} lines are not text", explainer.no_text);
        line(Priority::Warning, &told);
    }
    code
}

/// Explains the lines of one file.
fn explain_file(
    path: &Path,
    explainer: &mut Explainer<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut lines = Lines::open(path, "explain").map_err(|error| cannot(path, &error))?;
    let survey = survey(&mut lines, &mut { ROOM }, Some(PATIENCE), &mut |_| ());
    let survey = survey.map_err(|error| cannot(path, &error))?;
    let envelope = match survey.whole {
        true => survey.dump.into_envelope(),
        false => Envelope::new(),
    };
    let mut dump = Dump::pasted(envelope);
    while let Some(line) = lines.next_whole().map_err(|error| cannot(path, &error))? {
        explainer.next_line();
        if let Some(read) = dump.read(&line) {
            explain_read(&read, explainer, out)?;
        }
    }
    if let Some(read) = dump.end() {
        explain_read(&read, explainer, out)?;
    }
    if let Some(remedy) = dump.remedy() {
        self::line(Priority::Warning, &format!("{}: {remedy}", path.display()));
    }
    Ok(())
}

/// Explains one line or entry.
fn explain_read(
    read: &Read<'_>,
    explainer: &mut Explainer<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match read {
        Read::Entry(entry) => explainer.entry(entry, out),
        Read::NoText => {
            explainer.no_text += 1;
            explainer.unreadable("no text", out)
        }
        Read::Other => explainer.unreadable("an empty line", out),
    }
}

fn some_text<'t>(bytes: &'t [u8]) -> Option<Cow<'t, str>> {
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes))
}

fn ignored(reason: Cow<'static, str>) -> RuleOutcome {
    RuleOutcome {
        event: EventName::Ignored,
        partner: None,
        reason,
        accompanies: false,
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

/// Whether sshd considers the account in a line of this kind valid; `None` if the line does not show it.
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
