//! Compares a file with what it should hold.

use std::fs::File;
use std::io::{self, ErrorKind, Read};

/// The bytes that are compared at a time: memory for all of a large state takes longer than comparing it.
const PIECE: usize = 64 << 10;

/// Whether a file has exactly this content.
pub(super) fn holds(mut file: File, content: &[u8]) -> io::Result<bool> {
    let mut piece = vec![0; PIECE];
    for known in content.chunks(PIECE) {
        let read = &mut piece[..known.len()];
        match file.read_exact(read) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            other => other?,
        }
        if read != known {
            return Ok(false);
        }
    }
    Ok(file.read(&mut piece[..1])? == 0)
}

#[cfg(test)]
mod tests {
    use super::{PIECE, holds};

    #[test]
    fn a_file_that_is_shorter_longer_or_differs_in_one_byte_is_another_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("file");
        for length in [0, 1, PIECE - 1, PIECE, 2 * PIECE + 7] {
            let content = vec![b'a'; length];
            let mut longer = content.clone();
            longer.push(b'a');
            std::fs::write(&path, &content).expect("a file");
            let same = |with: &[u8]| holds(std::fs::File::open(&path).expect("a file"), with);
            assert!(same(&content).expect("read"), "{length}");
            assert!(!same(&longer).expect("read"), "{length}");
            if let Some(last) = longer.len().checked_sub(2) {
                assert!(!same(&content[..last]).expect("read"), "{length}");
                longer.truncate(length);
                longer[last] = b'b';
                assert!(!same(&longer).expect("read"), "{length}");
            }
        }
    }
}
