//! Decides what sftp-server logs if a command of `ForceCommand` or `Subsystem` starts it (session.c, sftp-server.c).

use super::options::SftpServerOptions;
use super::words::{BLANKS, words};

/// The name of the sftp-server inside sshd.
const INTERNAL: &str = "internal-sftp";

/// The reason why a quoted command logs nothing.
const QUOTED: &str =
    "because of the quotes sshd takes it for a program that does not exist, not for internal-sftp";

/// The number of words of an internal-sftp command that sshd reads, with the command itself (session.c, ARGV_MAX).
const WORDS_TAKEN: usize = 9;

/// What a command logs about files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Logging {
    /// It logs opening and closing, at this level.
    Files(String),
    /// It logs nothing.
    Nothing {
        /// The reason.
        why: &'static str,
        /// The corrected command.
        better: String,
    },
    /// Another program, of which the logging is unknown.
    Unknown,
}

fn nothing(why: &'static str, better: String) -> Logging {
    Logging::Nothing { why, better }
}

/// Judges a `ForceCommand`: the raw rest of the line, with quotes and comment.
pub(super) fn forced(command: &str) -> Logging {
    let bare = command.replace(['"', '\''], "");
    let better = || better(bare.split_whitespace());
    if let Some(nothing) = foreign_blank(command, &bare) {
        return nothing;
    }
    if let Some(arguments) = command.strip_prefix(INTERNAL) {
        return match arguments.chars().next() {
            // Up to OpenSSH 10.3 only blanks separate arguments: a tab joins two words, sshd reports nothing, and the level
            // stays ERROR. Later versions accept a tab, but the version here is not known.
            Some('\t') => nothing(
                "a tab follows internal-sftp, where a blank is needed",
                better(),
            ),
            None | Some(' ') => sftp_server(
                arguments.split(' ').filter(|word| !word.is_empty()),
                WORDS_TAKEN - 1,
                better,
            ),
            Some(_) => Logging::Unknown,
        };
    }
    if bare.starts_with(INTERNAL) {
        return nothing(QUOTED, better());
    }
    program(&bare.split_whitespace().collect::<Vec<_>>(), better)
}

/// Judges a `Subsystem sftp`: the words after the name, which sshd joins again with one blank between them.
pub(super) fn subsystem(command: &str) -> Logging {
    if let Some(nothing) = foreign_blank(command, &command.replace(['"', '\''], "")) {
        return nothing;
    }
    let words = words(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let unquoted = || better(words.iter().flat_map(|word| word.split_whitespace()));
    match words.as_slice() {
        // OpenSSH 9.2 removes these quotes; 10.0 keeps them, so the level's name contains a quote.
        [INTERNAL, arguments @ ..] if arguments.iter().any(|word| word.contains(' ')) => {
            let why = "later versions of sshd keep the quotes, and sftp-server refuses them";
            nothing(why, unquoted())
        }
        [INTERNAL, arguments @ ..] => {
            let arguments = arguments
                .iter()
                .flat_map(|word| word.split(' '))
                .filter(|word| !word.is_empty());
            sftp_server(arguments, WORDS_TAKEN - 1, || better(words.iter().copied()))
        }
        [quoted, ..] if quoted.split(' ').next() == Some(INTERNAL) => nothing(QUOTED, unquoted()),
        words => program(words, || better(words.iter().copied())),
    }
}

/// A command with a blank that sshd does not accept as one: it joins the text around it to one word.
fn foreign_blank(command: &str, bare: &str) -> Option<Logging> {
    let foreign = |letter: char| letter.is_whitespace() && !BLANKS.contains(&letter);
    let why = "a no-break space or its like stands where sshd needs a plain space";
    (command.contains(foreign)).then(|| nothing(why, better(bare.split_whitespace())))
}

/// Judges a command that the login shell runs.
fn program(words: &[&str], better: impl Fn() -> String) -> Logging {
    let words = if words.first() == Some(&"exec") {
        &words[1..]
    } else {
        words
    };
    match words {
        [path, arguments @ ..] if path.rsplit('/').next() == Some("sftp-server") => {
            sftp_server(arguments.iter().copied(), usize::MAX, better)
        }
        _ => Logging::Unknown,
    }
}

/// Judges the arguments of sftp-server.
fn sftp_server<'a>(
    arguments: impl Iterator<Item = &'a str>,
    most: usize,
    better: impl Fn() -> String,
) -> Logging {
    let options = SftpServerOptions::read(arguments.take(most));
    let nothing = |why| nothing(why, better());
    if let Some(why) = options.refused {
        return nothing(why);
    }
    let level = options.level.unwrap_or("ERROR").to_ascii_uppercase();
    match level.as_str() {
        "INFO" | "VERBOSE" | "DEBUG" | "DEBUG1" | "DEBUG2" | "DEBUG3" if options.to_stderr => {
            nothing("-e sends the log to the client")
        }
        "INFO" | "VERBOSE" | "DEBUG" | "DEBUG1" | "DEBUG2" | "DEBUG3" => Logging::Files(level),
        "SILENT" | "QUIET" | "FATAL" | "ERROR" => nothing("the level is below INFO"),
        _ => nothing("there is no such level"),
    }
}

/// The same command with `-l INFO`, and without options that prevent it from working. The level is first: sshd drops words
/// beyond its limit. If there are too many words, an option and its argument are joined to one word.
fn better<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words = words.peekable();
    let mut better = Vec::new();
    // `exec` and the program.
    better.extend(words.next_if_eq(&"exec").map(str::to_owned));
    let program = words.next().unwrap_or(INTERNAL);
    better.extend([program, "-l", "INFO"].map(str::to_owned));
    let kept = SftpServerOptions::read(words).kept;
    let count: usize = kept.iter().map(Vec::len).sum();
    let narrow = program == INTERNAL && better.len() + count > WORDS_TAKEN;
    for option in kept {
        match narrow {
            true => better.push(option.concat()),
            false => better.extend(option),
        }
    }
    better.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The level, or the better command, or `?`.
    fn told(logging: Logging) -> String {
        match logging {
            Logging::Files(level) => level,
            Logging::Nothing { better, .. } => format!("=> {better}"),
            Logging::Unknown => "?".to_owned(),
        }
    }

    #[test]
    fn a_forced_command_counts_as_sshd_and_sftp_server_read_it() {
        for (command, expected) in [
            ("internal-sftp", "=> internal-sftp -l INFO"),
            ("internal-sftp -l INFO", "INFO"),
            ("internal-sftp -lINFO", "INFO"),
            ("internal-sftp  -f LOCAL3 -l verbose -u 0002", "VERBOSE"),
            ("internal-sftp -l INFO # our partners", "INFO"),
            ("internal-sftp # -l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -l INFO -l ERROR", "=> internal-sftp -l INFO"),
            (
                "internal-sftp -u 0002 -d /upload -R",
                "=> internal-sftp -l INFO -u 0002 -d /upload -R",
            ),
            (
                "internal-sftp -d -lINFO",
                "=> internal-sftp -l INFO -d -lINFO",
            ),
            ("internal-sftp -elINFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -l INFOS", "=> internal-sftp -l INFO"),
            ("internal-sftp -x -l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -l", "=> internal-sftp -l INFO"),
            ("internal-sftp\t-l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -l\tINFO", "=> internal-sftp -l INFO"),
            (
                "internal-sftp -u 0002\t-l INFO",
                "=> internal-sftp -l INFO -u 0002",
            ),
            ("\"internal-sftp -l INFO\"", "=> internal-sftp -l INFO"),
            ("internal-sftp -l \"INFO\"", "=> internal-sftp -l INFO"),
            (
                "internal-sftp -d a -u 1 -P b -p c -l INFO",
                "=> internal-sftp -l INFO -da -u1 -Pb -pc",
            ),
            (
                "internal-sftp -f LOCAL3 -u 0002 -d /upload -P remove",
                "=> internal-sftp -l INFO -fLOCAL3 -u0002 -d/upload -Premove",
            ),
            (
                "internal-sftp -l INFO -fLOCAL3 -u0002 -d/upload -Premove",
                "INFO",
            ),
            ("internal-sftp -l SILENT", "=> internal-sftp -l INFO"),
            ("internal-sftp -l INFO -f authpriv", "INFO"),
            (
                "internal-sftp -f AUTHPRI -l INFO",
                "=> internal-sftp -l INFO",
            ),
            ("internal-sftp -fLOCAL8 -l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -u 0008 -l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -u 1000 -l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -u 0 -l INFO", "INFO"),
            ("internal-sftp\u{a0}-l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp -l INFO\u{a0}", "=> internal-sftp -l INFO"),
            (
                "/usr/lib/openssh/sftp-server -f AUTH -u 0002 -d /upload -P remove",
                "=> /usr/lib/openssh/sftp-server -l INFO -f AUTH -u 0002 -d /upload -P remove",
            ),
            ("internal-sftpd -l INFO", "?"),
            ("Internal-SFTP -l INFO", "?"),
            ("/usr/lib/openssh/sftp-server -l DEBUG3", "DEBUG3"),
            ("exec /usr/lib/openssh/sftp-server\t-l INFO", "INFO"),
            (
                "/usr/lib/openssh/sftp-server -e",
                "=> /usr/lib/openssh/sftp-server -l INFO",
            ),
            ("/usr/local/bin/wrapper", "?"),
            ("", "?"),
        ] {
            assert_eq!(told(forced(command)), expected, "{command}");
        }
    }

    #[test]
    fn a_subsystem_counts_word_by_word() {
        for (command, expected) in [
            ("internal-sftp -l INFO", "INFO"),
            ("internal-sftp\t-l\tINFO", "INFO"),
            ("\"internal-sftp\" -l INFO", "INFO"),
            ("internal-sftp \"-l INFO\"", "=> internal-sftp -l INFO"),
            ("internal-sftp \"-l\" INFO", "INFO"),
            ("internal-sftp\u{a0}-l INFO", "=> internal-sftp -l INFO"),
            ("internal-sftp # -l INFO", "=> internal-sftp -l INFO"),
            ("\"internal-sftp -l INFO\"", "=> internal-sftp -l INFO"),
            (
                "/usr/lib/openssh/sftp-server",
                "=> /usr/lib/openssh/sftp-server -l INFO",
            ),
            (
                "/usr/libexec/openssh/sftp-server -f AUTHPRIV -l INFO",
                "INFO",
            ),
            ("/usr/local/bin/wrapper", "?"),
            ("", "?"),
        ] {
            assert_eq!(told(subsystem(command)), expected, "{command}");
        }
    }
}
