//! Finds commands in a partner's keys: `command="…"` in authorized_keys runs in place of the Subsystem, unless sshd forces
//! another command (sshd(8), AUTHORIZED_KEYS FILE FORMAT).

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Missing;
use super::command::{self, Logging};
use super::words::{BLANKS, trim};

/// The most bytes that are read of a file: a key has some hundred bytes.
const MOST: u64 = 1 << 20;

/// The lines of a key file whose command is an sftp-server that logs no files; empty for an unreadable file.
pub fn silent_keys(path: &Path) -> Vec<Missing> {
    // The account owns the directory: opening a file that is not regular may hang.
    let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let Some(file) = opened
        .ok()
        .filter(|file| file.metadata().is_ok_and(|meta| meta.is_file()))
    else {
        return Vec::new();
    };
    let mut bytes = Vec::new();
    match file.take(MOST).read_to_end(&mut bytes) {
        Ok(_) => silent(path, &String::from_utf8_lossy(&bytes)),
        Err(_) => Vec::new(),
    }
}

fn silent(path: &Path, text: &str) -> Vec<Missing> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(number, line)| {
            let command = forced_by(line)?;
            match command::forced(&command) {
                Logging::Nothing { why, better } => Some(Missing {
                    found: format!("command=\"{command}\""),
                    why,
                    line: format!("command=\"{better}\""),
                    file: path.to_owned(),
                    number: number + 1,
                }),
                Logging::Files(_) | Logging::Unknown => None,
            }
        })
        .collect()
}

/// The command in a key's options; they are before the key type, separated by commas.
fn forced_by(line: &str) -> Option<String> {
    let mut rest = trim(line);
    if rest.starts_with('#') {
        return None;
    }
    loop {
        let (option, behind) = option(rest);
        if let Some((name, value)) = option.split_once('=') {
            if name.eq_ignore_ascii_case("command") {
                let value = value.strip_prefix('"').unwrap_or(value);
                let value = value.strip_suffix('"').unwrap_or(value);
                return Some(value.replace("\\\"", "\""));
            }
        }
        rest = behind.strip_prefix(',')?;
    }
}

/// Splits off the first option, whose quotes may contain commas and blanks, and returns the rest too.
fn option(text: &str) -> (&str, &str) {
    let (mut quoted, mut before) = (false, ' ');
    let end = text.find(|letter: char| {
        let over = !quoted && (letter == ',' || BLANKS.contains(&letter));
        if letter == '"' && before != '\\' {
            quoted = !quoted;
        }
        before = letter;
        over
    });
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_whose_command_is_an_sftp_server_without_a_level_is_found() {
        let text = r#"
# command="internal-sftp" of old
ssh-ed25519 AAAA alice
restrict,command="internal-sftp" ssh-ed25519 AAAA one
command="internal-sftp -l INFO",no-pty ssh-ed25519 AAAA two
from="192.0.2.0/24,198.51.100.7",COMMAND="internal-sftp -u 0002",environment="A=\"b, c\"" ssh-rsa AAAA three
command="rsync --server" ssh-rsa AAAA backup
ssh-ed25519 AAAA command="internal-sftp"
"#;
        let found = silent(Path::new("/home/alice/.ssh/authorized_keys"), text);
        let told: Vec<String> = found
            .iter()
            .map(|one| format!("{} {} => {}", one.number, one.found, one.line))
            .collect();
        assert_eq!(
            told,
            [
                r#"4 command="internal-sftp" => command="internal-sftp -l INFO""#,
                r#"6 command="internal-sftp -u 0002" => command="internal-sftp -l INFO -u 0002""#,
            ]
        );
    }
}
