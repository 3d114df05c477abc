//! The partner that a command line names, and the person who runs the command.

use nix::unistd::Uid;

use crate::adapters::config::{Config, nearest};
use crate::adapters::userdb::{Accounts, nss};
use crate::domain::base::stop::Stop;
use crate::domain::directory::{Answer, Directory};
use crate::domain::state::Daily;

/// The account of the partner with this name, as the user database spells it. An error if there is no such partner.
pub(crate) fn named(name: &str, config: &mut Config, daily: &Daily) -> Result<String, Stop> {
    let mut accounts = Accounts::of(config);
    match accounts.account(name.as_bytes()) {
        Answer::Partner {
            name: Some(own), ..
        } => Ok(own),
        Answer::Partner { name: None, .. } => Ok(name.to_owned()),
        Answer::Unknown if daily.resume.known.contains_key(name) => Ok(name.to_owned()),
        Answer::Unknown => Err(Stop::Later(format!(
            "the user database does not answer: is {name:?} a partner?"
        ))),
        Answer::Other { .. } => {
            let listed = accounts.listed_partners().unwrap_or_default();
            let listed = listed
                .iter()
                .map(|name| String::from_utf8_lossy(name).into_owned());
            let mut partners: Vec<String> = listed.collect();
            partners.extend(daily.resume.known.iter().map(|(name, _)| name.clone()));
            partners.sort();
            Err(Stop::Usage(stranger(name, &partners, config)))
        }
    }
}

/// The error for a name that is no partner's, with the most similar partner.
fn stranger(name: &str, partners: &[String], config: &Config) -> String {
    // People also know the names that messages show.
    let shown = config.partners.names.iter();
    let shown = shown.filter(|(_, shown)| shown.eq_ignore_ascii_case(name));
    let shown = shown.map(|(account, _)| account.as_str());
    let known = shown.chain(nearest(name, partners.iter().map(String::as_str)));
    let hint = known
        .take(1)
        .map(|account| format!("; did you mean \"{account}\"?"));
    format!("{name:?} is not a partner{}", hint.collect::<String>())
}

/// The person who runs this command: as given, else the user who called sudo, else the process's user.
pub(crate) fn person(given: Option<&String>) -> Option<String> {
    let sudo = || std::env::var("SUDO_USER").ok();
    let own = || {
        let account = nss::by_uid(Uid::current().as_raw()).ok()??;
        Some(String::from_utf8_lossy(&account.name).into_owned())
    };
    let named = |name: &String| !name.is_empty();
    given.cloned().or_else(sudo).filter(named).or_else(own)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_name_that_is_no_partners_is_answered_with_the_most_similar_partner() {
        let text = "[partners.names]\nbob = \"Bob & Fils\"\n";
        let config = Config::parse("config.toml".as_ref(), text).unwrap();
        let partners = ["alice", "bob"].map(str::to_owned);
        for (name, said) in [
            (
                "alcie",
                "\"alcie\" is not a partner; did you mean \"alice\"?",
            ),
            (
                "bob & fils",
                "\"bob & fils\" is not a partner; did you mean \"bob\"?",
            ),
            ("zebra", "\"zebra\" is not a partner"),
            ("a\u{1b}[2J", "\"a\\u{1b}[2J\" is not a partner"),
        ] {
            assert_eq!(stranger(name, &partners, &config), said);
        }
    }
}
