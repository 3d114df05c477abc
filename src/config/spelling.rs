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
