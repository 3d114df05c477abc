//! Other programs that read the same logs: where they are, what they count, and whether that is what the log holds.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::figures::{Way, run};
use crate::logs::truth::{Difference, Truth, WORDS};
use crate::logs::write::REMOTE;

/// Where distributions put sshguard's parser.
const SSHGUARD: [&str; 2] = [
    "/usr/libexec/sshguard/sshg-parser",
    "/usr/libexec/sshg-parser",
];

/// The first argument of this program, and then a directory: counts the entries in it as the least that a reader can do.
pub(crate) const READ_MESSAGES: &str = "--read-messages";

/// The measured program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sftp-monitor");

/// What of these programs is installed; the names of the others, with how to install them, are printed once.
pub(crate) fn installed() -> Vec<&'static str> {
    let all = [
        ("rg", "ripgrep", "ripgrep's rows"),
        ("sshg-parser", "sshguard", "the rows of sshguard's parser"),
        ("fail2ban-regex", "fail2ban", "the rows of fail2ban-regex"),
        ("journalctl", "systemd", "journalctl's rows"),
    ];
    let mut found = Vec::new();
    for (name, package, rows) in all {
        let there = match name {
            "sshg-parser" => sshguard().is_some(),
            _ => Command::new(name)
                .arg("--version")
                .stdout(Stdio::null())
                .status()
                .is_ok(),
        };
        if there {
            found.push(name);
        } else {
            println!("LEFT OUT: {rows}: {name} is not installed (apt-get install {package})\n");
        }
    }
    found
}

/// Can journals be made here? Else it is printed which rows are left out.
pub(crate) fn has_journals() -> bool {
    let there = Path::new(REMOTE).exists();
    if !there {
        println!(
            "LEFT OUT: the rows of journals: {REMOTE} is missing (apt-get install systemd-journal-remote)\n"
        );
    }
    there
}

fn sshguard() -> Option<&'static str> {
    SSHGUARD.into_iter().find(|path| Path::new(path).exists())
}

fn output(command: &mut Command) -> String {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn lines(command: &mut Command) -> u64 {
    let output = command.stderr(Stdio::null()).output().unwrap();
    memchr::memchr_iter(b'\n', &output.stdout).count() as u64
}

fn check(who: &str, counted: u64, true_count: u64) {
    assert_eq!(
        counted, true_count,
        "{who} does not count what the log holds"
    );
}

/// `report` with a configuration that names the partners.
pub(crate) fn report(config: &Path, log: &Path, journal: bool) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .arg("--config")
        .arg(config)
        .args(["report", "--format", "json"]);
    command
        .arg(if journal {
            "--journal-directory"
        } else {
            "--auth-log"
        })
        .arg(log);
    command
}

/// What `report` has counted wrongly.
pub(crate) fn wrong(printed: &str, truth: &Truth) -> Vec<Difference> {
    let report: Value = serde_json::from_str(printed).unwrap();
    let (mut sums, mut unknown) = (serde_json::Map::new(), 0);
    for day in report["days"].as_array().unwrap() {
        unknown += day["unknown_attempts"].as_u64().unwrap();
        for (name, counters) in day["partners"].as_object().unwrap() {
            let sum = sums.entry(name).or_insert_with(|| serde_json::json!({}));
            for (counter, count) in counters.as_object().unwrap() {
                let before = sum[counter].as_u64().unwrap_or(0);
                sum[counter] = (before + count.as_u64().unwrap()).into();
            }
        }
    }
    truth.differences(&Value::Object(sums), unknown, false)
}

fn ours<'a>(config: &'a Path, log: &'a Path, journal: bool, truth: &Truth) -> Way<'a> {
    let printed = output(&mut report(config, log, journal));
    let wrong = wrong(&printed, truth);
    assert!(
        wrong.is_empty(),
        "report does not count what the log holds: {wrong:?}"
    );
    Way::new("`report`", move || run(&mut report(config, log, journal)))
}

/// All that read an auth.log. `part` is its beginning, for the one that is slow, with how many lines it has.
pub(crate) fn of_auth_log<'a>(
    here: &[&str],
    (config, log, truth): (&'a Path, &'a Path, &Truth),
    (part, of_part): (&'a Path, &Truth),
) -> Vec<Way<'a>> {
    let mut ways = vec![ours(config, log, false, truth)];
    if here.contains(&"rg") {
        let count = move || {
            let mut command = Command::new("rg");
            command.args(["-c", WORDS]).arg(log);
            command
        };
        check(
            "ripgrep",
            output(&mut count()).trim().parse().unwrap(),
            truth.with_words,
        );
        ways.push(Way::new("`rg -c`, the same words", move || {
            run(&mut count())
        }));
    }
    if let Some(parser) = sshguard() {
        let parse = move || {
            let mut command = Command::new(parser);
            command.stdin(File::open(log).unwrap());
            command
        };
        check("sshguard's parser", lines(&mut parse()), truth.sshguard);
        ways.push(Way::new("sshguard's parser", move || run(&mut parse())));
    }
    if here.contains(&"fail2ban-regex") {
        let filter = move || {
            let mut command = Command::new("fail2ban-regex");
            command.arg(part).arg("sshd");
            command
        };
        let said = output(&mut filter());
        let line = said
            .lines()
            .find(|line| line.starts_with("Lines: "))
            .unwrap();
        let number = |name: &str| -> u64 {
            let before = line.split(name).next().unwrap().trim_end();
            before.rsplit(' ').next().unwrap().parse().unwrap()
        };
        check("fail2ban-regex", number(" lines"), of_part.lines);
        check("fail2ban-regex", number(" matched"), of_part.fail2ban);
        let times = truth.lines / of_part.lines;
        ways.push(Way {
            scale: times as f64,
            ..Way::new(
                &format!(
                    "`fail2ban-regex`, the first {} lines, {times} times",
                    of_part.lines
                ),
                move || run(&mut filter()),
            )
        });
    }
    ways
}

/// All that read a journal, each with the matches that the program has.
pub(crate) fn of_journal<'a>(
    here: &[&str],
    config: &'a Path,
    journal: &'a Path,
    truth: &Truth,
) -> Vec<Way<'a>> {
    let mut ways = vec![ours(config, journal, true, truth)];
    let bare = move || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(READ_MESSAGES).arg(journal);
        command
    };
    check(
        "libsystemd",
        output(&mut bare()).trim().parse().unwrap(),
        truth.ours,
    );
    ways.push(Way::new("libsystemd, MESSAGE alone", move || {
        run(&mut bare())
    }));
    if here.contains(&"journalctl") {
        for (format, name) in [
            ("cat", "`journalctl -o cat`"),
            ("json", "`journalctl -o json`"),
        ] {
            let show = move || {
                let mut command = Command::new("journalctl");
                command
                    .args(["--no-pager", "-q", "-o", format, "-D"])
                    .arg(journal);
                command.args(
                    ["sshd", "sshd-session", "internal-sftp", "sftp-server"]
                        .map(|p| format!("SYSLOG_IDENTIFIER={p}")),
                );
                command
                    .arg("+")
                    .args(OTHER_IDS.map(|id| format!("MESSAGE_ID={id}")));
                command
            };
            check(name, lines(&mut show()), truth.ours);
            ways.push(Way::new(name, move || run(&mut show())));
        }
    }
    ways
}

/// journald's report of dropped messages, and logind's of a session's end.
const OTHER_IDS: [&str; 2] = [
    "a596d6fe7bfa4994828e72309e95d61e",
    "3354939424b4456d9802ca8333ed424a",
];

/// The least that a reader of the journal can do: with the same matches, the message of each entry.
pub(crate) fn read_messages(directory: &str) {
    let mut journal = systemd::journal::OpenDirectoryOptions::default()
        .open_directory(directory)
        .unwrap();
    for program in ["sshd", "sshd-session", "internal-sftp", "sftp-server"] {
        journal.match_add("SYSLOG_IDENTIFIER", program).unwrap();
    }
    journal.match_or().unwrap();
    for id in OTHER_IDS {
        journal.match_add("MESSAGE_ID", id).unwrap();
    }
    journal.seek_head().unwrap();
    let mut entries = 0;
    while journal.next().unwrap() > 0 {
        entries += u32::from(journal.get_data(c"MESSAGE").unwrap().is_some());
    }
    println!("{entries}");
}
