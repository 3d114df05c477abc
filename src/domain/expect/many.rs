//! `[[expect]]` for many partners: each partner whose name matches has an expectation of its own.

use std::collections::HashSet;

use crate::domain::expect::{Expectation, Pattern};

/// One `[[expect]]` for all partners whose names match a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Many {
    /// The pattern of the names.
    pub partners: Pattern,
    /// The expectation, without a partner.
    pub each: Expectation,
}

/// All expectations by pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByPattern {
    /// The patterns, in the order of the configuration.
    pub all: Vec<Many>,
    /// The partners were listed: whoever is not expected now is no partner.
    pub listed: bool,
}

impl Many {
    /// Is this a partner of the pattern?
    pub fn matches(&self, partner: &str) -> bool {
        self.partners.matches(partner.as_bytes())
    }

    /// The partner whose expectation has this id, if it is one of these.
    fn partner<'a>(&self, id: &'a str) -> Option<&'a str> {
        // The id begins with the partner's name, which is empty here.
        let partner = id.strip_suffix(self.each.id.as_str());
        partner.filter(|partner| self.matches(partner))
    }
}

impl ByPattern {
    /// Makes the expectations of these partners, in place of the earlier ones by pattern. One that is expected by name stays.
    pub fn expand(&mut self, expects: &mut Vec<Expectation>, partners: &[String]) {
        if self.all.is_empty() {
            return;
        }
        expects.retain(|expected| !expected.by_pattern);
        let mut ids: HashSet<String> = expects.iter().map(|e| e.id.clone()).collect();
        for many in &self.all {
            for partner in partners.iter().filter(|partner| many.matches(partner)) {
                let own = many.each.of(partner);
                if ids.insert(own.id.clone()) {
                    expects.push(own);
                }
            }
        }
        self.listed = true;
    }

    /// The partners whose expectations have these ids, without asking the user database.
    pub fn partners<'a>(&self, ids: impl Iterator<Item = &'a String>) -> Vec<String> {
        let of = |id: &'a String| self.all.iter().filter_map(|many| many.partner(id));
        ids.flat_map(of).map(str::to_owned).collect()
    }

    /// May this id be of a partner that is not listed yet? Its state is kept.
    pub fn may_hold(&self, id: &str) -> bool {
        !self.listed && self.all.iter().any(|many| many.partner(id).is_some())
    }
}
