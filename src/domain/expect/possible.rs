//! Whether a pattern can match the name of any file.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The longest name that Linux's file systems take, in bytes.
const LONGEST: usize = 255;

const TOO_LONG: &str = "no name is that long: it has 255 bytes at most";

/// The bytes that no name has.
const NEVER: [u8; 2] = [b'/', 0];

/// The places in a name that a match can have reached, as a set of bits: before its first byte, behind some byte, and at its end.
/// The end of a name is never at its start, because a name is not empty.
type Places = u8;

const START: Places = 1;
const INSIDE: Places = 2;
const END: Places = 4;

/// Why a shell pattern matches no path; `None` if it does, as far as this can be seen.
pub(super) fn obstacle_of_path(pattern: &str) -> Option<&'static str> {
    if pattern.contains('\0') {
        return Some("no name has a zero byte");
    }
    let mut components = pattern.trim_start_matches('/').split('/');
    if components
        .clone()
        .any(|part| matches!(part, "" | "." | ".."))
    {
        return Some("paths are compared without //, /./ and /../: leave them out");
    }
    let least = |part: &str| part.bytes().filter(|byte| *byte != b'*').count();
    let plain = !pattern.contains(['[', '{', '\\']);
    (plain && components.any(|part| least(part) > LONGEST)).then_some(TOO_LONG)
}

/// Why no name matches a regular expression; `None` if one can, as far as this can be seen.
pub(super) fn obstacle(pattern: &str) -> Option<&'static str> {
    let mut parser = ParserBuilder::new();
    let parsed = parser.unicode(false).utf8(false).build().parse(pattern);
    let hir = parsed.ok()?;
    let shortest = hir.properties().minimum_len();
    if shortest.is_some_and(|shortest| shortest > LONGEST) {
        return Some(TOO_LONG);
    }
    (after(&hir, START | INSIDE) == 0).then_some(
        "no name can match: it is compared with the last component of the path, which has no /, and ^ is its start, $ its end",
    )
}

/// The places that can be reached through this expression from these places.
fn after(hir: &Hir, from: Places) -> Places {
    if from == 0 {
        return 0;
    }
    match hir.kind() {
        HirKind::Empty => from,
        HirKind::Literal(literal) => byte(from, !literal.0.iter().any(|byte| NEVER.contains(byte))),
        HirKind::Class(class) => byte(from, some_byte(class)),
        HirKind::Look(Look::Start) => from & START,
        HirKind::Look(Look::End) => match from & (INSIDE | END) {
            0 => 0,
            _ => END,
        },
        // Line ends within a name, and words: taken for possible.
        HirKind::Look(_) => from,
        HirKind::Capture(capture) => after(&capture.sub, from),
        HirKind::Concat(parts) => parts.iter().fold(from, |from, part| after(part, from)),
        HirKind::Alternation(parts) => {
            (parts.iter()).fold(0, |reached, part| reached | after(part, from))
        }
        HirKind::Repetition(repetition) => {
            // More than three times reaches nothing new.
            let mut reached =
                (0..repetition.min.min(3)).fold(from, |from, _| after(&repetition.sub, from));
            if repetition.max != Some(repetition.min) {
                for _ in 0..3 {
                    reached |= after(&repetition.sub, reached);
                }
            }
            reached
        }
    }
}

/// The places behind one more byte, if a name can have it.
fn byte(from: Places, possible: bool) -> Places {
    match possible && from & (START | INSIDE) != 0 {
        true => INSIDE,
        false => 0,
    }
}

/// Does the class have a byte that a name can have?
fn some_byte(class: &Class) -> bool {
    let never = |byte: u32| NEVER.iter().any(|never| u32::from(*never) == byte);
    let some = |from: u32, to: u32| (from..=to).take(3).any(|byte| !never(byte));
    match class {
        Class::Bytes(class) => {
            (class.iter()).any(|range| some(range.start().into(), range.end().into()))
        }
        Class::Unicode(class) => {
            (class.iter()).any(|range| some(range.start().into(), range.end().into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_no_name_can_match_is_seen() {
        for never in [
            "upload/a",
            "^/",
            "a^b",
            "a$b",
            "^$",
            "$^",
            "a(^b|c^)",
            "[/]",
            r"a{256}",
            "[^\\x00-\\xff]",
            "x\\x00",
            "(a/|b/)c",
            "^a(/b)+$",
        ] {
            assert!(obstacle(never).is_some(), "{never}");
        }
        for possible in [
            r"^prices-\d{8}\.csv$",
            "",
            "a",
            "^",
            "$",
            "a|b/",
            "(a/)?b",
            "[^/]+",
            ".*",
            "(?m)a\n^b",
            r"\bfeed\b",
            "(?i)^A$",
            "é",
            "^(a|b)*$",
            "a{255}",
            "(^a|b)$",
            "^^a$$",
            "(?:/x)*a",
        ] {
            assert_eq!(obstacle(possible), None, "{possible}");
        }
    }

    proptest::proptest! {
        /// What matches some name is never called impossible.
        #[test]
        fn an_expression_that_matches_a_name_is_possible(
            parts in proptest::collection::vec(
                proptest::sample::select(vec!["a", "b", "^", "$", "(a|^)", "(b|$)", "[^a]", "/", "a*", "(ab){2}", "(^|/)", "\\b", ".?", "(?:^a)*"]),
                0..6,
            ),
            name in "[ab.]{1,5}",
        ) {
            let pattern = parts.concat();
            let regex = regex::bytes::RegexBuilder::new(&pattern).unicode(false).build();
            if regex.is_ok_and(|regex| regex.is_match(name.as_bytes())) {
                proptest::prop_assert_eq!(obstacle(&pattern), None, "{} {}", pattern, name);
            }
        }
    }
}
