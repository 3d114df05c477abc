//! The content of `daily.json`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::alerts::{Alerts, Cause, Content, Matters, Message, Outbox, Seen};
use crate::domain::base::by_name::ByName;
use crate::domain::base::numbers::is_default;
use crate::domain::base::position::{FilePosition, JournalPosition};
use crate::domain::base::time::Time;
use crate::domain::expect::Feeds;
use crate::domain::expiry::Expires;
use crate::domain::pending::Undecided;
use crate::domain::sessions::Sessions;
use crate::domain::slack_reply::SlackTrouble;
use crate::domain::state::day::{ClosedDay, Counters, Day, PostedDay};
use crate::domain::state::expiring::ReportedExpiry;
use crate::domain::state::familiar::Familiar;

/// The version of `resume` that this program writes and understands.
pub const RESUME_VERSION: u32 = 1;

/// The name of the journal as a source. The name of a log file is its path.
pub const JOURNAL: &str = "journal";

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Daily {
    /// The date of the open day.
    pub date: NaiveDate,
    /// Each partner's counters of the open day, by account name.
    pub partners: ByName<Counters>,
    /// Refused attempts for accounts that are no partner.
    pub unknown_attempts: u64,
    /// Unknown keys, kept unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// All other state. It comes last, so that a person reads the counters first.
    #[serde(default)]
    pub resume: Resume,
}

/// The state needed after a restart: the position, open sessions, and the messages that wait for Slack. A file is damaged if
/// it lacks a key that is always written; for this reason a key of a later version has a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// [`RESUME_VERSION`].
    pub version: u32,
    /// Number of commits before this file: of two snapshots, the one with more commits is the later one.
    pub commits: u64,
    /// The position in each machine's journal, by machine id.
    pub journals: BTreeMap<String, JournalPosition>,
    /// The position in each log file, by path.
    pub files: BTreeMap<String, FilePosition>,
    /// The source that was read last: [`JOURNAL`], or the path of the log file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The time of the latest counted entry.
    pub counted_until: Time,
    /// Data of the open day apart from its counters.
    pub day: Day,
    /// Closed days whose table Slack has not accepted yet, oldest first.
    pub closed: Vec<ClosedDay>,
    /// Days whose table Slack has accepted, oldest first.
    pub posted: Vec<PostedDay>,
    /// Open connections, log-ins and sftp sessions.
    pub sessions: Sessions,
    /// The user database's answers about accounts that are partners or were seen as partners.
    pub known: ByName<KnownPartner>,
    /// The addresses that partners used recently.
    #[serde(default, skip_serializing_if = "ByName::is_empty")]
    pub addresses: ByName<Used>,
    /// What was reported about partners' accounts, passwords and certificates, until they have expired.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expiring: BTreeMap<String, BTreeMap<Expires, ReportedExpiry>>,
    /// Expected feeds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub feeds: Feeds,
    /// Whether lines of OpenSSH could be read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unread: Unread,
    /// Events that wait for the user database.
    pub undecided: Vec<Undecided>,
    /// Alerts that are being gathered.
    pub alerts: Alerts,
    /// Messages that Slack has not accepted yet, oldest first.
    pub outbox: Vec<Message>,
    /// Messages that later events may concern.
    #[serde(default, skip_serializing_if = "Matters::is_empty")]
    pub matters: Matters,
    /// Messages that Slack refused permanently.
    pub parked: Vec<Message>,
    /// How many more messages Slack refused permanently than are kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parked_more: u64,
    /// The id of the latest message.
    pub next_message: u64,
    /// The end of a pause that Slack asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_until: Option<Time>,
    /// Why Slack accepted nothing at the last try; `None` if it accepted the last post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack_trouble: Option<SlackTrouble>,
    /// Why channels of routes refused messages at the last try, by channel. These messages went to the main channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refusing: BTreeMap<String, SlackTrouble>,
    /// The message about the first start was put into the outbox.
    pub announced: bool,
    /// Number of forged lines since the first start.
    pub forged: u64,
    /// Keys of a later version, kept unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Resume {
    /// The alerts that are being gathered, and the outbox for them.
    pub(crate) fn alerts_and_outbox(&mut self) -> (&mut Alerts, Outbox<'_>) {
        let outbox = Outbox {
            messages: &mut self.outbox,
            next: &mut self.next_message,
            matters: &mut self.matters,
        };
        (&mut self.alerts, outbox)
    }

    /// Takes back a message of the outbox that Slack has not got, or one that a mute keeps.
    pub(crate) fn take_back(
        &mut self,
        in_flight: Option<u64>,
        meant: impl Fn(&Content) -> bool,
    ) -> Option<Content> {
        let unsent = self.outbox.iter().position(|message| {
            let sent = message.maybe_repeated || Some(message.id) == in_flight;
            !sent && meant(&message.content)
        });
        match unsent {
            Some(unsent) => Some(self.outbox.remove(unsent).content),
            None => self.alerts.take_kept(meant).pop(),
        }
    }

    /// Is there a position of any source?
    pub(crate) fn has_position(&self) -> bool {
        !self.journals.is_empty() || !self.files.is_empty()
    }

    /// Is there a position of the source that was read last?
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
    /// At least one line could be read.
    pub some_read: bool,
    /// Number of lines in an unknown envelope since the last line that could be read.
    pub lines: u64,
    /// The date of the last report about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<NaiveDate>,
}

/// Data about a partner, from the user database and from earlier log-ins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownPartner {
    /// The account's uid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The full name from its GECOS field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Refused attempts since the last log-in, by address (only the few addresses with the most).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<String, u64>,
    /// The addresses of its log-ins, if new ones are to be marked.
    #[serde(skip_serializing_if = "Familiar::is_empty")]
    pub addresses: Familiar,
    /// The fingerprints of the keys of its log-ins, if new ones are to be marked.
    #[serde(skip_serializing_if = "Familiar::is_empty")]
    pub keys: Familiar,
    /// The partner's last activity.
    #[serde(skip_serializing_if = "is_default")]
    pub seen: Seen,
    /// When PAM last refused the account, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<(Time, Cause)>,
    /// Number of consecutive log-ins without a line of sftp-server, although the configuration says that there should be
    /// one.
    #[serde(skip_serializing_if = "is_default")]
    pub unseen: u64,
    /// How many of them were so short that they prove little.
    #[serde(skip_serializing_if = "is_default")]
    pub unseen_short: u64,
    /// When the last sftp session was opened, and the peer's address if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sftp: Option<(Time, Option<String>)>,
    /// The date of the last report that its sessions are blind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blind_told: Option<NaiveDate>,
}

/// An address that partners came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// The time of the last use.
    pub at: Time,
    /// Its local date, if it was computed.
    #[serde(skip)]
    pub date: Option<NaiveDate>,
    /// The partners that used it on that day; at most ten.
    pub partners: BTreeSet<String>,
    /// The partners of this list that logged in. For the rest, another person may have tried their names.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub logged_in: BTreeSet<String>,
}
