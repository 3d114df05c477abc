//! The edit that fixes a line of sshd's configuration, as a command.

use std::path::Path;

use super::units::Ssh;
use super::words::{edit, path};
use crate::adapters::sshd_config::{Missing, OPTIONS};

/// The command that makes sshd read its configuration. It tests it first; a reload ends no session. An sshd that a socket
/// starts would try to bind the port on a reload, and end; a restart is safe, since sessions are separate processes.
pub(super) fn reload(ssh: Ssh<'_>) -> String {
    let test = match ssh.file {
        Some(file) => format!("sudo sshd -t -f {}", path(file)),
        None => "sudo sshd -t".to_owned(),
    };
    if let Some(pid) = ssh.pid {
        return format!("{test} && sudo kill -HUP {pid}");
    }
    let how = match ssh.of_socket {
        true => "try-restart",
        false => "try-reload-or-restart",
    };
    format!("{test} && sudo systemctl {how} {}", ssh.unit)
}

/// The command with which a person edits the configuration, if no command can do it.
pub(super) fn by_hand(ssh: Ssh<'_>) -> String {
    format!("{} && {}", edit(ssh.path()), reload(ssh))
}

/// The command with which a person changes sshd's start options.
pub(super) fn unit(ssh: Ssh<'_>) -> Option<String> {
    let unit = ssh.unit;
    let edit = format!("sudo systemctl edit {unit}.service");
    ssh.pid.is_none().then_some(edit)
}

/// The place of the line, for the beginning of a sentence.
pub(super) fn place(gap: &Missing) -> String {
    match (gap.file.display(), gap.number) {
        _ if gap.file == Path::new("") => String::new(),
        (file, 0) => format!("{file}: "),
        (file, number) => format!("{file}:{number}: "),
    }
}

/// The line, its fault, and the line to write in its place.
pub(super) fn told(gap: &Missing) -> String {
    let (place, found, why, line) = (place(gap), &gap.found, gap.why, &gap.line);
    format!("{place}{found}: {why}; write: {line}")
}

/// The command that replaces the line by the better one and makes sshd read it. If no command can do this, a person
/// edits the file.
pub(super) fn fix(gap: &Missing, ssh: Ssh<'_>) -> String {
    if gap.file == Path::new(OPTIONS) {
        return unit(ssh).unwrap_or_else(|| by_hand(ssh));
    }
    // A line with characters that are special for a shell or sed is left to a person.
    let plain = gap.line.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let plain = plain && !gap.line.contains(['\'', '\\', '|', '&']);
    if !plain || gap.number == 0 {
        return by_hand(ssh);
    }
    let script = format!(r"{}s|^\([[:blank:]]*\).*|\1{}|", gap.number, gap.line);
    let edit = format!("sudo sed -i '{script}' {}", path(&gap.file));
    format!("{edit} && {}", reload(ssh))
}

/// The command that inserts a line at the beginning, where it is before any `Match` and holds for every account.
pub(super) fn first_line(line: &str, ssh: Ssh<'_>) -> String {
    let file = path(ssh.path());
    format!("sudo sed -i '1i {line}' {file} && {}", reload(ssh))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sshd_config::Started;

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

    #[test]
    fn a_second_sshd_tests_its_own_file_and_is_reloaded_by_its_unit_or_its_process() {
        let mut started = Started {
            unit: Some("sshd-sftp".to_owned()),
            pid: Some("71".to_owned()),
            file: Some("/etc/ssh/sftp".into()),
            ..Started::default()
        };
        let test = "sudo sshd -t -f /etc/ssh/sftp";
        let reloaded = format!("{test} && sudo systemctl try-reload-or-restart sshd-sftp");
        assert_eq!(reload(Ssh::default().of(&started)), reloaded);
        let option = Missing {
            found: "LogLevel ERROR".to_owned(),
            why: "",
            line: "LogLevel INFO".to_owned(),
            file: OPTIONS.into(),
            number: 0,
        };
        let edit = "sudo systemctl edit sshd-sftp.service";
        assert_eq!(fix(&option, Ssh::default().of(&started)), edit);
        started.unit = None;
        let reloaded = format!("{test} && sudo kill -HUP 71");
        assert_eq!(reload(Ssh::default().of(&started)), reloaded);
    }
}
