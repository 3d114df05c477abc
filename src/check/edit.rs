//! The edit that mends a line of sshd's configuration, as a command.

use std::path::PathBuf;

use super::words::path;
use crate::sshd_config::{Missing, PATH};

/// sshd takes no configuration that is wrong, and a reload ends no session.
pub(super) fn reload(ssh: &str) -> String {
    format!("sudo sshd -t && sudo systemctl try-reload-or-restart {ssh}")
}

/// Where the line stands, for the beginning of a sentence.
pub(super) fn place(gap: &Missing) -> String {
    match gap.file == PathBuf::new() {
        true => String::new(),
        false => format!("{}:{}: ", gap.file.display(), gap.number),
    }
}

/// Writes the better line in the place of the one that is there, and has sshd read it. Where that cannot be said in a
/// command, a person writes it.
pub(super) fn mend(gap: &Missing, ssh: &str) -> String {
    // What a shell or sed gives a meaning is left to a person.
    let plain = gap.line.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let plain = plain && !gap.line.contains(['\'', '\\', '|', '&']);
    if !plain || gap.number == 0 {
        return format!("sudoedit {PATH} && {}", reload(ssh));
    }
    let script = format!(r"{}s|^\([[:blank:]]*\).*|\1{}|", gap.number, gap.line);
    let edit = format!("sudo sed -i '{script}' {}", path(&gap.file));
    format!("{edit} && {}", reload(ssh))
}

/// Writes a line before all others, where it holds for everyone and before any `Match`.
pub(super) fn first_line(line: &str, ssh: &str) -> String {
    format!("sudo sed -i '1i {line}' {PATH} && {}", reload(ssh))
}
