//! A message that waits for Slack, and its content: facts, not words.

use crate::domain::alerts::facts::{
    Blind, Cause, Expiring, Failures, Files, Hindered, Logins, Obstacle,
};
use crate::domain::alerts::feed::{FeedArrived, FeedChanged, FeedMissing, FeedOdd, Quiet, Works};
use crate::domain::alerts::mute_ended::MuteEnded;
use crate::domain::alerts::reply::ThreadReply;
use crate::domain::alerts::slack_ref::SlackRef;
use crate::domain::alerts::summary::{Summary, Sweep};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A message that waits until Slack accepts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id, never reused.
    pub id: u64,
    /// The start of its age: the time of its first event, or the end of the window that delayed it.
    pub since: Time,
    /// Its facts.
    pub content: Content,
    /// It was sent, but Slack's answer is unknown: the next try may repeat it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub maybe_repeated: bool,
    /// The simplest form that Slack has required so far.
    #[serde(default)]
    pub form: Layout,
    /// The matter in whose thread it goes: the id of that matter's first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<u64>,
    /// That first message shows these facts too.
    #[serde(default, skip_serializing_if = "is_default")]
    pub in_first: bool,
    /// The first message of that matter in Slack. Known only while this message is being posted.
    #[serde(skip)]
    pub thread: Option<SlackRef>,
    /// Slack's error, if Slack refused it permanently.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// How long an alert about a refused password waits: sshd writes `Failed password` before it logs that PAM refused the
/// account. The delay is as long as PAM's work, mostly a tenth of a second (auth2.c). A timestamp may be up to a second
/// before its line.
pub const SETTLES: Duration = Duration::from_millis(1_500);

impl Message {
    /// A message that waits to be posted in the channel.
    pub(super) fn new(id: u64, since: Time, content: Content) -> Self {
        Message {
            id,
            since,
            content,
            maybe_repeated: false,
            form: Layout::default(),
            matter: None,
            in_first: false,
            thread: None,
            refused: None,
        }
    }

    /// Until when its facts may still change; `None` if they are final.
    pub fn settles(&self) -> Option<Time> {
        self.content.settles()
    }
}

/// The layout of a message; Slack may refuse the richer forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// `rich_text` and `table` blocks.
    #[default]
    Blocks,
    /// One preformatted block.
    Preformatted,
    /// Only `text`.
    Text,
}

/// The content of a message: facts, not words, so that it can be written in any language, joined with others or summed up
/// later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// The monitor starts.
    Started {
        /// `journal`, or the path of the log file.
        source: String,
        /// The very first start; a later start is reported only with a hint.
        first: bool,
        /// `auto` chose auth.log although journald runs: the group that is needed to read the journal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing_group: Option<String>,
    },
    /// A partner logged in.
    Logins(Logins),
    /// A partner could not log in.
    Failures(Failures),
    /// Attempts were made in the names of many partners.
    Sweep(Sweep),
    /// Files of a partner arrived or were downloaded.
    Files(Files),
    /// Uploads were interrupted or failed on the server's disk; downloads were interrupted.
    Troubled(Files),
    /// A partner can log in but not work, or cannot even try.
    Hindered(Hindered),
    /// A partner's sessions leave no lines of sftp-server.
    Blind(Blind),
    /// Several kinds of waiting alerts of one partner.
    Several {
        /// The account.
        partner: String,
        /// The contents, one of each kind.
        parts: Vec<Content>,
    },
    /// Events older than ten minutes, in one message.
    Summary(Summary),
    /// An expected feed is missing.
    FeedMissing(FeedMissing),
    /// A missing feed arrived, or a feed arrived late.
    FeedArrived(FeedArrived),
    /// A delivered feed was changed.
    FeedChanged(FeedChanged),
    /// Files of a feed are odd: they must not come, are too many or too large, or came before.
    FeedOdd(FeedOdd),
    /// A partner has not logged in for long.
    Quiet(Quiet),
    /// The mute of a partner has ended.
    MuteEnded {
        /// The mute, and the alerts that it kept back.
        ended: MuteEnded,
        /// The messages that it kept back and that are about one moment, at most ten.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        past: Vec<Content>,
    },
    /// A reply to a message that is no event.
    Reply {
        /// The reply.
        reply: ThreadReply,
        /// What the message is about.
        of: Box<Content>,
    },
    /// A partner's sftp sessions work again, or can be seen again.
    Works(Works),
    /// Partners' accounts, passwords or certificates expire soon.
    Expiring(Expiring),
    /// No line of OpenSSH in the log can be read.
    Unreadable {
        /// How many consecutive lines.
        lines: u64,
        /// One of the lines; log text, escaped when it is shown.
        example: String,
    },
    /// sftp-server's `-l INFO` is not in force.
    LogLevel {
        /// Account names of the affected partners, at most ten.
        partners: Vec<String>,
        /// The total number of affected partners.
        count: usize,
        /// Their full names, if the user database has them.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        full_names: BTreeMap<String, String>,
        /// The current setting: the directive, or that there is none.
        found: String,
        /// The line to write.
        line: String,
        /// The file, with the line number if there is one.
        file: String,
    },
    /// `/dev/log` in partners' chroots does not reach the log, or it is unknown whether their files can be seen.
    Unseen {
        /// Account names of the affected partners, at most ten.
        partners: Vec<String>,
        /// The total number of affected partners; 0 if unknown.
        count: usize,
        /// Their full names, if the user database has them.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        full_names: BTreeMap<String, String>,
        /// Is it certain?
        known: bool,
        /// The reason, and how to fix it.
        why: String,
    },
}

impl Content {
    /// Until when it may still change; `None` if it is final.
    pub(super) fn settles(&self) -> Option<Time> {
        match self {
            Content::Failures(failures) if failures.cause == Cause::Password => {
                Some(failures.at.plus(SETTLES))
            }
            _ => None,
        }
    }
}

impl Obstacle {
    /// Does sshd reject the partner's connections?
    pub(super) fn is_turned_away(self) -> bool {
        matches!(self, Obstacle::TurnedAway | Obstacle::AttemptsTurnedAway)
    }
}
