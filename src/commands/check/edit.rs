//! The edit that mends a line of sshd's configuration, as a command.

use std::path::PathBuf;

use super::units::Ssh;
use super::words::path;
use crate::adapters::sshd_config::{Missing, PATH};

/// sshd takes no configuration that is wrong, and a reload ends no session. One that a socket starts would, reloaded, want to
/// bind the port itself, and end; of a restart as well sessions that are open know nothing: they are processes of their own.
pub(super) fn reload(ssh: Ssh) -> String {
    let how = match ssh.of_socket {
        true => "try-restart",
        false => "try-reload-or-restart",
    };
    format!("sudo sshd -t && sudo systemctl {how} {}", ssh.unit)
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
pub(super) fn mend(gap: &Missing, ssh: Ssh) -> String {
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
pub(super) fn first_line(line: &str, ssh: Ssh) -> String {
    format!("sudo sed -i '1i {line}' {PATH} && {}", reload(ssh))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_socket_starts_sshd_it_is_restarted() {
        let ssh = Ssh {
            of_socket: true,
            ..Ssh::default()
        };
        let said = first_line("Subsystem sftp internal-sftp -l INFO", ssh);
        assert!(
            said.ends_with("&& sudo sshd -t && sudo systemctl try-restart ssh"),
            "{said}"
        );
    }
}
