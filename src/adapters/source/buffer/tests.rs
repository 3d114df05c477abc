//! The lines of a text that comes in pieces: whole, too long, behind a hole of NULs.

use super::*;

/// Reads a text in pieces of this many bytes.
struct Pieces<'t>(&'t [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(to.len());
        let (piece, rest) = self.0.split_at(count);
        to[..count].copy_from_slice(piece);
        self.0 = rest;
        Ok(count)
    }
}

/// The lines of a text that is read in pieces, each with its length; `None` for a line that is too long.
fn lines(text: &[u8], piece: usize) -> Vec<(Option<Vec<u8>>, u64)> {
    let mut buffer = Buffer::new();
    let mut stream = Pieces(text, piece);
    let mut lines = Vec::new();
    let owned = |line: LogLine<'_>| ((!line.too_long).then(|| line.text.to_vec()), line.length);
    loop {
        while let Some(line) = buffer.next() {
            lines.push(owned(line));
        }
        assert_eq!(buffer.bytes.len(), CAPACITY);
        if buffer.fill_from(&mut stream).expect("pieces").0 == Filled::End {
            lines.extend(buffer.rest().map(owned));
            return lines;
        }
    }
}

#[test]
fn lines_come_whole_however_the_text_comes() {
    let text = b"one\n\ntwo\r\nthree";
    for piece in [1, 2, 3, 5, 100] {
        let lines = lines(text, piece);
        let expected: [(&[u8], u64); 4] = [(b"one", 4), (b"", 1), (b"two\r", 5), (b"three", 5)];
        let expected = expected.map(|(text, length)| (Some(text.to_vec()), length));
        assert_eq!(lines, expected, "in pieces of {piece}");
    }
}

#[test]
fn a_line_as_long_as_may_be_is_given_out_and_a_longer_one_is_counted() {
    for piece in [1_000, 70_000, CAPACITY] {
        let mut text = vec![b'a'; LONGEST_LINE];
        text.push(b'\n');
        text.extend(vec![b'b'; LONGEST_LINE + 1]);
        text.extend(b"\nc\n");
        text.extend(vec![b'd'; 10 * CAPACITY]);
        text.extend(b"\ne");
        let found = lines(&text, piece);
        let told: Vec<_> = found
            .iter()
            .map(|(t, n)| (t.as_ref().map(Vec::len), *n))
            .collect();
        let longest = LONGEST_LINE as u64;
        let long = 10 * CAPACITY as u64;
        let expected = [
            (Some(LONGEST_LINE), longest + 1),
            (None, longest + 2),
            (Some(1), 2),
            (None, long + 1),
            (Some(1), 1),
        ];
        assert_eq!(told, expected, "in pieces of {piece}");
    }
}

#[test]
fn the_line_directly_behind_a_run_of_nuls_is_read() {
    for piece in [1_000, 70_000, CAPACITY] {
        let mut text = b"a\n".to_vec();
        text.extend(vec![0; 3 * CAPACITY + 17]);
        text.extend(b"b\nc\n");
        let b = (Some(b"b".to_vec()), 3 * CAPACITY as u64 + 17 + 2);
        let expected = [(Some(b"a".to_vec()), 2), b, (Some(b"c".to_vec()), 2)];
        assert_eq!(lines(&text, piece), expected, "in pieces of {piece}");
    }
}

#[test]
fn a_line_that_holds_a_nul_is_known_however_the_text_comes() {
    let text = b"one\nt\0wo\n\0three\n\0fo\0ur\nfive\n\n\0\nsix\nse\0ven";
    let expected = [
        (&b"one"[..], false),
        (b"t\0wo", true),
        (b"three", false),
        (b"fo\0ur", true),
        (b"five", false),
        (b"", false),
        (b"", false),
        (b"six", false),
        (b"se\0ven", true),
    ];
    // Also where the text passes the end of the buffer, and where a hole is discarded.
    for before in [
        0,
        CAPACITY / 2 - 20,
        CAPACITY / 2,
        CAPACITY - 40,
        3 * CAPACITY,
    ] {
        for piece in [1_000, 70_000, CAPACITY] {
            let mut long = vec![b'x'; before];
            long.iter_mut().step_by(100).for_each(|byte| *byte = b'\n');
            let mut all = vec![0; 2_000];
            all.extend(&long);
            all.push(b'\n');
            all.extend(text);
            let (mut buffer, mut stream) = (Buffer::new(), Pieces(&all, piece));
            let mut found = Vec::new();
            loop {
                while let Some(line) = buffer.next() {
                    found.push((line.text.to_vec(), line.nul));
                }
                if buffer.fill_from(&mut stream).expect("pieces").0 == Filled::End {
                    found.extend(buffer.rest().map(|line| (line.text.to_vec(), line.nul)));
                    break;
                }
            }
            let (first, last) = found.split_at(found.len() - expected.len());
            assert!(first.iter().all(|(_, nul)| !nul));
            let last: Vec<_> = last.iter().map(|(text, nul)| (&text[..], *nul)).collect();
            assert_eq!(last, expected, "behind {before}, in pieces of {piece}");
        }
    }
}

#[test]
fn the_bytes_before_the_next_line_are_known_but_while_part_of_it_is_thrown_away() {
    let mut buffer = Buffer::new();
    let mut text = b"before\n".repeat(1_000);
    text.extend(vec![0; CAPACITY]);
    text.extend(b"after\n");
    let mut stream = Pieces(&text, CAPACITY);
    buffer.fill_from(&mut stream).expect("pieces");
    while buffer.next().is_some() {}
    let before = b"before\n".repeat(1_000);
    assert_eq!(buffer.context(), Some(&before[before.len() - CONTEXT..]));
    buffer.fill_from(&mut stream).expect("pieces");
    assert_eq!(buffer.context(), None);
    assert!(buffer.next().is_some());
    let context = buffer.context().expect("a whole line");
    assert_eq!(context.len(), CONTEXT);
    assert!(context.ends_with(b"\0after\n"));
}
