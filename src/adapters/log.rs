//! The program's own log: one line an episode. Under systemd it is an entry of the journal with fields of its own, else a
//! line on standard error.

use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

use crate::domain::base::clean::for_terminal;

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

/// What an entry is about, where the message catalog explains it: its `MESSAGE_ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Reading begins.
    Started,
    /// The service was told to end, and did.
    Stopped,
    /// The log cannot be read.
    Unreadable,
    /// Log entries are gone unread.
    Gap,
    /// journald dropped messages.
    Dropped,
    /// Slack does not take messages.
    SlackFailing,
    /// It takes them again.
    SlackRecovered,
    /// It refused a message for good.
    MessageRefused,
    /// The table of a day was posted.
    DayPosted,
    /// Slack refused the table of a day for good.
    DayRefused,
    /// The state file was damaged, deleted, or of another version.
    StateRecovered,
    /// A new configuration was refused; the one before it stays.
    ReloadRefused,
    /// Reading has reached the present.
    CaughtUp,
    /// Lines that someone wrote in sshd's name.
    Forged,
    /// A partner logged in.
    Login,
    /// A partner could not log in.
    LoginFailed,
    /// A partner's file arrived.
    Upload,
    /// A partner fetched a file.
    Download,
    /// A partner's transfer broke off.
    Interrupted,
    /// A partner's upload failed on the server's disk.
    UploadFailed,
    /// A partner gave a file another name.
    Rename,
    /// A feed is missing at its deadline.
    FeedMissing,
    /// A feed that was missing is there.
    FeedArrived,
    /// A feed that was there at its deadline is no more what was delivered.
    FeedChanged,
    /// A partner has not logged in for long.
    PartnerQuiet,
    /// A partner is let in and cannot work, or is not even let try.
    Hindered,
    /// A partner's sessions leave no line of sftp-server.
    Blind,
    /// A unit failed, and Slack was told.
    UnitFailed,
}

impl Topic {
    /// The `MESSAGE_ID`, as in the catalogs, `packaging/*.catalog`.
    pub fn id(self) -> &'static str {
        match self {
            Topic::Started => "2ef13deadd5c4a09912fee98a9408021",
            Topic::Stopped => "3d70aec4204145a1825e89d384251075",
            Topic::Unreadable => "822f82ea536648c4b802fb762230fb4e",
            Topic::Gap => "37a6e8927b074f7782d880cb548d7cc0",
            Topic::Dropped => "ffc18053ca164be48223e1e0285ea019",
            Topic::SlackFailing => "0a9a9d2f083742acbbab330c6ca662ce",
            Topic::SlackRecovered => "81b1985246184c9fb6a4cf54cb5fd7ab",
            Topic::MessageRefused => "8cdf535b4bcc4500b714d65cd74c3f65",
            Topic::DayPosted => "df3df9eb5f9b4d1099ef914ed715af88",
            Topic::DayRefused => "8794dbadae604363804ef6a8f883ba07",
            Topic::StateRecovered => "64dc80f4802744b6a0f7814dd2f4345c",
            Topic::ReloadRefused => "c7e8b1bab9844a1299d6b143f97f5d6d",
            Topic::CaughtUp => "8c4666dd86014df0ba83e6a5598a8160",
            Topic::Forged => "70ff662f53cf4b5db70efbb054854d99",
            Topic::Login => "ed48faf877254695ac825d8e12155919",
            Topic::LoginFailed => "d39e08c5807043b0a21a02b04201241d",
            Topic::Upload => "202579637db24c77afe8d53f0451a5ce",
            Topic::Download => "d9f39c6a53bc4d45ab13e29181e77b81",
            Topic::Interrupted => "1c18497f49cc483aa7360dd7f79864d4",
            Topic::UploadFailed => "75679deb59be4949923d67f4ea1f07ef",
            Topic::Rename => "1c4463ff597b48e58bbd34f0cd723c3f",
            Topic::FeedMissing => "85ccb17422934edf8e290dfa03d20b10",
            Topic::FeedArrived => "96d0729d0a0e4e1ca2415ac0715ff100",
            Topic::FeedChanged => "5b0de7d8c1a949d09e4c1f3b7a6e2d94",
            Topic::PartnerQuiet => "083bf10dd70744d7b0f00602e78c44ad",
            Topic::Hindered => "02b0591dd844404ca0a3c285b08ec05b",
            Topic::Blind => "f2ceb0601c2c49c9ac670b22269e45e8",
            Topic::UnitFailed => "b5d7864093544cef99f3c65a35b3242d",
        }
    }
}

/// The least grave lines that are written.
static LEAST: OnceLock<Priority> = OnceLock::new();

/// Says once at start which lines are written: these and graver ones. Without a word all but those of `-v`.
pub fn least(priority: Priority) {
    let _ = LEAST.set(priority);
}

/// Are the lines of `-v` written? Asked before one is made.
pub fn is_verbose() -> bool {
    is_written(Priority::Debug)
}

fn is_written(priority: Priority) -> bool {
    priority <= LEAST.get().copied().unwrap_or(Priority::Info)
}

/// Writes a line. Whatever of it came from a log is made harmless here.
pub fn line(priority: Priority, message: &str) {
    write(priority, None, message, &[]);
}

/// Writes a line about something that the catalog explains.
pub fn about(topic: Topic, priority: Priority, message: &str) {
    write(priority, Some(topic), message, &[]);
}

/// Writes what a partner did, with these fields.
pub fn event(topic: Topic, message: &str, fields: &[(&str, String)]) {
    write(Priority::Info, Some(topic), message, fields);
}

fn write(priority: Priority, topic: Option<Topic>, message: &str, fields: &[(&str, String)]) {
    if !is_written(priority) {
        return;
    }
    let message = for_terminal(message);
    if !is_journal() {
        to_stderr(&message);
        return;
    }
    let mut entry = vec![
        format!("MESSAGE={message}"),
        format!("PRIORITY={}", priority as u8),
    ];
    entry.extend(topic.map(|topic| format!("MESSAGE_ID={}", topic.id())));
    let own = |(name, value): &(&str, String)| format!("{FIELDS}{name}={}", for_terminal(value));
    entry.extend(fields.iter().map(own));
    let entry: Vec<&str> = entry.iter().map(String::as_str).collect();
    // A value cannot begin a field of its own: each is handed over with its length (sd_journal_sendv(3)).
    if systemd::journal::send(&entry).is_err() {
        to_stderr(&format!("<{}>{message}", priority as u8));
    }
}

/// A log that cannot be written, on a full disk say, must not end what it is about: `eprintln` would.
fn to_stderr(line: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "{line}");
}

/// What the names of our own fields begin with.
const FIELDS: &str = "SFTP_";

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
