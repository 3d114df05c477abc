//! What happens while reading goes on.

use super::*;

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
fn an_entry_in_a_file_not_known_yet_is_read_before_a_later_one() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write("system.journal", &sshd(&mut boot, &["a1"]));
    let mut reader = open(journals.path(), Start::Beginning);
    assert_eq!(read(&mut reader), ["a1"]);
    reader.wait(Duration::ZERO).expect("waiting works");
    let mut expected = Vec::new();
    for uid in 1000..1003 {
        // No wait in between: nothing has told the reader that there is a new file.
        let (first, second) = (format!("first of {uid}"), format!("second of {uid}"));
        let file = format!("user-{uid}.journal");
        journals.write(&file, &[boot.sftp(uid, uid, &first)]);
        journals.write("system.journal", &[boot.sshd(uid, &second)]);
        expected.extend([first, second]);
        assert_eq!(read(&mut reader), expected[expected.len() - 2..]);
    }
    assert_eq!(
        read(&mut open(journals.path(), Start::Beginning))[1..],
        expected
    );
    assert_eq!(reader.remarks(), []);
}
