//! The name of a file as bytes. Bytes that are not UTF-8 are kept beside the text.

use std::borrow::Cow;

use super::File;
use crate::domain::base::text::lossy;
use crate::domain::openssh::{decode, encode};

impl File {
    /// Sets the file's path.
    pub fn rename(&mut self, path: &[u8]) {
        let text = lossy(path);
        self.odd = matches!(text, Cow::Owned(_)).then(|| encode(path));
        self.path = text.into_owned();
    }

    /// The exact bytes of its path.
    pub fn name(&self) -> Cow<'_, [u8]> {
        match &self.odd {
            Some(odd) => decode(odd.as_bytes(), false),
            None => Cow::Borrowed(self.path.as_bytes()),
        }
    }

    /// Makes a file from its name in the state.
    pub(crate) fn of_state(name: &str) -> File {
        let mut file = File::default();
        let bytes = decode(name.as_bytes(), false);
        match std::str::from_utf8(&bytes) {
            // A name that is valid text is not escaped.
            Ok(_) => name.clone_into(&mut file.path),
            Err(_) => file.rename(&bytes),
        }
        file
    }

    /// Is this a repeated transfer of the same file, as far as the names are known?
    pub(crate) fn is_again(&self, other: &File) -> bool {
        !self.cut && !other.cut && self.path == other.path && self.odd == other.odd
    }

    /// Its path, and the one while it arrived.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        [Some(&self.path), self.was.as_ref()].into_iter().flatten()
    }

    /// A unique name of the file, as text.
    pub(crate) fn name_in_state(&self) -> String {
        self.odd.as_ref().unwrap_or(&self.path).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_bytes_comes_back_to_the_byte() {
        for path in [
            &b"/a.xml"[..],
            b"/caf\xe9 \\303.xml",
            "/été".as_bytes(),
            b"\n\xff\x00\"",
            b"a\\b",
        ] {
            let mut file = File::default();
            file.rename(path);
            assert_eq!(file.name(), path);
            let kept = serde_json::to_string(&file).expect("JSON");
            let read: File = serde_json::from_str(&kept).expect("a file");
            assert_eq!(read.name(), path);
        }
    }
}
