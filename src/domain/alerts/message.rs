//! A message that waits until Slack takes it, and what it says: facts, not words.

use crate::domain::alerts::facts::{
    Blind, Cause, Failures, Files, Hindered, Logins, Obstacle, Summary, Sweep, Transfer,
};
use crate::domain::alerts::feed::{FeedArrived, FeedChanged, FeedMissing, Quiet};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How many names a message or a summary keeps of a partner's files.
pub const NAMES_KEPT: usize = 10;

/// A message that waits until Slack takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id, never used again.
    pub id: u64,
    /// The time from which its age is told: that of its first event, or the end of the window that held it back.
    pub since: Time,
    /// What it says.
    pub content: Content,
    /// It was sent, and whether Slack took it is not known: the next try may repeat it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub maybe_repeated: bool,
    /// The plainest form that Slack has asked for so far.
    #[serde(default)]
    pub form: Form,
    /// Why it was parked: Slack's error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// How long a refused password is not told: sshd writes `Failed password` before it says that PAM refused the account, and
/// delays that by the time that PAM took, a tenth of a second mostly (auth2.c). A stamp may be up to a second before its line.
pub const SETTLES: Duration = Duration::from_millis(1_500);

impl Message {
    /// Until when what it says may turn out otherwise; none where it is certain.
    pub fn settles(&self) -> Option<Time> {
        match &self.content {
            Content::Failures(failures) if failures.cause == Cause::Password => {
                Some(failures.at.plus(SETTLES))
            }
            _ => None,
        }
    }
}

/// How a message is laid out; Slack may refuse the richer forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `rich_text` and `table` blocks.
    #[default]
    Blocks,
    /// One preformatted block.
    Preformatted,
    /// `text` alone.
    Text,
}

/// What a message says: facts, not words, so that it can be told in any language, joined with others, or summed up later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// Watching begins.
    Started {
        /// `journal`, or the path of the log file.
        source: String,
        /// The first start of all; a later one is told only with a hint.
        first: bool,
        /// `auto` landed on auth.log although journald runs: the group that reading the journal needs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing_group: Option<String>,
    },
    /// A partner logged in.
    Logins(Logins),
    /// A partner could not log in.
    Failures(Failures),
    /// Somebody tried the names of many partners.
    Sweep(Sweep),
    /// Files of a partner arrived, or were fetched.
    Files(Files),
    /// Uploads broke off, or failed on the server's disk; downloads broke off.
    Troubled(Files),
    /// A partner is let in and cannot work, or is not even let try.
    Hindered(Hindered),
    /// A partner's sessions leave no line of sftp-server.
    Blind(Blind),
    /// What waited for Slack of one partner, of several kinds.
    Several {
        /// The account.
        partner: String,
        /// What is told, one of each kind.
        parts: Vec<Content>,
    },
    /// What happened longer than ten minutes ago, in one message.
    Summary(Summary),
    /// An expected feed is not there.
    FeedMissing(FeedMissing),
    /// It is there after all.
    FeedArrived(FeedArrived),
    /// It is no more what was delivered.
    FeedChanged(FeedChanged),
    /// A partner has not logged in for long.
    Quiet(Quiet),
    /// No line of OpenSSH in the log can be read.
    Unreadable {
        /// How many in a row.
        lines: u64,
        /// One of them; log text, escaped where it is shown.
        example: String,
    },
    /// sftp-server's `-l INFO` is not in force.
    LogLevel {
        /// For whom, account names, up to ten.
        partners: Vec<String>,
        /// How many partners in all.
        count: usize,
        /// What is set now: the directive, or that there is none.
        found: String,
        /// The line to write.
        line: String,
        /// The file, with its line number where there is one.
        file: String,
    },
    /// `/dev/log` in partners' chroots leads nowhere, or nobody knows whether their files can be seen.
    Unseen {
        /// For whom, account names, up to ten.
        partners: Vec<String>,
        /// How many partners in all; 0 where nobody knows.
        count: usize,
        /// Is it certain?
        known: bool,
        /// Why, and what mends it.
        why: String,
    },
}

/// How a message stands among the others that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Among<'a> {
    /// It is gathered with those of its kind and partner; no partner's name for what is of many.
    Gathered(&'static str, &'a str),
    /// It stands alone. A later one about the same matter says how that stands now.
    Alone(&'static str, &'a str),
    /// It stands alone, and each of them is told.
    Each,
}

impl Content {
    /// A new kind of message is gathered, or stands alone.
    fn among(&self) -> Among<'_> {
        use Among::{Alone, Each, Gathered};
        match self {
            Content::Logins(logins) => Gathered("login", &logins.partner),
            Content::Failures(failures) => Gathered("failure", &failures.partner),
            Content::Sweep(_) => Gathered("sweep", ""),
            Content::Several { partner, .. } => Gathered("several", partner),
            Content::Files(files) if files.what == Transfer::Upload => {
                Gathered("upload", &files.partner)
            }
            Content::Files(files) => Gathered("download", &files.partner),
            Content::Troubled(files) => Gathered(files.what.trouble(), &files.partner),
            Content::Hindered(hindered) => Gathered(hindered.obstacle.name(), &hindered.partner),
            Content::FeedMissing(missing) => Alone("feed", &missing.id),
            Content::FeedArrived(arrived) => Alone("feed", &arrived.id),
            Content::Quiet(quiet) => Alone("quiet", &quiet.partner),
            Content::Blind(blind) => Alone("blind", &blind.partner),
            Content::Started { first: true, .. } => Alone("first start", ""),
            Content::Started { .. } => Alone("start", ""),
            Content::LogLevel { .. } => Alone("log level", ""),
            Content::Unseen { known: true, .. } => Alone("unseen", ""),
            Content::Unseen { .. } => Alone("perhaps unseen", ""),
            Content::FeedChanged(_) | Content::Summary(_) | Content::Unreadable { .. } => Each,
        }
    }

    /// The kind and the partner of an alert that is gathered with its fellows; none for what stands alone, which no age makes
    /// part of a summary.
    pub fn group(&self) -> Option<(&'static str, &str)> {
        match self.among() {
            Among::Gathered(kind, partner) => Some((kind, partner)),
            Among::Alone(..) | Among::Each => None,
        }
    }

    /// What a message that stands alone is about, where a later one says how it stands now; none for what is gathered.
    pub(super) fn matter(&self) -> Option<(&'static str, &str)> {
        match self.among() {
            Among::Alone(matter, whose) => Some((matter, whose)),
            Among::Gathered(..) | Among::Each => None,
        }
    }
}

impl Transfer {
    /// The group in which transfers that did not come out whole are gathered.
    fn trouble(self) -> &'static str {
        match self {
            Transfer::UploadFailed => "failed",
            Transfer::UploadInterrupted => "interrupted",
            Transfer::Unknown => "unknown-direction",
            Transfer::UploadUnclosed => "unclosed",
            Transfer::DownloadUnclosed => "unclosed-download",
            Transfer::Upload | Transfer::Download | Transfer::DownloadInterrupted => {
                "interrupted-download"
            }
        }
    }
}

impl Obstacle {
    /// What messages of it are gathered under.
    fn name(self) -> &'static str {
        match self {
            Obstacle::NotSftp => "not-sftp",
            Obstacle::Subsystem => "no-subsystem",
            Obstacle::Chroot => "chroot",
            Obstacle::WriteRefused => "write-refused",
            Obstacle::TurnedAway => "turned-away",
            Obstacle::AttemptsTurnedAway => "attempts-turned-away",
        }
    }
}
