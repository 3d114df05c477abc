//! The journal's reader against real journals.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use sftp_monitor::source::journal::{JournalReader, SeveralMachines};
use sftp_monitor::source::{JournalPosition, Remark, Start};
use sftp_monitor::time::Time;
use support::journal::{BEGINNING, Boot, Item, Journals, MACHINE, SECOND};

/// Enough to read any of these journals at once.
const ALL: usize = 100_000;

fn open(directory: &Path, start: Start<JournalPosition>) -> JournalReader {
    JournalReader::open(Some(directory), start).expect("the journal opens")
}

/// Reads to the end, and returns the messages; past ones in brackets.
fn read(reader: &mut JournalReader) -> Vec<String> {
    let mut messages = Vec::new();
    loop {
        let mut take = |entry: &sftp_monitor::entry::Entry<'_>| {
            let message = String::from_utf8_lossy(entry.message);
            messages.push(if entry.origin.past {
                format!("[{message}]")
            } else {
                message.into_owned()
            });
        };
        if reader
            .read(ALL, &mut take)
            .expect("the journal is read")
            .at_end
        {
            return messages;
        }
    }
}

/// Reads and waits until there are so many messages.
fn follow(reader: &mut JournalReader, count: usize) -> Vec<String> {
    let until = Instant::now() + Duration::from_secs(10);
    let mut messages = read(reader);
    while messages.len() < count {
        assert!(Instant::now() < until, "only {messages:?} came in time");
        reader.wait(Duration::from_secs(1)).expect("waiting works");
        messages.extend(read(reader));
    }
    messages
}

/// The position behind the message that ends so.
fn position_behind(directory: &Path, end: &str) -> JournalPosition {
    let mut reader = open(directory, Start::Beginning);
    loop {
        let mut found = false;
        let progress = reader.read(1, &mut |entry| {
            found = entry.message.ends_with(end.as_bytes())
        });
        if found {
            return reader.position().expect("a position behind an entry");
        }
        assert!(
            !progress.expect("the journal is read").at_end,
            "no message ends with {end:?}"
        );
    }
}

fn sshd(boot: &mut Boot, names: &[&str]) -> Vec<Item> {
    names.iter().map(|name| boot.sshd(100, name)).collect()
}

fn gaps(reader: &mut JournalReader) -> usize {
    reader
        .remarks()
        .iter()
        .filter(|remark| matches!(remark, Remark::Gap { .. }))
        .count()
}

#[test]
fn reading_resumes_exactly_behind_the_entry_that_was_read_last() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write(
        "system.journal",
        &sshd(&mut boot, &["a1", "a2", "a3", "a4"]),
    );
    for (last, rest) in [
        ("a1", vec!["a2", "a3", "a4"]),
        ("a3", vec!["a4"]),
        ("a4", vec![]),
    ] {
        let mut reader = open(
            journals.path(),
            Start::At(position_behind(journals.path(), last)),
        );
        assert_eq!(read(&mut reader), rest);
        assert_eq!(gaps(&mut reader), 0);
    }
}

#[test]
fn a_live_entry_wakes_the_reader() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut live = journals.follow("system.journal");
    live.append(&boot.sshd(1, "a1"));
    let mut reader = open(journals.path(), Start::Beginning);
    assert_eq!(follow(&mut reader, 1), ["a1"]);
    live.append(&boot.other("nothing"));
    live.append(&boot.sftp(1001, 2, "a2"));
    assert_eq!(follow(&mut reader, 1), ["a2"]);
}

#[test]
fn an_entry_carries_who_said_it_when_and_where() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write(
        "system.journal",
        &[boot.sftp(1001, 4712, "close").with("_AUDIT_SESSION", "7")],
    );
    let mut seen = 0;
    open(journals.path(), Start::Beginning)
        .read(ALL, &mut |entry| {
            seen += 1;
            let origin = &entry.origin;
            assert_eq!(origin.time, Time(BEGINNING as i64));
            assert_eq!(origin.boot.0, 0x0000_0001_b007_b007);
            assert_eq!(
                (&*origin.host, &*origin.identifier),
                (&b"sftp1"[..], &b"internal-sftp"[..])
            );
            assert_eq!((origin.pid, origin.uid), (4712, Some(1001)));
            assert_eq!(origin.session.as_deref(), Some("7"));
            assert!(!origin.past);
            assert_eq!((entry.message, entry.dropped), (&b"close"[..], None));
        })
        .expect("the journal is read");
    assert_eq!(seen, 1);
}

#[test]
fn an_entry_vacuumed_away_leaves_a_gap_and_what_survives_is_read() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write("system@1.journal", &sshd(&mut boot, &["a1", "a2"]));
    let position = position_behind(journals.path(), "a1");
    journals.write("system.journal", &sshd(&mut boot, &["b1", "b2"]));
    journals.remove("system@1.journal");
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["b1", "b2"]);
    let remarks = reader.remarks();
    let [Remark::Gap { from, to, .. }] = remarks.as_slice() else {
        panic!("{remarks:?}")
    };
    assert_eq!(from.0, BEGINNING as i64);
    assert_eq!(to.0, (BEGINNING + 2 * SECOND) as i64);
}

#[test]
fn the_entry_behind_a_vacuumed_one_is_not_taken_for_it() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write("system@1.journal", &sshd(&mut boot, &["a1", "same"]));
    journals.write("system.journal", &sshd(&mut boot, &["same", "b2"]));
    let mut reader = open(journals.path(), Start::Beginning);
    let mut count = 0;
    while count < 2 {
        count += reader.read(1, &mut |_| {}).expect("reads").entries;
    }
    let position = reader.position().expect("a position");
    journals.remove("system@1.journal");
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["same", "b2"]);
    assert_eq!(gaps(&mut reader), 1);
}

#[test]
fn a_boot_that_was_not_read_to_its_end_is_read_before_the_next_one() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let (mut one, mut two, mut three) = (Boot::number(1), Boot::number(2), Boot::number(3));
    journals.write("system.journal", &sshd(&mut one, &["a1", "a2", "a3"]));
    let position = position_behind(journals.path(), "a2");
    journals.write("system.journal", &sshd(&mut two, &["b1", "b2"]));
    journals.write("system.journal", &sshd(&mut three, &["c1"]));
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["a3", "b1", "b2", "c1"]);
    assert_eq!(gaps(&mut reader), 0);
}

#[test]
fn a_kill_between_two_boots_loses_neither() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let (mut one, mut two, mut three) = (Boot::number(1), Boot::number(2), Boot::number(3));
    journals.write("system.journal", &sshd(&mut one, &["a1", "a2"]));
    let mut position = position_behind(journals.path(), "a1");
    journals.write("system.journal", &sshd(&mut two, &["b1", "b2"]));
    journals.write("system.journal", &sshd(&mut three, &["c1"]));
    for expected in ["a2", "b1", "b2", "c1"] {
        let mut reader = open(journals.path(), Start::At(position));
        let mut message = Vec::new();
        reader
            .read(1, &mut |entry| message = entry.message.to_vec())
            .expect("reads");
        assert_eq!(message, expected.as_bytes());
        position = reader.position().expect("a position");
    }
    assert_eq!(
        read(&mut open(journals.path(), Start::At(position))),
        [""; 0]
    );
}

#[test]
fn sequence_numbers_used_again_after_a_power_cut_hide_nothing() {
    let (Some(before), Some(after)) = (Journals::new(), Journals::new()) else {
        return;
    };
    let (mut one, mut two) = (Boot::number(1), Boot::number(2));
    let names = |letter: &str, range: std::ops::Range<u32>| {
        range.map(|n| format!("{letter}{n}")).collect::<Vec<_>>()
    };
    let items = |boot: &mut Boot, names: &[String]| {
        names.iter().map(|n| boot.sshd(1, n)).collect::<Vec<_>>()
    };
    before.write("system.journal", &items(&mut one, &names("a", 0..10)));
    before.copy("system.journal", &after.file("system.journal"));
    before.write("system.journal", &items(&mut one, &names("a", 10..20)));
    let position = position_behind(before.path(), "a19");
    let fresh = names("b", 0..15);
    after.write("system.journal", &items(&mut two, &fresh));
    let mut reader = open(after.path(), Start::At(position));
    assert_eq!(read(&mut reader), fresh);
    assert_eq!(gaps(&mut reader), 1);
}

#[test]
fn a_clock_set_back_a_day_across_a_reboot_hides_nothing() {
    const DAY: u64 = 24 * 3600 * SECOND;
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut one = Boot::number(1);
    let mut two = Boot::number(2).with_clock(BEGINNING - DAY);
    let mut of_user = two.clone();
    of_user.monotonic += SECOND / 2;
    of_user.clock += SECOND / 2;
    journals.write("system.journal", &sshd(&mut one, &["a1", "a2", "a3"]));
    let position = position_behind(journals.path(), "a2");
    // The same lineage as the boot before, and one of its own.
    journals.write("system.journal", &sshd(&mut two, &["b1", "b3", "b5"]));
    journals.write("user-1001.journal", &sshd(&mut of_user, &["b2", "b4"]));
    let second = ["b1", "b2", "b3", "b4", "b5"];
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), [&["a3"], &second[..]].concat());
    assert_eq!(gaps(&mut reader), 0);
    let end = reader.position().expect("a position");
    // Whatever the order of the boots, what is appended is seen, now and after a new start.
    journals.write("user-1001.journal", &sshd(&mut of_user, &["b6"]));
    assert_eq!(follow(&mut reader, 1), ["b6"]);
    let mut reader = open(journals.path(), Start::At(end));
    assert_eq!(follow(&mut reader, 1), ["b6"]);
    let mut all = read(&mut open(journals.path(), Start::Beginning));
    all.sort();
    assert_eq!(all, [&["a1", "a2", "a3"], &second[..], &["b6"]].concat());
}

#[test]
fn a_boot_that_was_left_too_early_is_read_on() {
    let Some(journals) = Journals::new() else {
        return;
    };
    // By its clock the first boot is the later one, so that the second is left first. It is the one that goes on.
    let (mut one, mut two) = (Boot::number(9), Boot::number(2));
    journals.write("system.journal", &sshd(&mut one, &["a1"]));
    journals.write("other.journal", &sshd(&mut two, &["b1"]));
    let mut reader = open(journals.path(), Start::Beginning);
    assert_eq!(read(&mut reader), ["b1", "a1"]);
    journals.write("other.journal", &sshd(&mut two, &["b2"]));
    assert_eq!(follow(&mut reader, 1), ["b2"]);
    let position = reader.position().expect("a position");
    journals.write("other.journal", &sshd(&mut two, &["b3"]));
    journals.write("system.journal", &sshd(&mut one, &["a2"]));
    let mut rest = follow(&mut reader, 2);
    rest.sort();
    assert_eq!(rest, ["a2", "b3"]);
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["b3"]);
}

#[test]
fn a_clock_set_forward_and_back_within_a_boot_changes_no_order() {
    const TEN_YEARS: u64 = 10 * 365 * 24 * 3600 * SECOND;
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut items = sshd(&mut boot, &["a1", "a2"]);
    boot.clock += TEN_YEARS;
    items.extend(sshd(&mut boot, &["a3", "a4"]));
    boot.clock -= TEN_YEARS + 24 * 3600 * SECOND;
    items.extend(sshd(&mut boot, &["a5", "a6"]));
    journals.write("system.journal", &items);
    let all = ["a1", "a2", "a3", "a4", "a5", "a6"];
    assert_eq!(read(&mut open(journals.path(), Start::Beginning)), all);
    for (index, name) in all.iter().enumerate() {
        let position = position_behind(journals.path(), name);
        let mut reader = open(journals.path(), Start::At(position));
        assert_eq!(read(&mut reader), all[index + 1..]);
        assert_eq!(gaps(&mut reader), 0);
    }
}

#[test]
fn a_cursor_that_a_flush_changed_still_finds_its_entry() {
    let (Some(volatile), Some(persistent)) = (Journals::new(), Journals::new()) else {
        return;
    };
    let mut boot = Boot::number(1);
    let items = sshd(&mut boot, &["a1", "a2", "a3"]);
    volatile.write("system.journal", &items);
    let position = position_behind(volatile.path(), "a2");
    // The same entries, in a file with another lineage of sequence numbers.
    persistent.write("system.journal", &sshd(&mut boot.clone(), &["later"]));
    persistent.write("flushed.journal", &items);
    let mut reader = open(persistent.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["a3", "later"]);
    assert_eq!(gaps(&mut reader), 0);
}

#[test]
fn a_position_without_a_good_cursor_still_finds_its_entry() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write("system.journal", &sshd(&mut boot, &["a1", "a2", "a3"]));
    for cursor in ["", "nonsense"] {
        let position = position_behind(journals.path(), "a2");
        let position = JournalPosition {
            cursor: cursor.into(),
            ..position
        };
        let mut reader = open(journals.path(), Start::At(position));
        assert_eq!(read(&mut reader), ["a3"]);
        assert_eq!(gaps(&mut reader), 0);
    }
}

#[test]
fn a_start_from_now_takes_what_is_there_as_past_and_what_comes_as_new() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let now = Time::from(std::time::SystemTime::now()).0 as u64;
    let mut boot = Boot::number(1).with_clock(now - 7200 * SECOND);
    journals.write("system.journal", &sshd(&mut boot, &["long ago"]));
    boot.clock = now - 60 * SECOND;
    journals.write("system.journal", &sshd(&mut boot, &["lately"]));
    // A clock that was ahead when this was logged.
    boot.clock = now + 3600 * SECOND;
    journals.write("system.journal", &sshd(&mut boot, &["ahead"]));
    let look_back = Duration::from_secs(3600);
    let mut reader = open(journals.path(), Start::Now { look_back });
    assert!(reader.position().is_none());
    assert_eq!(read(&mut reader), ["[lately]", "[ahead]"]);
    let position = reader.position().expect("a position");
    boot.clock = now - 30 * SECOND;
    journals.write("system.journal", &sshd(&mut boot, &["new"]));
    assert_eq!(follow(&mut reader, 1), ["new"]);
    assert_eq!(
        read(&mut open(journals.path(), Start::At(position))),
        ["new"]
    );
}

#[test]
fn as_long_as_only_past_entries_were_read_a_new_start_reads_them_again() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let now = Time::from(std::time::SystemTime::now()).0 as u64;
    let mut boot = Boot::number(1).with_clock(now - 60 * SECOND);
    journals.write("system.journal", &sshd(&mut boot, &["a1", "a2"]));
    let look_back = Duration::from_secs(3600);
    let mut reader = open(journals.path(), Start::Now { look_back });
    reader.read(1, &mut |_| {}).expect("reads");
    assert!(reader.position().is_none());
    assert_eq!(read(&mut reader), ["[a2]"]);
    assert!(reader.position().is_some());
}

#[test]
fn a_start_from_now_loses_nothing_where_nothing_matches_yet() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut live = journals.follow("system.journal");
    live.append(&boot.other("none of ours"));
    std::thread::sleep(Duration::from_millis(200));
    let look_back = Duration::ZERO;
    let mut reader = open(journals.path(), Start::Now { look_back });
    assert_eq!(read(&mut reader), [""; 0]);
    let position = reader
        .position()
        .expect("a position, though no entry of ours was read");
    for name in ["a1", "a2", "a3"] {
        live.append(&boot.sshd(1, name));
    }
    assert_eq!(follow(&mut reader, 3), ["a1", "a2", "a3"]);
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["a1", "a2", "a3"]);
    assert_eq!(gaps(&mut reader), 0);
}

#[test]
fn the_first_file_in_an_empty_directory_is_read_from_its_beginning() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let look_back = Duration::ZERO;
    let mut reader = open(journals.path(), Start::Now { look_back });
    assert_eq!(read(&mut reader), [""; 0]);
    assert!(reader.position().is_none());
    let mut boot = Boot::number(1);
    let mut live = journals.follow("system.journal");
    live.append(&boot.sshd(1, "a1"));
    live.append(&boot.sshd(1, "a2"));
    assert_eq!(follow(&mut reader, 2), ["a1", "a2"]);
    assert!(reader.position().is_some());
}

#[test]
fn a_start_after_a_time_counts_what_is_later() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let (mut one, mut two) = (Boot::number(1), Boot::number(2));
    journals.write("system.journal", &sshd(&mut one, &["a1", "a2", "a3", "a4"]));
    journals.write("system.journal", &sshd(&mut two, &["b1"]));
    let start = |second: u64, look_back: u64| Start::After {
        time: Time((BEGINNING + second * SECOND) as i64),
        look_back: Duration::from_secs(look_back),
    };
    let all = |start| read(&mut open(journals.path(), start));
    assert_eq!(all(start(2, 1)), ["[a2]", "[a3]", "a4", "b1"]);
    assert_eq!(all(start(1800, 600)), ["b1"]);
    assert_eq!(all(start(7200, 0)), [""; 0]);
}

#[test]
fn a_new_boot_is_noticed_while_reading_goes_on() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let (mut one, mut two) = (
        Boot::number(1),
        Boot::number(2).with_clock(BEGINNING - SECOND),
    );
    journals.write("system.journal", &sshd(&mut one, &["a1"]));
    let mut reader = open(journals.path(), Start::Beginning);
    assert_eq!(follow(&mut reader, 1), ["a1"]);
    journals.write("system.journal", &sshd(&mut two, &["b1"]));
    assert_eq!(follow(&mut reader, 1), ["b1"]);
    let mut three = Boot::number(3);
    journals.write("other.journal", &sshd(&mut three, &["c1"]));
    assert_eq!(follow(&mut reader, 1), ["c1"]);
    journals.write("system.journal", &sshd(&mut three, &["c2"]));
    assert_eq!(follow(&mut reader, 1), ["c2"]);
}

#[test]
fn rotation_while_reading_loses_and_repeats_nothing() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut reader = open(journals.path(), Start::Beginning);
    let (mut expected, mut seen) = (Vec::new(), Vec::new());
    for round in 0..6 {
        let names: Vec<String> = (0..50).map(|number| format!("{round}-{number}")).collect();
        let mut live = journals.follow("system.journal");
        for name in &names {
            live.append(&boot.sshd(1, name));
        }
        seen.extend(read(&mut reader));
        live.close();
        journals.rename("system.journal", &format!("system@{round}.journal"));
        reader.wait(Duration::ZERO).expect("waiting works");
        expected.extend(names);
    }
    seen.extend(follow(&mut reader, expected.len() - seen.len()));
    assert_eq!(seen, expected);
}

#[test]
fn a_directory_moved_away_and_back_is_read_on_at_the_same_place() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let (place, away) = (journals.file("journal"), journals.file("away"));
    std::fs::create_dir(&place).expect("a directory");
    let mut boot = Boot::number(1);
    journals.write("journal/system.journal", &sshd(&mut boot, &["a1", "a2"]));
    let mut reader = open(&place, Start::Beginning);
    assert_eq!(read(&mut reader), ["a1", "a2"]);
    std::fs::rename(&place, &away).expect("it is moved");
    for _ in 0..2 {
        assert!(reader.read(ALL, &mut |_| {}).is_err());
        assert!(reader.position().is_some());
    }
    journals.write("away/system.journal", &sshd(&mut boot, &["a3"]));
    std::fs::create_dir(&place).expect("an empty one in its place");
    assert_eq!(read(&mut reader), [""; 0]);
    std::fs::remove_dir(&place).expect("it goes");
    std::fs::rename(&away, &place).expect("it comes back");
    assert_eq!(follow(&mut reader, 1), ["a3"]);
    let remarks = reader.remarks();
    assert!(
        remarks
            .iter()
            .all(|remark| matches!(remark, Remark::Reopened { .. })),
        "{remarks:?}"
    );
    assert_eq!(remarks.len(), 2, "{remarks:?}");
    journals.write("journal/system.journal", &sshd(&mut boot, &["a4"]));
    assert_eq!(follow(&mut reader, 1), ["a4"]);
}

#[test]
fn damaged_files_cost_no_more_than_what_was_in_them() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let names: Vec<String> = (0..3000)
        .map(|n| format!("damaged {n} {}", "x".repeat(n % 90)))
        .collect();
    let items: Vec<Item> = names.iter().map(|name| boot.sshd(1, name)).collect();
    journals.write("system@1.journal", &items[..1500]);
    journals.write("system@2.journal", &items[1500..]);
    journals.write("system.journal", &sshd(&mut boot, &["whole"]));
    damage(&journals.file("system@1.journal"), 1_500_000);
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(journals.file("system@2.journal"));
    file.and_then(|file| file.set_len(1 << 20))
        .expect("it is cut off");
    std::fs::write(journals.file("system@3.journal"), b"").expect("an empty file");
    let mut reader = open(journals.path(), Start::Beginning);
    let messages = read(&mut reader);
    assert_eq!(messages.last().map(String::as_str), Some("whole"));
    let position = reader.position();
    journals.write("system.journal", &sshd(&mut boot, &["later"]));
    assert_eq!(follow(&mut reader, 1), ["later"]);
    let reopened = |remark: &Remark| matches!(remark, Remark::Reopened { .. });
    assert!(
        reader
            .remarks()
            .iter()
            .filter(|remark| reopened(remark))
            .count()
            <= 1
    );
    let mut reader = open(journals.path(), Start::At(position.expect("a position")));
    assert_eq!(read(&mut reader), ["later"]);
}

/// Overwrites 4 KiB.
fn damage(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).expect("the file is read");
    bytes[at..at + 4096].fill(0xa5);
    std::fs::write(path, bytes).expect("the file is written");
}

#[test]
fn the_files_of_users_are_read_too_and_new_ones_are_noticed() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut reader = open(journals.path(), Start::Beginning);
    let mut expected = Vec::new();
    for uid in 1000..1012 {
        let name = format!("user {uid}");
        journals.write(
            &format!("user-{uid}.journal"),
            &[boot.sftp(uid, uid, &name)],
        );
        expected.push(name);
    }
    assert_eq!(follow(&mut reader, 12), expected);
    for uid in 1000..1003 {
        let name = format!("again {uid}");
        journals.write(
            &format!("user-{uid}.journal"),
            &[boot.sftp(uid, uid, &name)],
        );
        assert_eq!(follow(&mut reader, 1), [name]);
    }
}

#[test]
fn messages_of_any_shape_pass_or_are_counted_as_unreadable() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let accepted = "Accepted password for alice from 192.0.2.7 port 1 ssh2";
    journals.write(
        "system.journal",
        &[
            boot.sshd(1, "").without("MESSAGE"),
            boot.sshd(1, ""),
            boot.sshd(1, "")
                .without("MESSAGE")
                .and("MESSAGE", b"high \xff\x00 byte"),
            boot.sshd(1, "").with("MESSAGE", &format!("x\n{accepted}")),
            boot.sshd(1, accepted).and("MESSAGE", b"something else"),
            boot.sshd(1, "two names")
                .and("SYSLOG_IDENTIFIER", b"internal-sftp"),
            boot.sshd(1, "no uid").without("_UID"),
            boot.sshd(1, &"x".repeat(100_000)),
        ],
    );
    let mut seen = Vec::new();
    let mut reader = open(journals.path(), Start::Beginning);
    reader
        .read(ALL, &mut |entry| {
            seen.push((
                entry.origin.identifier.to_vec(),
                entry.message.to_vec(),
                entry.origin.uid,
            ));
        })
        .expect("reads");
    assert_eq!(reader.remarks(), [Remark::Unreadable { count: 1 }]);
    let messages: Vec<&[u8]> = seen
        .iter()
        .map(|(_, message, _)| message.as_slice())
        .collect();
    assert_eq!(messages[0], b"");
    assert_eq!(messages[1], b"high \xff\x00 byte");
    assert_eq!(messages[2], format!("x\n{accepted}").as_bytes());
    assert!(
        messages[3].contains(&b'\n'),
        "two messages are one that nobody takes for sshd's"
    );
    assert!(seen[4].0.contains(&b'\n'), "two identifiers are no program");
    assert_eq!(
        seen[5].2,
        Some(u32::MAX),
        "nobody vouches for it, so it is not root's"
    );
    assert!(messages[6].len() < 100_000);
    assert_eq!(messages.len(), 7);
}

#[test]
fn only_journald_says_that_journald_dropped_messages() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write(
        "system.journal",
        &[
            boot.dropped(1, "ssh.service"),
            boot.dropped(2, "ssh@3-192.0.2.7:22.service"),
            boot.dropped(3, "session-12.scope"),
            boot.dropped(4, "").without("OBJECT_SYSTEMD_UNIT"),
            boot.dropped(90, "nginx.service"),
            boot.dropped(91, "ssh.service")
                .with("_TRANSPORT", "journal"),
            boot.dropped(92, "ssh.service").with("_UID", "1001"),
            boot.dropped(93, "ssh.service").with("N_DROPPED", "many"),
            boot.sshd(1, "a1")
                .with("MESSAGE_ID", "a596d6fe7bfa4994828e72309e95d61e")
                .with("N_DROPPED", "94"),
        ],
    );
    let mut seen = Vec::new();
    open(journals.path(), Start::Beginning)
        .read(ALL, &mut |entry| seen.push(entry.dropped))
        .expect("reads");
    assert_eq!(seen, [Some(1), Some(2), Some(3), Some(4), None]);
}

#[test]
fn journals_of_several_machines_are_refused() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let other = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    let mut boot = Boot::number(1);
    let mut others = Boot::number(2).of_machine(other);
    journals.write("remote-a.journal", &sshd(&mut boot, &["a1"]));
    let mut reader = open(journals.path(), Start::Beginning);
    assert_eq!(read(&mut reader), ["a1"]);
    assert_eq!(reader.machine(), Some(MACHINE));
    journals.write("remote-b.journal", &sshd(&mut others, &["b1"]));
    let error = JournalReader::open(Some(journals.path()), Start::Beginning)
        .err()
        .expect("it is refused");
    let SeveralMachines(_, machines) = error.downcast_ref().expect("the error is typed");
    assert_eq!(machines, &[MACHINE, other]);
    let refused = (0..20).any(|_| {
        reader
            .wait(Duration::from_millis(200))
            .expect("waiting works");
        reader
            .read(ALL, &mut |_| {})
            .is_err_and(|error| error.is::<SeveralMachines>())
    });
    assert!(refused, "a machine that joins later is noticed as well");
}

#[test]
fn a_position_of_another_machine_tells_only_the_time() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write("system.journal", &sshd(&mut boot, &["a1", "a2", "a3"]));
    let position = JournalPosition {
        machine: "cccccccccccccccccccccccccccccccc".into(),
        ..position_behind(journals.path(), "a2")
    };
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["[a2]", "a3"]);
    assert!(matches!(reader.remarks().as_slice(), [Remark::Said(_)]));
    assert_eq!(reader.position().expect("a position").machine, MACHINE);
}

/// Prints how long reading takes, and how long libsystemd alone for the messages of the same entries. The budget is for a
/// release build: `cargo test --release --test journal -- --ignored --nocapture`.
#[test]
#[ignore = "prints figures, needs a quiet machine"]
fn reading_is_not_much_slower_than_libsystemd_alone() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let items: Vec<Item> = (0..100_000)
        .map(|number| {
            boot.sshd(
                number / 7,
                &format!("Failed password for bob{number} from 192.0.2.1 port 1 ssh2"),
            )
        })
        .collect();
    journals.write("system.journal", &items);
    for _ in 0..3 {
        let begun = Instant::now();
        let path = journals.path().to_str().expect("a plain path");
        let mut bare = systemd::journal::OpenDirectoryOptions::default()
            .open_directory(path)
            .expect("it opens");
        bare.match_add("SYSLOG_IDENTIFIER", "sshd")
            .expect("it matches");
        bare.seek_head().expect("it seeks");
        let mut messages = 0;
        while bare.next().expect("it reads") > 0 {
            messages += usize::from(bare.get_data(c"MESSAGE").expect("it reads").is_some());
        }
        let alone = begun.elapsed();
        let begun = Instant::now();
        assert_eq!(
            read(&mut open(journals.path(), Start::Beginning)).len(),
            messages
        );
        println!(
            "{messages} entries: {:?}, libsystemd alone {alone:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn however_often_reading_is_broken_off_every_entry_is_read_once() {
    const HOUR: u64 = 3600 * SECOND;
    let Some(journals) = Journals::new() else {
        return;
    };
    // The clock at the beginning of each boot.
    let clocks = [
        BEGINNING,
        BEGINNING - 24 * HOUR,
        BEGINNING + 48 * HOUR,
        BEGINNING - 3 * HOUR,
    ];
    let (mut written, mut seen, mut position) = (Vec::new(), Vec::new(), None);
    for (index, clock) in clocks.into_iter().enumerate() {
        let mut boot = Boot::number(index as u64 + 1).with_clock(clock);
        for round in 0..4 {
            for file in ["system.journal", "user-1001.journal"] {
                let names: Vec<String> = (0..5)
                    .map(|n| format!("{index} {round} {file} {n}"))
                    .collect();
                let items: Vec<Item> = names.iter().map(|name| boot.sftp(1001, 1, name)).collect();
                journals.write(file, &items);
                written.extend(names);
            }
            if round % 2 == 0 {
                journals.rename("system.journal", &format!("system@{index}{round}.journal"));
            }
            boot.clock -= round * HOUR;
            // Every second round only in part.
            let until = if round % 2 == 0 {
                written.len() - 7
            } else {
                written.len()
            };
            while seen.len() < until {
                let start = position.take().map_or(Start::Beginning, Start::At);
                let mut reader = open(journals.path(), start);
                let mut take = |entry: &sftp_monitor::entry::Entry<'_>| {
                    seen.push(String::from_utf8_lossy(entry.message).into_owned());
                };
                reader.read(1 + until % 4, &mut take).expect("reads");
                assert_eq!(gaps(&mut reader), 0);
                position = reader.position();
            }
        }
    }
    assert_eq!(seen, written);
}
