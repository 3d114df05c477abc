//! The state directory on a real disk.

use std::fs;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use sftp_monitor::state::{Recovery, Store};
use tempfile::TempDir;

fn now() -> DateTime<FixedOffset> {
    "2026-03-30T15:00:00+02:00".parse().unwrap()
}

fn count_upload(store: &mut Store) -> Vec<Recovery> {
    let counted = store.commit(now(), |daily, recoveries| {
        let alice = daily.partners.entry("alice".to_owned()).or_default();
        alice.upload += 1;
        recoveries.to_vec()
    });
    counted.unwrap()
}

fn text(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap()
}

#[test]
fn a_first_commit_creates_the_file_and_a_second_keeps_it_as_backup() {
    let directory = TempDir::new().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    assert_eq!(count_upload(&mut store), [Recovery::Fresh]);
    let first = text(directory.path(), "daily.json");
    assert!(
        first.starts_with("{\n  \"date\": \"2026-03-30\",\n  \"partners\": {"),
        "{first}"
    );
    assert_eq!(count_upload(&mut store), []);
    assert_eq!(text(directory.path(), "daily.json.bak"), first);
    let loaded = Store::open(directory.path()).unwrap().load(now());
    assert_eq!(loaded.unwrap().unwrap().partners["alice"].upload, 2);
}
