//! The nature of each content: the one list of all contents that says how each is treated.

use std::slice::from_ref;

use super::nature::Among::{Alone, Gathered};
use super::nature::{About, CausedBy, Ends, Nature};
use super::{AlertKind, Content, Hindered, Obstacle, Transfer};
use crate::domain::base::policy;

/// The nature of facts about one partner.
macro_rules! about {
    ($facts:expr, $kind:expr, $event:expr) => {
        Nature {
            about: About::One(&$facts.partner),
            full_name: $facts.full_name.as_deref(),
            ..Nature::new($kind, $event)
        }
    };
}

/// The contents that are not gathered, as a pattern: they are never joined with others, and are in no summary.
macro_rules! alone {
    () => {
        Content::FeedMissing(_)
            | Content::FeedArrived(_)
            | Content::FeedChanged(_)
            | Content::FeedOdd(_)
            | Content::Quiet(_)
            | Content::MuteEnded { .. }
            | Content::Reply { .. }
            | Content::Works(_)
            | Content::Expiring(_)
            | Content::Summary(_)
            | Content::Started { .. }
            | Content::LogLevel { .. }
            | Content::Unseen { .. }
            | Content::Unreadable { .. }
            | Content::Blind(_)
    };
}

pub(super) use alone;

impl Content {
    /// How this content is treated.
    #[expect(clippy::too_many_lines, reason = "it is a table")]
    pub(crate) fn nature(&self) -> Nature<'_> {
        match self {
            Content::Logins(logins) => Nature {
                among: Gathered("login"),
                enabled: match logins.is_new() {
                    true => |_| true,
                    false => |alerts| alerts.login,
                },
                ..about!(logins, AlertKind::Login, "login")
            },
            Content::Failures(failures) => Nature {
                among: Gathered("failure"),
                enabled: |alerts| alerts.failure,
                caused_by: match failures.own {
                    true => CausedBy::Partner,
                    false => CausedBy::AnybodyFrom(failures.addresses.last()),
                },
                ends: Ends::Login(&failures.partner, &failures.addresses),
                ..about!(failures, AlertKind::Failure, "failure")
            },
            Content::Sweep(sweep) => Nature {
                about: About::Rows(&sweep.partners),
                among: Gathered("sweep"),
                caused_by: CausedBy::Anybody,
                ..Nature::new(AlertKind::Failure, "failure")
            },
            Content::Files(files) => {
                let (kind, name) = match files.what {
                    Transfer::Download => (AlertKind::Download, "download"),
                    _ => (AlertKind::Upload, "upload"),
                };
                Nature {
                    among: Gathered(name),
                    enabled: files.what.enabled(),
                    ..about!(files, kind, name)
                }
            }
            Content::Troubled(files) => Nature {
                among: Gathered(files.what.trouble()),
                enabled: files.what.enabled(),
                ends: Ends::Files(files),
                ..about!(files, AlertKind::Interrupted, "interrupted")
            },
            Content::Hindered(hindered) => hindered.nature(),
            Content::Blind(blind) => Nature {
                among: Alone("blind", &blind.partner),
                ends: Ends::Sessions(from_ref(&blind.partner)),
                mutable: false,
                ..about!(blind, AlertKind::Warning, "warning.blind")
            },
            Content::Works(works) => Nature {
                among: Alone("works", &works.partner),
                ..about!(works, AlertKind::Warning, "warning.over")
            },
            Content::Quiet(quiet) => Nature {
                among: Alone("quiet", &quiet.partner),
                ends: Ends::Login(&quiet.partner, &[]),
                lasts: true,
                ..about!(quiet, AlertKind::Warning, "warning.quiet")
            },
            Content::Expiring(expiring) => Nature {
                about: About::Named(&expiring.partners, expiring.count),
                ..Nature::new(AlertKind::Warning, "warning.expiring")
            },
            Content::LogLevel {
                partners, count, ..
            } => Nature {
                about: About::Named(partners, *count),
                among: Alone("log level", ""),
                ends: Ends::sessions(partners, *count),
                ..Nature::new(AlertKind::Warning, "warning.log-level")
            },
            Content::Unseen {
                partners,
                count,
                known,
                ..
            } => Nature {
                about: About::Named(partners, *count),
                among: Alone(if *known { "unseen" } else { "perhaps unseen" }, ""),
                ends: match known {
                    true => Ends::sessions(partners, *count),
                    false => Ends::Nothing,
                },
                ..Nature::new(AlertKind::Warning, "warning.unseen")
            },
            Content::FeedMissing(feed) => Nature {
                among: Alone("feed", &feed.id),
                ends: Ends::Feed(&feed.id),
                for_all: true,
                lasts: true,
                ..about!(feed, AlertKind::Missing, "missing.overdue")
            },
            Content::FeedArrived(feed) => Nature {
                among: Alone("feed", &feed.id),
                for_all: true,
                ..about!(feed, AlertKind::Missing, "missing.arrived")
            },
            Content::FeedChanged(feed) => about!(feed, AlertKind::Missing, "missing.changed"),
            Content::FeedOdd(feed) => Nature {
                among: Alone("odd feed", &feed.id),
                ..about!(feed, AlertKind::Missing, "missing.odd")
            },
            Content::Started { first, .. } => Nature {
                among: Alone(if *first { "first start" } else { "start" }, ""),
                ..Nature::new(AlertKind::Own, "own.started")
            },
            Content::Unreadable { .. } => Nature::new(AlertKind::Own, "own.unreadable"),
            // The webhook is not sent the rest: events are noted before they are gathered into these.
            Content::Several { partner, parts } => Nature {
                // A summary has no place for parts that stand alone.
                among: match parts.iter().all(|part| part.group().is_some()) {
                    true => Gathered("several"),
                    false => Alone("several", partner),
                },
                caused_by: match parts.iter().all(|part| part.nature().is_anybodys()) {
                    true => CausedBy::Anybody,
                    false => CausedBy::Partner,
                },
                about: About::One(partner),
                ..Nature::new(None, "summary")
            },
            Content::Summary(summary) => Nature {
                about: About::Rows(&summary.partners),
                ..Nature::new(None, "summary")
            },
            Content::MuteEnded { ended, .. } => Nature {
                among: Alone("mute", &ended.partner),
                mutable: false,
                ..about!(ended, None, "summary")
            },
            Content::Reply { of, .. } => {
                let of = of.nature();
                Nature {
                    about: of.about,
                    among: Alone("reply", of.partner().unwrap_or_default()),
                    mutable: false,
                    ..Nature::new(of.kind, "summary")
                }
            }
        }
    }

    /// The name and the partner of an alert that is gathered, the partner empty if there are many; `None` for a message that
    /// stands alone and never goes into a summary.
    pub fn group(&self) -> Option<(&'static str, &str)> {
        self.nature().group()
    }

    /// The partner; `None` for a message about several partners or none.
    pub fn partner(&self) -> Option<&str> {
        self.nature().partner()
    }

    /// The partner whose mute keeps this message back; `None` if it is always posted.
    pub fn mutable(&self) -> Option<&str> {
        let nature = self.nature();
        nature.partner().filter(|_| nature.mutable)
    }

    /// Do the settings of its partner report this?
    pub(crate) fn is_enabled(&self, rules: impl Fn(&str) -> policy::AlertPolicy) -> bool {
        let nature = self.nature();
        (nature.enabled)(&rules(nature.partner().unwrap_or_default()))
    }

    /// Is this shown in the channel although it is a reply in a thread?
    pub fn is_for_all(&self) -> bool {
        self.nature().for_all
    }
}

impl Hindered {
    fn nature(&self) -> Nature<'_> {
        let login = Ends::Login(&self.partner, &self.addresses);
        let session = Ends::Sessions(from_ref(&self.partner));
        let (name, ends) = match self.obstacle {
            Obstacle::NotSftp => ("not-sftp", session),
            Obstacle::Subsystem => ("no-subsystem", session),
            Obstacle::Chroot => ("chroot", session),
            Obstacle::WriteRefused => ("write-refused", Ends::Writes(self)),
            Obstacle::TurnedAway => ("turned-away", login),
            Obstacle::AttemptsTurnedAway => {
                return Nature {
                    among: Gathered("attempts-turned-away"),
                    // The failed attempts in the partner's name may be another person's.
                    enabled: |alerts| alerts.failure,
                    caused_by: CausedBy::AnybodyFrom(self.addresses.last()),
                    ends: login,
                    ..about!(self, AlertKind::Warning, "warning.hindered")
                };
            }
        };
        Nature {
            among: Gathered(name),
            enabled: |alerts| alerts.hindered,
            ends,
            ..about!(self, AlertKind::Warning, "warning.hindered")
        }
    }
}
