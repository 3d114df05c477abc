//! How a content is treated: all that the other files of this folder, the routes, the mutes and the webhook have to know of it
//! apart from its facts. `contents.rs` says it of each content.

use std::collections::BTreeMap;

use super::facts::{Files, Hindered, Transfer};
use super::kind::AlertKind;
use super::summary::SummaryRow;
use crate::domain::base::policy;

/// How a content is treated.
pub(crate) struct Nature<'a> {
    /// Its kind, for routes and the webhook; `None` if it may hold several kinds: a summary, or several alerts of a partner.
    pub(crate) kind: Option<AlertKind>,
    /// The end of its type as an event for the webhook.
    pub(crate) event: &'static str,
    /// Whom it is about.
    pub(super) about: About<'a>,
    /// The full name of the one partner, if the user database has it.
    pub(crate) full_name: Option<&'a str>,
    /// How it is combined with others that wait.
    pub(super) among: Among<'a>,
    /// Do these settings of its partner report it? The general ones, if it is not about one partner.
    pub(super) enabled: fn(&policy::AlertPolicy) -> bool,
    /// Who can cause it.
    pub(super) caused_by: CausedBy<'a>,
    /// What ends the matter that begins with it.
    pub(super) ends: Ends<'a>,
    /// It is shown in the channel although it is a reply in a thread.
    pub(super) for_all: bool,
    /// A mute of the partner keeps it back. Nobody can mute that the monitor does not see the partner's sessions.
    pub(super) mutable: bool,
    /// It is still so when a mute has ended. Others are about one moment.
    pub(super) lasts: bool,
}

/// Whom a content is about.
#[derive(Clone, Copy)]
pub(super) enum About<'a> {
    /// No partner: the monitor itself.
    Nobody,
    /// One partner.
    One(&'a str),
    /// Each partner that has a row.
    Rows(&'a BTreeMap<String, SummaryRow>),
    /// So many partners, of which these are named; 0 if their number is unknown.
    Named(&'a [String], usize),
}

/// How a content is combined with others that wait. The first part is the name of what may be combined.
pub(super) enum Among<'a> {
    /// It is gathered with others of this name and its partner, and may be told in a summary.
    Gathered(&'static str),
    /// It stands alone. A later one of this name about the same partner or feed replaces its information.
    Alone(&'static str, &'a str),
    /// It stands alone, and each one is sent.
    Each,
}

/// Who can cause a content.
pub(super) enum CausedBy<'a> {
    /// The partner, or the server.
    Partner,
    /// Any peer that reaches the port, in any partner's name.
    Anybody,
    /// The same, from this address if it is known.
    AnybodyFrom(Option<&'a String>),
}

/// What ends the matter that begins with a content.
pub(super) enum Ends<'a> {
    /// It leaves nothing open.
    Nothing,
    /// This feed arrives.
    Feed(&'a str),
    /// This partner logs in, from one of these addresses if there are any.
    Login(&'a str, &'a [String]),
    /// An sftp session of each of these partners leaves lines.
    Sessions(&'a [String]),
    /// Each of these files comes whole.
    Files(&'a Files),
    /// Each of the files whose writing was refused comes whole.
    Writes(&'a Hindered),
}

impl<'a> Nature<'a> {
    /// About no partner: it stands alone, is always reported, and leaves nothing open.
    pub(super) fn new(kind: impl Into<Option<AlertKind>>, event: &'static str) -> Self {
        Nature {
            kind: kind.into(),
            event,
            about: About::Nobody,
            full_name: None,
            among: Among::Each,
            enabled: |_| true,
            caused_by: CausedBy::Partner,
            ends: Ends::Nothing,
            for_all: false,
            mutable: true,
            lasts: false,
        }
    }

    /// The partner; `None` for a content about several partners or none.
    pub(crate) fn partner(&self) -> Option<&'a str> {
        match self.about {
            About::One(partner) => Some(partner).filter(|partner| !partner.is_empty()),
            About::Nobody | About::Rows(_) | About::Named(..) => None,
        }
    }

    /// All partners that it is about; none if not all of them are named.
    pub(crate) fn partners(&self) -> Vec<&'a str> {
        match self.about {
            About::Nobody | About::One("") => Vec::new(),
            About::One(partner) => vec![partner],
            About::Rows(rows) => rows.keys().map(String::as_str).collect(),
            About::Named(named, count) if named.len() < count || count == 0 => Vec::new(),
            About::Named(named, _) => named.iter().map(String::as_str).collect(),
        }
    }

    /// The name and the partner of what is gathered, the partner empty if there are many.
    pub(super) fn group(&self) -> Option<(&'static str, &'a str)> {
        match self.among {
            Among::Gathered(name) => Some((name, self.partner().unwrap_or_default())),
            Among::Alone(..) | Among::Each => None,
        }
    }

    /// The name of its matter, if it stands alone and a later one about the same partner or feed can replace it.
    pub(super) fn matter(&self) -> Option<(&'static str, &'a str)> {
        match self.among {
            Among::Alone(matter, whose) => Some((matter, whose)),
            Among::Gathered(_) | Among::Each => None,
        }
    }

    /// Can any peer that reaches the port cause it, in any partner's name?
    pub(super) fn is_anybodys(&self) -> bool {
        !matches!(self.caused_by, CausedBy::Partner)
    }

    /// The owner for eviction: the partner, or the address if any peer can cause it.
    pub(super) fn owner(&self) -> Option<&'a str> {
        match self.caused_by {
            CausedBy::AnybodyFrom(address) => address.map(String::as_str),
            CausedBy::Partner | CausedBy::Anybody => self.group().map(|(_, partner)| partner),
        }
    }
}

impl Ends<'_> {
    /// A session of each of so many partners, if all of them are named.
    pub(super) fn sessions(named: &[String], count: usize) -> Ends<'_> {
        match named.len() == count {
            true => Ends::Sessions(named),
            false => Ends::Nothing,
        }
    }
}

impl Transfer {
    /// Do these settings report it?
    pub(super) fn enabled(self) -> fn(&policy::AlertPolicy) -> bool {
        match self {
            Transfer::Download | Transfer::DownloadInterrupted | Transfer::DownloadUnclosed => {
                |alerts| alerts.download
            }
            Transfer::Upload
            | Transfer::UploadInterrupted
            | Transfer::UploadFailed
            | Transfer::UploadUnclosed
            | Transfer::Unknown => |alerts| alerts.upload,
        }
    }

    /// The name for gathering incomplete transfers.
    pub(super) fn trouble(self) -> &'static str {
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
