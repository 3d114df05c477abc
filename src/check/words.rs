//! Words that several matters use: lists of names that stay short, and arguments of commands that are printed.

use std::path::Path;

/// How many names a line shows.
const NAMED: usize = 10;

/// Names, the first ten and how many more.
pub(super) fn names<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(S::as_ref).collect();
    let mut text = shown.join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    text
}

/// A number of things: `1 partner`, `3 partners`.
pub(super) fn many(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// A word as a shell takes it for one word.
pub(super) fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A path as a shell takes it for one word.
pub(super) fn path(path: &Path) -> String {
    word(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_names_are_shown_and_the_others_counted() {
        let all: Vec<String> = (1..=12).map(|n| format!("p{n}")).collect();
        assert_eq!(names(&all[..2]), "p1, p2");
        assert_eq!(names(&all[..10]), "p1, p2, p3, p4, p5, p6, p7, p8, p9, p10");
        assert!(names(&all).ends_with("p10 and 2 more"));
    }

    #[test]
    fn whatever_a_path_holds_stays_one_word() {
        assert_eq!(path(Path::new("/srv/sftp/alice")), "/srv/sftp/alice");
        assert_eq!(path(Path::new("/srv/l'été $x")), r"'/srv/l'\''été $x'");
        assert_eq!(word(""), "''");
    }
}
