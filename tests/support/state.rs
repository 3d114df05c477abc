//! What the tests of the state directory share.

use std::fs;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use sftp_monitor::adapters::store::{Recovery, StateError, Store};
use sftp_monitor::domain::state::Daily;

pub(crate) fn now() -> DateTime<FixedOffset> {
    "2026-03-30T15:00:00+02:00".parse().unwrap()
}

/// Commits one upload of alice's; returns what was unusual.
pub(crate) fn try_upload(store: &mut Store) -> Result<Vec<Recovery>, StateError> {
    store.commit(now(), |daily, recoveries| {
        daily.partners.of("alice").upload += 1;
        recoveries.to_vec()
    })
}

pub(crate) fn upload(store: &mut Store) -> Vec<Recovery> {
    try_upload(store).unwrap()
}

pub(crate) fn open(directory: &Path) -> Store {
    Store::open(directory).unwrap()
}

/// A directory whose state has had this many uploads, each a commit.
pub(crate) fn with_uploads(directory: &Path, uploads: u64) -> Store {
    let mut store = open(directory);
    (0..uploads).for_each(|_| drop(upload(&mut store)));
    store
}

pub(crate) fn load(directory: &Path) -> Daily {
    open(directory)
        .load(now())
        .unwrap()
        .expect("there is a state")
}

pub(crate) fn uploads(directory: &Path) -> u64 {
    load(directory).partners.get("alice").unwrap().upload
}

pub(crate) fn text(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap()
}

/// The names in a directory, sorted, without the locks'.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    names.sort();
    names
}
