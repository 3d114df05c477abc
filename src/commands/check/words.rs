//! Words that several matters use: lists of names that stay short, and arguments of commands that are printed.

use std::path::Path;

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
    fn whatever_a_path_holds_stays_one_word() {
        assert_eq!(path(Path::new("/srv/sftp/alice")), "/srv/sftp/alice");
        assert_eq!(path(Path::new("/srv/l'été $x")), r"'/srv/l'\''été $x'");
        assert_eq!(word(""), "''");
    }
}
