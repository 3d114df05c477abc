//! Bytes of a log as text.

use std::borrow::Cow;

/// Bytes as text, with U+FFFD for bytes that are not UTF-8. Almost all are ASCII, which is checked in blocks.
#[inline]
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
