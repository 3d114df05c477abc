//! A message that waits for Slack, and its content: facts, not words.

use crate::domain::alerts::expiring::Expiring;
use crate::domain::alerts::facts::{
    Blind, Cause, Failures, Files, Hindered, Logins, Obstacle, Summary, Sweep, Transfer,
};
use crate::domain::alerts::feed::{FeedArrived, FeedChanged, FeedMissing, FeedOdd, Quiet, Works};
use crate::domain::alerts::mute_ended::MuteEnded;
use crate::domain::alerts::reply::ThreadReply;
use crate::domain::alerts::slack_ref::SlackRef;
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many names of a partner's files a message or a summary keeps.
pub const NAMES_KEPT: usize = 10;

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

/// How a message is combined with other waiting messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Among<'a> {
    /// It is gathered with others of its kind and partner; the partner is empty for messages about many partners.
    Gathered(&'static str, &'a str),
    /// It stands alone. A later message about the same matter replaces its information.
    Alone(&'static str, &'a str),
    /// It stands alone, and each such message is sent.
    Each,
}

impl Content {
    /// Decides whether this kind of message is gathered or stands alone.
    fn among(&self) -> Among<'_> {
        use Among::{Alone, Each, Gathered};
        match self {
            Content::Logins(logins) => Gathered("login", &logins.partner),
            Content::Failures(failures) => Gathered("failure", &failures.partner),
            Content::Sweep(_) => Gathered("sweep", ""),
            // A summary has no place for messages that stand alone.
            Content::Several { partner, parts } => {
                match parts.iter().all(|part| part.group().is_some()) {
                    true => Gathered("several", partner),
                    false => Alone("several", partner),
                }
            }
            Content::Files(files) if files.what == Transfer::Upload => {
                Gathered("upload", &files.partner)
            }
            Content::Files(files) => Gathered("download", &files.partner),
            Content::Troubled(files) => Gathered(files.what.trouble(), &files.partner),
            Content::Hindered(hindered) => Gathered(hindered.obstacle.name(), &hindered.partner),
            Content::FeedMissing(missing) => Alone("feed", &missing.id),
            Content::FeedArrived(arrived) => Alone("feed", &arrived.id),
            Content::FeedOdd(odd) => Alone("odd feed", &odd.id),
            Content::Quiet(quiet) => Alone("quiet", &quiet.partner),
            Content::MuteEnded { ended, .. } => Alone("mute", &ended.partner),
            Content::Reply { of, .. } => Alone("reply", of.partner().unwrap_or_default()),
            Content::Works(works) => Alone("works", &works.partner),
            Content::Blind(blind) => Alone("blind", &blind.partner),
            Content::Started { first: true, .. } => Alone("first start", ""),
            Content::Started { .. } => Alone("start", ""),
            Content::LogLevel { .. } => Alone("log level", ""),
            Content::Unseen { known: true, .. } => Alone("unseen", ""),
            Content::Unseen { .. } => Alone("perhaps unseen", ""),
            Content::FeedChanged(_)
            | Content::Expiring(_)
            | Content::Summary(_)
            | Content::Unreadable { .. } => Each,
        }
    }

    /// The kind and the partner of an alert that is gathered; `None` for a message that stands alone and never goes into a
    /// summary.
    pub fn group(&self) -> Option<(&'static str, &str)> {
        match self.among() {
            Among::Gathered(kind, partner) => Some((kind, partner)),
            Among::Alone(..) | Among::Each => None,
        }
    }

    /// The partner; `None` for a message about several partners or none.
    pub fn partner(&self) -> Option<&str> {
        let feed = match self {
            Content::FeedMissing(missing) => Some(missing.partner.as_str()),
            Content::FeedArrived(arrived) => Some(arrived.partner.as_str()),
            Content::FeedChanged(changed) => Some(changed.partner.as_str()),
            Content::FeedOdd(odd) => Some(odd.partner.as_str()),
            Content::Several { partner, .. } => Some(partner.as_str()),
            _ => match self.among() {
                Among::Gathered(_, partner) | Among::Alone(_, partner) => Some(partner),
                Among::Each => None,
            },
        };
        feed.filter(|partner| !partner.is_empty())
    }

    /// Until when it may still change; `None` if it is final.
    pub(super) fn settles(&self) -> Option<Time> {
        match self {
            Content::Failures(failures) if failures.cause == Cause::Password => {
                Some(failures.at.plus(SETTLES))
            }
            _ => None,
        }
    }

    /// Do they have the same kind, and the same partner or feed?
    pub(super) fn is_alike(&self, other: &Content) -> bool {
        self.among() == other.among()
    }

    /// Is this shown in the channel although it is a reply in a thread?
    pub fn is_for_all(&self) -> bool {
        matches!(self, Content::FeedMissing(_) | Content::FeedArrived(_))
    }

    /// The matter of a message that stands alone and that a later one can replace; `None` for other messages.
    pub(super) fn matter(&self) -> Option<(&'static str, &str)> {
        match self.among() {
            Among::Alone(matter, whose) => Some((matter, whose)),
            Among::Gathered(..) | Among::Each => None,
        }
    }
}

impl Transfer {
    /// The group name for incomplete transfers.
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
    /// Does sshd reject the partner's connections?
    pub(super) fn is_turned_away(self) -> bool {
        matches!(self, Obstacle::TurnedAway | Obstacle::AttemptsTurnedAway)
    }

    /// The group name for messages about this obstacle.
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
