//! `report` on logs as people have them: `tests/reports.txt`. Each log is read in every way in which it can be given.
//!
//! Below the title stand the logs, `log NAME` or `log NAME written DATE` with their lines, `written` being when the file was
//! written last; below `->` what each day counts, then what is said on standard error. `UPDATE_REPORTS=1 cargo test --test
//! reports` writes the file anew; read what changed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, FileType, Mode};
use serde_json::Value;
use support::program::World;

const SCENARIOS: &str = "tests/reports.txt";

/// A log of a scenario.
struct Log {
    name: String,
    written: Option<SystemTime>,
    text: String,
}

/// What stands between `==` and `->`.
fn logs(scenario: &str) -> Vec<Log> {
    let mut logs: Vec<Log> = Vec::new();
    for line in scenario.lines().skip(1).take_while(|line| *line != "->") {
        if let Some(log) = line.strip_prefix("log ") {
            let (name, written) = log.split_once(" written ").unwrap_or((log, ""));
            let written = chrono::NaiveDate::parse_from_str(written, "%Y-%m-%d").ok();
            let noon = |date: chrono::NaiveDate| date.and_hms_opt(12, 0, 0).unwrap().and_utc();
            logs.push(Log {
                name: name.to_owned(),
                written: written.map(|date| noon(date).into()),
                text: String::new(),
            });
        } else {
            let log = logs.last_mut().unwrap();
            log.text += line;
            log.text.push('\n');
        }
    }
    logs
}

fn write(path: &Path, bytes: &[u8], written: Option<SystemTime>) {
    let mut file = File::create(path).unwrap();
    file.write_all(bytes).unwrap();
    if let Some(written) = written {
        file.set_modified(written).unwrap();
    }
}

fn gzip(log: &Log) -> Vec<u8> {
    let since = log
        .written
        .map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap());
    let seconds = since.unwrap_or(Duration::ZERO).as_secs();
    let mut gzip = flate2::GzBuilder::new()
        .mtime(u32::try_from(seconds).unwrap())
        .write(Vec::new(), flate2::Compression::fast());
    gzip.write_all(log.text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// What stands on standard input.
enum Input {
    Nothing,
    File(PathBuf),
    /// A pipe, into which somebody writes this.
    Piped(Vec<u8>),
}

/// Runs `report` on these.
fn report(world: &World, logs: &[&Path], input: Input) -> Output {
    let arguments = "report --format json --auth-log";
    let mut command = world.command(&arguments.split(' ').collect::<Vec<_>>());
    command.args(logs).args(["--partners", "alice, bob"]);
    command.env("TZ", "UTC");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    match &input {
        Input::Nothing => command.stdin(Stdio::null()),
        Input::File(path) => command.stdin(File::open(path).unwrap()),
        Input::Piped(_) => command.stdin(Stdio::piped()),
    };
    let mut report = command.spawn().unwrap();
    if let Input::Piped(bytes) = input {
        let mut stdin = report.stdin.take().unwrap();
        // Who refuses to read closes the pipe.
        std::thread::spawn(move || stdin.write_all(&bytes));
    }
    report.wait_with_output().unwrap()
}

/// What a report says, a day a line.
fn told(output: &Output, world: &World) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = said.replace(
        &format!("{}/", world.path("").display()).replace("//", "/"),
        "",
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let mut told = String::new();
    for day in report["days"].as_array().into_iter().flatten() {
        told += day["date"].as_str().unwrap();
        for (name, counters) in day["partners"].as_object().unwrap() {
            told += &format!("  {name}");
            let counted = counters.as_object().unwrap().iter();
            for (counter, count) in counted.filter(|(_, count)| **count != 0) {
                told += &format!(" {counter} {count}");
            }
        }
        match day["unknown_attempts"].as_u64() {
            Some(0) | None => {}
            Some(count) => told += &format!("  nobody failed {count}"),
        }
        told.push('\n');
    }
    let said = said.lines().map(|line| format!("said: {line}\n"));
    told + &said.collect::<String>()
}

/// A pipe with a name, and somebody who writes into it.
fn fifo(path: &Path, bytes: &[u8]) -> std::thread::JoinHandle<()> {
    rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let (path, bytes) = (path.to_owned(), bytes.to_vec());
    std::thread::spawn(move || {
        // Who refuses to read closes the pipe.
        let _ = File::options()
            .write(true)
            .open(path)
            .unwrap()
            .write_all(&bytes);
    })
}

/// What `report` tells of one log, which must be the same in whatever way it is given.
fn one(world: &World, log: &Log) -> String {
    let plain = world.path(&log.name);
    let text = log.text.as_bytes();
    write(&plain, text, log.written);
    let told_of = |paths: &[&Path], input: Input| told(&report(world, paths, input), world);
    let expected = told_of(&[&plain], Input::Nothing);
    let same = |way: &str, told: String| assert_eq!(told, expected, "{}, {way}", log.name);
    let stdin = Path::new("/dev/stdin");
    same("-", told_of(&[Path::new("-")], Input::File(plain.clone())));
    same("/dev/stdin", told_of(&[stdin], Input::File(plain.clone())));
    let packed = gzip(log);
    let gz = world.path(&format!("{}.gz", log.name));
    write(&gz, &packed, log.written);
    same("gz", told_of(&[&gz], Input::Nothing));
    if log.written.is_some() {
        write(&gz, &packed, None);
        same("gz that was copied", told_of(&[&gz], Input::Nothing));
    }
    same(
        "gz in a pipe",
        told_of(&[Path::new("-")], Input::Piped(packed.to_vec())),
    );
    let other = log.text.trim_end().replace('\n', "\r\n");
    write(&plain, format!("\u{feff}{other}").as_bytes(), log.written);
    if !text.is_empty() {
        same(
            "of another system, without a last line end",
            told_of(&[&plain], Input::Nothing),
        );
    }
    if log.written.is_none() {
        same(
            "a pipe",
            told_of(&[Path::new("-")], Input::Piped(text.to_vec())),
        );
        same(
            "/dev/stdin, a pipe",
            told_of(&[stdin], Input::Piped(text.to_vec())),
        );
        let path = world.path("fifo");
        let writer = fifo(&path, text);
        same("a FIFO", told_of(&[&path], Input::Nothing));
        writer.join().unwrap();
        std::fs::remove_file(path).unwrap();
    }
    expected
}

fn played(scenario: &str) -> String {
    let mut world = World::new();
    world.config = "timezone = \"UTC\"\n".to_owned();
    let logs = logs(scenario);
    if let [log] = logs.as_slice() {
        return one(&world, log);
    }
    let mut paths: Vec<PathBuf> = Vec::new();
    for log in &logs {
        let path = world.path(&log.name);
        let bytes = match log.name.ends_with(".gz") {
            true => gzip(log),
            false => log.text.clone().into_bytes(),
        };
        write(&path, &bytes, log.written);
        paths.push(path);
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    told(&report(&world, &paths, Input::Nothing), &world)
}

#[test]
fn every_log_is_counted_as_it_says_however_it_is_given() {
    let text = std::fs::read_to_string(SCENARIOS).unwrap();
    let (head, scenarios) = text.split_once("\n== ").unwrap();
    let mut new = head.to_owned();
    for scenario in scenarios.split("\n== ") {
        let (given, _) = scenario.split_once("\n->").unwrap();
        new += &format!(
            "\n== {}\n->\n{}",
            given.trim_start_matches("== "),
            played(scenario)
        );
    }
    if std::env::var_os("UPDATE_REPORTS").is_some() {
        std::fs::write(SCENARIOS, &new).unwrap();
    }
    similar(&text, &new);
}

fn similar(expected: &str, found: &str) {
    let mut lines = expected.lines().zip(found.lines());
    let first = lines.find(|(expected, found)| expected != found);
    assert!(
        expected == found,
        "the first line that differs: {first:#?}\n{found}"
    );
}

#[test]
fn a_log_without_years_in_a_pipe_ends_now_in_its_own_order() {
    let world = World::new();
    let mut log = Log {
        name: "auth.log".to_owned(),
        written: None,
        text: String::new(),
    };
    let today = chrono::Utc::now().date_naive();
    let days = [400, 200, 100, 0].map(|ago| today - chrono::Days::new(ago));
    for (number, day) in days.iter().enumerate() {
        let stamp = day.format("%b %e 00:00:00");
        log.text += &format!(
            "{stamp} sftp1 sshd[{number}]: Accepted password for alice from 192.0.2.7 port 1{number} ssh2\n"
        );
    }
    let expected: String = days
        .iter()
        .map(|day| format!("{day}  alice success 1\n"))
        .collect();
    assert_eq!(one(&world, &log), expected);
}

#[test]
fn more_than_a_pipe_holds_is_read_to_its_end_and_once() {
    let world = World::new();
    for stamp in ["2026-03-30T06:07:55Z", "Mar 30 06:07:55"] {
        let line = "sshd[9]: Accepted password for alice from 192.0.2.7 port 5 ssh2";
        let text = format!("{stamp} sftp1 {line}\n").repeat(900);
        let told = told(
            &report(&world, &[Path::new("-")], Input::Piped(text.into())),
            &world,
        );
        assert!(told.ends_with("-03-30  alice success 900\n"), "{told}");
    }
}

#[test]
fn standard_input_that_is_named_twice_is_read_once_and_whole() {
    let world = World::new();
    let line = "2026-03-30T06:07:55Z sftp1 sshd[9]: Accepted password for alice from 192.0.2.7 port 5 ssh2\n";
    let paths = ["-", "/dev/stdin", "-"].map(Path::new);
    let told = told(&report(&world, &paths, Input::Piped(line.into())), &world);
    let said =
        "said: /dev/stdin: the same file as -: read once\nsaid: -: the same file as -: read once\n";
    assert_eq!(told, format!("2026-03-30  alice success 1\n{said}"));
}

#[test]
fn what_is_no_log_is_refused_with_what_works() {
    let world = World::new();
    let xz = b"\xfd7zXZ\0\x00\x04";
    for (name, begins) in [
        ("a log.xz", &xz[..]),
        ("auth.log.zst", b"\x28\xb5\x2f\xfdxxxx"),
        ("auth.log.bz2", b"BZh91AY&SY"),
        ("auth.log", b"\xff\xfeN\0o\0v\0"),
        ("system.journal", b"LPKSHHRHxxxx"),
        ("cut.gz", b"\x1f\x8b\x08\x00\x00"),
    ] {
        write(&world.path(name), begins, None);
    }
    let socket = world.path("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::fs::create_dir(world.path("directory")).unwrap();
    let refused = |path: &Path, input: Input| {
        let output = report(&world, &[path], input);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        told(&output, &world)
    };
    let mut said = String::new();
    for name in [
        "a log.xz",
        "auth.log.zst",
        "auth.log.bz2",
        "auth.log",
        "system.journal",
        "cut.gz",
        "socket",
        "directory",
    ] {
        said += &refused(&world.path(name), Input::Nothing);
    }
    said += &refused(Path::new("-"), Input::Piped(xz.to_vec()));
    for device in ["/dev/zero", "/dev/urandom", "/dev/tty"] {
        said += &refused(Path::new(device), Input::Nothing);
    }
    said += &refused(Path::new("-"), Input::File("/dev/zero".into()));
    said += &refused(Path::new("/proc/version"), Input::Nothing);
    said += &refused(Path::new("-"), Input::File("/proc/version".into()));
    let said = said.replace(&world.path("").display().to_string(), "");
    assert_eq!(said, include_str!("texts/refused_logs.txt"));
}

#[test]
fn a_log_that_begins_later_than_since_says_when() {
    let world = World::new();
    world.write_raw(
        "2026-03-30T09:04:24Z sftp1 CRON[1]: pam_unix(cron:session): session opened for user root\n\
         2026-03-30T10:05:24Z sftp1 sshd[10]: Accepted password for alice from 192.0.2.7 port 6 ssh2\n",
    );
    let said = |since: &str| {
        let log = world.log();
        let log = log.to_str().unwrap();
        let mut command = world.command(&["report", "--auth-log", log, "--since", since]);
        let output = command.env("TZ", "UTC").output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let earlier = said("2026-03-30");
    assert!(
        earlier.contains("the log begins only at 2026-03-30 09:04:24"),
        "{earlier}"
    );
    assert!(!said("2026-03-30 09:30").contains("the log begins"));
}

/// Writes a log-in of alice from so long ago.
fn log_in(log: &Path, hours: i64) {
    let at = chrono::Local::now() - chrono::TimeDelta::hours(hours);
    let line = format!(
        "{} sftp1 sshd[{hours}]: Accepted password for alice from 192.0.2.7 port 6 ssh2\n",
        at.to_rfc3339()
    );
    std::fs::write(log, line).unwrap();
}

#[test]
fn without_a_log_what_the_daemon_reads_is_read_and_said() {
    let world = World::new();
    log_in(&world.log(), 1);
    log_in(&world.path("auth.log.1"), 5);
    let reading = format!(
        "reading {} and the log that it was rotated to: the configuration says so",
        world.log().display()
    );
    let logins = |since: &str, until: &str| {
        let words = [
            "report", "--format", "json", "--since", since, "--until", until,
        ];
        let output = world.run(&words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.matches(&reading).count(), 1, "{said}");
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let days = told["days"].as_array().unwrap();
        let of_alice = days.iter().map(|day| &day["partners"]["alice"]["success"]);
        of_alice.map(|logins| logins.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(logins("6h ago", "now"), 2);
    assert_eq!(logins("-2h", "tomorrow"), 1);
    assert_eq!(logins("1 day ago", "-2h"), 1);
    assert_eq!(logins("30min ago", "today"), 0);
    let output = world.run(&["expect", "--replay", "--since", "yesterday"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&reading), "{said}");
}

#[test]
fn a_log_that_the_daemon_cannot_read_is_named_with_what_is_wrong() {
    let mut world = World::new();
    std::fs::remove_file(world.log()).unwrap();
    let refused = |world: &World, code: i32| {
        let output = world.run(&["report", "--since", "yesterday"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(output.stdout.is_empty());
        said
    };
    let said = refused(&world, 1);
    assert!(
        said.contains("auth.log: No such file or directory"),
        "{said}"
    );
    let journals = world.path("journals");
    world.config = format!("[source]\njournal-directory = \"{}\"\n", journals.display());
    let said = refused(&world, 1);
    assert!(
        said.contains("journals") && said.contains("No such file"),
        "{said}"
    );
}

#[test]
fn a_date_that_cannot_be_meant_is_named_with_what_is_right() {
    let world = World::new();
    for (words, why) in [
        (
            "report --since|yesterday noon",
            "invalid value 'yesterday noon' for '--since <DATE>': \"noon\" is not a time of day; write a day (",
        ),
        (
            "report --until|2026-02-30",
            "invalid value '2026-02-30' for '--until <DATE>': the calendar has no 2026-02-30; write",
        ),
        (
            "expect --replay --since|hier",
            "invalid value 'hier' for '--since <DATE>': it is not a date; write",
        ),
        (
            "report --until -2h --since|now",
            ", which is after --until, ",
        ),
    ] {
        let (options, value) = words.split_once('|').unwrap();
        let words: Vec<&str> = options.split(' ').chain([value]).collect();
        let output = world.run(&words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    }
}
