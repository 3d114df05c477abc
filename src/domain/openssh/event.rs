//! What a message of sshd or sftp-server tells: an event.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The program that wrote a message, by its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `sshd`, or `sshd-session` since OpenSSH 9.8.
    Sshd,
    /// `internal-sftp` or `sftp-server`.
    Sftp,
    /// A bare message without identifier: it may be either.
    Unknown,
}

impl Program {
    /// The program of a syslog identifier; none for programs that are not OpenSSH's.
    pub fn of(identifier: &[u8]) -> Option<Program> {
        match identifier {
            b"sshd" | b"sshd-session" => Some(Program::Sshd),
            b"internal-sftp" | b"sftp-server" => Some(Program::Sftp),
            b"" => Some(Program::Unknown),
            _ => None,
        }
    }
}

/// How a connection was to be authenticated, as far as counting needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `password`.
    Password,
    /// `keyboard-interactive`, with or without a device behind the slash.
    KeyboardInteractive,
    /// `publickey`.
    PublicKey,
    /// `hostbased`, `gssapi-…`, `none` and what else there may be: offers, as keys are.
    Other,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Connection from …` (VERBOSE).
    Connection,
    /// `Accepted METHOD for U from …`: a log-in.
    Accepted,
    /// `Failed METHOD for [invalid user ]U from …`.
    Failed {
        /// sshd takes the account for a valid one.
        valid: bool,
    },
    /// `Postponed …` and `Partial …`: under way.
    Underway,
    /// `error: PAM: TEXT for [illegal user ]U from HOST`: a refused keyboard-interactive attempt.
    PamError {
        /// sshd takes the account for a valid one.
        valid: bool,
    },
    /// `Invalid user U from …`.
    InvalidUser,
    /// `User U [from HOST ]not allowed because …`, and `administratively prohibited connection for …`.
    NotAllowed,
    /// `maximum authentication attempts exceeded for …`.
    MaxAttempts {
        /// sshd takes the account for a valid one.
        valid: bool,
    },
    /// `Access denied for user U by PAM account configuration`: the connection ends unauthenticated.
    AccessDenied,
    /// A connection that ended before authentication: `… [preauth]`, closed, reset, disconnected, timed out, too many failures.
    EndedBefore {
        /// What sshd calls the user, where it names one.
        who: Who,
    },
    /// `Timeout before authentication for connection from …, pid = N`: written by the listener about process N (`about`).
    GraceTimeout,
    /// `User child is on pid N` (VERBOSE; `about` is N).
    ChildPid,
    /// `pam_unix(sshd:session): session opened for user U…`.
    PamOpened,
    /// `pam_unix(sshd:session): session closed for user U`.
    PamClosed,
    /// `Starting session: …` (VERBOSE).
    StartingSession,
    /// `Close session: …` (VERBOSE).
    CloseSession,
    /// A connection that ended after log-in: `Disconnected from user U …`, `Connection closed by IP port N`, timeouts, read errors.
    EndedAfter,
    /// `session opened for local user U from [IP]`.
    SessionOpened,
    /// `session closed for local user U from [IP]`.
    SessionClosed,
    /// `open "NAME" flags F mode 0M`.
    Open(Flags),
    /// `[forced ]close "NAME" bytes read R written W`.
    Close {
        /// The handle was still open when the session ended.
        forced: bool,
    },
    /// `rename`, `posix-rename`, and `hardlink`, of `path` to `target`.
    Rename {
        /// It was a `hardlink`: the old name stays.
        link: bool,
    },
    /// `remove name "NAME"`.
    Remove,
    /// `mkdir name "NAME" mode 0M`.
    Mkdir,
    /// `rmdir name "NAME"`.
    Rmdir,
    /// `sent status TEXT`; `detail` is the text.
    Status,
    /// `error: process_write: write "NAME": …`, with the name where this version tells it.
    WriteError,
    /// `opendir "NAME"`.
    OpenDirectory,
    /// `[forced ]closedir "NAME"`, of a handle that there is.
    CloseDirectory,
    /// Another request of sftp-server (`set`, `stat`, `symlink`, …): it only says that the process works.
    Request,
    /// The log-in stood, and no sftp session comes of it; `detail` has sshd's words, with the path of a chroot.
    Hindered(Hindrance),
    /// `drop connection …`, `srclimit_penalise: … active penalty …`: sshd turns away `address`, or a network; `detail` is why.
    TurnedAway,
    /// `pam_unix(sshd:account): account U has expired …`, `expired password for user U …`: the log-in is refused for it.
    Expired,
    /// `pam_MODULE(sshd:account): …`: sshd asks for it once the account is authenticated; what fails then, fails for the account.
    AccountAsked,
    /// `pam_faillock(sshd:auth): … account temporarily locked`, and what other modules call locked.
    Locked,
    /// The beginning is that of an event, and nobody understands the rest: a version to come, or damage.
    Unparsed,
    /// A line of OpenSSH in an envelope that nobody knows; `detail` is the line.
    NoEnvelope,
    /// Another line of OpenSSH that is known and counts nothing (`drop connection …`, `Server listening …`, PAM's own).
    Accompanying,
    /// logind says that a session is over; `about` is the process that led it.
    SessionOver,
    /// journald says that it dropped messages; `repeated` is how many.
    Lost,
}

/// Why no sftp session came of a log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hindrance {
    /// `refusing non-sftp session`: a shell, a command or scp's old protocol under `ForceCommand internal-sftp`.
    NotSftp,
    /// `subsystem request for sftp … failed`.
    Subsystem,
    /// The chroot directory has the wrong owner or mode, or is not there.
    Chroot,
}

/// What sshd calls the user of a connection that ended before authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// `authenticating user U`, `user U`: a valid account.
    Valid,
    /// `invalid user U`.
    Invalid,
    /// No name.
    #[default]
    Nobody,
}

/// What a file was opened for: `READ`, `WRITE`, `APPEND`, `CREATE`, `TRUNCATE`, `EXCL` (sftp-server.c).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `WRITE` or `APPEND` is among them.
    pub write: bool,
    /// `CREATE` or `TRUNCATE` is among them.
    pub create: bool,
    /// `TRUNCATE` or `EXCL` is among them: what the file held is gone, or there was none.
    pub truncate: bool,
    /// `APPEND` is among them: what is written comes behind what the file held.
    pub append: bool,
    /// `READ` is among them, or there are none at all.
    pub read: bool,
    /// The line was cut before its flags: nothing is known.
    pub unknown: bool,
}

/// One message of sshd or sftp-server, decoded. Fields that its kind does not have are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// What it is.
    pub kind: Kind,
    /// The account's name, decoded.
    pub user: Option<Cow<'a, [u8]>>,
    /// The peer's address, or its host name where sshd resolves names.
    pub address: Option<Cow<'a, str>>,
    /// The peer's port.
    pub port: Option<u16>,
    /// The method with its sub-method, as written: `keyboard-interactive/pam`.
    pub method: Option<Cow<'a, str>>,
    /// The file, decoded; of a cut message as far as it goes.
    pub path: Option<Cow<'a, [u8]>>,
    /// The new name of a rename, decoded.
    pub target: Option<Cow<'a, [u8]>>,
    /// The bytes that a close says were read.
    pub bytes_read: Option<u64>,
    /// The bytes that a close says were written.
    pub bytes_written: Option<u64>,
    /// Another process that the message is about.
    pub about: Option<u32>,
    /// Why, in sshd's own words (still escaped): the reason of a refusal, the text of a status or of an error of PAM. Of a rename that has no
    /// `path`, its names: [`rename_splits`](super::rename_splits).
    pub detail: Option<Cow<'a, str>>,
    /// How often it happened: more than 1 only for syslog's "message repeated N times", and for `Lost`.
    pub repeated: u32,
    /// sshd cut the message at 500 bytes: what stood at its end is unknown.
    pub cut: bool,
    /// The message came through the monitor with ` [postauth]` (Red Hat's patch): the pid is that of the log-in.
    pub postauth: bool,
}

impl<'a> Event<'a> {
    /// An event of this kind with every other field empty.
    pub const fn of(kind: Kind) -> Self {
        Event {
            kind,
            user: None,
            address: None,
            port: None,
            method: None,
            path: None,
            target: None,
            bytes_read: None,
            bytes_written: None,
            about: None,
            detail: None,
            repeated: 1,
            cut: false,
            postauth: false,
        }
    }

    /// The same event with these words as its `detail`.
    pub(super) fn with_detail(self, words: &'a [u8]) -> Self {
        let detail = std::str::from_utf8(words).ok().map(Cow::Borrowed);
        Event { detail, ..self }
    }

    /// How the connection was to be authenticated, from `method`.
    pub fn method(&self) -> Method {
        match self.method.as_deref() {
            Some("password") => Method::Password,
            Some("publickey") => Method::PublicKey,
            Some(m) if m.starts_with("keyboard-interactive") => Method::KeyboardInteractive,
            _ => Method::Other,
        }
    }

    /// The same event with nothing borrowed.
    pub fn into_owned(self) -> Event<'static> {
        fn bytes(field: Option<Cow<'_, [u8]>>) -> Option<Cow<'static, [u8]>> {
            field.map(|f| Cow::Owned(f.into_owned()))
        }
        fn text(field: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
            field.map(|f| Cow::Owned(f.into_owned()))
        }
        Event {
            user: bytes(self.user),
            address: text(self.address),
            method: text(self.method),
            path: bytes(self.path),
            target: bytes(self.target),
            detail: text(self.detail),
            kind: self.kind,
            port: self.port,
            bytes_read: self.bytes_read,
            bytes_written: self.bytes_written,
            about: self.about,
            repeated: self.repeated,
            cut: self.cut,
            postauth: self.postauth,
        }
    }
}
