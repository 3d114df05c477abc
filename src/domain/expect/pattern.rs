//! Which files belong to a feed: a shell pattern or a regular expression over the bytes of a name.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use regex::bytes::{Regex, RegexBuilder};

use super::files::straight;
use super::possible::{obstacle, obstacle_of_path};

/// The most memory of a compiled regular expression, in bytes.
const REGEX_MOST: usize = 256 * 1024;

/// The longest shell pattern, in bytes: Linux takes no longer path.
const PATTERN_MOST: usize = 4_096;

/// The most braces of a shell pattern: it is compiled by recursion.
const BRACES_MOST: usize = 100;

/// A shell pattern or a regular expression.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    /// A shell pattern for the last component.
    Name(GlobMatcher),
    /// A shell pattern for the whole path as the partner sees it.
    Path(GlobMatcher),
    /// A regular expression for the last component.
    Regex(Regex),
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.is_regex() == other.is_regex()
    }
}

impl Pattern {
    /// Parses a shell pattern. With a `/` it is for the whole path. The error says what is wrong with it.
    pub fn new(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("empty".to_owned());
        }
        let last = text.rsplit('/').next().unwrap_or_default();
        match last {
            "" => return Err("a name is needed behind the last /".to_owned()),
            "." | ".." => return Err("a directory, and no name of a file".to_owned()),
            _ => {}
        }
        if text.len() > PATTERN_MOST {
            return Err(format!("longer than {PATTERN_MOST} bytes"));
        }
        if text.bytes().filter(|byte| *byte == b'{').count() > BRACES_MOST {
            return Err(format!("more than {BRACES_MOST} braces"));
        }
        if let Some(why) = obstacle_of_path(text) {
            return Err(why.to_owned());
        }
        let glob = GlobBuilder::new(text.trim_start_matches('/'))
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| error.kind().to_string())?;
        let glob = glob.compile_matcher();
        Ok(Pattern {
            text: text.to_owned(),
            matcher: match text.contains('/') {
                true => Matcher::Path(glob),
                false => Matcher::Name(glob),
            },
        })
    }

    /// Parses a regular expression, over bytes. The error says what is wrong with it.
    pub fn regex(text: &str) -> Result<Pattern, String> {
        let mut builder = RegexBuilder::new(text);
        let built = builder.unicode(false).size_limit(REGEX_MOST).build();
        let regex = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(most) => {
                format!(
                    "compiled it needs more than {} KiB: repeat less",
                    most / 1024
                )
            }
            // The last line says what is wrong, the lines before it point to the place.
            error => {
                let said = error.to_string();
                let last = said.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
        })?;
        match obstacle(text) {
            Some(why) => Err(why.to_owned()),
            None => Ok(Pattern {
                text: text.to_owned(),
                matcher: Matcher::Regex(regex),
            }),
        }
    }

    /// Does it match each name that the other pattern matches, as far as this can be seen?
    pub fn covers(&self, other: &Pattern) -> bool {
        let has =
            |pattern: &Pattern, odd: &[char]| pattern.is_regex() || pattern.text.contains(odd);
        // A * takes in what stands for it in the other pattern, but no directories.
        let deep = matches!(self.matcher, Matcher::Path(_)) && other.text.contains("**");
        let seen = !has(self, &['?', '[', '{', '\\']) && !has(other, &['[', '{', '\\']) && !deep;
        self == other || seen && self.matches(other.text.as_bytes())
    }

    /// Is it the path of one file?
    pub fn is_one_path(&self) -> bool {
        matches!(self.matcher, Matcher::Path(_)) && !self.text.contains(['*', '?', '[', '{', '\\'])
    }

    /// Is it a regular expression?
    pub fn is_regex(&self) -> bool {
        matches!(self.matcher, Matcher::Regex(_))
    }

    /// Does the file of this path match?
    pub fn matches(&self, path: &[u8]) -> bool {
        let last = || &path[memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1)..];
        match &self.matcher {
            Matcher::Regex(regex) => regex.is_match(last()),
            Matcher::Name(glob) => glob.is_match(Path::new(OsStr::from_bytes(last()))),
            // Clients send paths without the first slash, which begin in the partner's own root too, and with detours.
            Matcher::Path(glob) => glob.is_match(Path::new(OsStr::from_bytes(&straight(path)))),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &[u8]) -> bool {
        Pattern::new(pattern).expect(pattern).matches(path)
    }

    #[test]
    fn a_pattern_is_about_the_last_component_or_with_a_slash_about_the_whole_path() {
        assert!(matches("*.xml", b"/upload/deep/a.xml"));
        assert!(!matches("*.xml", b"/upload/a.xml.filepart"));
        assert!(!matches("*.xml", b"/upload/a.XML"));
        assert!(matches("/upload/*.xml", b"/upload/a.xml"));
        assert!(matches("/upload/*.xml", b"upload/a.xml"));
        assert!(matches("upload/*.xml", b"/upload/a.xml"));
        assert!(matches("/upload/*.xml", b"./upload/a.xml"));
        assert!(matches("/upload/*.xml", b"/upload//a.xml"));
        assert!(matches("/upload/*.xml", b"/home/../upload/./a.xml"));
        assert!(!matches("/upload/*.xml", b"/upload/../a.xml"));
        assert!(!matches("/upload/*.xml", b"/upload/deep/a.xml"));
        assert!(matches("/upload/**/*.xml", b"/upload/deep/er/a.xml"));
        assert!(matches("feed-[0-9]*.{csv,txt}", b"feed-7.txt"));
    }

    #[test]
    fn names_are_matched_as_bytes() {
        assert!(matches("*.xml", b"/upload/caf\xe9.xml"));
        assert!(!matches("caf\u{fffd}.xml", b"/upload/caf\xe9.xml"));
        assert!(matches("été*", "/upload/été.xml".as_bytes()));
        assert!(matches("*", b"\n\x1b[2J"));
    }

    #[test]
    fn a_regular_expression_is_about_the_bytes_of_the_last_component() {
        let regex = |text: &str| Pattern::regex(text).expect(text);
        let prices = regex(r"^prices-\d{8}\.csv$");
        assert!(prices.matches(b"/upload/prices-20260330.csv"));
        assert!(prices.matches(b"prices-20260330.csv"));
        assert!(!prices.matches(b"/upload/prices-20260330.csv.filepart"));
        assert!(!prices.matches("/prices-2026033\u{663}.csv".as_bytes()));
        assert!(regex("caf.\\.xml").matches(b"/upload/caf\xe9.xml"));
        assert!(regex("\u{e9}t\u{e9}").matches("/\u{e9}t\u{e9}.csv".as_bytes()));
        assert_ne!(regex("a"), Pattern::new("a").expect("a pattern"));
    }

    #[test]
    fn what_is_no_regular_expression_is_said() {
        for (wrong, why) in [
            ("(", "unclosed group"),
            ("[z-a]", "invalid character class range"),
            ("*", "repetition operator missing expression"),
            (r"(\w{200}){200}", "more than 256 KiB"),
            ("a^b", "no name can match"),
            ("in/a", "no name can match"),
        ] {
            let said = Pattern::regex(wrong).expect_err(wrong);
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_said() {
        let long = "a".repeat(256);
        for wrong in [
            "",
            "upload/",
            "[a",
            "{a,b",
            "a\\",
            ".",
            "/in/..",
            "a\0b",
            "./a",
            "/in/../a",
            "/in//a",
            "in/./a",
            &long,
            &format!("/{long}/*"),
            &format!("*{long}"),
        ] {
            assert!(Pattern::new(wrong).is_err(), "{wrong}");
        }
        let longest = "a".repeat(255);
        for right in [
            "//in/a",
            "/.a",
            "/a..",
            "...",
            &longest,
            &format!("*{longest}"),
            &format!("{{{long},a}}"),
        ] {
            assert!(Pattern::new(right).is_ok(), "{right}");
        }
        // The compiler of patterns would panic.
        let deep = ["{".repeat(300), "}".repeat(300)].join("a");
        assert_eq!(
            Pattern::new(&deep).err().as_deref(),
            Some("more than 100 braces")
        );
        assert!(Pattern::new(&"{a,b}".repeat(100)).is_ok());
        assert!(Pattern::new(&"*a".repeat(2_049)).is_err());
    }

    #[test]
    fn a_pattern_that_takes_all_names_of_another_covers_it() {
        for (one, other, covers) in [
            ("*", "*.xml", true),
            ("*.csv", "prices-*.csv", true),
            ("*.csv", "/in/prices-?.csv", true),
            ("/in/*", "/in/*.csv", true),
            ("[a]", "[a]", true),
            ("/in/*", "/in/**", false),
            ("/in/*", "*.csv", false),
            ("prices-?.csv", "prices-*.csv", false),
            ("*.tmp*", "x{a.tmp,b.csv}", false),
            ("*.exe", "*", false),
            ("*]", "[ab]", false),
        ] {
            let pattern = |text| Pattern::new(text).expect(text);
            assert_eq!(
                pattern(one).covers(&pattern(other)),
                covers,
                "{one} {other}"
            );
        }
    }
}
