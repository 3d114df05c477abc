//! What a command of `ForceCommand` or `Subsystem` makes sftp-server log (sftp-server.c, session.c).

/// What is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logging {
    /// Opens and closes: `-l INFO` or more.
    Files,
    /// No file.
    Nothing,
    /// Another program: nobody knows.
    Unknown,
}

/// The options of sftp-server that take an argument (sftp-server.c, getopt string `d:f:l:P:p:Q:u:cehR`).
const WITH_ARGUMENT: &str = "dflPpQu";

/// What this command makes sftp-server log.
pub(super) fn logging(command: &str) -> Logging {
    let command = command.trim();
    // Recognised only at the very beginning, unquoted, before a blank or the end (session.c, IS_INTERNAL_SFTP).
    if let Some(arguments) = command.strip_prefix("internal-sftp") {
        return match arguments.chars().next() {
            None => Logging::Nothing,
            Some(' ') => options(arguments),
            // Up to OpenSSH 10.3 arguments are split at blanks alone: behind a tab they are no arguments, and the level
            // stays ERROR.
            Some('\t') => Logging::Nothing,
            Some(_) => Logging::Unknown,
        };
    }
    if command.starts_with("\"internal-sftp") || command.starts_with("'internal-sftp") {
        // With its quotes it is no internal-sftp but a program that does not exist.
        return Logging::Nothing;
    }
    let (program, arguments) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    match program.rsplit('/').next() {
        Some("sftp-server") => options(arguments),
        _ => Logging::Unknown,
    }
}

/// getopt's reading: `-l INFO`, `-lINFO`, `-elINFO`; the last level wins; what is no option ends them.
fn options(arguments: &str) -> Logging {
    let mut level = "ERROR".to_owned();
    let mut to_stderr = false;
    let mut words = arguments.split_whitespace();
    'words: while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty() && *letters != "-") else { break };
        for (at, letter) in letters.char_indices() {
            if WITH_ARGUMENT.contains(letter) {
                let rest = &letters[at + letter.len_utf8()..];
                let argument = if rest.is_empty() { words.next().unwrap_or_default() } else { rest };
                if letter == 'l' {
                    level = argument.to_ascii_uppercase();
                }
                continue 'words;
            }
            to_stderr |= letter == 'e';
        }
    }
    let files = matches!(level.as_str(), "INFO" | "VERBOSE" | "DEBUG" | "DEBUG1" | "DEBUG2" | "DEBUG3");
    if files && !to_stderr { Logging::Files } else { Logging::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_counts_as_sftp_server_reads_it() {
        for (command, logging_of_it) in [
            ("internal-sftp", Logging::Nothing),
            ("internal-sftp -l INFO", Logging::Files),
            ("internal-sftp -lINFO", Logging::Files),
            ("internal-sftp -f LOCAL3 -l verbose -u 0002", Logging::Files),
            ("internal-sftp -l INFO -l ERROR", Logging::Nothing),
            ("internal-sftp -elINFO", Logging::Nothing),
            ("internal-sftp\t-l INFO", Logging::Nothing),
            ("internal-sftp -l INFO # our partners", Logging::Files),
            ("internal-sftp -d /l -R", Logging::Nothing),
            ("\"internal-sftp -l INFO\"", Logging::Nothing),
            ("internal-sftpd -l INFO", Logging::Unknown),
            ("/usr/lib/openssh/sftp-server -l DEBUG3", Logging::Files),
            ("/usr/lib/openssh/sftp-server", Logging::Nothing),
            ("/usr/local/bin/wrapper", Logging::Unknown),
        ] {
            assert_eq!(logging(command), logging_of_it, "{command}");
        }
    }
}
