//! Helpers for text in several matters: counted things, arguments of printed commands, groups of similar findings.

use std::collections::BTreeMap;
use std::path::Path;

/// A text as one word for a shell.
pub(super) fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A path as one word for a shell.
pub(super) fn path(path: &Path) -> String {
    word(&path.to_string_lossy())
}

/// The command that opens a file in an editor.
pub(super) fn edit(file: &Path) -> String {
    format!("sudoedit {}", path(file))
}

/// Groups the values by key.
pub(super) fn grouped<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, Vec<V>> {
    let mut groups = BTreeMap::new();
    for (key, value) in pairs {
        let group: &mut Vec<V> = groups.entry(key).or_default();
        group.push(value);
    }
    groups
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
