//! Renames: two names on one line, between which only `" new "` stands, and names may hold that too (sftp-server.c).

use std::borrow::Cow;

use memchr::memchr_iter;

use super::line::Line;
use super::{Event, Kind, escape, sftp};

/// What stands between the two names.
const BETWEEN: &[u8] = b"\" new \"";

/// `A" new "B"`. Where it may be split at several points, the event has no names but the whole in its `detail`.
pub(super) fn parse<'a>(line: &Line<'a>, rest: &'a [u8], link: bool) -> Option<Event<'a>> {
    let kind = Kind::Rename { link };
    if line.cut {
        return Some(sftp::cut(line, rest, BETWEEN, kind));
    }
    let names = rest.strip_suffix(b"\"")?;
    let mut points = points(names);
    let first = points.next()?;
    let event = Event::of(kind);
    if points.next().is_some() {
        // The quote before the first name is the byte before `rest`.
        let start = line.text.len() - rest.len() - 1;
        let body = &line.text[start..];
        let body = if line.postauth { escape::escaped_once(body) } else { Cow::Borrowed(body) };
        let detail = match body {
            Cow::Borrowed(body) => String::from_utf8_lossy(body),
            Cow::Owned(body) => Cow::Owned(String::from_utf8_lossy(&body).into_owned()),
        };
        return Some(Event { detail: Some(detail), ..event });
    }
    let (path, target) = (line.path(&names[..first]), line.path(&names[first + BETWEEN.len()..]));
    Some(Event { path: Some(path), target: Some(target), ..event })
}

/// Where the names may be split.
fn points(names: &[u8]) -> impl Iterator<Item = usize> + '_ {
    memchr_iter(b'"', names).filter(|at| names[*at..].starts_with(BETWEEN))
}

/// The pairs of names that an ambiguous rename may mean: `detail` is the event's, `"A" new "B"`. Decoded, leftmost split first.
pub fn rename_splits(detail: &str) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    let names = detail.as_bytes();
    let names = names.strip_prefix(b"\"").and_then(|names| names.strip_suffix(b"\"")).unwrap_or(b"");
    points(names).map(|at| (escape::decode(&names[..at], false), escape::decode(&names[at + BETWEEN.len()..], false)))
}

#[cfg(test)]
mod tests {
    use super::super::{Program, parse};
    use super::*;

    #[test]
    fn a_rename_with_one_reading_has_its_names() {
        let event = parse(Program::Sftp, br#"posix-rename old "a\\b.part" new "\303\251 "q"""#).expect("a rename");
        assert_eq!(event.kind, Kind::Rename { link: false });
        assert_eq!((event.path.as_deref(), event.target.as_deref()), (Some(&br"a\b.part"[..]), Some("é \"q\"".as_bytes())));
        assert_eq!(event.detail, None);
    }

    #[test]
    fn a_rename_with_several_readings_lists_them() {
        let event = parse(Program::Sftp, br#"rename old "a" new "b" new "\303\251""#).expect("a rename");
        assert_eq!((event.path, event.target), (None, None));
        let detail = event.detail.expect("the names");
        let splits: Vec<_> = rename_splits(&detail).map(|(a, b)| (a.into_owned(), b.into_owned())).collect();
        let second = (b"a\" new \"b".to_vec(), "é".as_bytes().to_vec());
        assert_eq!(splits, [(b"a".to_vec(), "b\" new \"é".as_bytes().to_vec()), second]);
    }

    #[test]
    fn marks_that_share_a_quote_are_two() {
        let detail = r#""a" new "" new "b""#;
        assert_eq!(rename_splits(detail).count(), 2);
        assert_eq!(rename_splits(r#""a" new " new "b""#).count(), 2);
    }

    #[test]
    fn what_came_through_the_monitor_is_escaped_once_in_detail() {
        let event = parse(Program::Sshd, br#"rename old "\\303\\251" new "b" new "c" [postauth]"#).expect("a rename");
        assert_eq!(event.detail.as_deref(), Some(r#""\303\251" new "b" new "c""#));
    }
}
