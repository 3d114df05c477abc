//! The latest files of partners that must send feeds, with their current names and sizes.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::alerts::File;
use crate::domain::base::numbers::is_default;
use crate::domain::base::process::Process;
use crate::domain::base::time::Time;

/// How long a file must keep a name: clients that upload under a temporary name rename the file at once.
pub(crate) const KEEPS_NAME: Duration = Duration::from_secs(2);

/// A recent file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uploaded {
    /// The process that changed it last.
    pub process: Process,
    /// Its partner.
    #[serde(default)]
    pub partner: String,
    /// The file with its current name and size.
    pub file: File,
    /// When it arrived.
    pub at: Time,
    /// The file before the latest change, because that change may turn out to be refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<File>,
    /// The upload was interrupted or failed on the disk: the file is incomplete.
    #[serde(default, skip_serializing_if = "is_default")]
    pub broken: bool,
    /// The file no longer exists: it was removed, or another file has its name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gone: bool,
    /// When it got its name, until it is known whether it keeps it: then a name that must not come is reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Time>,
}

impl Uploaded {
    /// A file that has just arrived.
    pub(crate) fn new(process: Process, partner: &str, at: Time, file: File) -> Uploaded {
        Uploaded {
            process,
            partner: partner.to_owned(),
            file,
            at,
            before: None,
            broken: false,
            gone: false,
            fresh: None,
        }
    }

    /// Is it the file of this partner with this name?
    pub(crate) fn is(&self, partner: &str, name: &str) -> bool {
        self.partner == partner && is_same(&self.file.name_in_state(), name)
    }
}

/// Do two paths name the same file? Clients write a path with or without its first slash, and may include `.` and `..`.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    // In most cases the ends of the names already decide it: that these differ, where neither is `.` or `..`.
    let named = |path: &str| !path.ends_with(['/', '.']);
    let ends = one.bytes().rev().zip(other.bytes().rev());
    let mut ends = ends.take_while(|(own, its)| (*own, *its) != (b'/', b'/'));
    if named(one) && named(other) && ends.any(|(own, its)| own != its) {
        return false;
    }
    let end = |path: &str| path.rfind('/').map_or(0, |slash| slash + 1);
    let (own, its) = (&one[end(one)..], &other[end(other)..]);
    let plain = |end: &str| !matches!(end, "" | "." | "..");
    match plain(own) && plain(its) && own != its {
        true => false,
        false => one == other || straight(one.as_bytes()) == straight(other.as_bytes()),
    }
}

/// The new path of a file in the directory `from`, which was renamed to `to`; `None` if the file is not in it.
pub(crate) fn moved(file: &File, [from, to]: [&[u8]; 2]) -> Option<Vec<u8>> {
    let name = file.name_in_state();
    let (name, directory) = (straight(name.as_bytes()), straight(from));
    let rest = name.strip_prefix(&*directory)?.strip_prefix(b"/")?;
    (file.odd.is_none() && !directory.is_empty()).then(|| [to, b"/", rest].concat())
}

/// A path without `.`, `..`, empty components and its first slash.
pub(super) fn straight(path: &[u8]) -> Cow<'_, [u8]> {
    let from = path.iter().take_while(|&&byte| byte == b'/').count();
    let path = &path[from..];
    let detour = |component: &[u8]| matches!(component, b"" | b"." | b"..");
    let components = || path.split(|&byte| byte == b'/');
    if !components().any(detour) {
        return Cow::Borrowed(path);
    }
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in components() {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Cow::Owned(parts.join(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_the_same_whatever_detour_they_take() {
        for same in [
            "/in/a.xml",
            "in/a.xml",
            "//in//a.xml",
            "./in/./a.xml",
            "/in/b/../a.xml",
            "/../in/a.xml",
        ] {
            assert!(is_same("/in/a.xml", same), "{same}");
        }
        for other in [
            "/a.xml",
            "/in/a.xml.tmp",
            "/in/A.xml",
            "/in/b/a.xml",
            "",
            "/in/.a.xml",
        ] {
            assert!(!is_same("/in/a.xml", other), "{other}");
        }
    }

    #[test]
    fn a_file_moves_with_its_directory() {
        let mut file = File::default();
        file.rename(b"/in/a/b.xml");
        let moved = |from: &str| moved(&file, [from.as_bytes(), b"/out"]);
        assert_eq!(moved("/in").as_deref(), Some(&b"/out/a/b.xml"[..]));
        assert_eq!(moved("in/a/").as_deref(), Some(&b"/out/b.xml"[..]));
        for none in ["/", "", "/i", "/in/a/b.xml", "/other"] {
            assert_eq!(moved(none), None, "{none}");
        }
    }
}
