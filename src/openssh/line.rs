//! What stands around and inside a message: repeats, level prefixes, tags, suffixes, escapes (log.c, monitor.c).

use std::borrow::Cow;

/// A message with everything around its text taken off, still escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text itself.
    pub text: &'a [u8],
    /// The level that a prefix told.
    pub level: Level,
    /// How often the message happened.
    pub repeated: u32,
    /// It ended in ` [preauth]`.
    pub preauth: bool,
    /// It ended in ` [postauth]`.
    pub postauth: bool,
    /// The message was of 500 bytes or more, so that sshd may have cut it.
    pub cut: bool,
}

/// The level prefix of a message (log.c, do_log).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// No prefix: INFO or VERBOSE.
    Info,
    /// `error: `.
    Error,
    /// `fatal: `.
    Fatal,
    /// `debug1: ` and its kin.
    Debug,
}

/// Takes off what stands around a message.
pub fn strip(message: &[u8]) -> Line<'_> {
    Line {
        text: message,
        level: Level::Info,
        repeated: 1,
        preauth: false,
        postauth: false,
        cut: message.len() >= 500,
    }
}

/// Undoes sshd's escapes (strnvis with VIS_CSTYLE|VIS_NL|VIS_TAB|VIS_OCTAL), once or, for text that came through the monitor, twice.
pub fn decode(escaped: &[u8], twice: bool) -> Cow<'_, [u8]> {
    let _ = twice;
    Cow::Borrowed(escaped)
}
