//! What a commit does with the file that it finds.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/state.rs"]
mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sftp_monitor::adapters::store::{Recovery, Snapshot, StateError};
use sftp_monitor::domain::base::position::FilePosition;
use sftp_monitor::domain::state::NoticeKind;
use support::{load, names, now, open, text, upload, uploads, with_uploads};
use tempfile::TempDir;

const LOG: &str = "/var/log/auth.log";

fn directory() -> TempDir {
    TempDir::new().unwrap()
}

fn write(directory: &Path, name: &str, content: impl AsRef<[u8]>) {
    fs::write(directory.join(name), content).unwrap();
}

/// Replaces the file by the result of an edit of its JSON, as `jq … > new && mv new daily.json` does.
fn edit(directory: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_str(&text(directory, "daily.json")).unwrap();
    change(&mut value);
    write(directory, "edited", value.to_string());
    fs::rename(directory.join("edited"), directory.join("daily.json")).unwrap();
}

#[test]
fn a_person_reads_the_counters_first_and_the_rest_last() {
    let directory = directory();
    with_uploads(directory.path(), 1);
    edit(directory.path(), |daily| {
        daily["a key of others"] = 7.into()
    });
    upload(&mut open(directory.path()));
    let text = text(directory.path(), "daily.json");
    assert!(
        text.starts_with("{\n  \"date\": \"2026-03-30\",\n  \"partners\": {\n"),
        "{text}"
    );
    let at = |key: &str| text.find(&format!("\n  \"{key}\"")).expect(key);
    assert!(at("unknown_attempts") < at("a key of others"));
    assert!(at("a key of others") < at("resume"));
}

/// Contents that are no state, nor what the scripts wrote, among them figures that nobody can have counted.
const DAMAGED: [&[u8]; 24] = [
    b"",
    b"{\"date\": \"2026-03-30\", \"partners\": {\"ali",
    &[0; 500],
    b"\x80\xff\x00\x13random",
    b"[]",
    b"{}",
    b"null",
    b"5",
    b"{\"date\":5}",
    b"{\"date\":\"2026-03-30\"}",
    b"{\"partners\":{},\"unknown_attempts\":0}",
    b"{\"date\":\"hier\",\"partners\":{},\"unknown_attempts\":0}",
    b"{\"date\":null,\"partners\":null,\"unknown_attempts\":null}",
    b"{\"date\":\"2026-03-30\",\"partners\":[],\"unknown_attempts\":\"3\"}",
    b"{\"date\":\"2026-03-30\",\"partners\":{\"alice\":3},\"unknown_attempts\":0}",
    b"{\"date\":\"2026-03-30\",\"partners\":{},\"unknown_attempts\":0,\"resume\":null}",
    b"{\"date\":\"2026-03-30\",\"partners\":{},\"unknown_attempts\":0,\"resume\":{}}",
    b"{\"date\":\"2026-03-30\",\"partners\":{},\"unknown_attempts\":0,\"resume\":{\"version\":1}}",
    b"{\"date\":\"2026-03-30\",\"partners\":{},\"unknown_attempts\":0,\"resume\":{\"version\":\"1\"}}",
    b"{\"date\":\"2026-03-30\",\"partners\":[],\"unknown_attempts\":0}",
    b"{\"date\":\"2026-03-30\",\"partners\":{\"alice\":{\"upload\":\"3\"}},\"unknown_attempts\":0}",
    b"{\"date\":\"2026-03-30\",\"partners\":{},\"unknown_attempts\":-1}",
    b"{\"date\":\"2026-03-30\",\"partners\":{},\"unknown_attempts\":18446744073709551615}",
    b"{\"date\":\"2026-03-30\",\"partners\":{},\"unknown_attempts\":1e300}",
];

#[test]
fn a_damaged_file_is_set_aside_and_the_backup_takes_its_place() {
    for content in DAMAGED {
        let directory = directory();
        let path = directory.path();
        with_uploads(path, 3);
        write(path, "daily.json", content);
        assert!(matches!(
            open(path).load(now()),
            Err(StateError::Damaged { .. })
        ));
        let mut store = open(path);
        let recoveries = upload(&mut store);
        let [Recovery::Damaged { aside, from, .. }] = &recoveries[..] else {
            panic!("{recoveries:?}");
        };
        assert_eq!(*from, Some(Snapshot::Backup));
        assert_eq!(fs::read(aside).unwrap(), content);
        // The backup had two of the three; the third is what reading again brings.
        assert_eq!(uploads(path), 3);
        assert_eq!(
            load(path).resume.day.notices[0].kind,
            NoticeKind::StateDamaged
        );
        assert_eq!(upload(&mut store), []);
        assert_eq!(names(path).len(), 3);
    }
}

#[test]
fn a_daemon_that_runs_knows_what_a_damaged_file_had() {
    for content in DAMAGED {
        let directory = directory();
        let mut store = with_uploads(directory.path(), 3);
        write(directory.path(), "daily.json", content);
        let recoveries = upload(&mut store);
        assert!(
            matches!(
                recoveries[..],
                [Recovery::Damaged {
                    from: Some(Snapshot::Memory),
                    ..
                }]
            ),
            "{recoveries:?}"
        );
        assert_eq!(uploads(directory.path()), 4);
    }
}

#[test]
fn a_memory_older_than_the_backup_is_not_used() {
    let directory = directory();
    let mut daemon = with_uploads(directory.path(), 1);
    with_uploads(directory.path(), 2);
    write(directory.path(), "daily.json", "");
    let recoveries = upload(&mut daemon);
    assert!(
        matches!(
            recoveries[..],
            [Recovery::Damaged {
                from: Some(Snapshot::Backup),
                ..
            }]
        ),
        "{recoveries:?}"
    );
    assert_eq!(uploads(directory.path()), 3);
}

#[test]
fn with_file_and_backup_damaged_counting_starts_anew_and_both_are_kept() {
    let directory = directory();
    let path = directory.path();
    with_uploads(path, 3);
    write(path, "daily.json", "this");
    write(path, "daily.json.bak", "that");
    let recoveries = upload(&mut open(path));
    assert!(
        matches!(recoveries[..], [Recovery::Damaged { from: None, .. }]),
        "{recoveries:?}"
    );
    assert_eq!(uploads(path), 1);
    let kept: Vec<String> = names(path)
        .into_iter()
        .filter(|n| n.contains(".corrupt-"))
        .collect();
    assert_eq!(kept.len(), 2);
    assert_eq!(text(path, &kept[0]), "that");
    assert_eq!(text(path, &kept[1]), "this");
}

#[test]
fn what_a_backup_has_waiting_may_have_been_sent() {
    let directory = directory();
    let mut store = open(directory.path());
    let day = sftp_monitor::domain::state::ClosedDay::default();
    store
        .commit(now(), |daily, _| daily.resume.closed.push(day))
        .unwrap();
    let id = load(directory.path()).resume.next_message;
    upload(&mut store);
    write(directory.path(), "daily.json", "");
    upload(&mut open(directory.path()));
    let resume = load(directory.path()).resume;
    assert!(resume.closed[0].maybe_repeated);
    assert!(resume.next_message > id);
}

#[test]
fn a_file_that_is_deleted_means_counters_of_zero_and_nothing_else_lost() {
    for running in [true, false] {
        let directory = directory();
        let path = directory.path();
        let mut store = open(path);
        store
            .commit(now(), |daily, _| {
                daily.resume.counted_until = sftp_monitor::domain::base::time::Time(7)
            })
            .unwrap();
        upload(&mut store);
        fs::remove_file(path.join("daily.json")).unwrap();
        assert_eq!(open(path).load(now()).unwrap(), None);
        let mut later = if running { store } else { open(path) };
        let from = if running {
            Snapshot::Memory
        } else {
            Snapshot::Backup
        };
        assert_eq!(upload(&mut later), [Recovery::Deleted { from }]);
        assert_eq!(uploads(path), 1);
        let resume = load(path).resume;
        assert_eq!(resume.counted_until.0, 7);
        assert_eq!(resume.day.notices[0].kind, NoticeKind::StateDeleted);
    }
}

#[test]
fn an_edit_by_hand_is_honoured() {
    let directory = directory();
    let mut store = with_uploads(directory.path(), 2);
    edit(directory.path(), |daily| {
        daily["partners"]["alice"]["upload"] = 40.into()
    });
    assert_eq!(upload(&mut store), []);
    assert_eq!(uploads(directory.path()), 41);
    // Also one that leaves size and times as they were.
    let changed = text(directory.path(), "daily.json").replace("\"upload\": 41", "\"upload\": 14");
    write(directory.path(), "daily.json", changed);
    assert_eq!(upload(&mut store), []);
    assert_eq!(uploads(directory.path()), 15);
}

#[test]
fn the_scripts_file_is_taken_over() {
    let whole = r#"{"date":"2026-03-29","partners":{"alice":{"success":1,"failed":0,"upload":2,"download":0}},"unknown_attempts":3}"#;
    let less = r#"{"date":"2026-03-30","partners":{"alice":{"upload":2}},"unknown_attempts":0}"#;
    for (content, date, unknown) in [(whole, "2026-03-29", 3), (less, "2026-03-30", 0)] {
        let directory = directory();
        write(directory.path(), "daily.json", content);
        let recoveries = upload(&mut open(directory.path()));
        assert_eq!(recoveries, [Recovery::TakenOver { from_memory: false }]);
        let daily = load(directory.path());
        assert_eq!(daily.date.to_string(), date);
        assert_eq!(
            (
                daily.partners.get("alice").unwrap().upload,
                daily.unknown_attempts
            ),
            (3, unknown)
        );
        assert_eq!(text(directory.path(), "daily.json.bak"), content);
    }
}

/// Two uploads, and how far the log was read.
fn with_position(directory: &Path) -> sftp_monitor::adapters::store::Store {
    let mut store = open(directory);
    let position = FilePosition {
        path: LOG.into(),
        offset: 7,
        ..FilePosition::default()
    };
    store
        .commit(now(), |daily, _| {
            daily.resume.source = Some(LOG.to_owned());
            daily.resume.files.insert(LOG.to_owned(), position);
        })
        .unwrap();
    upload(&mut store);
    upload(&mut store);
    store
}

#[test]
fn a_file_that_lost_what_the_one_before_it_knows_is_damaged() {
    let without = |key: &'static str| {
        move |daily: &mut Value| drop(daily["resume"].as_object_mut().unwrap().remove(key))
    };
    type Edit<'a> = &'a dyn Fn(&mut Value);
    let edits: [(&str, Edit<'_>); 8] = [
        ("only counters", &|daily| {
            drop(daily.as_object_mut().unwrap().remove("resume"));
        }),
        ("only counters, set to zero", &|daily| {
            *daily = json!({"date": "2026-03-30", "partners": {}, "unknown_attempts": 0});
        }),
        ("no position", &|daily| daily["resume"]["files"] = json!({})),
        ("neither position nor source", &|daily| {
            daily["resume"]["files"] = json!({});
            daily["resume"].as_object_mut().unwrap().remove("source");
        }),
        ("the position of another file", &|daily| {
            let position = daily["resume"]["files"][LOG].take();
            daily["resume"]["files"] = json!({"/var/log/other.log": position});
        }),
        ("no files", &without("files")),
        ("no outbox", &without("outbox")),
        ("no closed days", &without("closed")),
    ];
    for (what, change) in edits {
        for running in [false, true] {
            let directory = directory();
            let path = directory.path();
            let store = with_position(path);
            edit(path, change);
            let edited = text(path, "daily.json");
            let loaded = open(path).load(now());
            assert!(matches!(loaded, Err(StateError::Damaged { .. })), "{what}");
            let mut store = if running { store } else { open(path) };
            let recoveries = upload(&mut store);
            let [Recovery::Damaged { aside, from, .. }] = &recoveries[..] else {
                panic!("{what}: {recoveries:?}");
            };
            assert_eq!(fs::read_to_string(aside).unwrap(), edited);
            let (snapshot, counted) = match running {
                true => (Snapshot::Memory, 3),
                false => (Snapshot::Backup, 2),
            };
            assert_eq!((*from, uploads(path)), (Some(snapshot), counted), "{what}");
            let daily = load(path);
            assert_eq!(daily.resume.files[LOG].offset, 7, "{what}");
            assert_eq!(daily.resume.day.notices[0].kind, NoticeKind::StateDamaged);
            assert_eq!(upload(&mut open(path)), [], "{what}");
        }
    }
}

#[test]
fn counters_alone_beside_a_damaged_backup_are_no_file_of_the_scripts() {
    let directory = directory();
    let path = directory.path();
    with_position(path);
    edit(path, |daily| {
        drop(daily.as_object_mut().unwrap().remove("resume"))
    });
    write(path, "daily.json.bak", "{");
    let recoveries = upload(&mut open(path));
    assert!(
        matches!(recoveries[..], [Recovery::Damaged { from: None, .. }]),
        "{recoveries:?}"
    );
    assert_eq!(
        names(path)
            .iter()
            .filter(|n| n.contains(".corrupt-"))
            .count(),
        2
    );
    assert_eq!(upload(&mut open(path)), []);
}

#[test]
fn a_daemon_that_runs_restores_the_rest_of_a_file_that_lost_it() {
    let directory = directory();
    let mut store = with_uploads(directory.path(), 2);
    store
        .commit(now(), |daily, _| {
            daily.resume.counted_until = sftp_monitor::domain::base::time::Time(7)
        })
        .unwrap();
    edit(directory.path(), |daily| {
        drop(daily.as_object_mut().unwrap().remove("resume"))
    });
    assert_eq!(
        upload(&mut store),
        [Recovery::TakenOver { from_memory: true }]
    );
    let daily = load(directory.path());
    assert_eq!(
        (
            daily.partners.get("alice").unwrap().upload,
            daily.resume.counted_until.0
        ),
        (3, 7)
    );
}

#[test]
fn of_a_later_version_the_counters_are_used_and_the_rest_is_kept() {
    let directory = directory();
    let path = directory.path();
    with_uploads(path, 2);
    edit(path, |daily| {
        daily["resume"]["version"] = 99.into();
        daily["resume"]["outbox"] = "another shape".into();
        daily["resume"]["invented later"] = true.into();
    });
    let later = text(path, "daily.json");
    let mut store = open(path);
    let recoveries = upload(&mut store);
    let [
        Recovery::NewerVersion {
            version: 99,
            aside,
            from_memory: false,
        },
    ] = &recoveries[..]
    else {
        panic!("{recoveries:?}");
    };
    assert_eq!(fs::read_to_string(aside).unwrap(), later);
    let daily = load(path);
    assert_eq!(
        (
            daily.partners.get("alice").unwrap().upload,
            daily.resume.version
        ),
        (3, 1)
    );
    assert_eq!(daily.resume.other["invented later"], true);
    assert_eq!(upload(&mut store), []);
}
