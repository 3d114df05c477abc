//! What a feed wants, as part of an English sentence.

use bytesize::ByteSize;

use crate::domain::base::language::Language;
use crate::domain::expect::{Pattern, Range, Wanted};

impl Wanted {
    /// `one to three files prices-*.csv and prices.done, each of at least 10 kB, never *.tmp`.
    pub fn sentence(&self) -> String {
        let files = self.files.iter().map(|files| counted(self.count, files));
        let names = self.names.iter().map(|name| name.text().to_owned());
        let wanted: Vec<String> = files.chain(names).collect();
        let mut said = vec![Language::English.list(&wanted)];
        if self.download {
            said[0] += " to fetch";
        }
        let size = Range {
            // A file of one byte is one that is not empty: this goes without saying.
            least: Some(self.size.least)
                .filter(|least| *least > 1)
                .unwrap_or(0),
            ..self.size
        };
        said.extend(sized(size).map(|size| format!("each of {size}")));
        let total = self.total.and_then(sized);
        said.extend(total.map(|total| format!("{total} in all")));
        if !self.forbid.is_empty() {
            let forbid: Vec<String> = self.forbid.iter().map(ToString::to_string).collect();
            said.push(format!("never {}", forbid.join(" or ")));
        }
        if self.warn_if_same {
            said.push("never with the same name and size as the time before".to_owned());
        }
        said.join(", ")
    }
}

/// `one to three files prices-*.csv`, `a file that matches ^prices`; one file alone is `prices-*.csv`.
fn counted(count: Range, files: &Pattern) -> String {
    let (number, several) = match (count.least, count.most) {
        (1, None) if !files.is_regex() => return files.to_string(),
        (1, None) => ("a".to_owned(), false),
        (least, None) => (format!("at least {}", in_words(least)), true),
        (least, Some(most)) if least == most => (format!("exactly {}", in_words(least)), least > 1),
        (least, Some(most)) => (format!("{} to {}", in_words(least), in_words(most)), true),
    };
    let noun = match (several, files.is_regex()) {
        (false, false) => "file",
        (true, false) => "files",
        (false, true) => "file that matches",
        (true, true) => "files that match",
    };
    format!("{number} {noun} {files}")
}

/// `at least 10 kB`, `at most 5 MB`, `10 kB to 5 MB`; `None` without a limit.
fn sized(size: Range) -> Option<String> {
    // Rounded only if nothing is lost.
    let bytes = |bytes: u64| {
        let said = Language::English.size(bytes);
        let same = said
            .parse()
            .is_ok_and(|size: ByteSize| size.as_u64() == bytes);
        if same || bytes < 1_000 {
            said
        } else {
            format!("{bytes} bytes")
        }
    };
    match (size.least, size.most) {
        (0, None) => None,
        (least, None) => Some(format!("at least {}", bytes(least))),
        (0, Some(most)) => Some(format!("at most {}", bytes(most))),
        (least, Some(most)) => Some(format!("{} to {}", bytes(least), bytes(most))),
    }
}

/// A number up to twelve in words.
fn in_words(number: u64) -> String {
    let words = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let word = number
        .checked_sub(1)
        .and_then(|at| words.get(usize::try_from(at).ok()?));
    word.map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::expect::RequiredName;

    #[test]
    fn what_is_wanted_is_said_in_a_sentence() {
        let plain = Wanted {
            files: Pattern::new("*.xml").ok(),
            count: Range::from(1),
            names: Vec::new(),
            forbid: Vec::new(),
            size: Range::from(1),
            total: None,
            warn_if_same: false,
            download: false,
        };
        let range = |least, most| Range {
            least,
            most: Some(most),
        };
        let pattern = |text| Pattern::new(text).expect(text);
        let name = |text| RequiredName::new(text).expect(text);
        let regex = Pattern::regex("^a$").ok();
        for (wanted, said) in [
            (plain.clone(), "*.xml"),
            (
                Wanted {
                    count: Range::from(4),
                    ..plain.clone()
                },
                "at least four files *.xml",
            ),
            (
                Wanted {
                    count: range(1, 1),
                    ..plain.clone()
                },
                "exactly one file *.xml",
            ),
            (
                Wanted {
                    count: range(13, 13),
                    files: regex.clone(),
                    ..plain.clone()
                },
                "exactly 13 files that match ^a$",
            ),
            (
                Wanted {
                    files: regex,
                    download: true,
                    ..plain.clone()
                },
                "a file that matches ^a$ to fetch",
            ),
            (
                Wanted {
                    files: None,
                    names: vec![name("prices-{%Y%m%d}.csv"), name("prices.done")],
                    ..plain.clone()
                },
                "prices-{%Y%m%d}.csv and prices.done",
            ),
            (
                Wanted {
                    count: range(1, 3),
                    names: vec![name("prices.done")],
                    forbid: vec![pattern("*.tmp"), pattern("*.exe")],
                    size: range(10_000, 5_242_880),
                    total: Some(Range::from(1_000_000)),
                    warn_if_same: true,
                    ..plain
                },
                "one to three files *.xml and prices.done, each of 10 kB to 5242880 bytes, at least 1 MB in all, \
                 never *.tmp or *.exe, never with the same name and size as the time before",
            ),
        ] {
            assert_eq!(wanted.sentence(), said);
        }
    }
}
