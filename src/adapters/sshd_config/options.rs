//! Reads the options of sftp-server by its own rules (sftp-server.c).

/// sftp-server's options that take an argument, and those that take none (sftp-server.c, `d:f:l:P:p:Q:u:cehR`).
const OPTIONS: (&str, &str) = ("dflPpQu", "cehR");

/// The arguments of sftp-server.
#[derive(Default)]
pub(super) struct SftpServerOptions<'a> {
    /// The value of `-l`; the last one wins.
    pub(super) level: Option<&'a str>,
    /// `-e` is set: the log goes to stderr.
    pub(super) to_stderr: bool,
    /// The reason why sftp-server ends at once.
    pub(super) refused: Option<&'static str>,
    /// The options that do not change the log level, each with its argument.
    pub(super) kept: Vec<Vec<String>>,
}

impl<'a> SftpServerOptions<'a> {
    /// Reads options as getopt does: `-l INFO`, `-lINFO`, `-elINFO`; the first word without `-` ends them.
    pub(super) fn read(mut words: impl Iterator<Item = &'a str>) -> Self {
        let mut options = SftpServerOptions::default();
        while let Some(letters) = words.next().and_then(|word| word.strip_prefix('-')) {
            if letters.is_empty() || letters == "-" || !options.letters(letters, &mut words) {
                break;
            }
        }
        options
    }

    /// Reads one word of options; false if no option may follow.
    fn letters(&mut self, letters: &'a str, words: &mut impl Iterator<Item = &'a str>) -> bool {
        for (at, letter) in letters.char_indices() {
            if OPTIONS.0.contains(letter) {
                let rest = &letters[at + letter.len_utf8()..];
                let argument = if rest.is_empty() {
                    words.next()
                } else {
                    Some(rest)
                };
                match (letter, argument) {
                    ('l', Some(level)) => self.level = Some(level),
                    ('Q', _) | (_, None) => self.refused = Some(ENDS),
                    ('f', Some(name)) if !is_facility(name) => {
                        self.refused =
                            Some("the value of -f is not a facility, so sftp-server ends at once");
                    }
                    ('u', Some(mask)) if !is_umask(mask) => {
                        self.refused =
                            Some("the value of -u is not a umask, so sftp-server ends at once");
                    }
                    (_, Some(argument)) => self
                        .kept
                        .push(vec![format!("-{letter}"), argument.to_owned()]),
                }
                return true;
            }
            match letter {
                'e' => self.to_stderr = true,
                // `-c` as a login shell: the following words are not read.
                'c' => return false,
                'R' => self.kept.push(vec!["-R".to_owned()]),
                // `-h`, and unknown options.
                _ => self.refused = Some(ENDS),
            }
        }
        true
    }
}

/// The reason why a command with an option such as `-h`, `-Q` or an unknown one logs nothing.
const ENDS: &str = "it has an option that makes sftp-server end at once";

/// Is this a syslog facility that OpenSSH knows, in any case (log.c, log_facilities)?
fn is_facility(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let local = name.strip_prefix("LOCAL");
    matches!(name.as_str(), "DAEMON" | "USER" | "AUTH" | "AUTHPRIV")
        || local.is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'7']))
}

/// Is this a valid umask for sftp-server (sftp-server.c, strtol of base 8)?
fn is_umask(mask: &str) -> bool {
    u32::from_str_radix(mask, 8).is_ok_and(|mask| mask <= 0o777)
}
