//! `[[route]]`: reads which messages go to which channel. Uses `keys`, `values` and `whose`.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::keys::{ConfigError, Keys, Text, nearest};
use super::values::{not_empty, one_or_more};
use super::whose::{mention, partners, pattern};
use crate::domain::alerts::AlertKind;
use crate::domain::expect::Pattern;
use crate::domain::routes::{Route, Routes, Target};

/// An example of a channel's id.
pub(super) const CHANNEL: &str = "C012AB3CD";

/// A route as it was read.
struct RouteKeys {
    line: usize,
    /// The pattern of the servers' labels.
    host: Option<Pattern>,
    route: Route,
}

/// Reads the routes of the server with this label, and refuses those that can never take a message.
pub(super) fn routes(
    keys: &mut Keys<'_>,
    main: &str,
    label: &str,
    of_partner: BTreeMap<String, String>,
    text: &Text<'_>,
) -> Result<Routes, ConfigError> {
    let mut all: Vec<RouteKeys> = Vec::new();
    for keys in keys.tables("route", "route")? {
        let line = text.line(keys.at.start);
        let (host, route) = route(keys, |route, host| before(&all, route, host))?;
        all.push(RouteKeys { line, host, route });
    }
    let here = |host: &Pattern| host.matches(label.as_bytes());
    all.retain(|read| read.host.as_ref().is_none_or(here));
    Ok(Routes {
        main: main.to_owned(),
        list: all.into_iter().map(|read| read.route).collect(),
        of_partner,
    })
}

/// If earlier routes take all messages of this one: the line of the last of those that are needed for it.
fn before(all: &[RouteKeys], route: &Route, host: Option<&Pattern>) -> Option<usize> {
    let on_its_hosts = |read: &&RouteKeys| read.host.is_none() || read.host.as_ref() == host;
    let taken = |kind: &AlertKind| {
        let mut same = all.iter().filter(on_its_hosts);
        same.find(|read| read.route.covers(route, *kind))
    };
    let lines: Option<Vec<usize>> = (route.kinds.iter())
        .map(|kind| Some(taken(kind)?.line))
        .collect();
    lines?.into_iter().max()
}

fn route(
    mut keys: Keys<'_>,
    before: impl Fn(&Route, Option<&Pattern>) -> Option<usize>,
) -> Result<(Option<Pattern>, Route), ConfigError> {
    let kinds = keys.get("kinds", kinds)?;
    let partners = keys.get("partners", partners)?.unwrap_or_default();
    let host = keys.get("host", host)?;
    let channel = keys.get("channel", not_empty(CHANNEL))?;
    let nowhere = keys.get("nowhere", Ok)?.unwrap_or(false);
    let mention = keys.get("mention", mention)?;
    keys.end()?;
    let wrong = |key: &str, what: &str| Err(keys.wrong_at(key, what));
    let named = |kind| kinds.as_ref().is_some_and(|kinds| kinds.contains(&kind));
    let target = match (channel, nowhere) {
        (Some(_), true) => {
            return wrong("nowhere", "contradicts channel: write only one of the two");
        }
        (Some(channel), false) => Target::Channel(channel),
        (None, true) => Target::Nowhere,
        (None, false) if mention.is_some() => Target::Usual,
        (None, false) => {
            let what = format!(
                "channel is missing; for example channel = \"{CHANNEL}\", or nowhere = true"
            );
            return Err(keys.wrong(&what));
        }
    };
    if nowhere && mention.is_some() {
        return wrong(
            "mention",
            "a message that is not posted cannot mention anybody",
        );
    }
    if nowhere && (named(AlertKind::Own) || kinds.is_none() && partners.is_empty()) {
        let what =
            "messages about the monitor's own trouble must be posted: leave \"own\" out of kinds";
        return wrong("nowhere", what);
    }
    if nowhere && named(AlertKind::Digest) {
        let what = "the day's table must be posted: leave \"digest\" out of kinds";
        return wrong("nowhere", what);
    }
    if named(AlertKind::Own) && !partners.is_empty() {
        let what =
            "messages of the kind \"own\" are about no partner: give them a route without partners";
        return wrong("partners", what);
    }
    let kinds = kinds.unwrap_or_else(|| AlertKind::ALL.into_iter().collect());
    if mention.is_some() && kinds.iter().all(|kind| *kind == AlertKind::Digest) {
        return wrong("mention", "a table cannot mention anybody");
    }
    let route = Route {
        kinds,
        partners,
        target,
        mention,
    };
    match before(&route, host.as_ref()) {
        Some(line) => Err(keys.wrong(&format!(
            "gets no message: the first route that matches is used, and the routes up to line {line} match all of its messages"
        ))),
        None => Ok((host, route)),
    }
}

/// Reads one kind, or a list of them.
fn kinds(value: Value) -> Result<BTreeSet<AlertKind>, String> {
    let one = |value: &Value| {
        let name = value.as_str();
        let name = name.ok_or_else(|| format!("{value} is not a kind; for example [\"login\"]"))?;
        name.parse().map_err(|what: String| {
            match nearest(name, AlertKind::ALL.iter().map(|kind| kind.name())) {
                Some(near) => format!("{what}; did you mean \"{near}\"?"),
                None => what,
            }
        })
    };
    let empty = "an empty list; leave kinds out for all kinds";
    one_or_more(&value, empty, one)
}

/// Reads a pattern of the servers' labels.
fn host(text: String) -> Result<Pattern, String> {
    let slash = "has a /, so it cannot match slack.label";
    pattern(&text, slash, "\"sftp1\" or \"sftp*\"")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::path::Path;

    use crate::adapters::config::Config;
    use crate::domain::alerts::{Content, Expiring, Failures, Files, Hindered, Logins};
    use serde_json::json;

    /// Messages, each with a name for the tables below.
    fn message(name: &str) -> Content {
        let (what, who) = name.split_once(' ').unwrap_or((name, ""));
        let file = |what: &str| json!({"partner": who, "what": what, "count": 1, "files": [], "bytes": 0, "at": 0});
        let at = 0;
        let names: Vec<&str> = who.split('+').collect();
        match what {
            "login" => Content::Logins(Logins {
                partner: who.to_owned(),
                ..Logins::default()
            }),
            "failure" => Content::Failures(
                serde_json::from_value::<Failures>(json!({"partner": who, "count": 1, "cause": "password", "addresses": [], "at": at, "today": 1})).unwrap(),
            ),
            "upload" => Content::Files(serde_json::from_value::<Files>(file("upload")).unwrap()),
            "download" => Content::Files(serde_json::from_value(file("download")).unwrap()),
            "broken" => {
                Content::Troubled(serde_json::from_value(file("upload-interrupted")).unwrap())
            }
            "hindered" => Content::Hindered(
                serde_json::from_value::<Hindered>(json!({"partner": who, "obstacle": "chroot", "count": 1, "addresses": [], "detail": "", "at": at})).unwrap(),
            ),
            "expiring" => Content::Expiring(
                serde_json::from_value::<Expiring>(json!({"what": "account", "day": "2026-04-01", "partners": names, "count": names.len()})).unwrap(),
            ),
            "expiring-of-many" => Content::Expiring(
                serde_json::from_value::<Expiring>(json!({"what": "account", "day": "2026-04-01", "partners": names, "count": 12})).unwrap(),
            ),
            "start" => Content::Started {
                source: "journal".to_owned(),
                first: true,
                missing_group: None,
            },
            _ => panic!("{name}"),
        }
    }

    /// Where these messages go: `login alice: C1`, with the mention behind the channel.
    fn go(config: &str, messages: &[&str]) -> String {
        let text = format!("[slack]\nchannel = \"main\"\nlabel = \"sftp1\"\n{config}");
        let config = Config::parse(Path::new("/etc/c.toml"), &text).unwrap();
        let line = |name: &&str| {
            let content = message(name);
            let to = config.routes.of(&content);
            let mention = to.mention.map(|id| format!(" @{id}")).unwrap_or_default();
            format!("{name}: {}{mention}\n", to.channel.unwrap_or("-"))
        };
        messages.iter().map(line).collect()
    }

    #[test]
    fn without_routes_everything_goes_to_the_channel() {
        let all = ["login alice", "expiring alice+bob", "start"];
        assert_eq!(
            go("", &all),
            "login alice: main\nexpiring alice+bob: main\nstart: main\n"
        );
    }

    #[test]
    fn the_first_route_wins_then_the_partners_channel_then_the_main_one() {
        let config = r#"
            [alerts.partners.alice]
            channel = "of-alice"
            [[route]]
            kinds = "failure"
            channel = "security"
            mention = "S012AB3CD"
            [[route]]
            kinds = ["download"]
            nowhere = true
            [[route]]
            partners = ["shop-*", "bob"]
            channel = "shops"
            [[route]]
            kinds = ["own"]
            channel = "operators"
        "#;
        let all = [
            "login alice",
            "failure alice",
            "failure shop-1",
            "download shop-1",
            "upload shop-1",
            "broken bob",
            "hindered eve",
            "start",
        ];
        assert_eq!(
            go(config, &all),
            "login alice: of-alice\n\
             failure alice: security @S012AB3CD\n\
             failure shop-1: security @S012AB3CD\n\
             download shop-1: -\n\
             upload shop-1: shops\n\
             broken bob: shops\n\
             hindered eve: main\n\
             start: operators\n"
        );
    }

    #[test]
    fn a_message_about_several_partners_goes_to_the_channel_of_some_only_if_it_names_no_other() {
        let config = r#"
            [alerts.partners.alice]
            channel = "of-alice"
            [[route]]
            partners = ["shop-*"]
            channel = "shops"
        "#;
        let all = [
            "expiring alice",
            "expiring shop-1+shop-2",
            "expiring alice+shop-1",
            "expiring-of-many shop-1+shop-2",
        ];
        assert_eq!(
            go(config, &all),
            "expiring alice: of-alice\n\
             expiring shop-1+shop-2: shops\n\
             expiring alice+shop-1: main\n\
             expiring-of-many shop-1+shop-2: main\n"
        );
    }

    #[test]
    fn a_route_may_only_mention_and_one_for_another_server_takes_nothing() {
        let config = r#"
            [alerts.partners.alice]
            channel = "of-alice"
            [[route]]
            host = "db*"
            channel = "databases"
            [[route]]
            host = "sftp[0-9]"
            kinds = ["warning"]
            mention = "U012AB3CD"
        "#;
        let all = ["hindered alice", "hindered bob", "login bob"];
        assert_eq!(
            go(config, &all),
            "hindered alice: of-alice @U012AB3CD\n\
             hindered bob: main @U012AB3CD\n\
             login bob: main\n"
        );
    }
}
