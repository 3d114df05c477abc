//! An event: the meaning of a message of sshd or sftp-server.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The program that wrote a message, according to its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `sshd`, or `sshd-session` since OpenSSH 9.8.
    Sshd,
    /// `internal-sftp` or `sftp-server`.
    Sftp,
    /// A message without an identifier: it may come from either program.
    Unknown,
}

impl Program {
    /// The program of a syslog identifier; `None` for programs that do not belong to OpenSSH.
    pub fn of(identifier: &[u8]) -> Option<Program> {
        match identifier {
            b"sshd" | b"sshd-session" => Some(Program::Sshd),
            b"internal-sftp" | b"sftp-server" => Some(Program::Sftp),
            b"" => Some(Program::Unknown),
            _ => None,
        }
    }
}

/// The authentication method, as far as counting needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `password`.
    Password,
    /// `keyboard-interactive`, with or without a device after the slash.
    KeyboardInteractive,
    /// `publickey`.
    PublicKey,
    /// `hostbased`, `gssapi-…`, `none` and all others: offers, like keys.
    Other,
}

/// The kind of a message.
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
    /// `Postponed …` and `Partial …`: the authentication goes on.
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
        /// How sshd describes the user, if it names one.
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
    /// A connection that ended after log-in: `Disconnected from user U …`, `Connection closed by IP port N`, timeouts, read
    /// errors.
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
    /// `error: process_write: write "NAME": …`, with the name if this version prints it.
    WriteError,
    /// `opendir "NAME"`.
    OpenDirectory,
    /// `[forced ]closedir "NAME"`, of a handle that exists.
    CloseDirectory,
    /// Another request of sftp-server (`set`, `stat`, `symlink`, …): it only shows that the process works.
    Request,
    /// The log-in succeeded, but no sftp session follows; `detail` has sshd's words, with the path of a chroot.
    Hindered(Hindrance),
    /// `drop connection …`, `srclimit_penalise: … active penalty …`: sshd turns away `address`, or a network; `detail` has the
    /// reason.
    TurnedAway,
    /// `pam_unix(sshd:account): account U has expired …`, `expired password for user U …`: sshd refuses the log-in for this
    /// reason.
    Expired,
    /// `pam_MODULE(sshd:account): …`: sshd calls this part of PAM after it authenticated the account, so a failure concerns the
    /// account.
    AccountAsked,
    /// `pam_faillock(sshd:auth): … account temporarily locked`, and lines of other modules about locked accounts.
    Locked,
    /// The line begins like an event, but the rest is unknown: a future version, or damage.
    Unparsed,
    /// A line of OpenSSH in an unknown envelope; `detail` is the line.
    NoEnvelope,
    /// Another known line of OpenSSH, which counts nothing (`Server listening …`, PAM's other lines).
    Accompanying,
    /// logind reports the end of a session; `about` is the process that led it.
    SessionOver,
    /// journald reports that it dropped messages; `repeated` is their number.
    Lost,
}

/// The reason why no sftp session followed a log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hindrance {
    /// `refusing non-sftp session`: a shell, a command or scp's old protocol under `ForceCommand internal-sftp`.
    NotSftp,
    /// `subsystem request for sftp … failed`.
    Subsystem,
    /// The chroot directory has the wrong owner or mode, or does not exist.
    Chroot,
}

/// How sshd describes the user of a connection that ended before authentication.
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

/// The flags with which a file was opened: `READ`, `WRITE`, `APPEND`, `CREATE`, `TRUNCATE`, `EXCL` (sftp-server.c).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `WRITE` or `APPEND` is set.
    pub write: bool,
    /// `CREATE` or `TRUNCATE` is set.
    pub create: bool,
    /// `TRUNCATE` or `EXCL` is set: the file's old content is gone, or the file is new.
    pub truncate: bool,
    /// `APPEND` is set: new data come after the file's old content.
    pub append: bool,
    /// `READ` is set, or no flag at all.
    pub read: bool,
    /// The line was cut before its flags, so they are unknown.
    pub unknown: bool,
}

/// One message of sshd or sftp-server, decoded. Fields that its kind does not have are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The kind of the message.
    pub kind: Kind,
    /// The account's name, decoded.
    pub user: Option<Cow<'a, [u8]>>,
    /// The peer's address, or its host name if sshd resolves names.
    pub address: Option<Cow<'a, str>>,
    /// The peer's port.
    pub port: Option<u16>,
    /// The method with its sub-method, as written: `keyboard-interactive/pam`.
    pub method: Option<Cow<'a, str>>,
    /// The fingerprint of the key that a log-in used, as written: `SHA256:…`.
    pub fingerprint: Option<Cow<'a, str>>,
    /// The file, decoded; in a cut message, the part that is left.
    pub path: Option<Cow<'a, [u8]>>,
    /// The new name of a rename, decoded.
    pub target: Option<Cow<'a, [u8]>>,
    /// The number of bytes read, according to a close.
    pub bytes_read: Option<u64>,
    /// The number of bytes written, according to a close.
    pub bytes_written: Option<u64>,
    /// Another process that the message is about.
    pub about: Option<u32>,
    /// The reason in sshd's own words (still escaped): of a refusal, or the text of a status or of a PAM error. For a rename
    /// without `path`, both names: see [`rename_splits`](super::rename_splits).
    pub detail: Option<Cow<'a, str>>,
    /// The number of occurrences: more than 1 only for syslog's "message repeated N times", and for `Lost`.
    pub repeated: u32,
    /// sshd cut the message at 500 bytes, so its end is unknown.
    pub cut: bool,
    /// The message came through the monitor with ` [postauth]` (Red Hat's patch): the pid is that of the log-in's process.
    pub postauth: bool,
}

impl Default for Event<'_> {
    /// An event that counts nothing.
    fn default() -> Self {
        Event::of(Kind::Accompanying)
    }
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
            fingerprint: None,
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

    /// Makes these words the `detail`.
    pub(super) fn put_detail(&mut self, words: &'a [u8]) {
        self.detail = std::str::from_utf8(words).ok().map(Cow::Borrowed);
    }

    /// The authentication method, from the field `method`.
    pub fn method(&self) -> Method {
        match self.method.as_deref() {
            Some("password") => Method::Password,
            Some("publickey") => Method::PublicKey,
            Some(m) if m.starts_with("keyboard-interactive") => Method::KeyboardInteractive,
            _ => Method::Other,
        }
    }

    /// The same event with owned fields.
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
            fingerprint: text(self.fingerprint),
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
