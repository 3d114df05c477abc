//! `report` over logs of the past, against programs that do less.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sftp_monitor::adapters::source::Start;
use sftp_monitor::adapters::source::journal::JournalReader;

use crate::figures::{Way, compare, run};
use crate::logs;
use crate::support::journal::{Boot, Item, Journals};

/// How many lines the log has.
const LINES: usize = 1_000_000;

/// How many entries the journal has.
const ENTRIES: u32 = 300_000;

/// The words that `report` looks for.
const WORDS: &str = "Accepted |Failed |Invalid user |session (opened|closed) for|open \"|close \"";

/// Where distributions put sshguard's parser.
const SSHGUARD: [&str; 2] = [
    "/usr/libexec/sshguard/sshg-parser",
    "/usr/libexec/sshg-parser",
];

fn report(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sftp-monitor"));
    command
        .args(["report", "--format", "json", "--partners", "alice,bob"])
        .args(arguments);
    command
}

/// A log of which a third is sshd's and sftp-server's.
pub(crate) fn auth_log() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("auth.log");
    std::fs::write(&path, logs::mixed(LINES)).unwrap();
    let log = path.as_path();
    let mut ways = vec![Way::new("report", || {
        run(report(&["--auth-log"]).arg(log));
    })];
    match Command::new("rg").arg("--version").output() {
        Ok(_) => ways.push(Way::new("rg -c, the same words", || {
            run(Command::new("rg").args(["-c", WORDS]).arg(log));
        })),
        Err(_) => println!("  left out: ripgrep is not installed"),
    }
    match SSHGUARD.into_iter().find(|path| Path::new(path).exists()) {
        Some(parser) => ways.push(Way::new("sshguard's parser", move || {
            run(Command::new(parser).stdin(File::open(log).unwrap()));
        })),
        None => println!("  left out: sshguard is not installed"),
    }
    compare(ways);
}

/// A journal of sshd's and sftp-server's entries alone.
pub(crate) fn journal() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let items: Vec<Item> = (0..ENTRIES).map(|n| entry(&mut boot, n)).collect();
    journals.write("system.journal", &items);
    let directory = journals.path().to_str().unwrap();
    let journalctl = |output: &str| {
        let mut command = Command::new("journalctl");
        command.args(["--no-pager", "-D", directory, "-o", output]);
        run(command.args(["SYSLOG_IDENTIFIER=sshd", "SYSLOG_IDENTIFIER=internal-sftp"]));
    };
    compare(vec![
        Way::new("report", || {
            run(&mut report(&["--journal-directory", directory]));
        }),
        Way::new("journalctl -o cat", || journalctl("cat")),
        Way::new("journalctl -o json", || journalctl("json")),
    ]);
    compare(vec![
        Way::new("its reader alone", || read(journals.path())),
        Way::new("libsystemd, MESSAGE alone", || read_bare(directory)),
    ]);
}

fn entry(boot: &mut Boot, n: u32) -> Item {
    let (pid, file) = (n / 8 % 30_000 + 10, n / 8);
    match n % 8 {
        0 => boot.sshd(
            pid,
            "Accepted publickey for alice from 192.0.2.7 port 5 ssh2: ED25519 SHA256:x",
        ),
        1 => boot.sftp(
            1001,
            pid + 1,
            "session opened for local user alice from [192.0.2.7]",
        ),
        2 => boot.sftp(
            1001,
            pid + 1,
            &format!("open \"/upload/{file}.xml\" flags WRITE,CREATE,TRUNCATE mode 0644"),
        ),
        3 => boot.sftp(
            1001,
            pid + 1,
            &format!("close \"/upload/{file}.xml\" bytes read 0 written 48312"),
        ),
        4 => boot.sftp(
            1001,
            pid + 1,
            "session closed for local user alice from [192.0.2.7]",
        ),
        5 => boot.sshd(pid, "pam_unix(sshd:session): session closed for user alice"),
        6 => boot.sshd(
            pid + 2,
            &format!("Invalid user admin{n} from 203.0.113.9 port 5"),
        ),
        _ => boot.sshd(
            pid + 2,
            &format!("Failed password for invalid user admin{n} from 203.0.113.9 port 5 ssh2"),
        ),
    }
}

fn read(directory: &Path) {
    let mut reader = JournalReader::open(Some(directory), Start::Beginning).unwrap();
    let mut entries = 0;
    while !reader.read(5_000, &mut |_| entries += 1).unwrap().at_end {
        reader.wait(Duration::ZERO).unwrap();
    }
    assert_eq!(entries, ENTRIES);
}

fn read_bare(directory: &str) {
    let mut journal = systemd::journal::OpenDirectoryOptions::default()
        .open_directory(directory)
        .unwrap();
    journal.match_add("SYSLOG_IDENTIFIER", "sshd").unwrap();
    journal
        .match_add("SYSLOG_IDENTIFIER", "internal-sftp")
        .unwrap();
    journal.seek_head().unwrap();
    let mut entries = 0;
    while journal.next().unwrap() > 0 {
        entries += u32::from(journal.get_data(c"MESSAGE").unwrap().is_some());
    }
    assert_eq!(entries, ENTRIES);
}
