//! The program's own log: one line an episode on standard error, with its priority where journald reads it.

use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

use crate::clean::for_terminal;

/// How grave a line is; the numbers are syslog's (sd-daemon(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// What somebody must mend.
    Error = 3,
    /// What somebody should know.
    Warning = 4,
    /// What happens seldom and is worth a line.
    Notice = 5,
    /// What goes on.
    Info = 6,
    /// Only with `-v`.
    Debug = 7,
}

/// Whether `-v` was given.
static VERBOSE: OnceLock<bool> = OnceLock::new();

/// Says once at start whether `-v` was given.
pub fn verbose(on: bool) {
    let _ = VERBOSE.set(on);
}

/// Is `-v` given? Asked before a line is made that would not be written.
pub fn is_verbose() -> bool {
    VERBOSE.get().copied().unwrap_or(false)
}

/// Writes a line. Whatever of it came from a log is made harmless here.
pub fn line(priority: Priority, message: &str) {
    if priority == Priority::Debug && !is_verbose() {
        return;
    }
    let message = for_terminal(message);
    match is_journal() {
        true => eprintln!("<{}>{message}", priority as u8),
        false => eprintln!("{message}"),
    }
}

/// Is standard error the journal's stream? `$JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
fn is_journal() -> bool {
    static JOURNAL: OnceLock<bool> = OnceLock::new();
    *JOURNAL.get_or_init(|| {
        let Ok(stream) = std::env::var("JOURNAL_STREAM") else {
            return false;
        };
        let own = std::io::stderr()
            .as_fd()
            .try_clone_to_owned()
            .map(std::fs::File::from);
        own.and_then(|file| file.metadata())
            .is_ok_and(|meta| stream == format!("{}:{}", meta.dev(), meta.ino()))
    })
}
