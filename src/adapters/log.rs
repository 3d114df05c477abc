//! The program's own log: one line per episode. Under systemd, a line is an entry of the journal with fields of its own;
//! otherwise it goes to standard error.

use std::borrow::Cow;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

use crate::domain::base::clean::for_terminal;

/// The severity of a line; the numbers are syslog's (sd-daemon(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// An administrator must fix this.
    Error = 3,
    /// An administrator should know this.
    Warning = 4,
    /// A rare event that is worth a line.
    Notice = 5,
    /// Normal activity.
    Info = 6,
    /// Written only with `-v`.
    Debug = 7,
}

/// The topic of an entry that the message catalogs (`packaging/*.catalog`) explain: its `MESSAGE_ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic(&'static str);

impl Topic {
    /// Reading begins.
    pub const STARTED: Topic = Topic("2ef13deadd5c4a09912fee98a9408021");
    /// The service was told to stop, and stopped.
    pub const STOPPED: Topic = Topic("3d70aec4204145a1825e89d384251075");
    /// The log cannot be read.
    pub const UNREADABLE: Topic = Topic("822f82ea536648c4b802fb762230fb4e");
    /// Log entries were lost before they were read.
    pub const GAP: Topic = Topic("37a6e8927b074f7782d880cb548d7cc0");
    /// journald dropped messages.
    pub const DROPPED: Topic = Topic("ffc18053ca164be48223e1e0285ea019");
    /// Slack does not accept messages.
    pub const SLACK_FAILING: Topic = Topic("0a9a9d2f083742acbbab330c6ca662ce");
    /// Slack accepts messages again.
    pub const SLACK_RECOVERED: Topic = Topic("81b1985246184c9fb6a4cf54cb5fd7ab");
    /// Slack refused a message for good.
    pub const MESSAGE_REFUSED: Topic = Topic("8cdf535b4bcc4500b714d65cd74c3f65");
    /// The table of a day was posted.
    pub const DAY_POSTED: Topic = Topic("df3df9eb5f9b4d1099ef914ed715af88");
    /// Slack refused the table of a day for good.
    pub const DAY_REFUSED: Topic = Topic("8794dbadae604363804ef6a8f883ba07");
    /// The state file was damaged, deleted, or of another version.
    pub const STATE_RECOVERED: Topic = Topic("64dc80f4802744b6a0f7814dd2f4345c");
    /// A new configuration was refused; the old one stays in use.
    pub const RELOAD_REFUSED: Topic = Topic("c7e8b1bab9844a1299d6b143f97f5d6d");
    /// Reading has reached the present.
    pub const CAUGHT_UP: Topic = Topic("8c4666dd86014df0ba83e6a5598a8160");
    /// Lines that a user forged in sshd's name.
    pub const FORGED: Topic = Topic("70ff662f53cf4b5db70efbb054854d99");
    /// A partner logged in.
    pub const LOGIN: Topic = Topic("ed48faf877254695ac825d8e12155919");
    /// A partner could not log in.
    pub const LOGIN_FAILED: Topic = Topic("d39e08c5807043b0a21a02b04201241d");
    /// A partner's file arrived.
    pub const UPLOAD: Topic = Topic("202579637db24c77afe8d53f0451a5ce");
    /// A partner downloaded a file.
    pub const DOWNLOAD: Topic = Topic("d9f39c6a53bc4d45ab13e29181e77b81");
    /// A partner's transfer was interrupted.
    pub const INTERRUPTED: Topic = Topic("1c18497f49cc483aa7360dd7f79864d4");
    /// A partner's upload failed because of the server's disk.
    pub const UPLOAD_FAILED: Topic = Topic("75679deb59be4949923d67f4ea1f07ef");
    /// A partner renamed a file.
    pub const RENAME: Topic = Topic("1c4463ff597b48e58bbd34f0cd723c3f");
    /// A feed is missing at its deadline.
    pub const FEED_MISSING: Topic = Topic("85ccb17422934edf8e290dfa03d20b10");
    /// A missing feed has arrived.
    pub const FEED_ARRIVED: Topic = Topic("96d0729d0a0e4e1ca2415ac0715ff100");
    /// A feed that was complete at its deadline has changed since.
    pub const FEED_CHANGED: Topic = Topic("5b0de7d8c1a949d09e4c1f3b7a6e2d94");
    /// Files of a feed must not come, are too many or too large, or came before.
    pub const FEED_ODD: Topic = Topic("c1d64b8f0e2a4c7d9b53a6f08e7d2c19");
    /// A partner has not logged in for a long time.
    pub const PARTNER_QUIET: Topic = Topic("083bf10dd70744d7b0f00602e78c44ad");
    /// A partner's account, password or certificate expires soon.
    pub const EXPIRES: Topic = Topic("9c1d6f0a7be24d5f8a3e62c4b1790d58");
    /// A partner is let in but cannot work, or may not even try to log in.
    pub const HINDERED: Topic = Topic("02b0591dd844404ca0a3c285b08ec05b");
    /// sftp-server logs nothing in a partner's sessions.
    pub const BLIND: Topic = Topic("f2ceb0601c2c49c9ac670b22269e45e8");
    /// A unit failed, and this was reported to Slack.
    pub const UNIT_FAILED: Topic = Topic("b5d7864093544cef99f3c65a35b3242d");
}

/// The least severe lines that are written.
static LEAST: OnceLock<Priority> = OnceLock::new();

/// Sets the least severe priority that is written, once at start. Without this call, all lines but those of `-v` are written.
pub fn least(priority: Priority) {
    let _ = LEAST.set(priority);
}

/// Whether lines of `-v` are written. Callers ask before they build such a line.
pub fn is_verbose() -> bool {
    is_written(Priority::Debug)
}

fn is_written(priority: Priority) -> bool {
    priority <= LEAST.get().copied().unwrap_or(Priority::Info)
}

/// Writes a line. Text from a log is made harmless here.
pub fn line(priority: Priority, message: &str) {
    LogWriter::default().add(priority, None, message, std::iter::empty());
}

/// Writes a line about a topic that the catalog explains.
pub fn about(topic: Topic, priority: Priority, message: &str) {
    LogWriter::default().add(priority, Some(topic), message, std::iter::empty());
}

/// Lines that are written together: standard error gets them in large pieces, the last one when this value is dropped.
#[derive(Default)]
pub(crate) struct LogWriter {
    waiting: String,
}

/// The size of a piece for standard error.
const PIECE: usize = 32 * 1024;

impl LogWriter {
    /// Adds a line. The fields are used only under systemd.
    pub(crate) fn add<'f>(
        &mut self,
        priority: Priority,
        topic: Option<Topic>,
        message: &str,
        fields: impl Iterator<Item = (&'static str, Cow<'f, str>)>,
    ) {
        if !is_written(priority) {
            return;
        }
        let message = for_terminal(message);
        if is_journal() {
            to_journal(priority, topic, &message, fields);
            return;
        }
        self.waiting += &message;
        self.waiting.push('\n');
        if self.waiting.len() >= PIECE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        to_stderr(&self.waiting);
        self.waiting.clear();
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        if !self.waiting.is_empty() {
            self.flush();
        }
    }
}

fn to_journal<'f>(
    priority: Priority,
    topic: Option<Topic>,
    message: &str,
    fields: impl Iterator<Item = (&'static str, Cow<'f, str>)>,
) {
    let mut entry = vec![
        format!("MESSAGE={message}"),
        format!("PRIORITY={}", priority as u8),
    ];
    entry.extend(topic.map(|topic| format!("MESSAGE_ID={}", topic.0)));
    entry.extend(fields.map(|(name, value)| format!("{FIELDS}{name}={}", for_terminal(&value))));
    let entry: Vec<&str> = entry.iter().map(String::as_str).collect();
    // A value cannot start a field of its own: each is passed with its length (sd_journal_sendv(3)).
    if systemd::journal::send(&entry).is_err() {
        to_stderr(&format!("<{}>{message}\n", priority as u8));
    }
}

/// Writes to standard error and ignores errors, for example on a full disk; `eprintln` would panic.
fn to_stderr(lines: &str) {
    let _ = std::io::stderr().lock().write_all(lines.as_bytes());
}

/// The prefix of our own field names.
const FIELDS: &str = "SFTP_";

/// Whether standard error is the journal's stream: `$JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
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
