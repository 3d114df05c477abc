//! Scenarios as text: what happens, one step a line, and below `->` what comes of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use sftp_monitor::adapters::config::Config;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::expiry::{Expires, Expiry};

/// A scenario as its file has it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// A sentence.
    pub title: String,
    /// What happens, as written.
    pub source: String,
    /// The same, understood.
    pub steps: Vec<Step>,
    /// What comes of it.
    pub expected: String,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// An account.
    Account {
        name: String,
        uid: u32,
        full_name: Option<String>,
        partner: bool,
        listed: bool,
    },
    /// The user database does not answer for this account, until then.
    Silent { name: String, until: Option<Time> },
    /// The user database finds an account by any spelling of its name.
    IgnoresCase,
    /// sshd's configuration leaves this account nothing but an internal-sftp that logs.
    Forced { name: String },
    /// A line of the configuration, with the table that it belongs to.
    Config { table: String, line: String },
    /// The configuration is read again; this is its only route.
    Reload { line: String },
    /// Slack takes nothing.
    SlackDown(Time, Time),
    /// What is older counts nothing.
    Past(Time),
    /// What follows is read at that time alone.
    Absent(Time),
    /// The state's open date at the beginning.
    OpenDate(NaiveDate),
    /// The questions that the user database got are told.
    ShowAsked,
    /// Slack says where each message is, so that it can be edited and replied to.
    Threads,
    /// The state is written, and read by a daemon that starts.
    Restart,
    /// Time passes.
    Clock(Time),
    /// A run of digest.
    Digest(Time),
    /// A person mutes a partner until a time, for a reason; without a time the mute ends now.
    Mute {
        at: Time,
        name: String,
        until: Option<Time>,
        why: Option<String>,
    },
    /// A person takes care of a partner's open matters.
    Ack {
        at: Time,
        name: String,
        what: Option<String>,
        why: Option<String>,
    },
    /// The dates of partners' accounts and passwords are seen.
    Expiries(Time, Vec<Expiry>),
    /// journald takes so many lines of a session in so many seconds.
    JournalLimit(u64, u64),
    /// An entry.
    Entry(Line),
}

/// An entry of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub time: Time,
    pub identifier: String,
    pub pid: u32,
    pub uid: Option<u32>,
    pub session: Option<String>,
    pub boot: u64,
    pub message: String,
    /// journald dropped so many messages.
    pub dropped: Option<u64>,
    /// logind says that the session of this log-in is over.
    pub over: Option<u32>,
    /// What the rules make of it is told.
    pub explain: bool,
    /// It is there at LogLevel VERBOSE alone.
    pub verbose: bool,
}

/// The scenarios of a file, and what stands before them: steps that all of them begin with.
pub fn parse(file: &str) -> (String, Vec<Scenario>) {
    let mut parts = file.split("\n== ");
    let head = parts.next().unwrap().to_owned();
    let scenario = |text: &str| {
        let (title, rest) = text.split_once('\n').unwrap();
        let (source, expected) = rest.split_once("->\n").unwrap_or((rest, ""));
        let mut reader = Reader::new();
        let steps = head
            .lines()
            .chain(source.lines())
            .flat_map(|line| reader.steps(line));
        Scenario {
            title: title.to_owned(),
            source: source.to_owned(),
            steps: steps.collect(),
            expected: expected.trim_end().to_owned(),
        }
    };
    let scenarios = parts.map(scenario).collect();
    (head, scenarios)
}

/// Reads lines one after the other: dates, and the zone of the times, hold from where they stand.
struct Reader {
    zone: chrono_tz::Tz,
    date: NaiveDate,
}

impl Reader {
    fn new() -> Self {
        Reader {
            zone: chrono_tz::Europe::Paris,
            date: NaiveDate::from_ymd_opt(2026, 3, 30).unwrap(),
        }
    }

    /// `1024 times STEP`, or one step.
    fn steps(&mut self, line: &str) -> Vec<Step> {
        let times = line.split_once(" times ");
        let times = times.and_then(|(times, line)| Some((times.parse().ok()?, line)));
        let (times, line) = times.unwrap_or((1, line));
        self.step(line)
            .map_or_else(Vec::new, |step| vec![step; times])
    }

    fn step(&mut self, line: &str) -> Option<Step> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        self.setup(line)
            .unwrap_or_else(|| Some(Step::Entry(self.entry(line))))
    }

    /// A line that is no entry; none within for what only changes how the next lines are read.
    fn setup(&mut self, line: &str) -> Option<Option<Step>> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        Some(Some(match word {
            "stamps" => {
                self.zone = rest.parse().unwrap();
                return Some(None);
            }
            "date" => {
                self.date = rest.parse().unwrap();
                return Some(None);
            }
            "partner" | "primary" | "other" => account(word, rest),
            "silent" => {
                let (name, until) = rest.split_once(" until ").unwrap_or((rest, ""));
                let until = (!until.is_empty()).then(|| self.time(until));
                let name = name.to_owned();
                Step::Silent { name, until }
            }
            "ignores-case" => Step::IgnoresCase,
            "forced" => Step::Forced {
                name: rest.to_owned(),
            },
            word if word == "alerts" || word.starts_with("alerts.") => table(word, rest),
            "expect" | "route" | "holidays" => table(word, rest),
            "reload" => Step::Reload {
                line: rest.to_owned(),
            },
            "slack-down" => {
                let (from, to) = rest.split_once(" to ").unwrap();
                Step::SlackDown(self.time(from), self.time(to))
            }
            "past-until" => Step::Past(self.time(rest)),
            "absent-until" => Step::Absent(self.time(rest)),
            "open-date" => Step::OpenDate(rest.parse().unwrap()),
            "show-asked" => Step::ShowAsked,
            "threads" => Step::Threads,
            "restart" => Step::Restart,
            "clock" => Step::Clock(self.time(rest)),
            "digest" => Step::Digest(self.time(rest)),
            "ack" => {
                let (at, rest) = rest.split_once(' ').unwrap();
                let (rest, why) = rest
                    .split_once(": ")
                    .map_or((rest, None), |(r, w)| (r, Some(w)));
                let (name, what) = rest
                    .split_once(' ')
                    .map_or((rest, None), |(n, w)| (n, Some(w)));
                Step::Ack {
                    at: self.time(at),
                    name: name.to_owned(),
                    what: what.map(str::to_owned),
                    why: why.map(str::to_owned),
                }
            }
            "mute" | "unmute" => {
                let (at, rest) = rest.split_once(' ').unwrap();
                let (rest, why) = rest
                    .split_once(": ")
                    .map_or((rest, None), |(r, w)| (r, Some(w)));
                let (name, until) = rest.split_once(" until ").unwrap_or((rest, ""));
                Step::Mute {
                    at: self.time(at),
                    name: name.to_owned(),
                    until: (word == "mute").then(|| self.time(until)),
                    why: why.map(str::to_owned),
                }
            }
            "expiries" => {
                let (time, rest) = rest.split_once(' ').unwrap();
                let all = rest.split(", ").filter(|one| *one != "none");
                Step::Expiries(self.time(time), all.map(expiry).collect())
            }
            "journal-limit" => {
                let (burst, seconds) = rest.split_once(' ').unwrap();
                Step::JournalLimit(burst.parse().unwrap(), seconds.parse().unwrap())
            }
            _ => return None,
        }))
    }

    /// `06:07:55[.123]`, with a date before it or without.
    fn time(&self, text: &str) -> Time {
        let local = match text.split_once(' ') {
            Some((date, time)) => date
                .parse::<NaiveDate>()
                .unwrap()
                .and_time(time.parse().unwrap()),
            None => self.date.and_time(self.clock(text)),
        };
        self.at(local)
    }

    fn clock(&self, text: &str) -> NaiveTime {
        text.parse().unwrap_or_else(|_| panic!("no time: {text:?}"))
    }

    fn at(&self, local: NaiveDateTime) -> Time {
        Time::from(self.zone.from_local_datetime(&local).earliest().unwrap())
    }

    /// `[? ][v ]06:07:55 sshd[4711] uid=0 session=5 boot=1: message`.
    fn entry(&self, line: &str) -> Line {
        let (explain, line) = taken(line, "? ");
        let (verbose, line) = taken(line, "v ");
        let (head, message) = line
            .split_once(": ")
            .unwrap_or_else(|| panic!("neither step nor entry: {line:?}"));
        let mut words = head.split(' ');
        let mut entry = Line {
            time: self.at(self.date.and_time(self.clock(words.next().unwrap()))),
            message: expanded(message),
            boot: 1,
            explain,
            verbose,
            ..Line::default()
        };
        let program = words.next().unwrap();
        let (identifier, pid) = program.split_once('[').unwrap_or((program, "0]"));
        entry.identifier = identifier.to_owned();
        entry.pid = pid.trim_end_matches(']').parse().unwrap();
        for word in words {
            match word.split_once('=').unwrap() {
                ("uid", uid) => entry.uid = Some(uid.parse().unwrap()),
                ("session", session) => entry.session = Some(session.to_owned()),
                ("boot", boot) => entry.boot = boot.parse().unwrap(),
                ("over", leader) => entry.over = Some(leader.parse().unwrap()),
                ("dropped", dropped) => entry.dropped = Some(dropped.parse().unwrap()),
                _ => panic!("{word}"),
            }
        }
        entry
    }
}

fn taken<'a>(line: &'a str, mark: &str) -> (bool, &'a str) {
    match line.strip_prefix(mark) {
        Some(rest) => (true, rest),
        None => (false, line),
    }
}

/// `NAME UID[ FULL NAME]`; a `primary` partner's name is not on the group's list.
fn account(word: &str, rest: &str) -> Step {
    let mut words = rest.splitn(3, ' ');
    Step::Account {
        name: words.next().unwrap().to_owned(),
        uid: words.next().unwrap().parse().unwrap(),
        full_name: words.next().map(str::to_owned),
        partner: word != "other",
        listed: word == "partner",
    }
}

/// `NAME account|password|certificate DATE`.
fn expiry(text: &str) -> Expiry {
    let words: Vec<&str> = text.split(' ').collect();
    Expiry {
        partner: words[0].to_owned(),
        full_name: None,
        what: match words[1] {
            "account" => Expires::Account,
            "password" => Expires::Password,
            "certificate" => Expires::Certificate,
            other => panic!("{other}"),
        },
        day: words[2].parse().unwrap(),
    }
}

fn table(table: &str, line: &str) -> Step {
    Step::Config {
        table: table.to_owned(),
        line: line.to_owned(),
    }
}

/// `{a*430}` is 430 times an a; of what gets longer than 500 bytes sshd prints no more.
fn expanded(message: &str) -> String {
    let mut whole = String::new();
    let mut rest = message;
    while let Some((before, repeat)) = rest.split_once('{') {
        let (inside, behind) = repeat.split_once('}').unwrap();
        let (text, times) = inside.rsplit_once('*').unwrap();
        whole += before;
        whole += &text.repeat(times.parse().unwrap());
        rest = behind;
    }
    whole += rest;
    whole.truncate(500);
    whole
}

/// The same the other way, so that a person can read what is expected.
pub fn shortened(text: &str) -> String {
    let mut short = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut times = 1;
        while letters.next_if_eq(&letter).is_some() {
            times += 1;
        }
        match times {
            20.. => short += &format!("{{{letter}*{times}}}"),
            _ => (0..times).for_each(|_| short.push(letter)),
        }
    }
    short
}

/// The configuration that the steps write.
pub fn config(steps: &[Step]) -> Config {
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    let (mut expects, mut routes) = (Vec::new(), Vec::new());
    for step in steps {
        if let Step::Config { table, line } = step {
            match table.as_str() {
                "expect" => expects.push(format!("{{{line}}}")),
                "route" => routes.push(format!("{{{line}}}")),
                _ => {}
            }
            if matches!(table.as_str(), "expect" | "route") {
                continue;
            }
            *tables.entry(table).or_default() += &format!("{line}\n");
        }
    }
    let mut text = "timezone = \"Europe/Paris\"\n".to_owned();
    for (key, all) in [("expect", expects), ("route", routes)] {
        text += &format!("{key} = [{}]\n", all.join(", "));
    }
    for (table, lines) in tables {
        text += &format!("[{table}]\n{lines}");
    }
    let mut config = Config::parse(Path::new("scenario"), &text).unwrap();
    config.slack.label = "sftp1".to_owned();
    config
}

/// How long after an entry was logged the daemon takes it for certain that it has all that was logged before.
pub const SETTLED: Duration = Duration::from_millis(400);
