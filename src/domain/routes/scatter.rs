//! Splits messages that hold several kinds or partners, if their parts go to different channels.

use std::collections::BTreeMap;

use super::about::About;
use super::route::Routes;
use super::rows::by_kind;
use crate::domain::alerts::{Content, Summary};

impl Routes {
    /// Splits a message into one for each channel; parts that go nowhere are left out.
    pub fn scatter(&self, content: Content) -> Vec<Content> {
        if self.is_plain() {
            return vec![content];
        }
        match content {
            Content::Summary(summary) => self.scatter_summary(summary),
            Content::Several { partner, parts } => self.scatter_several(&partner, parts),
            one if self.of(&one).channel.is_none() => Vec::new(),
            one => vec![one],
        }
    }

    fn scatter_summary(&self, summary: Summary) -> Vec<Content> {
        let Summary {
            from,
            to,
            partners,
            maybe_repeated,
        } = summary;
        let mut of_channels: Vec<(&str, Summary)> = Vec::new();
        for (partner, row) in partners {
            for (kind, row) in by_kind(row) {
                let Some(channel) = self.find(kind, &About::One(&partner)).channel else {
                    continue;
                };
                let nothing = || Summary {
                    from,
                    to,
                    partners: BTreeMap::new(),
                    maybe_repeated,
                };
                let own = slot(&mut of_channels, channel, nothing);
                own.partners.entry(partner.clone()).or_default().add(row);
            }
        }
        let of_channels = of_channels.into_iter();
        of_channels
            .map(|(_, summary)| Content::Summary(summary))
            .collect()
    }

    fn scatter_several(&self, partner: &str, parts: Vec<Content>) -> Vec<Content> {
        let mut of_channels: Vec<(&str, Vec<Content>)> = Vec::new();
        for part in parts {
            if let Some(channel) = self.of(&part).channel {
                slot(&mut of_channels, channel, Vec::new).push(part);
            }
        }
        let several = of_channels
            .into_iter()
            .map(|(_, mut parts)| match parts.len() {
                1 => parts.remove(0),
                _ => Content::Several {
                    partner: partner.to_owned(),
                    parts,
                },
            });
        several.collect()
    }
}

/// The value of a channel, in the order of their first use.
fn slot<'a, 'b, T>(
    of_channels: &'b mut Vec<(&'a str, T)>,
    channel: &'a str,
    nothing: impl FnOnce() -> T,
) -> &'b mut T {
    let known = of_channels.iter().position(|(known, _)| *known == channel);
    let at = known.unwrap_or(of_channels.len());
    if known.is_none() {
        of_channels.push((channel, nothing()));
    }
    &mut of_channels[at].1
}
