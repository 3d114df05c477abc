//! Commits, and processes that commit at the same time.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/state.rs"]
mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sftp_monitor::adapters::store::{Recovery, Snapshot, StateError, Store};
use support::{names, now, open, text, try_upload, upload, uploads, with_uploads};
use tempfile::TempDir;

fn directory() -> TempDir {
    TempDir::new().unwrap()
}

/// Makes each commit fail until this directory is removed: no file takes its place.
fn obstacle(directory: &Path) -> PathBuf {
    let backup = directory.join("daily.json.bak");
    fs::remove_file(&backup).unwrap();
    fs::create_dir(&backup).unwrap();
    backup
}

#[test]
fn a_first_commit_creates_the_file_and_a_second_keeps_it_as_backup() {
    let directory = directory();
    let mut store = open(directory.path());
    assert_eq!(upload(&mut store), [Recovery::Fresh]);
    let first = text(directory.path(), "daily.json");
    assert_eq!(upload(&mut store), []);
    assert_eq!(text(directory.path(), "daily.json.bak"), first);
    assert_eq!(names(directory.path()), ["daily.json", "daily.json.bak"]);
    assert_eq!(uploads(directory.path()), 2);
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let directory = directory();
    let mut store = with_uploads(directory.path(), 2);
    let files = || ["daily.json", "daily.json.bak"].map(|name| text(directory.path(), name));
    let before = files();
    let seen = store.commit(now(), |daily, _| {
        daily.partners.get("alice").unwrap().upload
    });
    assert_eq!(seen.unwrap(), 2);
    open(directory.path()).commit(now(), |_, _| ()).unwrap();
    assert_eq!(files(), before);
}

#[test]
fn a_change_that_changes_nothing_leaves_a_file_in_another_form_as_it_is() {
    let directory = directory();
    let mut store = with_uploads(directory.path(), 2);
    let state: Value = serde_json::from_str(&text(directory.path(), "daily.json")).unwrap();
    fs::write(directory.path().join("daily.json"), state.to_string()).unwrap();
    for _ in 0..2 {
        store.commit(now(), |_, _| ()).unwrap();
        open(directory.path()).commit(now(), |_, _| ()).unwrap();
    }
    assert_eq!(text(directory.path(), "daily.json"), state.to_string());
    assert_eq!(upload(&mut store), []);
    assert_eq!(uploads(directory.path()), 3);
}

#[test]
fn a_change_whose_commit_fails_is_undone() {
    let directory = directory();
    let mut store = with_uploads(directory.path(), 2);
    let before = text(directory.path(), "daily.json");
    let obstacle = obstacle(directory.path());
    for _ in 0..2 {
        try_upload(&mut store).unwrap_err();
    }
    fs::remove_dir(obstacle).unwrap();
    assert_eq!(text(directory.path(), "daily.json"), before);
    let same = store.commit(now(), |daily, _| {
        daily.partners.get("alice").unwrap().upload
    });
    assert_eq!(same.unwrap(), 2);
    assert_eq!(text(directory.path(), "daily.json"), before);
    assert_eq!(upload(&mut store), []);
    assert_eq!(uploads(directory.path()), 3);
}

#[test]
fn after_a_commit_that_failed_a_damaged_file_is_replaced_by_the_one_before_it() {
    let directory = directory();
    let mut store = with_uploads(directory.path(), 2);
    let obstacle = obstacle(directory.path());
    try_upload(&mut store).unwrap_err();
    fs::remove_dir(obstacle).unwrap();
    fs::write(directory.path().join("daily.json"), "{").unwrap();
    let [Recovery::Damaged { from, .. }] = &upload(&mut store)[..] else {
        panic!("the damage was not seen")
    };
    assert_eq!(*from, Some(Snapshot::Memory));
    assert_eq!(uploads(directory.path()), 3);
}

#[test]
fn commits_of_many_processes_add_up() {
    let directory = directory();
    let path = directory.path();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| with_uploads(path, 25));
        }
        scope.spawn(|| {
            // At every instant the file can be read, without a lock.
            let mut store = open(path);
            for _ in 0..500 {
                store.load(now()).unwrap();
            }
        });
    });
    assert_eq!(uploads(path), 100);
    assert_eq!(names(path), ["daily.json", "daily.json.bak"]);
}

#[test]
fn what_a_killed_commit_left_is_swept_away() {
    let directory = directory();
    with_uploads(directory.path(), 2);
    fs::write(directory.path().join(".daily.json.tmp.4711-0"), "half of").unwrap();
    // A kill between the renames: the backup is the state itself, under a third name too.
    fs::remove_file(directory.path().join("daily.json.bak")).unwrap();
    for name in ["daily.json.bak", ".daily.json.tmp.bak"] {
        fs::hard_link(
            directory.path().join("daily.json"),
            directory.path().join(name),
        )
        .unwrap();
    }
    let mut store = open(directory.path());
    assert_eq!([upload(&mut store), upload(&mut store)], [[], []]);
    assert_eq!(names(directory.path()), ["daily.json", "daily.json.bak"]);
    assert_eq!(uploads(directory.path()), 4);
}

#[test]
fn a_lock_that_another_holds_is_waited_for_and_then_said() {
    let directory = directory();
    let mut store = with_uploads(directory.path(), 1).with_patience(Duration::from_millis(50));
    let lock = fs::File::open(directory.path().join(".state.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let error = try_upload(&mut store).unwrap_err();
    assert!(matches!(error, StateError::Busy { .. }));
    assert!(error.to_string().contains("/.state.lock"), "{error}");
    drop(lock);
    assert_eq!(upload(&mut store), []);
    assert_eq!(uploads(directory.path()), 2);
}

#[test]
fn one_daemon_runs_and_one_process_sends_at_a_time() {
    let directory = directory();
    let (mut one, mut other) = (open(directory.path()), open(directory.path()));
    let daemon = one.instance_lock().unwrap();
    assert!(daemon.is_some());
    assert!(other.instance_lock().unwrap().is_none());
    let sender = one.send_lock(Duration::ZERO).unwrap();
    assert!(
        other
            .send_lock(Duration::from_millis(20))
            .unwrap()
            .is_none()
    );
    // Neither keeps the other from committing.
    upload(&mut other);
    drop((daemon, sender));
    assert!(other.instance_lock().unwrap().is_some());
    assert!(other.send_lock(Duration::ZERO).unwrap().is_some());
}

#[test]
fn a_state_in_memory_touches_no_disk() {
    let mut store = Store::in_memory(None);
    assert_eq!(upload(&mut store), [Recovery::Fresh]);
    assert_eq!(upload(&mut store), []);
    assert_eq!(
        store
            .load(now())
            .unwrap()
            .unwrap()
            .partners
            .get("alice")
            .unwrap()
            .upload,
        2
    );
    assert!(store.send_lock(Duration::ZERO).unwrap().is_some());
    assert!(store.instance_lock().unwrap().is_some());
}

#[test]
fn a_directory_is_created_when_it_is_first_written_to() {
    let parent = TempDir::new().unwrap();
    let directory = parent.path().join("state");
    let mut store = open(&directory);
    assert_eq!(store.load(now()).unwrap(), None);
    assert!(!directory.exists());
    assert_eq!(upload(&mut store), [Recovery::Fresh]);
    assert_eq!(fs::metadata(&directory).unwrap().mode() & 0o7777, 0o750);
    // Only in a parent that is there.
    let missing = try_upload(&mut open(&parent.path().join("a/b"))).unwrap_err();
    assert!(missing.to_string().contains("No such file"), "{missing}");
}

#[test]
fn a_directory_that_is_removed_and_created_again_is_found_again() {
    let parent = TempDir::new().unwrap();
    let directory = parent.path().join("state");
    let mut store = with_uploads(&directory, 2);
    fs::remove_dir_all(&directory).unwrap();
    let from = Snapshot::Memory;
    assert_eq!(upload(&mut store), [Recovery::Deleted { from }]);
    assert_eq!(uploads(&directory), 1);
}
