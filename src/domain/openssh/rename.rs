//! Parses renames: a line has two names with `" new "` between them, which a name may contain too (sftp-server.c).

use std::borrow::Cow;

use memchr::memchr_iter;

use super::line::Line;
use super::{Event, Kind, decode};

/// The separator between the two names.
const BETWEEN: &[u8] = b"\" new \"";

/// `A" new "B`. If there are several places to split, the event has no names, but has both of them in its `detail`. In a cut
/// message, the end of the last name may be missing.
pub(super) fn parse<'a>(
    line: &Line<'a>,
    rest: &'a [u8],
    link: bool,
    event: &mut Event<'a>,
) -> Option<()> {
    let names = if line.cut {
        rest
    } else {
        rest.strip_suffix(b"\"")?
    };
    let mut points = points(names);
    let first = points.next();
    if first.is_none() && !line.cut {
        return None;
    }
    event.kind = Kind::Rename { link };
    match first {
        None => event.path = Some(line.path(names)),
        Some(_) if points.next().is_some() => event.put_detail(names),
        Some(at) => {
            // In a cut line, the first name is complete too.
            event.path = Some(decode(&names[..at], line.postauth));
            event.target = Some(line.path(&names[at + BETWEEN.len()..]));
        }
    }
    Some(())
}

/// The places where the names may be split.
fn points(names: &[u8]) -> impl Iterator<Item = usize> + '_ {
    memchr_iter(b'"', names).filter(|at| names[*at..].starts_with(BETWEEN))
}

/// The possible pairs of names of an ambiguous rename, decoded, leftmost split first. `detail` is the event's `detail`,
/// `A" new "B`, and `twice` its `postauth`.
pub fn rename_splits(
    detail: &str,
    twice: bool,
) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    let names = detail.as_bytes();
    points(names).map(move |at| {
        (
            decode(&names[..at], twice),
            decode(&names[at + BETWEEN.len()..], twice),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Program, parse};
    use super::*;

    #[test]
    fn a_rename_with_one_reading_has_its_names() {
        let event = parse(
            Program::Sftp,
            br#"posix-rename old "a\\b.part" new "\303\251 "q"""#,
        )
        .expect("a rename");
        assert_eq!(event.kind, Kind::Rename { link: false });
        assert_eq!(
            (event.path.as_deref(), event.target.as_deref()),
            (Some(&br"a\b.part"[..]), Some("é \"q\"".as_bytes()))
        );
        assert_eq!(event.detail, None);
    }

    #[test]
    fn a_rename_with_several_readings_lists_them() {
        let event =
            parse(Program::Sftp, br#"rename old "a" new "b" new "\303\251""#).expect("a rename");
        assert_eq!((event.path, event.target), (None, None));
        let detail = event.detail.expect("the names");
        let splits: Vec<_> = rename_splits(&detail, false)
            .map(|(a, b)| (a.into_owned(), b.into_owned()))
            .collect();
        let second = (b"a\" new \"b".to_vec(), "é".as_bytes().to_vec());
        assert_eq!(
            splits,
            [(b"a".to_vec(), "b\" new \"é".as_bytes().to_vec()), second]
        );
    }

    #[test]
    fn marks_that_share_a_quote_are_two() {
        assert_eq!(rename_splits(r#"a" new "" new "b"#, false).count(), 2);
        assert_eq!(rename_splits(r#"a" new " new "b"#, false).count(), 2);
    }

    #[test]
    fn what_came_through_the_monitor_is_undone_twice() {
        let event = parse(
            Program::Sshd,
            br#"rename old "\\303\\251" new "b" new "c" [postauth]"#,
        )
        .expect("a rename");
        let detail = event.detail.expect("the names");
        let first = rename_splits(&detail, event.postauth).next();
        assert_eq!(
            first.map(|(from, _)| from.into_owned()),
            Some("é".as_bytes().to_vec())
        );
    }

    #[test]
    fn a_cut_rename_tells_what_is_left_of_it() {
        let old = format!(r#"rename old "{}"#, "x".repeat(488));
        let event = parse(Program::Sftp, old.as_bytes()).expect("a rename");
        assert_eq!(
            (event.path.map(|path| path.len()), event.target),
            (Some(488), None)
        );
        let both = format!(r#"rename old "a.part" new "{}\3"#, "x".repeat(473));
        let event = parse(Program::Sftp, both.as_bytes()).expect("a rename");
        assert_eq!(
            (event.path.as_deref(), event.target.map(|path| path.len())),
            (Some(&b"a.part"[..]), Some(473))
        );
    }
}
