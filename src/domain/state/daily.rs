//! `daily.json` as it is read and written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::alerts::{Alerts, Cause, Form, Message, Outbox, Seen};
use crate::domain::base::numbers::is_default;
use crate::domain::base::position::{FilePosition, JournalPosition};
use crate::domain::base::time::Time;
use crate::domain::expect::{Feed, Feeds};
use crate::domain::pending::Undecided;
use crate::domain::sessions::Sessions;
use crate::domain::slack_reply::Trouble;
use crate::domain::state::Notice;
use crate::domain::state::troubled::Troubled;

/// The version of `resume` that this program writes and understands.
pub const RESUME_VERSION: u32 = 1;

/// What the journal is called as a source; a log file is called by its path.
pub const JOURNAL: &str = "journal";

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Daily {
    /// The date of the open day.
    pub date: NaiveDate,
    /// What each partner did on it, by account name.
    pub partners: BTreeMap<String, Counters>,
    /// Failures of anyone who is no partner.
    pub unknown_attempts: u64,
    /// Keys of others, kept as they are.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// Everything else that we keep; last, so that a person reads the counters first.
    #[serde(default)]
    pub resume: Resume,
}

/// A partner's counters of a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Log-ins.
    pub success: u64,
    /// Refused attempts.
    pub failed: u64,
    /// Files that arrived whole.
    pub upload: u64,
    /// Files that were fetched.
    pub download: u64,
    /// Uploads that broke off.
    #[serde(skip_serializing_if = "is_default")]
    pub upload_interrupted: u64,
    /// Uploads that failed on the server's disk.
    #[serde(skip_serializing_if = "is_default")]
    pub upload_failed: u64,
    /// Downloads that broke off: some of their bytes left.
    #[serde(skip_serializing_if = "is_default")]
    pub download_interrupted: u64,
    /// Log-ins that left no line of sftp-server though they should have.
    #[serde(skip_serializing_if = "is_default")]
    pub blind: u64,
    /// Files, names and directories that it was not let write.
    #[serde(skip_serializing_if = "is_default")]
    pub write_refused: u64,
    /// Counters of others, kept as they are.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What is needed to go on: the position, what is open, what waits for Slack. A file that lacks a key which is always written
/// is damaged: a key of a later version has a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// [`RESUME_VERSION`].
    pub version: u32,
    /// How many commits led to this file: of two snapshots, the one with more is the later.
    pub commits: u64,
    /// How far each machine's journal was read, by machine id.
    pub journals: BTreeMap<String, JournalPosition>,
    /// How far each log file was read, by path.
    pub files: BTreeMap<String, FilePosition>,
    /// The source that was read last: [`JOURNAL`] or the path of the log file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The time of the latest entry that was counted.
    pub counted_until: Time,
    /// What belongs to the open day beside its counters.
    pub day: Day,
    /// Days that were closed and whose table Slack has not taken yet, oldest first.
    pub closed: Vec<ClosedDay>,
    /// The days whose table Slack has taken, oldest first.
    pub posted: Vec<PostedDay>,
    /// Connections, log-ins and sftp sessions that are open.
    pub sessions: Sessions,
    /// What the user database says of accounts that are, or were seen as, partners.
    pub known: BTreeMap<String, Known>,
    /// The addresses that partners came from lately.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub addresses: BTreeMap<String, Used>,
    /// Feeds that must arrive.
    #[serde(default, skip_serializing_if = "is_default")]
    pub feeds: Feeds,
    /// Lines of OpenSSH that could be read, and that could not.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unread: Unread,
    /// Events that wait for an answer of the user database.
    pub undecided: Vec<Undecided>,
    /// Alerts that are being gathered.
    pub alerts: Alerts,
    /// Messages that Slack has not taken yet, oldest first.
    pub outbox: Vec<Message>,
    /// Messages that Slack refused for good.
    pub parked: Vec<Message>,
    /// How many more it refused for good than are kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parked_more: u64,
    /// The id of the next message.
    pub next_message: u64,
    /// Slack asked for a pause until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_until: Option<Time>,
    /// Why Slack took nothing at the last try; none where it took what was posted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack_trouble: Option<Trouble>,
    /// The line that tells of the first start was put into the outbox.
    pub announced: bool,
    /// Lines that someone forged, since the first start.
    pub forged: u64,
    /// Keys of a later version, kept as they are.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Resume {
    /// The alerts that are being gathered, and the outbox that they go to.
    pub(crate) fn alerts_and_outbox(&mut self) -> (&mut Alerts, Outbox<'_>) {
        let outbox = Outbox {
            messages: &mut self.outbox,
            next: &mut self.next_message,
        };
        (&mut self.alerts, outbox)
    }

    /// Does it know how far anything was read?
    pub(crate) fn has_position(&self) -> bool {
        !self.journals.is_empty() || !self.files.is_empty()
    }

    /// Does it know how far the source was read that was read last?
    pub(crate) fn knows_its_source(&self) -> bool {
        match self.source.as_deref() {
            None => true,
            Some(JOURNAL) => !self.journals.is_empty(),
            Some(path) => self.files.contains_key(path),
        }
    }
}

/// Whether the lines of OpenSSH in a log can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unread {
    /// Some could.
    pub some_read: bool,
    /// Lines in no known envelope since the last one that could be read.
    pub lines: u64,
    /// The date on which that was last told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<NaiveDate>,
}

/// A partner as the user database or an earlier log-in showed it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// The account's uid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The full name of its GECOS field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Refused attempts since the last log-in, by address (a few, those with the most).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<String, u64>,
    /// What it did last.
    #[serde(skip_serializing_if = "is_default")]
    pub seen: Seen,
    /// When PAM last refused the account, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<(Time, Cause)>,
    /// Log-ins in a row that left no line of sftp-server, where the configuration says that they should.
    #[serde(skip_serializing_if = "is_default")]
    pub unseen: u64,
    /// How many of them were so short that they prove little.
    #[serde(skip_serializing_if = "is_default")]
    pub unseen_short: u64,
    /// When an sftp session of it was opened last, and from which address, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sftp: Option<(Time, Option<String>)>,
    /// The date on which it was last told that its sessions are blind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blind_told: Option<NaiveDate>,
}

/// An address that partners came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// When last.
    pub at: Time,
    /// Who, that day; up to ten.
    pub partners: BTreeSet<String>,
    /// Which of them logged in; the rest is what others may have tried in their names.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub logged_in: BTreeSet<String>,
}

/// What belongs to the open day beside its counters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Day {
    /// 1 for a date's first part, 2 and more for what came after a digest by hand; 0 in a file that the scripts left.
    pub part: u32,
    /// When this part began; none where the day began before we did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Dates between the day before and this one that never opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_data: Vec<NaiveDate>,
    /// Transfers that broke off or failed, up to ten of a kind; the counters have their number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubled: Vec<Troubled>,
    /// Notices of the day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Expected feeds of the day, and those of days before that are still missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<Feed>,
    /// Partners that did nothing, as the digest found when it first looked at the closed day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<Idle>,
}

/// Partners that did nothing on a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Idle {
    /// The first ten, with their full names where they have one.
    pub partners: Vec<(String, Option<String>)>,
    /// How many in all.
    pub count: u64,
}

/// A closed day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClosedDay {
    /// `2026-03-30`, or `2026-03-30.2` for a further part.
    pub id: String,
    /// Its date.
    pub date: NaiveDate,
    /// Its counters.
    pub partners: BTreeMap<String, Counters>,
    /// Failures of anyone who is no partner.
    pub unknown_attempts: u64,
    /// What else belongs to it.
    pub day: Day,
    /// When it was closed.
    pub until: Time,
    /// How many of its messages Slack has taken; a table of many partners needs several.
    #[serde(default)]
    pub messages_posted: usize,
    /// A message of it may have reached Slack though its answer was lost.
    #[serde(default)]
    pub maybe_repeated: bool,
    /// The plainest form that Slack has asked for so far.
    #[serde(default)]
    pub form: Form,
    /// Slack refused it for good, with this error: kept, out of the queue's way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// A day whose table Slack has taken, with its boundaries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostedDay {
    /// Its id.
    pub id: String,
    /// When it began, where it was not at midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// When it was closed.
    pub until: Time,
}
