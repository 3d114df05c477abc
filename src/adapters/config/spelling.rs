//! The accounts that a configuration names, in the spelling of the user database.

use std::collections::BTreeMap;

use super::Config;

impl Config {
    /// The names of all accounts that it names.
    pub(crate) fn accounts(&self) -> Vec<String> {
        let expected = self.expects.iter().map(|expected| &expected.partner);
        let mut names: Vec<String> = self
            .partners
            .users
            .iter()
            .chain(self.partners.names.keys())
            .chain(self.alerts_of.keys())
            .chain(expected)
            .cloned()
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Calls an account by another name. What is set under that already stays.
    pub(crate) fn spell(&mut self, from: &str, to: &str) {
        let named = self.partners.users.iter_mut();
        let expected = self
            .expects
            .iter_mut()
            .map(|expected| &mut expected.partner);
        for name in named.chain(expected).filter(|name| *name == from) {
            to.clone_into(name);
        }
        rename(&mut self.partners.names, from, to);
        rename(&mut self.alerts_of, from, to);
    }
}

fn rename<V>(table: &mut BTreeMap<String, V>, from: &str, to: &str) {
    if let Some(value) = table.remove(from) {
        table.entry(to.to_owned()).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn an_account_is_called_by_its_own_name_wherever_the_configuration_names_it() {
        let text = r#"
            [partners]
            users = ["ALICE", "bob"]
            names = { ALICE = "Alice & Cie", Bob = "Bob SA", bob = "Bob & Fils" }
            [alerts.partners.ALICE]
            login = false
            [[expect]]
            partner = "ALICE"
            files = "*.csv"
            by = "07:00"
        "#;
        let mut config = Config::parse("config.toml".as_ref(), text).unwrap();
        let id = config.expects[0].id.clone();
        assert_eq!(config.accounts(), ["ALICE", "Bob", "bob"]);
        config.spell("ALICE", "alice");
        config.spell("Bob", "bob");
        assert_eq!(config.accounts(), ["alice", "bob"]);
        assert_eq!(config.partners.users, ["alice", "bob"]);
        assert!(!config.alerts_of["alice"].login);
        assert_eq!(config.partners.names["alice"], "Alice & Cie");
        // What stands under its own name already stays.
        assert_eq!(config.partners.names["bob"], "Bob & Fils");
        // What was seen of a feed is not lost by it.
        assert_eq!(
            (&config.expects[0].partner, &config.expects[0].id),
            (&"alice".to_owned(), &id)
        );
    }
}
