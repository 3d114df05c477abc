//! Checks the partners: whether their group exists, its members, and their display names.

use super::expected::of_warnings;
use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::words::{edit, word};
use crate::adapters::config::Config;
use crate::adapters::machine;
use crate::adapters::userdb::{By, Known, Partner, Roster, of_settings};
use crate::domain::base::names::names;
use crate::domain::render::Voice;

/// The name of the matter.
const NAME: &str = "partners";

/// Checks the partners, and the settings in the configuration for names that are no partners.
pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let config = machine.config;
    let found = group(machine.roster, config, &config.voice());
    report.findings.extend(found);
    let mut directory = machine::of(&mut config.clone(), None);
    let settings = of_settings(config, directory.as_mut());
    report.findings.extend(of_warnings(NAME, settings));
}

fn group(roster: &Roster, config: &Config, voice: &Voice) -> Vec<Finding> {
    let group = &config.partners.group;
    let shown = word(group);
    let add = format!("sudo usermod --append --groups {shown} NAME");
    let all: Vec<&String> = roster.partners.keys().collect();
    let finding = match (roster.group, all.is_empty()) {
        (None, _) => {
            let said = "the user database does not answer, so the partners are unknown";
            Finding::problem(NAME, said).fixed_by(format!("getent group {shown}"))
        }
        (Some(false), true) => {
            let said =
                format!("there is no group {group} and `users` is empty, so there are no partners");
            Finding::problem(NAME, said).fixed_by(format!("sudo groupadd {shown} && {add}"))
        }
        (Some(false), false) => {
            let all = names(&all);
            let said = format!("there is no group {group}: only `users` are partners: {all}");
            Finding::warning(NAME, said).fixed_by(format!("sudo groupadd {shown} && {add}"))
        }
        (Some(true), true) => {
            let said = format!(
                "group {group} has no member and `users` is empty, so there are no partners"
            );
            Finding::problem(NAME, said).fixed_by(add)
        }
        (Some(true), false) => return members(roster, config, voice),
    };
    vec![finding]
}

/// Reports the partners: by the group or by `users`, with or without an account.
fn members(roster: &Roster, config: &Config, voice: &Voice) -> Vec<Finding> {
    let group = &config.partners.group;
    let which = |is: &dyn Fn(&Partner) -> bool| -> Vec<&str> {
        let partners = roster.partners.iter().filter(|(_, partner)| is(partner));
        partners.map(|(name, _)| name.as_str()).collect()
    };
    let mut found = Vec::new();
    for (by, of) in [
        (By::Member, format!("in group {group}")),
        (By::Configured, "by `users`".to_owned()),
    ] {
        let here = which(&|partner| partner.by == by && partner.account().is_some());
        let shown: Vec<String> = here.iter().map(|name| shown(name, roster, voice)).collect();
        if !shown.is_empty() {
            let said = format!("{} {of}: {}", shown.len(), names(&shown));
            found.push(Finding::ok(NAME, said));
        }
    }
    let without = |by| which(&move |one| one.by == by && one.account == Known::Nowhere);
    let gone = without(By::Member);
    if let Some(first) = gone.first() {
        let gone = names(&gone);
        let said = format!("group {group} lists names without an account: {gone}");
        let fix = format!("sudo gpasswd --delete {} {}", word(first), word(group));
        found.push(Finding::warning(NAME, said).fixed_by(fix));
    }
    let gone = without(By::Configured);
    let shown = names(&gone);
    // The accounts may exist on other machines, whose log is read here.
    match config.source.is_this_machines() {
        _ if gone.is_empty() => {}
        true => {
            let said =
                format!("partners.users names accounts that are not on this machine: {shown}");
            found.push(Finding::warning(NAME, said).fixed_by(edit(&config.path)));
        }
        false => {
            let said = format!("`users` without an account on this machine: {shown}");
            found.push(Finding::ok(NAME, said));
        }
    }
    let unknown = which(&|partner| partner.account == Known::NoAnswer);
    if let Some(first) = unknown.first() {
        let unknown = names(&unknown);
        let said = format!("the user database does not answer for {unknown}");
        let fix = format!("getent passwd {}", word(first));
        found.push(Finding::problem(NAME, said).fixed_by(fix));
    }
    found
}

/// A partner's name, and in brackets its display name in Slack if that is different.
fn shown(name: &str, roster: &Roster, voice: &Voice) -> String {
    let full_name = roster.partners.get(name);
    let full_name = full_name.and_then(|partner| partner.full_name.as_deref());
    let display = voice.partner(name, full_name);
    match display.to_lowercase() == name.to_lowercase() {
        true => name.to_owned(),
        false => format!("{name} ({display})"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;
    use crate::adapters::userdb::Account;

    fn partner(name: &str, full_name: Option<&str>, by: By, here: bool) -> (String, Partner) {
        let account = Account {
            uid: 1001,
            home: "/home/x".into(),
            shell: "/bin/sh".into(),
            groups: None,
        };
        let partner = Partner {
            full_name: full_name.map(str::to_owned),
            by,
            account: match here {
                true => Known::Here(account),
                false => Known::Nowhere,
            },
        };
        (name.to_owned(), partner)
    }

    fn judged(group: Option<bool>, partners: &[(String, Partner)]) -> String {
        judged_with("", group, partners)
    }

    fn judged_with(text: &str, listed: Option<bool>, partners: &[(String, Partner)]) -> String {
        let config =
            Config::parse("/etc/c.toml".as_ref(), text).unwrap_or_else(|_| panic!("it is valid"));
        let roster = Roster {
            group: listed,
            partners: partners.iter().cloned().collect(),
        };
        told(&group(&roster, &config, &config.voice()))
    }

    #[test]
    fn an_account_of_users_that_is_not_here_is_a_slip_unless_the_log_is_another_machines() {
        let partners = [
            partner("alice", None, By::Member, true),
            partner("alcie", None, By::Configured, false),
        ];
        let said = |text: &str| judged_with(text, Some(true), &partners);
        let slip = "warning partners: partners.users names accounts that are not on this machine: alcie\n  \
             > sudoedit /etc/c.toml\n";
        let other = "ok partners: `users` without an account on this machine: alcie\n";
        let log = "[source]\nkind = \"auth-log\"\n";
        assert!(said("").ends_with(slip));
        assert!(said(log).ends_with(slip));
        assert!(said(&format!("{log}auth-log = \"/srv/other/auth.log\"\n")).ends_with(other));
        assert!(said("[source]\njournal-directory = \"/srv/remote\"\n").ends_with(other));
    }

    #[test]
    fn members_are_shown_with_their_names() {
        let said = judged(
            Some(true),
            &[
                partner("alice", Some("Alice & Cie"), By::Member, true),
                partner("bob", None, By::Member, true),
                partner("carol", None, By::Configured, true),
                partner("remote", None, By::Configured, false),
                partner("zoe", None, By::Member, false),
            ],
        );
        assert_eq!(
            said,
            "ok partners: 2 in group sftp-feeds: alice (Alice & Cie), bob\n\
             ok partners: 1 by `users`: carol\n\
             warning partners: group sftp-feeds lists names without an account: zoe\n  \
             > sudo gpasswd --delete zoe sftp-feeds\n\
             warning partners: partners.users names accounts that are not on this machine: remote\n  \
             > sudoedit /etc/c.toml\n"
        );
    }

    #[test]
    fn one_of_whom_the_user_database_says_nothing_is_not_without_an_account() {
        let (name, mut alice) = partner("alice", None, By::Member, false);
        alice.account = Known::NoAnswer;
        assert_eq!(
            judged(Some(true), &[(name, alice)]),
            "problem partners: the user database does not answer for alice\n  \
             > getent passwd alice\n"
        );
    }

    #[test]
    fn without_partners_nothing_would_be_told() {
        assert_eq!(
            judged(Some(true), &[]),
            "problem partners: group sftp-feeds has no member and `users` is empty, so there are no partners\n  \
             > sudo usermod --append --groups sftp-feeds NAME\n"
        );
        assert_eq!(
            judged(Some(false), &[]),
            "problem partners: there is no group sftp-feeds and `users` is empty, so there are no partners\n  \
             > sudo groupadd sftp-feeds && sudo usermod --append --groups sftp-feeds NAME\n"
        );
        let configured = [partner("carol", None, By::Configured, true)];
        assert!(judged(Some(false), &configured).starts_with(
            "warning partners: there is no group sftp-feeds: only `users` are partners: carol"
        ));
        assert!(
            judged(None, &[]).starts_with("problem partners: the user database does not answer")
        );
    }
}
