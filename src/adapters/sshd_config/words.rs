//! Splits a line of sshd's configuration into words as sshd does (misc.c), and matches patterns (match.c).

/// The characters that sshd treats as blanks (misc.c, WHITESPACE, and the form feed that it strips at a line's end). It
/// treats Unicode's other blanks, such as the no-break space, as letters.
pub(super) const BLANKS: [char; 5] = [' ', '\t', '\r', '\n', '\x0c'];

/// A text without blanks at its ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(BLANKS)
}

/// Splits a line into the keyword, in lower case, and the rest; blanks and at most one `=` separate them. The keyword may
/// be quoted. `None` for an empty line or a comment.
pub(super) fn keyword(line: &str) -> Option<(String, &str)> {
    let line = trim(line);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (keyword, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => {
            let end = line
                .find(|c: char| BLANKS.contains(&c) || c == '=')
                .unwrap_or(line.len());
            line.split_at(end)
        }
    };
    let rest = rest.trim_start_matches(BLANKS);
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let rest = rest.trim_start_matches(BLANKS);
    Some((keyword.to_ascii_lowercase(), rest))
}

/// The words of a line, without their quotes; a word that begins with `#` begins a comment (argv_split, since OpenSSH 8.7;
/// earlier versions know double quotes only).
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    loop {
        while letters.next_if(|c| BLANKS.contains(c)).is_some() {}
        match letters.peek() {
            None | Some('#') => return words,
            Some(_) => words.push(word(&mut letters)),
        }
    }
}

/// A text as one quoted word.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Reads one word, up to a blank outside of quotes. A backslash escapes quotes, blanks and itself.
fn word(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let (mut word, mut quote) = (String::new(), None);
    while let Some(&letter) = letters.peek() {
        if quote.is_none() && BLANKS.contains(&letter) {
            break;
        }
        letters.next();
        match letter {
            '\\' => match letters.next_if(|c| matches!(c, '\\' | '"' | '\'' | ' ')) {
                Some(escaped) => word.push(escaped),
                None => word.push('\\'),
            },
            '"' | '\'' if quote.is_none() => quote = Some(letter),
            _ if quote == Some(letter) => quote = None,
            _ => word.push(letter),
        }
    }
    word
}

/// Does a pattern of the list match? `Some(false)` if one with `!` does, which overrides the others; `None` if no pattern does.
pub(super) fn listed(patterns: &str, name: &str) -> Option<bool> {
    let mut listed = None;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(negated) if matches(negated, name) => return Some(false),
            None if matches(pattern, name) => listed = Some(true),
            _ => {}
        }
    }
    listed
}

/// Does a pattern with `*` and `?` match the whole name?
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut here) = (0, 0);
    // The position of the last star in the pattern, and in the name the end of the part that it matches so far.
    let mut star: Option<(usize, usize)> = None;
    while here < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(&letter) if letter == '?' || letter == name[here] => {
                at += 1;
                here += 1;
            }
            _ => match star {
                Some((place, reach)) => {
                    star = Some((place, reach + 1));
                    at = place + 1;
                    here = reach + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&letter| letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_ends_at_a_blank_or_an_equals_sign() {
        for line in [
            "Subsystem sftp x",
            "  subsystem\tsftp x  ",
            "SUBSYSTEM=sftp x",
            "\"Subsystem\" = sftp x",
        ] {
            assert_eq!(
                keyword(line),
                Some(("subsystem".to_owned(), "sftp x")),
                "{line}"
            );
        }
        assert_eq!(keyword("# Subsystem sftp x"), None);
        assert_eq!(keyword("\t"), None);
        let no_break = keyword("ForceCommand\u{a0}internal-sftp");
        assert_eq!(
            no_break,
            Some(("forcecommand\u{a0}internal-sftp".to_owned(), ""))
        );
        assert_eq!(
            keyword("ForceCommand a=b"),
            Some(("forcecommand".to_owned(), "a=b"))
        );
    }

    #[test]
    fn words_lose_their_quotes_and_a_comment_ends_them() {
        assert_eq!(
            words(r##"a "b c"  'd "e' f\ g h"i"# # j"##),
            ["a", "b c", "d \"e", "f g", "hi#"]
        );
        assert!(words(" # nothing").is_empty());
        assert_eq!(
            words("sftp-feeds\u{a0} x\u{2009}y"),
            ["sftp-feeds\u{a0}", "x\u{2009}y"]
        );
        assert_eq!(words(r"CORP\alice"), [r"CORP\alice"]);
    }

    #[test]
    fn a_negated_pattern_that_matches_outweighs_the_others() {
        assert_eq!(listed("alice,bob", "bob"), Some(true));
        assert_eq!(listed("a*,!alice", "alice"), Some(false));
        assert_eq!(listed("!alice", "bob"), None);
        assert_eq!(listed("Alice", "alice"), None);
    }

    #[test]
    fn stars_and_question_marks_match_as_sshd_has_it() {
        for (pattern, name) in [
            ("*", ""),
            ("sftp-*", "sftp-feeds"),
            ("*-f??ds", "sftp-feeds"),
            ("**a*", "ba"),
            ("é?", "éa"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("?", ""),
            ("sftp", "sftp-feeds"),
            ("*x", "sftp-feeds"),
            ("a?", "a"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        let stars = "*a".repeat(40);
        assert!(
            !matches(&stars, &"b".repeat(4_000)),
            "it takes no time that grows without bounds"
        );
    }
}
