//! The settings of messages: the language, the zone of the times, the server's label, the partners' names.

use std::collections::BTreeMap;

use crate::domain::base::clean::{HOST, NAME, clean};
use crate::domain::base::language::Language;
use crate::domain::base::time::Zone;

/// The settings that the words of a message depend on, besides its content.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The language.
    pub language: Language,
    /// The zone of the times in messages.
    pub zone: Zone,
    /// The label of the server.
    pub label: String,
    /// Display names by account, from the configuration.
    pub names: BTreeMap<String, String>,
}

impl Voice {
    /// The name of a partner in all messages: from the configuration, else the full name, else the account with a capital letter.
    pub fn partner(&self, account: &str, full_name: Option<&str>) -> String {
        let configured = self.names.get(account).map(String::as_str);
        let mut names = [configured, full_name].into_iter().flatten().map(str::trim);
        if let Some(name) = names.find(|name| !name.is_empty()) {
            return clean(name, NAME);
        }
        let mut letters = account.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        clean(&first.chain(letters).collect::<String>(), NAME)
    }

    /// The server's label.
    pub fn label(&self) -> String {
        clean(&self.label, HOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_from_the_configuration_then_the_account_database_then_the_account() {
        let names = BTreeMap::from([
            ("alice".to_string(), "Alice & Cie".to_string()),
            ("bob".to_string(), " ".to_string()),
        ]);
        let voice = Voice {
            language: Language::French,
            zone: Zone::Machine,
            label: "sftp1".into(),
            names,
        };
        assert_eq!(voice.partner("alice", Some("A. Liddell")), "Alice & Cie");
        assert_eq!(voice.partner("bob", Some("Bob")), "Bob");
        assert_eq!(voice.partner("bob", Some("")), "Bob");
        assert_eq!(voice.partner("bob", Some("Robert")), "Robert");
        assert_eq!(voice.partner("élise", None), "Élise");
        assert_eq!(voice.partner("", None), "");
    }
}
