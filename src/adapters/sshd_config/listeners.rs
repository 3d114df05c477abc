//! Finds the sshds that listen: root's processes, by the information that every user may read.

use std::collections::BTreeMap;
use std::fs;

use super::PROGRAM;

/// Root's sshd processes that listen, without those of containers: pid and command line. They are found without special
/// rights, so the result is the same for every user.
pub(super) fn listeners() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry.path();
        let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        if !arguments.starts_with(&format!("sshd: {PROGRAM} ")) || !arguments.contains("[listener]")
        {
            continue;
        }
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        if is_roots_own(&status) {
            let pid = entry.file_name().to_string_lossy().into_owned();
            found.insert(pid, arguments.trim().to_owned());
        }
    }
    found
}

/// Decides by `/proc/PID/status`: did root start it, in this pid namespace? Any user may run an sshd, or name a process sshd.
fn is_roots_own(status: &str) -> bool {
    let words = |name: &str| -> Vec<&str> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().split_whitespace().collect()
    };
    words("Uid:") == ["0"; 4] && words("NSpid:").len() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_counts_that_root_started_in_this_machine() {
        for (status, expected) in [
            ("Name:\tsshd\nUid:\t0\t0\t0\t0\nNSpid:\t812\n", true),
            // For a set-uid program the first uid is the user's.
            ("Name:\tsu\nUid:\t1001\t0\t0\t0\nNSpid:\t812\n", false),
            ("Name:\tsshd\nUid:\t0\t0\t0\t0\nNSpid:\t812\t1\n", false),
            ("", false),
        ] {
            assert_eq!(is_roots_own(status), expected, "{status}");
        }
    }
}
