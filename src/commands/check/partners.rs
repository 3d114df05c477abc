//! The partners: whether there is a group, who is in it, and what they are called.

use super::finding::Finding;
use super::words::{path, word};
use crate::adapters::config::Config;
use crate::adapters::machine;
use crate::adapters::userdb::{self, By, Known, Roster};
use crate::domain::base::names::names;
use crate::domain::render::Voice;

/// The name of the matter.
const NAME: &str = "partners";

/// Who is a partner, and what the configuration gives to names that are none.
pub(super) fn judge(roster: &Roster, config: &Config, voice: &Voice) -> Vec<Finding> {
    let mut found = group(roster, config, voice);
    let mut directory = machine::of(&mut config.clone(), None);
    let settings = userdb::of_settings(config, directory.as_mut());
    found.extend(settings.into_iter().map(|warning| Finding {
        remedy: warning.remedy,
        ..Finding::warning(NAME, warning.said)
    }));
    found
}

fn group(roster: &Roster, config: &Config, voice: &Voice) -> Vec<Finding> {
    let group = &config.partners.group;
    let shown = word(group);
    let add = format!("sudo usermod --append --groups {shown} NAME");
    match roster.group {
        None => {
            let said = "the user database does not answer: nobody knows who the partners are";
            vec![Finding::problem(NAME, said).mended_by("getent group ".to_owned() + &shown)]
        }
        Some(false) => {
            let said = format!("there is no group {group}{}", instead(roster));
            let mend = format!("sudo groupadd {shown} && {add}");
            let found = match roster.partners.is_empty() {
                true => Finding::problem(NAME, said),
                false => Finding::warning(NAME, said),
            };
            vec![found.mended_by(mend)]
        }
        Some(true) if roster.partners.is_empty() => {
            let said =
                format!("group {group} has no member and `users` names none: nobody is a partner");
            vec![Finding::problem(NAME, said).mended_by(add)]
        }
        Some(true) => members(roster, config, voice),
    }
}

/// The partners that there are: by the group or by `users`, with an account or without.
fn members(roster: &Roster, config: &Config, voice: &Voice) -> Vec<Finding> {
    let group = &config.partners.group;
    let all = |by: By| {
        let partners = roster.partners.iter();
        partners.filter(move |(_, partner)| partner.by == by)
    };
    let shown = |by: By| -> Vec<String> {
        let here = all(by).filter(|(_, partner)| partner.account().is_some());
        let shown = here.map(|(name, partner)| {
            let display = voice.partner(name, partner.full_name.as_deref());
            match display.to_lowercase() == name.to_lowercase() {
                true => name.clone(),
                false => format!("{name} ({display})"),
            }
        });
        shown.collect()
    };
    let with = |by: By, known: Known| -> Vec<&str> {
        let with = all(by).filter(|(_, partner)| partner.account == known);
        with.map(|(name, _)| name.as_str()).collect()
    };
    let mut found = Vec::new();
    let (members, configured) = (shown(By::Member), shown(By::Configured));
    if !members.is_empty() {
        let said = format!("{} in group {group}: {}", members.len(), names(&members));
        found.push(Finding::ok(NAME, said));
    }
    if !configured.is_empty() {
        let said = format!("{} by `users`: {}", configured.len(), names(&configured));
        found.push(Finding::ok(NAME, said));
    }
    let gone = with(By::Member, Known::Nowhere);
    if let Some(first) = gone.first() {
        let said = format!(
            "group {group} lists names without an account: {}",
            names(&gone)
        );
        let mend = format!("sudo gpasswd --delete {} {}", word(first), word(group));
        found.push(Finding::warning(NAME, said).mended_by(mend));
    }
    found.extend(elsewhere(&with(By::Configured, Known::Nowhere), config));
    let [mut unknown, configured] =
        [By::Member, By::Configured].map(|by| with(by, Known::NoAnswer));
    unknown.extend(configured);
    if let Some(first) = unknown.first() {
        let said = format!(
            "the user database does not answer: nothing is known of {}",
            names(&unknown)
        );
        let mend = format!("getent passwd {}", word(first));
        found.push(Finding::problem(NAME, said).mended_by(mend));
    }
    found
}

/// Those of `users` without an account. They may exist on other machines, whose log is read here.
fn elsewhere(without: &[&str], config: &Config) -> Option<Finding> {
    let names = names(without);
    if without.is_empty() {
        return None;
    }
    Some(match config.source.is_this_machines() {
        true => {
            let said =
                format!("partners.users names accounts that are not on this machine: {names}");
            let mend = format!("sudoedit {}", path(&config.path));
            Finding::warning(NAME, said).mended_by(mend)
        }
        false => {
            let said = format!("`users` without an account on this machine: {names}");
            Finding::ok(NAME, said)
        }
    })
}

/// Who is a partner all the same.
fn instead(roster: &Roster) -> String {
    let configured: Vec<&String> = roster.partners.keys().collect();
    match configured.is_empty() {
        true => " and `users` names none: nobody is a partner".to_owned(),
        false => format!(": only `users` are partners: {}", names(&configured)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;
    use crate::adapters::config::Config;
    use crate::adapters::userdb::{Account, Partner};

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
            Config::parse("/etc/c.toml".as_ref(), text).unwrap_or_else(|_| panic!("it is right"));
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
            "problem partners: the user database does not answer: nothing is known of alice\n  \
             > getent passwd alice\n"
        );
    }

    #[test]
    fn without_partners_nothing_would_be_told() {
        assert_eq!(
            judged(Some(true), &[]),
            "problem partners: group sftp-feeds has no member and `users` names none: nobody is a partner\n  \
             > sudo usermod --append --groups sftp-feeds NAME\n"
        );
        assert_eq!(
            judged(Some(false), &[]),
            "problem partners: there is no group sftp-feeds and `users` names none: nobody is a partner\n  \
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
