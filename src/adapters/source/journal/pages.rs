//! Gives back the memory of the journal's files that libsystemd has read.
#![expect(
    unsafe_code,
    reason = "only its address leads to memory that libsystemd has mapped"
)]

use std::ffi::c_void;
use std::io;

use rustix::mm::{Advice, madvise};

/// Takes the pages of the journal's files out of this process. libsystemd keeps up to 512 MiB of them mapped (mmap-cache.c), and for
/// each byte that it reads, Linux maps 64 KiB: they count as memory of this process. The next read takes them from the page
/// cache again (`MADV_DONTNEED` of a shared mapping, madvise(2)).
///
/// # Safety
///
/// While this runs, no other thread of the process may have a journal open: if it took away a file that is mapped, something else could
/// stand at its address, and would lose its contents.
pub(super) unsafe fn give_back() -> io::Result<()> {
    let maps = std::fs::read("/proc/self/maps")?;
    for (from, to) in maps.split(|byte| *byte == b'\n').filter_map(of_journal) {
        let address = std::ptr::with_exposed_provenance_mut::<c_void>(from);
        // SAFETY: a journal's file is mapped there, as long as the caller keeps its promise.
        unsafe { madvise(address, to - from, Advice::LinuxDontNeed) }?;
    }
    Ok(())
}

/// The addresses in a line of /proc/self/maps, if a journal's file is mapped there as libsystemd maps it: shared, to be read.
fn of_journal(line: &[u8]) -> Option<(usize, usize)> {
    let line = String::from_utf8_lossy(line);
    let (addresses, rest) = line.split_once(" r--s ")?;
    let (from, to) = addresses.split_once('-')?;
    let [from, to] = [from, to].map(|address| usize::from_str_radix(address, 16));
    rest.contains(".journal").then_some((from.ok()?, to.ok()?))
}

#[cfg(test)]
mod tests {
    use super::of_journal;

    #[test]
    fn only_mapped_files_of_a_journal_are_found() {
        let maps = "\
557bfd45c000-557bfd6e2000 r-xp 000a1000 fe:00 3277 /usr/bin/sftp-monitor
7f20a4000000-7f20a4800000 r--s 00000000 fe:00 91 /var/log/journal/1/system.journal
7f20a5000000-7f20a5001000 r--s 00800000 fe:00 92 /var/log/journal/1/user-1001@5-1.journal~ (deleted)
7f20a6000000-7f20a6001000 rw-s 00000000 fe:00 93 /var/log/journal/1/system.journal
7f20a7000000-7f20a7001000 r--s 00000000 fe:00 94 /usr/lib/locale/C.utf8/LC_CTYPE
7f20a8000000-7f20a8021000 rw-p 00000000 00:00 0
";
        let found: Vec<_> = maps
            .lines()
            .filter_map(|line| of_journal(line.as_bytes()))
            .collect();
        let expected = [
            (0x7f20_a400_0000, 0x7f20_a480_0000),
            (0x7f20_a500_0000, 0x7f20_a500_1000),
        ];
        assert_eq!(found, expected);
    }
}
