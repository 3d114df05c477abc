//! Several boots, and clocks that deceive.

use super::*;

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
                let mut take = |entry: &sftp_monitor::domain::record::Entry<'_>| {
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
