//! The parts of envelopes: tags, words, numbers.

use memchr::memchr;

use crate::domain::base::scan;
use crate::domain::openssh::Program;
use crate::domain::openssh::unknown::is_of_openssh;

/// The line without its priority (`<38>`), which lines from the network have.
#[inline]
pub(super) fn without_priority(line: &[u8]) -> &[u8] {
    let [b'<', rest @ ..] = line else {
        return line;
    };
    match rest.iter().position(|b| !b.is_ascii_digit()) {
        Some(digits @ 1..=3) if rest[digits] == b'>' => &rest[digits + 1..],
        _ => line,
    }
}

/// The first word, and the text after the blank that follows it.
pub(super) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    match scan::find(b' ', text) {
        Some(blank) => (&text[..blank], &text[blank + 1..]),
        None => (text, b""),
    }
}

/// The first word, and the text after all blanks that follow it.
pub(super) fn words(text: &[u8]) -> (&[u8], &[u8]) {
    let (first, mut rest) = word(text);
    while let Some(further) = rest.strip_prefix(b" ") {
        rest = further;
    }
    (first, rest)
}

/// The name and the process number of a program.
pub(super) type Tag<'a> = (&'a [u8], u32);

/// Reads `HOST TAG: MESSAGE`, the text after a stamp in the traditional form.
#[inline(always)]
pub(super) fn header(text: &[u8]) -> Option<(&[u8], Tag<'_>, &[u8])> {
    match usual_header(text) {
        None => other_header(text),
        usual => usual,
    }
}

/// The same in a form that is not the usual one.
#[cold]
fn other_header(text: &[u8]) -> Option<(&[u8], Tag<'_>, &[u8])> {
    let text = text.trim_ascii_start();
    let (mut first, mut rest) = words(text);
    // FreeBSD's syslogd -vv: `<auth.info> HOST TAG: MESSAGE`.
    if first.starts_with(b"<") && first.ends_with(b">") {
        (first, rest) = words(rest);
    }
    if first.is_empty() {
        return None;
    }
    // There is no host in `journalctl --no-hostname`, and in a program's messages to /dev/log.
    if first.ends_with(b"]:") || is_tag_of_openssh(first) {
        return Some((b"", tag(first), without_solaris_id(rest)));
    }
    if is_repeat(rest) {
        return Some((first, (b"syslogd", 0), rest));
    }
    let (mut second, mut message) = word(rest);
    // BusyBox' syslogd: `HOST auth.info TAG: MESSAGE`.
    if !second.ends_with(b":") && memchr(b'.', second).is_some() {
        let (third, behind) = word(message);
        if third.ends_with(b":") {
            (second, message) = (third, behind);
        }
    }
    if second.is_empty() {
        return None;
    }
    let tag = tag(second);
    // If a host ends with a colon, or a tag without one, the line may have another form: a line of OpenSSH in another form
    // must not be read as another program's.
    let doubtful = first.ends_with(b":") || !second.ends_with(b":");
    if doubtful && Program::of(tag.0).is_none() && is_of_openssh(text) {
        return None;
    }
    Some((first, tag, without_solaris_id(message)))
}

/// Reads `HOST NAME[PID]: MESSAGE`, the form of nearly all lines; `None` for every other form.
#[inline(always)]
fn usual_header(text: &[u8]) -> Option<(&[u8], Tag<'_>, &[u8])> {
    let (host, rest) = text.split_at(scan::find(b' ', text)?);
    if matches!(host, [] | [b'<', ..] | [.., b':']) {
        return None;
    }
    let rest = &rest[1..];
    let (name, rest) = rest.split_at(scan::find_either(b'[', b' ', rest)?);
    let [b'[', rest @ ..] = rest else {
        return None;
    };
    let (pid, rest) = scan::number(rest)?;
    match rest {
        [b']', b':', b' ', message @ ..] if !name.is_empty() => {
            let tag = (name, u32::try_from(pid).ok()?);
            Some((host, tag, without_solaris_id(message)))
        }
        _ => None,
    }
}

/// Whether a word is a tag of OpenSSH without a process, like `sshd:`. No host has such a name.
fn is_tag_of_openssh(word: &[u8]) -> bool {
    let name = word.strip_suffix(b":").filter(|name| !name.is_empty());
    name.is_some_and(|name| Program::of(name).is_some())
}

/// Whether this is `last message repeated 3 times` of old syslog daemons: it names no program and no process, so it has no
/// use.
fn is_repeat(text: &[u8]) -> bool {
    text.starts_with(b"last message repeated ") && text.ends_with(b" times")
}

/// Reads a tag: `sshd[4711]:`, `sshd:`, `[sshd]:`.
pub(super) fn tag(text: &[u8]) -> Tag<'_> {
    let text = text.strip_suffix(b":").unwrap_or(text);
    let (name, pid) = match numbered(text) {
        Some(tag) => tag,
        None => (text, 0),
    };
    let inner = name
        .strip_prefix(b"[")
        .and_then(|name| name.strip_suffix(b"]"));
    // An empty identifier would mean a message without an envelope, which could be of any program.
    match inner.unwrap_or(name) {
        b"" => (b"-", pid),
        name => (name, pid),
    }
}

/// Reads `NAME[PID]`.
fn numbered(text: &[u8]) -> Option<Tag<'_>> {
    let inside = text.strip_suffix(b"]")?;
    let bracket = inside.iter().rposition(|&byte| byte == b'[')?;
    Some((&inside[..bracket], number(&inside[bracket + 1..])?))
}

/// Reads a process number.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    let (number, rest) = scan::number(digits)?;
    u32::try_from(number).ok().filter(|_| rest.is_empty())
}

/// The message without the `[ID 800047 auth.info] ` that Solaris writes before it.
#[inline]
fn without_solaris_id(message: &[u8]) -> &[u8] {
    let [b'[', b'I', b'D', b' ', rest @ ..] = message else {
        return message;
    };
    match memchr(b']', rest) {
        Some(end) if rest[end + 1..].starts_with(b" ") => &rest[end + 2..],
        _ => message,
    }
}
