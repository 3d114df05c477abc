//! Where reading starts, and where it goes on.

use super::*;

/// The clock, as the journal has it.
fn now() -> u64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    u64::try_from(since.expect("a clock").as_micros()).expect("microseconds")
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
    assert_eq!(*from, Time::from_micros(BEGINNING));
    assert_eq!(*to, Time::from_micros(BEGINNING + 2 * SECOND));
}

#[test]
fn an_account_that_fills_the_journal_makes_no_gap_where_nothing_of_ours_was_vacuumed() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write("system.journal", &sshd(&mut boot, &["a1", "a2"]));
    // journald keeps what an account logs in a file of its own, and vacuums the oldest one.
    let flood = |boot: &mut Boot| boot.entry("flood", 1000, 9, "x");
    journals.write("user-1000@1.journal", &[flood(&mut boot), flood(&mut boot)]);
    let mut reader = open(journals.path(), Start::Beginning);
    assert_eq!(read(&mut reader), ["a1", "a2"]);
    let position = reader.position().expect("a position");
    drop(reader);
    journals.write("user-1000.journal", &[flood(&mut boot), flood(&mut boot)]);
    journals.write("system.journal", &sshd(&mut boot, &["a3"]));
    journals.remove("user-1000@1.journal");
    let mut reader = open(journals.path(), Start::At(position));
    assert_eq!(read(&mut reader), ["a3"]);
    assert_eq!(gaps(&mut reader), 0);
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
    let now = now();
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
    let now = now();
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
fn a_start_after_a_time_counts_what_is_later() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let (mut one, mut two) = (Boot::number(1), Boot::number(2));
    journals.write("system.journal", &sshd(&mut one, &["a1", "a2", "a3", "a4"]));
    journals.write("system.journal", &sshd(&mut two, &["b1"]));
    let start = |second: u64, look_back: u64| Start::After {
        time: Time::from_micros(BEGINNING + second * SECOND),
        look_back: Duration::from_secs(look_back),
    };
    let all = |start| read(&mut open(journals.path(), start));
    assert_eq!(all(start(2, 1)), ["[a2]", "[a3]", "a4", "b1"]);
    assert_eq!(all(start(1800, 600)), ["b1"]);
    assert_eq!(all(start(7200, 0)), [""; 0]);
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
