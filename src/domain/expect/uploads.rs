//! The latest files of partners that must send feeds, found by partner. In JSON they are a list, the oldest first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::base::evict::to_evict;
use crate::domain::base::time::Time;
use crate::domain::expect::files::Uploaded;

/// How many files are kept, in case they change. If there are too many, the oldest of the partner with the most is evicted,
/// so that one partner's files cannot make another's feed seem to be missing.
const FILES_KEPT: usize = 1_000;

/// The latest files. Those of one partner are found without looking at the others'.
#[derive(Clone, Debug, Default)]
pub struct Uploads {
    /// Each with its number, the oldest first.
    by_partner: BTreeMap<String, Vec<(u64, Uploaded)>>,
    /// The number of the next one.
    next: u64,
    count: usize,
    /// No file has a name that was got earlier than this, and is to be judged; `None` if there is none.
    fresh: Option<Time>,
}

impl Uploads {
    /// Are there no files?
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All files, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Uploaded> {
        let mut all: Vec<&(u64, Uploaded)> = self.by_partner.values().flatten().collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, upload)| upload)
    }

    /// A partner's files, the oldest first.
    pub(crate) fn of(&self, partner: &str) -> impl DoubleEndedIterator<Item = &Uploaded> {
        let own = self.by_partner.get(partner).map(Vec::as_slice);
        own.unwrap_or_default().iter().map(|(_, upload)| upload)
    }

    /// The same, to change them. Of a file that gets a name that is to be judged, [`Uploads::note_fresh`] must know.
    pub(crate) fn of_mut(
        &mut self,
        partner: &str,
    ) -> impl DoubleEndedIterator<Item = &mut Uploaded> {
        let own = self.by_partner.get_mut(partner).map(Vec::as_mut_slice);
        own.unwrap_or_default().iter_mut().map(|(_, upload)| upload)
    }

    /// Adds a file.
    pub(crate) fn push(&mut self, upload: Uploaded) {
        self.put(upload);
        // Some more are allowed, so that this does not run for each file.
        if self.count > FILES_KEPT + FILES_KEPT / 4 {
            let all: Vec<&(u64, Uploaded)> = self.by_partner.values().flatten().collect();
            let all = all.into_iter().map(|(number, upload)| (*number, upload));
            let whose = |upload: &Uploaded| upload.partner.clone();
            let gone = to_evict(all, FILES_KEPT, |_| (), whose, |number, _| *number);
            let gone: BTreeSet<u64> = gone.into_iter().collect();
            self.keep(|number, _| !gone.contains(&number));
        }
    }

    /// Removes the files for which `keep` is false.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Uploaded) -> bool) {
        self.keep(|_, upload| keep(upload));
    }

    /// Removes the files of a partner for which `keep` is false.
    pub(crate) fn retain_of(&mut self, partner: &str, keep: impl Fn(&Uploaded) -> bool) {
        if let Some(own) = self.by_partner.get_mut(partner) {
            self.count -= own.len();
            own.retain(|(_, upload)| keep(upload));
            self.count += own.len();
        }
    }

    /// A file got a name at this time, which is to be judged.
    pub(crate) fn note_fresh(&mut self, at: Option<Time>) {
        self.fresh = self.fresh.into_iter().chain(at).min();
    }

    /// When the first of the names that are to be judged was got.
    pub(crate) fn first_fresh(&self) -> Option<Time> {
        self.fresh?;
        let all = self.by_partner.values().flatten();
        all.filter_map(|(_, upload)| upload.fresh).min()
    }

    /// Takes the files of which the names are to be judged, and were got until then, the oldest first. Their names count as
    /// judged.
    pub(crate) fn take_fresh(&mut self, until: Time) -> Vec<(Time, Uploaded)> {
        if self.fresh.is_none_or(|fresh| fresh > until) {
            return Vec::new();
        }
        let mut taken = Vec::new();
        for (number, upload) in self.by_partner.values_mut().flatten() {
            if let Some(at) = upload.fresh.take_if(|at| *at <= until) {
                taken.push((*number, at, upload.clone()));
            }
        }
        self.fresh = self.first_fresh();
        taken.sort_unstable_by_key(|(number, ..)| *number);
        taken.into_iter().map(|(_, at, file)| (at, file)).collect()
    }

    fn put(&mut self, upload: Uploaded) {
        self.note_fresh(upload.fresh);
        let own = match self.by_partner.get_mut(&upload.partner) {
            Some(own) => own,
            None => self.by_partner.entry(upload.partner.clone()).or_default(),
        };
        own.push((self.next, upload));
        self.next += 1;
        self.count += 1;
    }

    fn keep(&mut self, keep: impl Fn(u64, &Uploaded) -> bool) {
        self.by_partner.retain(|_, own| {
            own.retain(|(number, upload)| keep(*number, upload));
            !own.is_empty()
        });
        self.count = self.by_partner.values().map(Vec::len).sum();
    }
}

impl PartialEq for Uploads {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Serialize for Uploads {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Uploads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut uploads = Uploads::default();
        for upload in Vec::deserialize(deserializer)? {
            uploads.put(upload);
        }
        Ok(uploads)
    }
}
