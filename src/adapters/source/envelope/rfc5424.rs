//! The envelope of RFC 5424.

use super::stamp::Stamps;
use crate::adapters::source::envelope::parts::{number, word};
use crate::adapters::source::envelope::read::LineParts;
use crate::domain::base::time::Time;

/// Reads `TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG`, the text after the version (RFC 5424, 6).
pub(super) fn enveloped<'a>(stamps: &mut Stamps, text: &'a [u8]) -> Option<LineParts<'a>> {
    let (time, rest) = match text.strip_prefix(b"- ") {
        Some(rest) => (Time::default(), rest),
        None => stamps.rfc3339(text)?,
    };
    let (host, rest) = word(rest);
    let (identifier, rest) = word(rest);
    let (process, rest) = word(rest);
    let (_, rest) = word(rest);
    let rest = behind_structured_data(rest)?;
    if host.is_empty() || identifier.is_empty() || process.is_empty() {
        return None;
    }
    // rsyslog keeps the blank that comes before the message in the traditional form.
    let message = rest.strip_prefix(b" ").unwrap_or(rest);
    let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    let host = if host == b"-" { b"" } else { host };
    let pid = number(process).unwrap_or(0);
    Some(LineParts {
        time,
        host,
        identifier,
        pid,
        message,
    })
}

/// The text after `-` or `[id name="value" …][…]` and the following blank. In a value, `"`, `\` and `]` are escaped.
fn behind_structured_data(text: &[u8]) -> Option<&[u8]> {
    let mut rest = match text.strip_prefix(b"-") {
        Some(rest) => rest,
        None if text.starts_with(b"[") => text,
        None => return None,
    };
    while let Some(element) = rest.strip_prefix(b"[") {
        let mut quoted = false;
        let mut escaped = false;
        let end = element.iter().position(|&byte| {
            let was_escaped = std::mem::take(&mut escaped);
            match byte {
                _ if was_escaped => {}
                b'\\' => escaped = quoted,
                b'"' => quoted = !quoted,
                b']' => return !quoted,
                _ => {}
            }
            false
        })?;
        rest = &element[end + 1..];
    }
    match rest {
        b"" => Some(rest),
        _ => rest.strip_prefix(b" "),
    }
}
