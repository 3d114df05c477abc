//! `[[route]]`: finds the route of a message. The first that matches wins; then the partner's own channel; then the main one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::rows::by_kind;
use crate::domain::alerts::{AlertKind, Content, Summary};
use crate::domain::expect::Pattern;

/// All routes of this server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routes {
    /// The channel of messages that no route takes.
    pub main: String,
    /// `[[route]]`, in the order of the configuration; those for other servers are left out.
    pub list: Vec<Route>,
    /// `[alerts.partners.NAME] channel`.
    pub of_partner: BTreeMap<String, String>,
}

/// One `[[route]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The kinds of messages that it takes.
    pub kinds: BTreeSet<AlertKind>,
    /// The partners whose messages it takes; empty: of all, and messages about no partner.
    pub partners: Vec<Whose>,
    /// Where they go.
    pub target: Target,
    /// The user or user group that the first message of a matter mentions: its id.
    pub mention: Option<String>,
}

/// Where the messages of a route go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this channel.
    Channel(String),
    /// Where they would go without the route: it has a mention alone.
    Usual,
    /// They are counted and not posted.
    Nowhere,
}

/// A partner, or several by a pattern of their names.
#[derive(Clone, Debug, PartialEq)]
pub enum Whose {
    /// One account.
    Named(String),
    /// All partners whose names match.
    Like(Pattern),
}

/// Where a message goes, and whom it mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination<'a> {
    /// The channel; `None`: the message is not posted.
    pub channel: Option<&'a str>,
    /// The id of the user or user group to mention.
    pub mention: Option<&'a str>,
}

impl Whose {
    /// Is this partner meant?
    pub fn matches(&self, partner: &str) -> bool {
        match self {
            Whose::Named(name) => name == partner,
            Whose::Like(pattern) => pattern.matches(partner.as_bytes()),
        }
    }

    /// Are all partners meant that the other means, as far as this can be seen?
    fn covers(&self, other: &Whose) -> bool {
        match (self, other) {
            (_, Whose::Named(name)) => self.matches(name),
            (Whose::Like(pattern), Whose::Like(other)) => pattern.covers(other),
            (Whose::Named(_), Whose::Like(_)) => false,
        }
    }
}

impl Route {
    /// Does it take messages of this kind about these partners?
    fn takes(&self, kind: AlertKind, about: &[&str]) -> bool {
        let own = |partner: &&str| self.partners.iter().any(|whose| whose.matches(partner));
        let partners = self.partners.is_empty() || !about.is_empty() && about.iter().all(own);
        partners && self.kinds.contains(&kind)
    }

    /// Does it take each message of this kind that the other takes, as far as this can be seen? A table of some partners is
    /// posted besides the table of all.
    pub fn covers(&self, other: &Route, kind: AlertKind) -> bool {
        let apart =
            kind == AlertKind::Digest && self.partners.is_empty() != other.partners.is_empty();
        let covered = |whose: &Whose| self.partners.iter().any(|own| own.covers(whose));
        let all_partners = self.partners.is_empty()
            || !other.partners.is_empty() && other.partners.iter().all(covered);
        self.kinds.contains(&kind) && all_partners && !apart
    }
}

impl Routes {
    /// Everything goes to this channel.
    pub fn to(main: &str) -> Routes {
        Routes {
            main: main.to_owned(),
            ..Routes::default()
        }
    }

    /// Do all messages go to the main channel, without a mention?
    pub(super) fn is_plain(&self) -> bool {
        self.list.is_empty() && self.of_partner.is_empty()
    }

    /// Where a message goes. One that holds several kinds goes where its first part goes that goes anywhere: `scatter` splits it.
    pub fn of(&self, content: &Content) -> Destination<'_> {
        let mut parts = self.parts(content).into_iter();
        let first = parts.find(|part| part.channel.is_some());
        let first = first.unwrap_or(Destination {
            channel: None,
            mention: None,
        });
        // A person whom a part for another channel mentions reads that channel.
        let mut here = parts.filter(|part| part.channel == first.channel);
        Destination {
            mention: (first.mention).or_else(|| here.find_map(|part| part.mention)),
            ..first
        }
    }

    /// Where the parts of a message go.
    fn parts(&self, content: &Content) -> Vec<Destination<'_>> {
        match (content.nature().kind, content) {
            (Some(kind), _) => vec![self.find(kind, &content.nature().partners())],
            (None, Content::Summary(summary)) => self.of_rows(summary),
            // Somebody set the mute and has to know its end, also if all that it kept back goes nowhere.
            (None, Content::MuteEnded { ended, .. }) => {
                let usual = Destination {
                    channel: Some(self.usual(&[&ended.partner])),
                    mention: None,
                };
                let rows = self.of_rows(&ended.summary).into_iter();
                rows.chain([usual]).collect()
            }
            (None, Content::Several { parts, .. }) => {
                parts.iter().map(|part| self.of(part)).collect()
            }
            (None, other) => vec![self.find(AlertKind::Warning, &other.nature().partners())],
        }
    }

    /// Where messages about the monitor itself go.
    pub fn own(&self) -> Destination<'_> {
        self.find(AlertKind::Own, &[])
    }

    /// Where the rows of a summary go.
    fn of_rows(&self, summary: &Summary) -> Vec<Destination<'_>> {
        let rows = summary.partners.iter().flat_map(|(partner, row)| {
            let kinds = by_kind(row.clone()).into_iter();
            kinds.map(move |(kind, _)| self.find(kind, &[partner]))
        });
        rows.collect()
    }

    /// Where messages go that no route takes.
    fn usual(&self, about: &[&str]) -> &str {
        match about {
            [partner] => self.of_partner.get(*partner).unwrap_or(&self.main),
            _ => &self.main,
        }
    }

    /// Where messages of this kind go that are about these partners: all of them, or none if not all are named.
    pub(super) fn find(&self, kind: AlertKind, about: &[&str]) -> Destination<'_> {
        let route = self.list.iter().find(|route| route.takes(kind, about));
        let channel = match route.map(|route| &route.target) {
            Some(Target::Channel(channel)) => Some(channel.as_str()),
            Some(Target::Usual) | None => Some(self.usual(about)),
            Some(Target::Nowhere) => None,
        };
        Destination {
            channel,
            mention: route.and_then(|route| route.mention.as_deref()),
        }
    }

    /// All channels that messages may go to, the main one first, each once.
    pub fn channels(&self) -> Vec<&str> {
        let of_routes = self.list.iter().filter_map(|route| match &route.target {
            Target::Channel(channel) => Some(channel),
            Target::Usual | Target::Nowhere => None,
        });
        let all = [&self.main].into_iter().chain(of_routes);
        let all = all.chain(self.of_partner.values()).map(String::as_str);
        let mut known = HashSet::new();
        all.filter(|channel| known.insert(*channel)).collect()
    }
}
