//! Finds texts by their names in `catalog/`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::say::Phrase;

impl Phrase {
    /// The phrase with this name.
    pub(super) fn of(name: &'static str) -> Phrase {
        let [french, english] = texts(name);
        Phrase(french, english)
    }
}

/// The files of texts.
const FILES: [&str; 4] = [
    include_str!("catalog/messages.txt"),
    include_str!("catalog/warnings.txt"),
    include_str!("catalog/feeds.txt"),
    include_str!("catalog/day.txt"),
];

/// The lines of each text, by its name.
static CATALOG: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let rows = FILES.into_iter().flat_map(|file| file.split("\n\n"));
    let rows = rows.filter_map(|row| row.strip_prefix('[')?.split_once("]\n"));
    rows.collect()
});

/// The texts with this name, in their order. A unit test makes sure that each is there; else its name is better than nothing.
pub(super) fn texts<const N: usize>(name: &'static str) -> [&'static str; N] {
    let found = CATALOG.get(name);
    debug_assert!(found.is_some(), "no text {name}");
    let lines = found.copied().unwrap_or_default().lines();
    let mut texts = lines.filter_map(|line| Some(line.split_once(": ")?.1));
    std::array::from_fn(|_| texts.next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use regex::Regex;

    use super::FILES;

    /// The names of texts in the source files of this folder.
    fn used(folder: &Path) -> BTreeSet<String> {
        let named = Regex::new(r#"Phrase::of\("([^"]*)"\)|"((?:day-)?odd-[^"]*|notice-[^"]*)""#);
        let named = named.expect("a regular expression");
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(folder).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                names.extend(used(&path));
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).expect("the file");
                let found = named.captures_iter(&text);
                let name = found.filter_map(|found| found.get(1).or(found.get(2)));
                names.extend(name.map(|name| name.as_str().to_owned()));
            }
        }
        names
    }

    #[test]
    fn each_text_that_is_named_stands_there_once_and_each_that_stands_there_is_named() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/render");
        let lines = FILES.into_iter().flat_map(str::lines);
        let names = lines.filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        assert_eq!(names, Vec::from_iter(used(&folder)));
    }

    #[test]
    fn each_text_is_in_french_and_in_english() {
        let rows = FILES.into_iter().flat_map(|file| file.split("\n\n"));
        for row in rows.filter(|row| row.starts_with('[')) {
            let lines: Vec<&str> = row.trim_end().lines().skip(1).collect();
            let begin = |at: usize, words| lines.get(at).is_some_and(|l| l.starts_with(words));
            assert!(begin(0, "fr: ") && begin(1, "en: "), "{row}");
            assert_eq!(lines.len() == 3, row.starts_with("[notice-"), "{row}");
        }
    }
}
