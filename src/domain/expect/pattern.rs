//! Which files belong to a feed: a pattern over the bytes of a name.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

/// A shell pattern. With a `/` it is compared with the whole path as the partner sees it, else with the last component.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    matcher: GlobMatcher,
    whole: bool,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// Parses a pattern; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("empty".to_owned());
        }
        if text.ends_with('/') {
            return Err("a name is needed behind the last /".to_owned());
        }
        let glob = GlobBuilder::new(text.trim_start_matches('/'))
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| error.kind().to_string())?;
        Ok(Pattern {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
            whole: text.contains('/'),
        })
    }

    /// Does the file of this path match?
    pub fn matches(&self, path: &[u8]) -> bool {
        let from = match self.whole {
            // Some clients send paths without the first slash: both forms mean the partner's own root.
            true => path.iter().take_while(|&&byte| byte == b'/').count(),
            false => memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1),
        };
        self.matcher
            .is_match(Path::new(OsStr::from_bytes(&path[from..])))
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
    fn what_is_no_pattern_is_said() {
        for wrong in ["", "upload/", "[a", "{a,b", "a\\"] {
            assert!(Pattern::new(wrong).is_err(), "{wrong}");
        }
    }
}
