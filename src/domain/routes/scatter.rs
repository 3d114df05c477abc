//! Splits messages that hold several kinds or partners, if their parts go to different channels.

use std::collections::BTreeMap;

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
                let Some(channel) = self.find(kind, &[&partner]).channel else {
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
        let of_channels = of_channels.into_iter();
        of_channels
            .map(|(_, parts)| Content::of_parts(partner, parts))
            .collect()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::alerts::AlertKind;
    use crate::domain::routes::{Route, Target, Whose};

    fn route(kinds: &[AlertKind], partner: Option<&str>, target: Target) -> Route {
        Route {
            kinds: kinds.iter().copied().collect(),
            partners: partner
                .map(|name| Whose::Named(name.to_owned()))
                .into_iter()
                .collect(),
            target,
            mention: None,
        }
    }

    /// Failures go to `security`, downloads nowhere, all else of bob to `bob`.
    fn routes() -> Routes {
        let channel = |name: &str| Target::Channel(name.to_owned());
        Routes {
            list: vec![
                route(&[AlertKind::Failure], None, channel("security")),
                route(&[AlertKind::Download], None, Target::Nowhere),
                route(&AlertKind::ALL, Some("bob"), channel("bob")),
            ],
            ..Routes::to("main")
        }
    }

    fn scattered(routes: &Routes, content: &Value) -> Vec<(String, Value)> {
        let content: Content = serde_json::from_value(content.clone()).unwrap();
        let parts = routes.scatter(content).into_iter();
        parts
            .map(|part| {
                let channel = routes.of(&part).channel.unwrap_or("-").to_owned();
                (channel, serde_json::to_value(part).unwrap())
            })
            .collect()
    }

    #[test]
    fn a_summary_is_split_by_what_each_channel_is_told_and_no_event_is_in_two() {
        let summary = json!({"kind": "summary", "from": 1, "to": 9, "partners": {
            "alice": {"full_name": "Alice", "logins": 3, "failures": 2, "causes": {"password": 2}, "downloads": 5},
            "bob": {"uploads": 4, "names": ["a", "b"], "failures": 1, "obstacles": {"chroot": 1}},
            "eve": {"downloads": 7},
        }});
        let part =
            |partners: Value| json!({"kind": "summary", "from": 1, "to": 9, "partners": partners});
        assert_eq!(
            scattered(&routes(), &summary),
            [
                (
                    "main".to_owned(),
                    part(json!({"alice": {"full_name": "Alice", "logins": 3}}))
                ),
                (
                    "security".to_owned(),
                    part(json!({
                        "alice": {"full_name": "Alice", "failures": 2, "causes": {"password": 2}},
                        "bob": {"failures": 1},
                    }))
                ),
                (
                    "bob".to_owned(),
                    part(
                        json!({"bob": {"uploads": 4, "names": ["a", "b"], "obstacles": {"chroot": 1}}})
                    )
                ),
            ]
        );
        assert_eq!(
            scattered(&Routes::to("main"), &summary),
            [("main".to_owned(), summary)]
        );
    }

    #[test]
    fn alerts_of_a_partner_that_were_joined_part_again_where_their_channels_differ() {
        let login = |partner: &str| json!({"kind": "logins", "partner": partner, "count": 1, "addresses": [], "at": 1, "method": "password"});
        let failures = |partner: &str| json!({"kind": "failures", "partner": partner, "count": 1, "cause": "key", "addresses": [], "at": 1, "today": 1});
        let download = json!({"kind": "files", "partner": "alice", "what": "download", "count": 1, "files": [], "bytes": 0, "at": 1});
        let several =
            |parts: &[&Value]| json!({"kind": "several", "partner": "alice", "parts": parts});
        let (login, failures) = (login("alice"), failures("alice"));
        let [main, security] = ["main", "security"].map(str::to_owned);
        assert_eq!(
            scattered(&routes(), &several(&[&login, &failures, &download])),
            [(main.clone(), login.clone()), (security, failures.clone())]
        );
        let all = several(&[&login, &download]);
        assert_eq!(scattered(&Routes::to("main"), &all), [(main, all)]);
        assert_eq!(scattered(&routes(), &download), []);
    }

    #[test]
    fn what_a_sweep_names_without_further_attempts_is_with_the_failures() {
        let summary = json!({"kind": "summary", "from": 1, "to": 9, "partners": {"alice": {}, "bob": {"logins": 1}}});
        let part =
            |partners: Value| json!({"kind": "summary", "from": 1, "to": 9, "partners": partners});
        assert_eq!(
            scattered(&routes(), &summary),
            [
                ("security".to_owned(), part(json!({"alice": {}}))),
                ("bob".to_owned(), part(json!({"bob": {"logins": 1}}))),
            ]
        );
    }
}
