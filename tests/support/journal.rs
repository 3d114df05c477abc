//! Real journals for tests, made by systemd-journal-remote from text that says who logged what, when and in which boot.
//!
//! ```ignore
//! let Some(journals) = Journals::new() else { return };
//! let mut boot = Boot::number(1);
//! journals.write("system.journal", &[
//!     boot.sshd(4711, "Accepted password for alice from 192.0.2.7 port 55082 ssh2"),
//!     boot.sftp(1001, 4712, "session opened for local user alice from [192.0.2.7]"),
//! ]);
//! let mut live = journals.follow("system.journal");
//! live.append(&boot.sshd(4800, "Invalid user bob from 192.0.2.8 port 5022"));
//! ```

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// What writes the journals.
const REMOTE: &str = "/usr/lib/systemd/systemd-journal-remote";

/// The machine of all entries that name no other.
pub const MACHINE: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// 2026-03-30 04:00:00 UTC, in microseconds: when boot 1 begins.
pub const BEGINNING: u64 = 1_774_843_200_000_000;

/// One second, in microseconds.
pub const SECOND: u64 = 1_000_000;

/// A directory of journals. It goes with the value.
pub struct Journals {
    directory: tempfile::TempDir,
}

impl Journals {
    /// An empty one. None where systemd-journal-remote is missing and `SFTP_MONITOR_ALLOW_SKIP` is set.
    pub fn new() -> Option<Journals> {
        if !Path::new(REMOTE).exists() {
            eprintln!("SKIPPED: {REMOTE} is missing; install the package systemd-journal-remote");
            assert!(
                std::env::var_os("SFTP_MONITOR_ALLOW_SKIP").is_some(),
                "set SFTP_MONITOR_ALLOW_SKIP to skip it"
            );
            return None;
        }
        Some(Journals {
            directory: tempfile::tempdir().expect("a temporary directory"),
        })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The path of one of its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Appends entries to a file; when this returns they are in it, and the file is closed.
    pub fn write(&self, name: &str, items: &[Item]) {
        let mut live = self.follow(name);
        for item in items {
            live.append(item);
        }
        live.close();
    }

    /// A writer that appends to a file as long as it lives, as journald does.
    pub fn follow(&self, name: &str) -> Live {
        let mut child = Command::new(REMOTE)
            .arg(format!("--output={}", self.file(name).display()))
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("systemd-journal-remote starts");
        Live {
            input: child.stdin.take(),
            child,
        }
    }

    /// Renames a file, as rotation and vacuuming do.
    pub fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.file(from), self.file(to)).expect("the file is renamed");
    }

    /// Removes a file, as vacuuming does.
    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.file(name)).expect("the file is removed");
    }

    /// Copies a file: its lineage of sequence numbers is that of the original.
    pub fn copy(&self, from: &str, to: &Path) {
        std::fs::copy(self.file(from), to).expect("the file is copied");
    }
}

/// A running writer.
pub struct Live {
    child: Child,
    input: Option<ChildStdin>,
}

impl Live {
    /// Appends an entry. It is in the file soon.
    pub fn append(&mut self, item: &Item) {
        let input = self.input.as_mut().expect("the writer is open");
        input
            .write_all(&item.text())
            .expect("systemd-journal-remote reads");
        input.flush().expect("systemd-journal-remote reads");
    }

    /// Ends the writer; all entries are in the file and the file is closed.
    pub fn close(mut self) {
        drop(self.input.take());
        let status = self.child.wait().expect("systemd-journal-remote ends");
        assert!(status.success(), "systemd-journal-remote: {status}");
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// A boot of a machine, whose clock goes on by a second with each entry.
#[derive(Clone)]
pub struct Boot {
    /// `_BOOT_ID`.
    pub id: String,
    /// `_MACHINE_ID`.
    pub machine: String,
    /// The clock at the next entry, in microseconds.
    pub clock: u64,
    /// The time since boot at the next entry, in microseconds.
    pub monotonic: u64,
}

impl Boot {
    /// The first boot, or the next ones, each beginning an hour after the one before.
    pub fn number(number: u64) -> Boot {
        Boot {
            id: format!("{number:08x}b007b007b007b007b007b007"),
            machine: MACHINE.into(),
            clock: BEGINNING + (number - 1) * 3600 * SECOND,
            monotonic: 10 * SECOND,
        }
    }

    /// The same boot, with its clock set to another time.
    pub fn with_clock(self, clock: u64) -> Boot {
        Boot { clock, ..self }
    }

    /// The same boot, of another machine.
    pub fn of_machine(self, machine: &str) -> Boot {
        Boot {
            machine: machine.into(),
            ..self
        }
    }

    /// An entry of a program that runs as a user.
    pub fn entry(&mut self, identifier: &str, uid: u32, pid: u32, message: &str) -> Item {
        let (clock, monotonic) = (self.clock, self.monotonic);
        self.clock += SECOND;
        self.monotonic += SECOND;
        let stamps = [
            ("__REALTIME_TIMESTAMP", clock.to_string()),
            ("__MONOTONIC_TIMESTAMP", monotonic.to_string()),
        ];
        let trusted = [
            ("_BOOT_ID", self.id.clone()),
            ("_MACHINE_ID", self.machine.clone()),
            ("_HOSTNAME", "sftp1".into()),
            ("_TRANSPORT", "syslog".into()),
            ("_UID", uid.to_string()),
            ("_PID", pid.to_string()),
        ];
        let said = [
            ("SYSLOG_IDENTIFIER", identifier.to_owned()),
            ("MESSAGE", message.to_owned()),
        ];
        let fields = stamps.into_iter().chain(trusted).chain(said);
        Item(
            fields
                .map(|(name, value)| (name.to_owned(), value.into_bytes()))
                .collect(),
        )
    }

    /// What sshd says, as root.
    pub fn sshd(&mut self, pid: u32, message: &str) -> Item {
        self.entry("sshd", 0, pid, message)
    }

    /// What a session's internal-sftp says, as the session's user.
    pub fn sftp(&mut self, uid: u32, pid: u32, message: &str) -> Item {
        self.entry("internal-sftp", uid, pid, message)
    }

    /// What a program says that is none of ours.
    pub fn other(&mut self, message: &str) -> Item {
        self.entry("cron", 0, 1, message)
    }

    /// journald's own entry that it dropped messages of a unit.
    pub fn dropped(&mut self, count: u64, unit: &str) -> Item {
        self.entry(
            "systemd-journald",
            0,
            1,
            &format!("Suppressed {count} messages from {unit}"),
        )
        .with("_TRANSPORT", "driver")
        .with("MESSAGE_ID", "a596d6fe7bfa4994828e72309e95d61e")
        .with("N_DROPPED", &count.to_string())
        .with("OBJECT_SYSTEMD_UNIT", unit)
    }
}

/// One entry: its fields, in the order in which they are sent.
#[derive(Clone)]
pub struct Item(pub Vec<(String, Vec<u8>)>);

impl Item {
    /// The same entry with this value as the only one of a field.
    pub fn with(self, name: &str, value: &str) -> Item {
        self.without(name).and(name, value.as_bytes())
    }

    /// The same entry with one value more of a field.
    pub fn and(mut self, name: &str, value: &[u8]) -> Item {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same entry without a field.
    pub fn without(mut self, name: &str) -> Item {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// The entry in the journal's export format (systemd.io/JOURNAL_EXPORT_FORMATS).
    fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (name, value) in &self.0 {
            text.extend_from_slice(name.as_bytes());
            if value.iter().all(|byte| (b' '..0x7f).contains(byte)) {
                text.push(b'=');
            } else {
                text.push(b'\n');
                text.extend_from_slice(&(value.len() as u64).to_le_bytes());
            }
            text.extend_from_slice(value);
            text.push(b'\n');
        }
        text.push(b'\n');
        text
    }
}
