//! Reading a log file that is written, rotated, truncated, replaced and damaged.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use sftp_monitor::adapters::source::auth_log::AuthLogReader;
use sftp_monitor::adapters::source::{Progress, Remark, Start};
use sftp_monitor::domain::base::position::FilePosition;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::record::Entry;
use tempfile::TempDir;

/// A day, for looking back.
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A log in a directory of its own.
struct Log {
    directory: TempDir,
    path: PathBuf,
}

impl Log {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.log");
        Log { directory, path }
    }

    /// A log with these lines in it.
    fn of(lines: &[&str]) -> Self {
        let log = Log::new();
        log.write(lines);
        log
    }

    /// Another file of the same directory.
    fn named(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Appends lines, as a syslog daemon does.
    fn write(&self, lines: &[&str]) {
        append(&self.appending(), lines);
    }

    fn appending(&self) -> File {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path);
        file.expect("the log")
    }

    /// Makes room for a new first generation.
    fn shift(&self) {
        for number in (1..30).rev() {
            for ending in ["", ".gz"] {
                let name = |number: u32| self.named(&format!("auth.log.{number}{ending}"));
                if name(number).exists() {
                    std::fs::rename(name(number), name(number + 1)).expect("a rename");
                }
            }
        }
    }

    /// Rotates by renaming, as logrotate does.
    fn rotate(&self) {
        self.shift();
        std::fs::rename(&self.path, self.named("auth.log.1")).expect("a rename");
        leave_alone(&self.named("auth.log.1"));
    }

    /// Rotates by copying and truncating.
    fn copy_and_truncate(&self) {
        self.shift();
        std::fs::copy(&self.path, self.named("auth.log.1")).expect("a copy");
        leave_alone(&self.named("auth.log.1"));
        let log = OpenOptions::new()
            .write(true)
            .open(&self.path)
            .expect("the log");
        log.set_len(0).expect("a truncation");
    }

    fn open(&self, start: Start<FilePosition>) -> Follow {
        Follow(AuthLogReader::open(&self.path, start).expect("a reader"))
    }

    fn read_whole(&self) -> Follow {
        self.open(Start::Beginning)
    }

    /// The position behind all that is there.
    fn position(&self) -> FilePosition {
        let mut follow = self.read_whole();
        follow.read();
        follow.position()
    }

    fn at(&self, position: FilePosition) -> Follow {
        self.open(Start::At(position))
    }
}

/// A message as a line of sshd.
fn line(message: &str) -> String {
    line_at("2026-03-30T06:07:55+02:00", message)
}

fn line_at(time: &str, message: &str) -> String {
    format!("{time} sftp1 sshd[4711]: {message}\n")
}

fn append(mut file: &File, messages: &[&str]) {
    for message in messages {
        file.write_all(line(message).as_bytes()).expect("the log");
    }
}

/// As if nobody had written to the file for a minute: a rotated log that still grows is waited for.
fn leave_alone(path: &Path) {
    let file = File::open(path).expect("the file");
    let before = SystemTime::now() - Duration::from_secs(60);
    file.set_modified(before).expect("a time");
}

fn compress(path: &Path) {
    let text = std::fs::read(path).expect("the file");
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    let modified = std::fs::metadata(path)
        .and_then(|m| m.modified())
        .expect("a time");
    let mut encoder = GzEncoder::new(File::create(&name).expect("a file"), Compression::fast());
    encoder.write_all(&text).expect("the file");
    let file = encoder.finish().expect("the file");
    file.set_modified(modified).expect("a time");
    std::fs::remove_file(path).expect("the file");
}

/// A reader, and what it says.
struct Follow(AuthLogReader);

impl Follow {
    /// The messages up to the present.
    fn read(&mut self) -> Vec<String> {
        self.read_entries(|entry| text(entry.message))
    }

    fn read_entries<T>(&mut self, told: impl Fn(&Entry<'_>) -> T) -> Vec<T> {
        let mut all = Vec::new();
        loop {
            let progress = self.try_read(7, &mut |entry| all.push(told(entry)));
            if progress.expect("no error").at_end {
                return all;
            }
        }
    }

    fn try_read(
        &mut self,
        limit: usize,
        each: &mut dyn FnMut(&Entry<'_>),
    ) -> anyhow::Result<Progress> {
        self.0.read(limit, each)
    }

    /// Waits for these messages, however they come.
    fn wait_for(&mut self, expected: &[&str]) {
        let mut all = Vec::new();
        for _ in 0..100 {
            all.extend(self.read());
            if all.len() >= expected.len() {
                break;
            }
            self.0.wait(Duration::from_secs(10)).expect("waiting");
        }
        assert_eq!(all, expected);
    }

    fn position(&self) -> FilePosition {
        self.0.position().expect("a position")
    }

    fn said(&mut self) -> Vec<Remark> {
        self.0.remarks()
    }

    #[track_caller]
    fn says_nothing(&mut self) {
        assert_eq!(self.said(), []);
    }

    #[track_caller]
    fn tells_of_a_gap(&mut self) {
        let said = self.said();
        assert!(matches!(said.as_slice(), [Remark::Gap { .. }]), "{said:?}");
    }

    fn error(&mut self) -> String {
        let error = self.0.read(100, &mut |_| {}).expect_err("an error");
        format!("{error:#}")
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

// Starting.

#[test]
fn what_is_written_is_read_once_and_in_order() {
    let log = Log::of(&["a", "b"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a", "b"]);
    assert_eq!(follow.read(), [""; 0]);
    log.write(&["c"]);
    assert_eq!(follow.read(), ["c"]);
    follow.says_nothing();
}

#[test]
fn a_call_hands_out_no_more_than_it_is_asked_for() {
    let log = Log::of(&["a", "b", "c"]);
    let mut follow = log.read_whole();
    let mut all = Vec::new();
    let progress = follow.try_read(2, &mut |entry| all.push(text(entry.message)));
    let expected = Progress {
        entries: 2,
        at_end: false,
    };
    assert_eq!(progress.expect("no error"), expected);
    assert_eq!(all, ["a", "b"]);
    // The position is behind them and not behind what is in memory.
    assert_eq!(log.at(follow.position()).read(), ["c"]);
}

#[test]
fn reading_goes_on_at_a_position() {
    let log = Log::of(&["a", "b"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.write(&["c"]);
    let mut follow = log.at(position.clone());
    assert_eq!(follow.read(), ["c"]);
    follow.says_nothing();
    let stored = serde_json::to_string(&position).expect("JSON");
    assert_eq!(
        serde_json::from_str::<FilePosition>(&stored).expect("JSON"),
        position
    );
}

#[test]
fn a_first_start_reads_back_what_is_recent_as_past() {
    let log = Log::new();
    let now = chrono::Utc::now();
    let at = |hours: i64| (now - chrono::TimeDelta::hours(hours)).to_rfc3339();
    let text = [line_at(&at(50), "old"), line_at(&at(2), "recent")].concat();
    std::fs::write(&log.path, text + "2026-03-30T06:07:55+02:00 sftp1 sshd[47").expect("the log");
    let mut follow = log.open(Start::Now { look_back: DAY });
    // Before anything was read it is known where that which counts begins.
    let position = follow.position();
    let told = |entry: &Entry<'_>| (text_of(entry), entry.origin.past);
    assert_eq!(follow.read_entries(told), [("recent".to_owned(), true)]);
    assert_eq!(follow.position().offset, position.offset);
    let mut file = log.appending();
    file.write_all(b"11]: half\n").expect("the log");
    log.write(&["new"]);
    let new = [("half".to_owned(), false), ("new".to_owned(), false)];
    assert_eq!(follow.read_entries(told), new);
    assert_eq!(log.at(position).read_entries(told), new);
    follow.says_nothing();
}

#[test]
fn what_cannot_be_read_of_the_past_is_no_loss() {
    let log = Log::new();
    let recent = line_at(&chrono::Utc::now().to_rfc3339(), "recent");
    std::fs::write(&log.path, [b"\xff\xfe\0\n", recent.as_bytes()].concat()).expect("the log");
    let mut follow = log.open(Start::Now { look_back: DAY });
    assert_eq!(follow.read(), ["recent"]);
    follow.says_nothing();
    log.appending().write_all(b"\xff\xfe\0\n").expect("the log");
    log.write(&["new"]);
    assert_eq!(follow.read(), ["new"]);
    assert_eq!(follow.said(), [Remark::Unreadable { count: 1 }]);
}

fn text_of(entry: &Entry<'_>) -> String {
    text(entry.message)
}

#[test]
fn a_first_start_reads_back_into_the_log_rotated_last() {
    let log = Log::new();
    let recent = chrono::Utc::now().to_rfc3339();
    std::fs::write(&log.path, line_at(&recent, "before")).expect("the log");
    log.rotate();
    std::fs::write(&log.path, line_at(&recent, "after")).expect("the log");
    let mut follow = log.open(Start::Now { look_back: DAY });
    let told = |entry: &Entry<'_>| (text_of(entry), entry.origin.past);
    let past = [("before".to_owned(), true), ("after".to_owned(), true)];
    assert_eq!(follow.read_entries(told), past);
    log.write(&["new"]);
    assert_eq!(follow.read_entries(told), [("new".to_owned(), false)]);
}

#[test]
fn a_start_after_a_time_delivers_what_is_before_it_as_past() {
    let log = Log::new();
    let text = [
        line_at("2026-03-28T06:00:00Z", "too old"),
        line_at("2026-03-30T06:00:00Z", "past"),
        line_at("2026-03-30T07:00:00Z", "at"),
        line_at("2026-03-30T07:00:01Z", "after"),
    ];
    std::fs::write(&log.path, text[..3].concat()).expect("the log");
    log.rotate();
    std::fs::write(&log.path, &text[3]).expect("the log");
    let time =
        Time::from(chrono::DateTime::parse_from_rfc3339("2026-03-30T07:00:00Z").expect("a time"));
    let mut follow = log.open(Start::After {
        time,
        look_back: DAY,
    });
    // As long as only the past was read, a further start would be one after that time again.
    assert_eq!(follow.0.position(), None);
    let told = |entry: &Entry<'_>| (text_of(entry), entry.origin.past);
    let expected = [("past", true), ("at", true), ("after", false)];
    assert_eq!(
        follow.read_entries(told),
        expected.map(|(text, past)| (text.to_owned(), past))
    );
    assert_eq!(log.at(follow.position()).read(), [""; 0]);
    // A clock that was set back makes no past of what comes.
    let mut file = log.appending();
    file.write_all(line_at("2026-03-30T06:30:00Z", "back").as_bytes())
        .expect("the log");
    assert_eq!(follow.read_entries(told), [("back".to_owned(), false)]);
}

#[test]
fn a_log_that_appears_later_is_read_from_its_start() {
    for start in [Start::Now { look_back: DAY }, Start::Beginning] {
        let log = Log::new();
        let mut follow = log.open(start);
        assert_eq!(follow.read(), [""; 0]);
        assert_eq!(follow.0.position(), None);
        log.write(&["a"]);
        follow.wait_for(&["a"]);
        follow.says_nothing();
    }
}

#[test]
fn a_directory_that_is_not_there_is_an_error_that_names_the_log() {
    let path = Path::new("/nonexistent/auth.log");
    let error = AuthLogReader::open(path, Start::Beginning).expect_err("an error");
    assert!(
        format!("{error:#}").starts_with("/nonexistent/auth.log: "),
        "{error:#}"
    );
}

#[test]
fn only_lines_of_sshd_and_sftp_server_are_handed_out_and_marked_where_their_envelope_is_not_known()
{
    let log = Log::new();
    let lines = [
        "Mar 30 06:07:55 sftp1 sudo: Accepted password for alice from 192.0.2.7 port 1 ssh2",
        "Accepted password for alice from 192.0.2.7 port 1 ssh2",
        r#"{"__REALTIME_TIMESTAMP":"1774843675033479","SYSLOG_IDENTIFIER":"sshd","_UID":"0","MESSAGE":"x"}"#,
        "a line of nobody's",
        "Mar 30 06:07:55 sftp1 internal-sftp[99]: x",
    ];
    std::fs::write(&log.path, lines.join("\n") + "\n").expect("the log");
    let mut follow = log.read_whole();
    let told = |entry: &Entry<'_>| {
        let origin = &entry.origin;
        (text(&origin.identifier), origin.pid, origin.no_envelope)
    };
    assert_eq!(
        follow.read_entries(told),
        [
            (String::new(), 0, true),
            (String::new(), 0, true),
            ("internal-sftp".to_owned(), 99, false)
        ]
    );
}

// Waiting.

#[test]
fn waiting_ends_when_a_line_is_written() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    follow.wait_for(&["a"]);
    let file = log.appending();
    let writer = std::thread::spawn(move || {
        for message in ["b", "c", "d"] {
            append(&file, &[message]);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    follow.wait_for(&["b", "c", "d"]);
    writer.join().expect("the writer");
}

#[test]
fn waiting_takes_note_of_a_log_that_is_replaced_again_and_again() {
    let log = Log::of(&["0"]);
    let mut follow = log.read_whole();
    follow.wait_for(&["0"]);
    for number in 1..5 {
        log.rotate();
        let message = number.to_string();
        let (path, written) = (log.path.clone(), line(&message));
        let writer = std::thread::spawn(move || std::fs::write(path, written).expect("the log"));
        follow.wait_for(&[&message]);
        writer.join().expect("the writer");
    }
    follow.says_nothing();
}

// Rotation by renaming.

#[test]
fn a_rotated_log_is_read_to_its_end_before_the_new_one() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let old = log.appending();
    log.rotate();
    // The daemon keeps the old file until it is told; logrotate makes the new one at once.
    drop(log.appending());
    append(&old, &["b"]);
    assert_eq!(follow.read(), ["b"]);
    append(&old, &["c"]);
    assert_eq!(follow.read(), ["c"]);
    // Not even with a line in the new one is the old one left while it grows.
    append(&old, &["d"]);
    log.write(&["f"]);
    assert_eq!(follow.read(), ["d"]);
    append(&old, &["e"]);
    assert_eq!(follow.read(), ["e"]);
    leave_alone(&log.named("auth.log.1"));
    assert_eq!(follow.read(), ["f"]);
    log.write(&["g"]);
    assert_eq!(follow.read(), ["g"]);
    follow.says_nothing();
}

#[test]
fn waiting_ends_by_itself_when_a_rotated_log_was_left_alone_long_enough() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let old = log.appending();
    log.rotate();
    append(&old, &["b"]);
    log.write(&["c"]);
    follow.wait_for(&["b", "c"]);
}

#[test]
fn several_rotations_while_reading_paused_are_read_in_order() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    log.write(&["b"]);
    for message in ["c", "d", "e"] {
        log.rotate();
        log.write(&[message]);
    }
    assert_eq!(follow.read(), ["b", "c", "d", "e"]);
    follow.says_nothing();
}

#[test]
fn several_rotations_while_stopped_are_read_in_order() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let position = follow.position();
    drop(follow);
    log.write(&["b"]);
    for message in ["c", "d", "e"] {
        log.rotate();
        log.write(&[message]);
    }
    let mut follow = log.at(position);
    assert_eq!(follow.read(), ["b", "c", "d", "e"]);
    follow.says_nothing();
    // And the position is one in the new log.
    assert_eq!(log.at(follow.position()).read(), [""; 0]);
}

#[test]
fn rotated_logs_with_dates_in_their_names_are_read_in_order() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let position = follow.position();
    log.write(&["b"]);
    for (date, message) in [("20260328", "c"), ("20260329", "d"), ("20260330", "e")] {
        let rotated = log.named(&format!("auth.log-{date}"));
        std::fs::rename(&log.path, &rotated).expect("a rename");
        leave_alone(&rotated);
        log.write(&[message]);
    }
    assert_eq!(follow.read(), ["b", "c", "d", "e"]);
    let mut follow = log.at(position);
    assert_eq!(follow.read(), ["b", "c", "d", "e"]);
    follow.says_nothing();
}

#[test]
fn a_rotation_before_the_new_log_is_there_loses_nothing() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.write(&["b"]);
    log.rotate();
    assert_eq!(follow.read(), ["b"]);
    let mut restarted = log.at(position);
    assert_eq!(restarted.read(), ["b"]);
    log.write(&["c"]);
    assert_eq!(follow.read(), ["c"]);
    assert_eq!(restarted.read(), ["c"]);
}

#[test]
fn a_new_log_with_the_number_of_the_old_one_is_not_taken_for_it() {
    let log = Log::of(&["a", "b"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.write(&["c"]);
    log.rotate();
    log.write(&["x", "y", "z"]);
    // As if the file system had given the number to the new log.
    let new = log.position();
    let taken = FilePosition {
        inode: new.inode,
        device: new.device,
        ..position
    };
    let mut follow = log.at(taken);
    assert_eq!(follow.read(), ["c", "x", "y", "z"]);
    follow.says_nothing();
}

#[test]
fn rotations_that_use_numbers_again_lose_nothing_and_repeat_nothing() {
    let log = Log::of(&["0"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["0"]);
    let mut position = follow.position();
    for number in 1..9 {
        let message = number.to_string();
        // Only one generation is kept: its number is free for the next log.
        log.rotate();
        let _ = std::fs::remove_file(log.named("auth.log.2"));
        log.write(&[&message]);
        assert_eq!(follow.read(), [message.as_str()]);
        let mut restarted = log.at(position);
        assert_eq!(restarted.read(), [message]);
        restarted.says_nothing();
        position = restarted.position();
    }
    follow.says_nothing();
}

#[test]
fn a_log_that_was_deleted_and_made_again_is_read_from_its_start() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    std::fs::remove_file(&log.path).expect("the log");
    assert_eq!(follow.read(), [""; 0]);
    log.write(&["b"]);
    // What was deleted cannot be left alone for a minute; it is waited for.
    follow.wait_for(&["b"]);
    follow.says_nothing();
}

#[test]
fn a_log_that_was_deleted_while_stopped_leaves_a_gap() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    std::fs::remove_file(&log.path).expect("the log");
    let mut follow = log.at(position);
    assert_eq!(follow.read(), [""; 0]);
    log.write(&["b"]);
    assert_eq!(follow.read(), ["b"]);
    follow.tells_of_a_gap();
}

#[test]
fn a_log_that_was_moved_away_and_back_is_not_read_twice() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    std::fs::rename(&log.path, log.named("elsewhere")).expect("a rename");
    drop(log.appending());
    assert_eq!(follow.read(), [""; 0]);
    std::fs::rename(log.named("elsewhere"), &log.path).expect("a rename");
    log.write(&["b"]);
    assert_eq!(follow.read(), ["b"]);
}

// Compression.

#[test]
fn a_rotated_log_that_was_compressed_is_read_on() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.write(&["b", "c"]);
    log.rotate();
    log.write(&["d"]);
    log.rotate();
    compress(&log.named("auth.log.2"));
    log.write(&["e"]);
    let mut follow = log.at(position.clone());
    assert_eq!(follow.read(), ["b", "c", "d", "e"]);
    follow.says_nothing();
    // Stopped in the middle of it, too.
    let mut follow = log.at(position);
    follow.try_read(1, &mut |_| {}).expect("no error");
    assert_eq!(log.at(follow.position()).read(), ["c", "d", "e"]);
}

#[test]
fn a_rotated_log_that_was_deleted_after_compression_leaves_a_gap() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.write(&["b"]);
    log.rotate();
    compress(&log.named("auth.log.1"));
    std::fs::remove_file(log.named("auth.log.1.gz")).expect("the file");
    log.write(&["c"]);
    let mut follow = log.at(position);
    assert_eq!(follow.read(), ["c"]);
    follow.tells_of_a_gap();
}

#[test]
fn a_rotated_log_that_is_compressed_and_damaged_leaves_a_gap() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.write(&["b"]);
    log.rotate();
    compress(&log.named("auth.log.1"));
    let packed = OpenOptions::new()
        .write(true)
        .open(log.named("auth.log.1.gz"));
    let packed = packed.expect("the file");
    let size = packed.metadata().expect("the file").len();
    packed.set_len(size - 6).expect("a truncation");
    log.write(&["c"]);
    let mut follow = log.at(position);
    let read = follow.read();
    assert_eq!(read.last().map(String::as_str), Some("c"), "{read:?}");
    follow.tells_of_a_gap();
}

#[test]
fn a_rotated_log_that_was_compressed_by_another_program_leaves_a_gap() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.rotate();
    log.write(&["b"]);
    log.rotate();
    std::fs::write(log.named("auth.log.1.xz"), b"\xfd7zXZ\0").expect("a file");
    std::fs::remove_file(log.named("auth.log.1")).expect("the file");
    log.write(&["c"]);
    let mut follow = log.at(position);
    assert_eq!(follow.read(), ["c"]);
    follow.tells_of_a_gap();
}

#[test]
fn after_a_gap_what_is_left_of_later_generations_is_read() {
    let log = Log::new();
    let at = |hour: u32| format!("2026-03-30T0{hour}:00:00Z");
    std::fs::write(&log.path, line_at(&at(1), "a")).expect("the log");
    let mut follow = log.read_whole();
    follow.read();
    let position = follow.position();
    log.rotate();
    std::fs::remove_file(log.named("auth.log.1")).expect("the file");
    let text = [line_at(&at(1), "known"), line_at(&at(2), "b")].concat();
    std::fs::write(&log.path, text).expect("the log");
    log.rotate();
    std::fs::write(&log.path, line_at(&at(3), "c")).expect("the log");
    let mut follow = log.at(position);
    assert_eq!(follow.read(), ["b", "c"]);
    follow.tells_of_a_gap();
}

// Truncation.

#[test]
fn a_log_that_is_copied_and_truncated_loses_nothing() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let position = follow.position();
    log.write(&["b"]);
    log.copy_and_truncate();
    assert_eq!(follow.read(), ["b"]);
    log.write(&["c"]);
    assert_eq!(follow.read(), ["c"]);
    let mut restarted = log.at(position);
    assert_eq!(restarted.read(), ["b", "c"]);
    log.write(&["d"]);
    assert_eq!(follow.read(), ["d"]);
    follow.says_nothing();
    restarted.says_nothing();
}

#[test]
fn a_log_that_was_copied_and_truncated_and_has_grown_beyond_the_position_is_seen_to_be_another() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let position = follow.position();
    log.write(&["b"]);
    log.copy_and_truncate();
    log.write(&["x", "y", "z"]);
    assert_eq!(follow.read(), ["b", "x", "y", "z"]);
    let mut restarted = log.at(position);
    assert_eq!(restarted.read(), ["b", "x", "y", "z"]);
    follow.says_nothing();
    restarted.says_nothing();
}

#[test]
fn a_log_that_is_truncated_is_read_from_its_start_and_leaves_a_gap() {
    for message in ["b", "longer than what was there before"] {
        let log = Log::of(&["a"]);
        let mut follow = log.read_whole();
        assert_eq!(follow.read(), ["a"]);
        let position = follow.position();
        log.appending().set_len(0).expect("a truncation");
        log.write(&[message]);
        assert_eq!(follow.read(), [message]);
        follow.tells_of_a_gap();
        let mut restarted = log.at(position);
        assert_eq!(restarted.read(), [message]);
        restarted.tells_of_a_gap();
        log.write(&["c"]);
        assert_eq!(follow.read(), ["c"]);
        follow.says_nothing();
    }
}

// Lines.

#[test]
fn a_line_that_is_not_whole_is_read_when_it_is() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let whole = line("b");
    let (begin, end) = whole.split_at(20);
    let mut file = log.appending();
    file.write_all(begin.as_bytes()).expect("the log");
    assert_eq!(follow.read(), [""; 0]);
    let position = follow.position();
    file.write_all(end.as_bytes()).expect("the log");
    assert_eq!(follow.read(), ["b"]);
    assert_eq!(log.at(position).read(), ["b"]);
}

#[test]
fn a_line_that_was_never_completed_is_told_of_when_its_log_was_rotated() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    let mut file = log.appending();
    file.write_all(b"2026-03-30T06:07:55+02:00 sftp1 ss")
        .expect("the log");
    assert_eq!(follow.read(), ["a"]);
    log.rotate();
    log.write(&["b"]);
    assert_eq!(follow.read(), ["b"]);
    assert_eq!(follow.said(), [Remark::Unreadable { count: 1 }]);
}

#[test]
fn the_line_behind_a_hole_of_nuls_is_read() {
    const HOLE: u64 = 100 << 20;
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), ["a"]);
    let position = follow.position();
    // A writer that does not append keeps its offset when the file is truncated.
    let mut file = OpenOptions::new()
        .write(true)
        .open(&log.path)
        .expect("the log");
    file.seek(SeekFrom::Start(HOLE)).expect("the log");
    assert_eq!(
        file.write(line("b").as_bytes()).expect("the log"),
        line("b").len()
    );
    log.write(&["c"]);
    assert_eq!(follow.read(), ["b", "c"]);
    follow.says_nothing();
    assert_eq!(log.at(position).read(), ["b", "c"]);
    assert_eq!(log.at(follow.position()).read(), [""; 0]);
}

#[test]
fn lines_may_be_no_utf8_or_end_in_carriage_return_and_one_too_long_is_counted() {
    let log = Log::new();
    let mut text = b"2026-03-30T06:07:55+02:00 sftp1 sshd[1]: caf\xe9\xff\r\n".to_vec();
    text.extend(b"2026-03-30T06:07:55+02:00 sftp1 sshd[1]: ");
    text.extend(vec![b'x'; 10 << 20]);
    text.extend(b"\n2026-03-30T06:07:55+02:00 sftp1 sshd[1]: n\0l\n");
    std::fs::write(&log.path, text).expect("the log");
    log.write(&["b"]);
    let mut follow = log.read_whole();
    assert_eq!(follow.read(), [r"caf\xe9\xff", "b"]);
    assert_eq!(follow.said(), [Remark::Unreadable { count: 2 }]);
    follow.says_nothing();
    assert_eq!(log.at(follow.position()).read(), [""; 0]);
}

#[test]
fn a_position_while_a_long_line_is_written_is_before_that_line() {
    let log = Log::of(&["a"]);
    let mut follow = log.read_whole();
    let mut file = log.appending();
    file.write_all(&vec![b'x'; 1 << 20]).expect("the log");
    assert_eq!(follow.read(), ["a"]);
    let position = follow.position();
    assert_eq!(position.offset, line("a").len() as u64);
    file.write_all(b"\n").expect("the log");
    log.write(&["b"]);
    assert_eq!(log.at(position).read(), ["b"]);
    assert_eq!(follow.read(), ["b"]);
}

// All of it together.

/// What can happen to a log and its reader.
#[derive(Clone, Debug)]
enum Happening {
    Write(u8),
    /// The beginning of a line, whose rest the next write completes.
    Begin,
    Rename,
    CopyAndTruncate(u8),
    Compress(u8),
    Read(u8),
    Restart,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (1..40_u8).prop_map(Happening::Write),
        1 => Just(Happening::Begin),
        2 => Just(Happening::Rename),
        1 => (0..5_u8).prop_map(Happening::CopyAndTruncate),
        1 => (1..4_u8).prop_map(Happening::Compress),
        3 => (1..60_u8).prop_map(Happening::Read),
        2 => Just(Happening::Restart),
    ]
}

/// A log that is written, with what was written and what was read of it.
struct History {
    log: Log,
    follow: Follow,
    written: Vec<String>,
    read: Vec<String>,
    begun: bool,
}

impl History {
    fn new() -> Self {
        let log = Log::new();
        let follow = log.read_whole();
        History {
            log,
            follow,
            written: Vec::new(),
            read: Vec::new(),
            begun: false,
        }
    }

    fn write(&mut self, count: u8) {
        for _ in 0..count {
            let message = self.written.len().to_string();
            let line = line(&message);
            let from = if std::mem::take(&mut self.begun) {
                10
            } else {
                0
            };
            self.log
                .appending()
                .write_all(&line.as_bytes()[from..])
                .expect("the log");
            self.written.push(message);
        }
    }

    fn read(&mut self, limit: usize) -> bool {
        let (follow, read) = (&mut self.follow, &mut self.read);
        let progress = follow.try_read(limit, &mut |entry| read.push(text(entry.message)));
        progress.expect("no error").at_end
    }

    fn happen(&mut self, happening: &Happening) {
        match *happening {
            Happening::Write(count) => self.write(count),
            Happening::Begin => {
                if !self.begun {
                    let line = line(&self.written.len().to_string());
                    self.log
                        .appending()
                        .write_all(&line.as_bytes()[..10])
                        .expect("the log");
                    self.begun = true;
                }
            }
            Happening::Rename => {
                // A daemon writes lines whole before it turns to another file.
                self.write(u8::from(self.begun));
                if self.log.path.exists() {
                    self.log.rotate();
                }
            }
            Happening::CopyAndTruncate(unread) => {
                // Of the log something was read before: else there is nothing to know it by.
                self.write(1);
                while !self.read(100) {}
                self.write(unread);
                self.log.copy_and_truncate();
            }
            Happening::Compress(number) => {
                let path = self.log.named(&format!("auth.log.{number}"));
                if path.exists() {
                    compress(&path);
                }
            }
            Happening::Read(limit) => drop(self.read(usize::from(limit))),
            Happening::Restart => {
                if let Some(position) = self.follow.0.position() {
                    self.follow = self.log.at(position);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_happens_to_a_log_every_line_is_read_once_and_in_order(
        happenings in proptest::collection::vec(happening(), 1..25),
    ) {
        let mut history = History::new();
        history.write(1);
        while !history.read(100) {}
        for happening in &happenings {
            history.happen(happening);
        }
        history.write(1);
        while !history.read(100) {}
        prop_assert_eq!(&history.read, &history.written);
        prop_assert_eq!(history.follow.said(), []);
    }
}

// What is no log.

/// What is said of something that is no log, and how it gets in the log's place.
type Obstacle = (&'static str, fn(&Log));

#[test]
fn what_is_no_regular_file_is_refused_and_nothing_hangs() {
    let make: [Obstacle; 3] = [
        ("symbolic link", |log| {
            std::os::unix::fs::symlink("/etc/passwd", &log.path).expect("a link");
        }),
        ("not a regular file", |log| {
            assert!(
                Command::new("mkfifo")
                    .arg(&log.path)
                    .status()
                    .expect("mkfifo")
                    .success()
            );
        }),
        ("not a regular file", |log| {
            std::fs::create_dir(&log.path).expect("a directory")
        }),
    ];
    for (why, make) in make {
        let log = Log::new();
        make(&log);
        let error = AuthLogReader::open(&log.path, Start::Beginning).expect_err("an error");
        assert!(format!("{error:#}").contains(why), "{error:#}");

        // Put in the log's place while it is read: first what the log held is read.
        let log = Log::of(&["a"]);
        let mut follow = log.read_whole();
        assert_eq!(follow.read(), ["a"]);
        log.write(&["b"]);
        log.rotate();
        make(&log);
        let mut all = Vec::new();
        let error = follow.try_read(100, &mut |entry| all.push(text(entry.message)));
        let error = format!("{:#}", error.expect_err("an error"));
        assert_eq!(all, ["b"]);
        assert!(error.contains(why), "{error}");
        assert!(follow.error().contains(why));
        // And it goes on once a log is there again.
        match log.path.is_dir() {
            true => std::fs::remove_dir(&log.path).expect("the directory"),
            false => std::fs::remove_file(&log.path).expect("the file"),
        }
        log.write(&["c"]);
        assert_eq!(follow.read(), ["c"]);
    }
}

#[test]
fn a_link_named_as_the_log_is_refused_with_the_file_to_name() {
    let log = Log::new();
    std::os::unix::fs::symlink("../data/auth.log", &log.path).expect("a link");
    let error = AuthLogReader::open(&log.path, Start::Beginning).expect_err("an error");
    let error = format!("{error:#}");
    assert!(
        error.contains("[source] auth-log") && error.contains("data/auth.log"),
        "{error}"
    );
}
