//! Checks the channel: whether the configuration gives its id, and Slack's answer about it.

use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::slack_facts::{AskedChannel, SlackFacts, has};
use super::words::edit;
use crate::adapters::config::Config;
use crate::adapters::slack::{Channel, TokenIdentity};
use crate::domain::base::names::names;
use crate::domain::routes::Routes;

/// The name of the matter.
pub(super) const NAME: &str = "channel";

/// The scope that posting needs.
const POSTS: &str = "chat:write";

/// The scope with which the bot can post without being in the channel.
const POSTS_ANYWHERE: &str = "chat:write.public";

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    report.findings.extend(of_name(machine.config));
    report.findings.extend(of_routes(machine.config));
}

/// Judges the channel in the configuration, before Slack is asked.
fn of_name(config: &Config) -> Option<Finding> {
    let channel = &config.slack.channel;
    let said = match (config.slack.channel_unset, is_id(channel)) {
        (true, _) => format!(
            "slack.channel is not set, so messages go to the default channel {channel}: set it to the id of your channel, also if that is this one"
        ),
        (false, false) => format!(
            "slack.channel is {channel}, which is not an id, so Slack may refuse it: Slack shows the id (C…) at the end of the channel's details"
        ),
        (false, true) => return None,
    };
    Some(Finding::warning(NAME, said).fixed_by(edit(&config.path)))
}

/// Ids of channels consist of capital letters and digits; names contain no capital letters.
fn is_id(channel: &str) -> bool {
    let mut bytes = channel.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && bytes.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Judges the channels of routes in the configuration, before Slack is asked.
fn of_routes(config: &Config) -> Option<Finding> {
    let of_routes = config.routes.channels().into_iter().skip(1);
    let wrong: Vec<&str> = of_routes.filter(|channel| !is_id(channel)).collect();
    if wrong.is_empty() {
        return None;
    }
    let said = format!(
        "routes name {}, which is not the id of a channel, so Slack may refuse it: Slack shows the id (C…) at the end of the channel's details",
        names(&wrong)
    );
    Some(Finding::warning(NAME, said).fixed_by(edit(&config.path)))
}

/// A fault of a channel. While one of a route fails, its messages go to the main channel.
pub(super) fn finding(id: &str, routes: &Routes, said: String) -> Finding {
    match id == routes.main {
        true => Finding::problem(NAME, said),
        false => Finding::warning(NAME, said),
    }
}

/// Judges Slack's answer about a channel; `None` if the configuration does not give its id.
pub(super) fn judge(
    asked: &AskedChannel,
    facts: &SlackFacts<'_>,
    identity: &TokenIdentity,
) -> Option<Finding> {
    is_id(&asked.id).then(|| of_channel(asked, facts, identity))
}

/// Judges a channel as far as it is known: only posting proves that it works.
fn of_channel(asked: &AskedChannel, facts: &SlackFacts<'_>, identity: &TokenIdentity) -> Finding {
    let (id, user, routes) = (&asked.id, &identity.user, &facts.config.routes);
    let is_main = *id == routes.main;
    if is_main && identity.scopes.is_some() && !has(identity, POSTS) {
        let said = format!(
            "the token lacks the scope {POSTS}: add it at https://api.slack.com/apps, install the app again, and store its new token"
        );
        return Finding::problem(NAME, said).fixed_by(facts.fixes.store);
    }
    let problem = |said: String| finding(id, routes, said);
    let Channel {
        name,
        archived,
        member,
    } = match &asked.answer {
        Some(Ok(channel)) => channel,
        Some(Err(verdict)) => {
            let said = format!(
                "{id}: {verdict}: check that this is the channel's id, and invite the bot to the channel"
            );
            return problem(said).fixed_by(format!("/invite @{user}"));
        }
        None => {
            let said = format!(
                "{id}; the token has no permission to read its settings, so only `sudo sftp-monitor check --send` can test it"
            );
            return Finding::ok(NAME, said);
        }
    };
    if *archived {
        let key = if is_main {
            "slack.channel"
        } else {
            "its routes"
        };
        let said =
            format!("{id} ({name}) is archived: unarchive it, or set {key} to another channel");
        problem(said).fixed_by(facts.fixes.edit.as_str())
    } else if !member && !has(identity, POSTS_ANYWHERE) {
        let said =
            format!("{user} is not a member of {id} ({name}): type this command in that channel");
        problem(said).fixed_by(format!("/invite @{user}"))
    } else {
        Finding::ok(NAME, format!("{id} ({name}) can be posted to"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::super::slack_facts::facts;
    use super::*;

    #[test]
    fn a_channels_name_is_no_id() {
        let said = |channel: &str| {
            let text = format!("[slack]\nchannel = \"{channel}\"\n");
            let config = Config::parse("/etc/c.toml".as_ref(), &text).unwrap();
            of_name(&config).map(|found| found.told())
        };
        for id in ["C0APAF806F8", "G1", "D024BE91L"] {
            assert_eq!(said(id), None);
        }
        for name in [
            "#general",
            "general",
            " C1",
            "c0apaf806f8",
            "https://example.slack.com/archives/C1",
        ] {
            let said = said(name).unwrap();
            assert!(
                said.starts_with(&format!(
                    "warning channel: slack.channel is {name}, which is not an id"
                )),
                "{said}"
            );
            assert!(said.ends_with("> sudoedit /etc/c.toml\n"), "{said}");
        }
    }

    #[test]
    fn a_channels_name_in_a_route_is_no_id_either() {
        let text = "[alerts.partners.bob]\nchannel = \"#bob\"\n[[route]]\nchannel = \"C2\"\n";
        let config = Config::parse("/etc/c.toml".as_ref(), text).unwrap();
        let said = of_routes(&config).unwrap().told();
        assert!(
            said.starts_with("warning channel: routes name #bob, which is not the id of a channel"),
            "{said}"
        );
    }

    #[test]
    fn a_channel_that_nobody_wrote_down_is_a_warning() {
        let unset = |text: &str| {
            let config = Config::parse("/etc/c.toml".as_ref(), text).ok()?;
            of_name(&config).map(|found| found.told())
        };
        let said = unset("[slack]\nlabel = \"a\"\n").unwrap_or_default();
        assert!(
            said.starts_with("warning channel: slack.channel is not set"),
            "{said}"
        );
        assert_eq!(unset("[slack]\nchannel = \"C0APAF806F8\"\n"), None);
    }

    fn channel(scopes: &[&str], channel: Option<Channel>) -> String {
        asked("C1", scopes, channel)
    }

    fn asked(id: &str, scopes: &[&str], channel: Option<Channel>) -> String {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let identity = TokenIdentity {
            team: "Example".into(),
            user: "sftp".into(),
            scopes: Some(scopes),
        };
        let text = "[slack]\nchannel = \"C1\"\n[[route]]\nchannel = \"C2\"\n";
        let config = Config::parse("/etc/c.toml".as_ref(), text).unwrap();
        let asked = AskedChannel {
            id: id.to_owned(),
            answer: channel.map(Ok),
            sent: None,
        };
        let facts = facts(&config, Ok(identity.clone()));
        of_channel(&asked, &facts, &identity).told()
    }

    #[test]
    fn the_channel_is_known_as_far_as_the_scopes_allow() {
        let ops = |archived, member| {
            Some(Channel {
                name: "ops".into(),
                archived,
                member,
            })
        };
        assert!(
            channel(&["channels:read"], None)
                .starts_with("problem channel: the token lacks the scope chat:write")
        );
        assert!(
            channel(&["chat:write"], None)
                .starts_with("ok channel: C1; the token has no permission")
        );
        let all = ["chat:write", "channels:read"];
        assert_eq!(
            channel(&all, ops(false, true)),
            "ok channel: C1 (ops) can be posted to\n"
        );
        assert!(
            channel(&all, ops(true, true)).starts_with("problem channel: C1 (ops) is archived")
        );
        assert_eq!(
            channel(&all, ops(false, false)),
            "problem channel: sftp is not a member of C1 (ops): type this command in that channel\n  > /invite @sftp\n"
        );
        let public = ["chat:write", "chat:write.public", "channels:read"];
        assert!(channel(&public, ops(false, false)).starts_with("ok channel"));
        // The messages of a route's channel go to the main one meanwhile.
        assert_eq!(
            asked("C2", &all, ops(false, false)),
            "warning channel: sftp is not a member of C2 (ops): type this command in that channel\n  > /invite @sftp\n"
        );
        assert_eq!(
            asked("C2", &all, ops(true, true)),
            "warning channel: C2 (ops) is archived: unarchive it, or set its routes to another channel\n  > sudoedit /etc/c.toml\n"
        );
    }
}
