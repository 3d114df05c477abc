//! All expectations, in the order of the configuration, which are found by id and by partner.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use super::Expectation;

/// All expectations. A copy is the same list, which `Expects::is` tells from an equal one.
#[derive(Clone, Debug, Default)]
pub struct Expects(Arc<ExpectsIndex>);

#[derive(Debug, Default)]
struct ExpectsIndex {
    all: Vec<Expectation>,
    by_id: HashMap<String, usize>,
    by_partner: HashMap<String, Vec<usize>>,
    forbids: bool,
}

impl Expects {
    /// Is it this very list?
    pub(crate) fn is(&self, other: &Expects) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The place of the expectation with this id.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.0.by_id.get(id).copied()
    }

    /// The expectation with this id.
    pub fn by_id(&self, id: &str) -> Option<&Expectation> {
        self.get(self.place(id)?)
    }

    /// The places of a partner's expectations.
    pub(crate) fn places(&self, partner: &str) -> &[usize] {
        self.0.by_partner.get(partner).map_or(&[], Vec::as_slice)
    }

    /// The expectations of a partner.
    pub fn of(&self, partner: &str) -> impl Iterator<Item = &Expectation> {
        self.places(partner).iter().map(|place| &self[*place])
    }

    /// Must files of some names not come?
    pub(crate) fn forbid(&self) -> bool {
        self.0.forbids
    }

    /// The expectations without those with these ids.
    pub(crate) fn without<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Expects {
        let ids: HashSet<&str> = ids.collect();
        let left = self.iter().filter(|e| !ids.contains(e.id.as_str()));
        left.cloned().collect::<Vec<_>>().into()
    }
}

impl From<Vec<Expectation>> for Expects {
    fn from(all: Vec<Expectation>) -> Expects {
        let mut by_id = HashMap::with_capacity(all.len());
        let mut by_partner: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, expected) in all.iter().enumerate() {
            by_id.entry(expected.id.clone()).or_insert(place);
            let own = by_partner.entry(expected.partner.clone());
            own.or_default().push(place);
        }
        let forbids = all.iter().any(|e| !e.wanted.forbid.is_empty());
        Expects(Arc::new(ExpectsIndex {
            all,
            by_id,
            by_partner,
            forbids,
        }))
    }
}

impl Deref for Expects {
    type Target = [Expectation];

    fn deref(&self) -> &[Expectation] {
        &self.0.all
    }
}
