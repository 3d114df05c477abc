//! Translates the English reasons of sshd, sftp-server, the kernel, systemd and this program into French.
//!
//! The facts keep a reason as in the log; this module puts it into words. A reason that is not in `reasons.txt` is quoted as
//! it is.

use crate::domain::base::clean::clean;
use crate::domain::base::language::Language;

/// The deepest level of a reason inside other reasons.
const DEPTH: usize = 6;

/// A reason in this language, with at most this many characters.
pub(super) fn said(reason: &str, language: Language, at_most: usize) -> String {
    let known = match language {
        Language::English => return clean(reason, at_most),
        Language::French => in_french(reason, DEPTH),
    };
    match known {
        Some(french) => clean(&french, at_most),
        None => quoted(&clean(reason, at_most)),
    }
}

/// A line of a log, as an example.
pub(super) fn log_line(line: &str, language: Language, at_most: usize) -> String {
    match language {
        Language::French => quoted(&clean(line, at_most)),
        Language::English => clean(line, at_most),
    }
}

/// Quotes text of another program in a French sentence.
fn quoted(words: &str) -> String {
    format!("« {words} »")
}

/// The reasons that are known, in English and in French.
fn reasons() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("reasons.txt").lines();
    lines.filter_map(|line| line.split_once(" => "))
}

fn in_french(reason: &str, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    reasons().find_map(|(english, french)| {
        let mut parts = holes(english, reason)?.into_iter();
        let mut said = String::new();
        let mut rest = french;
        while let Some((before, hole)) = rest.split_once('{') {
            let part = parts.next()?;
            said.push_str(before);
            let (kind, after) = hole.split_once('}')?;
            match kind {
                "?" => said.push_str(&in_french(part, depth).unwrap_or_else(|| quoted(part))),
                _ => said.push_str(part),
            }
            rest = after;
        }
        Some(said + rest)
    })
}

/// The parts of a text at the holes of a pattern, if the whole text fits the pattern.
fn holes<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut literals = pattern.split('{');
    let mut rest = text.strip_prefix(literals.next()?)?;
    let mut found = Vec::new();
    let mut literals = literals.map(|literal| literal.split_once('}').map_or("", |(_, l)| l));
    let mut next = literals.next();
    while let Some(literal) = next {
        next = literals.next();
        let (part, after) = match next {
            // The last literal ends the text.
            None => (rest.strip_suffix(literal)?, ""),
            Some(_) => rest.split_once(literal)?,
        };
        if part.is_empty() {
            return None;
        }
        found.push(part);
        rest = after;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn french(reason: &str) -> String {
        said(reason, Language::French, 400)
    }

    #[test]
    fn a_known_reason_is_told_in_french_with_its_names_as_they_are() {
        for (english, expected) in [
            ("Permission denied", "permission refusée"),
            (
                "bad ownership or modes for chroot directory component \"/srv/\"",
                "le propriétaire ou les droits du répertoire parent « /srv/ » ne conviennent pas",
            ),
            (
                "chroot(\"/srv/a\"): Operation not permitted",
                "chroot de « /srv/a » impossible, opération interdite",
            ),
            (
                "/etc/ssh/sshd_config: Permission denied (os error 13): sudo systemctl enable --now x.path",
                "/etc/ssh/sshd_config : permission refusée — sudo systemctl enable --now x.path",
            ),
            (
                "/srv/a/dev/log is not there: sudo systemctl enable --now x.path",
                "/srv/a/dev/log n'existe pas — sudo systemctl enable --now x.path",
            ),
            (
                "writing /var/lib/x: No space left on device (os error 28); free some space there",
                "écriture de /var/lib/x : plus de place sur le disque — libérer de la place",
            ),
            (
                "/srv/a/dev cannot be made: Read-only file system (os error 30): mount its file system read-write",
                "/srv/a/dev ne peut pas être créé : système de fichiers en lecture seule — remonter son système de fichiers en écriture",
            ),
        ] {
            assert_eq!(french(english), expected);
        }
    }

    #[test]
    fn what_is_not_known_is_quoted_so_that_nothing_is_hidden() {
        assert_eq!(
            french("Quota of bees exceeded"),
            "« Quota of bees exceeded »"
        );
        assert_eq!(
            french("writing /var/lib/x: Bees"),
            "écriture de /var/lib/x : « Bees »"
        );
        assert_eq!(french(""), "«  »");
        assert_eq!(
            said("Bees\u{1b}", Language::French, 400),
            "« Bees\u{fffd} »"
        );
        assert_eq!(
            said("Permission denied", Language::English, 400),
            "Permission denied"
        );
    }

    #[test]
    fn each_reason_of_the_table_is_found_by_itself_and_has_the_holes_of_its_french() {
        for (english, french) in reasons() {
            let holes = |text: &str| text.matches('{').count();
            assert!(holes(french) <= holes(english), "{english}");
            let text = english.replace("{?}", "Failure").replace("{}", "/x");
            let said = in_french(&text, DEPTH).unwrap_or_default();
            let meant = french.replace("{?}", "échec non précisé par sftp-server");
            assert_eq!(said, meant.replace("{}", "/x"), "{text}");
        }
    }
}
