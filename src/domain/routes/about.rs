//! The partners that a message is about.

use crate::domain::alerts::Content;

/// The partners that a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About<'a> {
    /// No partner: the monitor itself.
    Nobody,
    /// One partner.
    One(&'a str),
    /// Several partners. All of them are named.
    All(Vec<&'a str>),
    /// Several partners, of which only some are named.
    Some,
}

impl About<'_> {
    /// The partners of a message.
    pub(super) fn of(content: &Content) -> About<'_> {
        match content {
            Content::Reply { of, .. } => About::of(of),
            Content::Sweep(sweep) => {
                About::named(sweep.partners.keys().map(String::as_str).collect(), None)
            }
            Content::Summary(summary) => {
                About::named(summary.partners.keys().map(String::as_str).collect(), None)
            }
            Content::Expiring(expiring) => About::several(&expiring.partners, expiring.count),
            Content::LogLevel {
                partners, count, ..
            }
            | Content::Unseen {
                partners, count, ..
            } => About::several(partners, *count),
            other => other.partner().map_or(About::Nobody, About::One),
        }
    }

    fn several(partners: &[String], count: usize) -> About<'_> {
        About::named(partners.iter().map(String::as_str).collect(), Some(count))
    }

    /// These partners, of so many; `None` if they are all.
    fn named(partners: Vec<&str>, count: Option<usize>) -> About<'_> {
        match (partners.as_slice(), count.unwrap_or(partners.len())) {
            ([one], 1) => About::One(one),
            (named, count) if named.len() < count || count == 0 => About::Some,
            _ => About::All(partners),
        }
    }
}
