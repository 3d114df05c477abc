//! Replaces account names of the configuration by their spelling in the user database.

use std::collections::BTreeMap;

use super::Config;
use crate::domain::routes::Whose;

impl Config {
    /// Renames each account for which `own` returns a name. If a value already exists under the new name, that value is kept.
    pub(crate) fn spell(&mut self, mut own: impl FnMut(&str) -> Option<String>) {
        let mut spelled = |name: &str| own(name).unwrap_or_else(|| name.to_owned());
        let expected = self.expects.iter_mut().map(|feed| &mut feed.partner);
        for name in self.partners.users.iter_mut().chain(expected) {
            *name = spelled(name);
        }
        rename(&mut self.partners.names, &mut spelled);
        rename(&mut self.alerts_of, &mut spelled);
        rename(&mut self.routes.of_partner, &mut spelled);
        let of_routes = self
            .routes
            .list
            .iter_mut()
            .flat_map(|route| &mut route.partners);
        for whose in of_routes {
            if let Whose::Named(name) = whose {
                *name = spelled(name);
            }
        }
    }
}

fn rename<V>(table: &mut BTreeMap<String, V>, mut spelled: impl FnMut(&str) -> String) {
    for (name, value) in std::mem::take(table) {
        let own = spelled(&name);
        if own == name {
            table.insert(own, value);
        } else {
            table.entry(own).or_insert(value);
        }
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
            channel = "C1"
            [[route]]
            partners = ["ALICE", "bob"]
            channel = "C2"
            [[expect]]
            partner = "ALICE"
            files = "*.csv"
            by = "07:00"
        "#;
        let mut config = Config::parse("config.toml".as_ref(), text).unwrap();
        let id = config.expects[0].id.clone();
        config.spell(|name| match name {
            "ALICE" => Some("alice".to_owned()),
            "Bob" => Some("bob".to_owned()),
            _ => None,
        });
        assert_eq!(config.partners.users, ["alice", "bob"]);
        assert!(!config.alerts_of["alice"].login);
        assert_eq!(config.routes.of_partner["alice"], "C1");
        let [alice, bob] = ["alice", "bob"].map(|name| Whose::Named(name.to_owned()));
        assert_eq!(config.routes.list[0].partners, [alice, bob]);
        assert_eq!(config.partners.names["alice"], "Alice & Cie");
        // A value that already exists under the right name is kept.
        assert_eq!(config.partners.names["bob"], "Bob & Fils");
        // The id stays the same, so the feed's arrived files are kept.
        assert_eq!(
            (&config.expects[0].partner, &config.expects[0].id),
            (&"alice".to_owned(), &id)
        );
    }
}
