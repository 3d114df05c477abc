//! With which options an sshd was started: where its configuration is, and where its log goes.

use std::path::{Path, PathBuf};

/// The options of sshd that stand alone, and so may stand before another in one word (sshd(8)).
const ALONE: &str = "46DGRTVdiqrt";

/// What the command line of an sshd says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// `-f`: the file that it reads in place of sshd_config.
    pub file: Option<PathBuf>,
    /// `-e`, or `-E FILE`: its log goes there, and not to syslog.
    pub log: Option<String>,
    /// It has `-o`: values that outweigh those of its file.
    pub overridden: bool,
}

impl Started {
    /// Reads a command line. Its words are separated by NULs, or by blanks where sshd has put its title in their place, as it
    /// does since OpenSSH 8.2: `sshd: /usr/sbin/sshd -D -e [listener] 0 of 10-100 startups`.
    pub fn read(arguments: &str) -> Started {
        let mut started = Started::default();
        let mut words = arguments.split(['\0', ' ']).skip(1).peekable();
        while let Some(word) = words.next() {
            let Some(options) = word.strip_prefix('-') else {
                continue;
            };
            let option = options.trim_start_matches(|option| ALONE.contains(option));
            let Some(letter) = option.chars().next() else {
                continue;
            };
            let joined = &option[letter.len_utf8()..];
            let mut argument = || match joined {
                "" => words.next().unwrap_or_default().to_owned(),
                joined => joined.to_owned(),
            };
            match letter {
                'e' => started.log = Some("-e".to_owned()),
                'E' => started.log = Some(format!("-E {}", argument())),
                'f' => started.file = Some(argument().into()),
                'o' => started.overridden = true,
                _ => {}
            }
        }
        started
    }
}

/// The processes of sshd that listen, but for this one and those of other machines: each with its command line.
pub fn listeners(program: &Path, but: &str) -> Vec<(String, String)> {
    let own = std::fs::read_link("/proc/self/ns/pid").ok();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry.path();
        let pid = entry.file_name().to_string_lossy().into_owned();
        let here = || std::fs::read_link(process.join("ns/pid")).ok() == own;
        if pid == but || std::fs::read_link(process.join("exe")).ok().as_deref() != Some(program) {
            continue;
        }
        let arguments = std::fs::read(process.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        if arguments.contains("[listener]") && here() {
            found.push((pid, arguments.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// File, log, and whether values are overridden.
    fn read(arguments: &str) -> (String, String, bool) {
        let started = Started::read(arguments);
        let file = started
            .file
            .map_or(String::new(), |file| file.display().to_string());
        (file, started.log.unwrap_or_default(), started.overridden)
    }

    #[test]
    fn the_options_are_read_with_and_without_sshds_title() {
        for (arguments, file, log, overridden) in [
            ("/usr/sbin/sshd\0-D\0", "", "", false),
            ("/usr/sbin/sshd\0-D\0-e\0", "", "-e", false),
            ("/usr/sbin/sshd\0-De\0", "", "-e", false),
            (
                "/usr/sbin/sshd\0-D\0-E/var/log/sshd\0",
                "",
                "-E /var/log/sshd",
                false,
            ),
            (
                "/usr/sbin/sshd\0-D\0-E\0/var/log/e\0",
                "",
                "-E /var/log/e",
                false,
            ),
            (
                "/usr/sbin/sshd\0-f\0/etc/ssh/sftp\0-oPort=2222\0",
                "/etc/ssh/sftp",
                "",
                true,
            ),
            (
                "sshd: /usr/sbin/sshd -D -e [listener] 0 of 10-100 startups\0",
                "",
                "-e",
                false,
            ),
            (
                "sshd: /usr/sbin/sshd -Df/etc/ssh/sftp [listener] 0 of 10-100 startups",
                "/etc/ssh/sftp",
                "",
                false,
            ),
            (
                "sshd: /usr/sbin/sshd -D -o LogLevel=QUIET [listener] 0",
                "",
                "",
                true,
            ),
            ("/usr/sbin/sshd\0-p\0-e\0", "", "-e", false),
        ] {
            let expected = (file.to_owned(), log.to_owned(), overridden);
            assert_eq!(read(arguments), expected, "{arguments}");
        }
    }
}
