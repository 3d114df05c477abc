//! Finds out sshd's settings for a partner, from sshd's own answer and from its files.

use super::in_force::{behind_name, is, possible};
use super::{
    Admission, ChrootDirectory, Directive, InForce, MatchAccount, Missing, forces_logging,
    in_force, words,
};

/// sshd's settings for a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Whether sftp-server logs files.
    pub logging: InForce,
    /// The command if it is not internal-sftp: the partner's shell runs it inside the chroot.
    pub outside: Option<Missing>,
    /// sshd's own `LogLevel` if it is so low that no log-in is logged.
    pub quiet: Option<Missing>,
    /// sshd forces a command.
    pub forced: bool,
    /// `AuthorizedKeysFile` as sshd prints it; empty without an answer, or with a forced command (it overrides those of keys).
    pub keys: Vec<String>,
    /// Is there a `Subsystem sftp`? Without it sshd refuses all file transfers, even with a forced command.
    pub subsystem: bool,
    /// The partner's chroot.
    pub chroot: ChrootDirectory,
    /// The lists of users and groups, as far as they are certain.
    pub admission: Admission,
}

impl Effective {
    /// Settings that are unknown, for this reason.
    pub fn unknown(why: String) -> Effective {
        Effective {
            logging: InForce::Unknown { why },
            outside: None,
            quiet: None,
            forced: false,
            keys: Vec::new(),
            subsystem: true,
            chroot: ChrootDirectory::Unknown,
            admission: Admission::default(),
        }
    }

    /// Does sftp-server log files?
    pub(super) fn logs(&self) -> bool {
        matches!(self.logging, InForce::Logged { .. })
    }

    /// Does sshd force the partner to an sftp-server that logs files?
    pub fn forces_logging(&self) -> bool {
        self.forced && self.logs()
    }
}

/// Reads the output of `sshd -T`: a keyword and its value on each line, with keywords in lower case up to OpenSSH 10.4. It
/// is read like a file without `Match`. `files` give the places of the lines, if known.
pub(super) fn of_printed(printed: &str, files: Option<&[Directive]>) -> Effective {
    let lines = printed.lines();
    let said: Vec<Directive> = lines
        .filter_map(|line| said(line, files.unwrap_or_default()))
        .collect();
    let first = |keyword| said.iter().find(|one| one.keyword == keyword);
    let keys = first("authorizedkeysfile").filter(|_| first("forcecommand").is_none());
    let anybody = MatchAccount {
        name: "",
        groups: None,
    };
    Effective {
        keys: keys.map_or(Vec::new(), |one| words::words(&one.value)),
        ..of_files(&said, &anybody)
    }
}

/// A line of sshd's output; `None` if the value is unset, which sshd prints as `none`, or up to OpenSSH 7.4 as no value.
fn said(line: &str, files: &[Directive]) -> Option<Directive> {
    let (keyword, value) = words::keyword(line)?;
    if value.is_empty() || value.eq_ignore_ascii_case("none") {
        return None;
    }
    let written = match keyword.as_str() {
        "forcecommand" => "ForceCommand",
        "subsystem" => "Subsystem",
        "loglevel" => "LogLevel",
        _ => "",
    };
    let place = place(files, &keyword, value).filter(|_| !written.is_empty());
    let value = match keyword.as_str() {
        // sshd prints the path without the quotes that the file needs.
        "chrootdirectory" => words::quoted(value),
        // sshd takes the whole quoted text as the program's name (session.c).
        "subsystem" => match place.filter(|one| quotes_program(&one.value)) {
            Some(raw) => raw.value.clone(),
            None => value.to_owned(),
        },
        _ => value.to_owned(),
    };
    let mut said = Directive::anywhere(
        keyword,
        value,
        format!("{written} {}", words::keyword(line)?.1),
    );
    if let Some(place) = place {
        (said.file, said.line) = (place.file.clone(), place.line);
    }
    Some(said)
}

/// The reason why a command other than internal-sftp may not work.
const OUTSIDE: &str = "the partner's shell runs it inside the chroot";

/// The reason why a low `LogLevel` is a fault.
const QUIET: &str = "below INFO sshd logs no log-in";

/// Is the program of a Subsystem one quoted word that includes its arguments?
fn quotes_program(value: &str) -> bool {
    words::words(value)
        .get(1)
        .is_some_and(|program| program.contains(' '))
}

/// Does sshd itself run this command (session.c, IS_INTERNAL_SFTP)?
fn is_internal(command: &str) -> bool {
    words::words(command)
        .first()
        .is_some_and(|word| word == "internal-sftp")
}

/// The line with internal-sftp in place of the command.
fn internal(keyword: &str) -> String {
    format!("{keyword} internal-sftp -l INFO")
}

/// Is this `LogLevel` below INFO?
fn is_quiet(level: &str) -> bool {
    // sshd prints QUIET as SILENT (log.c, log_levels).
    ["SILENT", "QUIET", "FATAL", "ERROR"]
        .iter()
        .any(|quiet| level.eq_ignore_ascii_case(quiet))
}

/// Finds the place of a value in the files: sshd does not report it.
fn place<'a>(directives: &'a [Directive], keyword: &str, value: &str) -> Option<&'a Directive> {
    // sshd prints levels in capitals, QUIET as SILENT, and up to OpenSSH 9.3 a Subsystem without its quotes.
    let plain = |text: &str| {
        let words = words::words(text).join(" ").to_ascii_lowercase();
        match words.as_str() {
            "quiet" => "silent".to_owned(),
            _ => words,
        }
    };
    let mut of_keyword = directives.iter().filter(|one| is(one, keyword));
    of_keyword.find(|one| plain(&one.value) == plain(value))
}

/// Reads the settings from the files.
pub(super) fn of_files(directives: &[Directive], partner: &MatchAccount<'_>) -> Effective {
    let first = |keyword| possible(directives, keyword, partner);
    // Keeps only a certain directive.
    let decided = |keyword| match first(keyword).as_slice() {
        [Some(directive)] => Some(*directive),
        _ => None,
    };
    let chroot = match first("chrootdirectory").as_slice() {
        [None] | [] => ChrootDirectory::None,
        [Some(directive)] => match words::words(&directive.value).into_iter().next() {
            Some(value) if !value.eq_ignore_ascii_case("none") => ChrootDirectory::Directory(value),
            _ => ChrootDirectory::None,
        },
        _ => ChrootDirectory::Unknown,
    };
    let forced = first("forcecommand");
    let outside = match forced.as_slice() {
        [None] => decided("subsystem").and_then(|directive| {
            (!is_internal(behind_name(&directive.value)))
                .then(|| directive.missing(OUTSIDE, internal("Subsystem sftp")))
        }),
        [Some(directive)] if !is_internal(&directive.value) => {
            Some(directive.missing(OUTSIDE, internal("ForceCommand")))
        }
        _ => None,
    };
    Effective {
        logging: in_force(directives, partner),
        outside,
        quiet: decided("loglevel")
            .filter(|directive| is_quiet(words::trim(&directive.value)))
            .map(|directive| directive.missing(QUIET, "LogLevel INFO".to_owned())),
        forced: forces_logging(directives, partner),
        keys: Vec::new(),
        subsystem: first("subsystem").iter().any(Option::is_some),
        chroot,
        admission: Admission::of(directives, partner),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const PRINTED: &str = "\
port 22
subsystem sftp /usr/lib/openssh/sftp-server -l INFO
forcecommand internal-sftp -u 0027
chrootdirectory /srv/sftp/%u
loglevel INFO
";

    fn parsed(text: &str) -> Vec<Directive> {
        let read = |_: &Path| Ok(text.to_owned());
        let files = super::super::ConfigFiles {
            read: &read,
            list: &|_| Ok(Vec::new()),
        };
        super::super::parse(Path::new("/etc/ssh/sshd_config"), &files).unwrap_or_default()
    }

    #[test]
    fn what_sshd_prints_is_placed_in_its_files() {
        let directives = parsed("Port 22\nMatch Group x\n  ForceCommand internal-sftp -u 0027\n");
        let effective = of_printed(PRINTED, Some(&directives));
        let InForce::Missing(missing) = effective.logging else {
            panic!("{effective:?}")
        };
        assert_eq!(missing.line, "ForceCommand internal-sftp -l INFO -u 0027");
        assert_eq!(missing.file, Path::new("/etc/ssh/sshd_config"));
        assert_eq!(missing.number, 3);
        assert_eq!(
            effective.chroot,
            ChrootDirectory::Directory("/srv/sftp/%u".into())
        );
    }

    #[test]
    fn keywords_count_in_any_case_and_none_is_nothing() {
        let printed =
            "Subsystem sftp internal-sftp -l VERBOSE \nForceCommand none\nChrootDirectory none\n";
        let effective = of_printed(printed, None);
        let level = "VERBOSE".to_owned();
        assert_eq!(effective.logging, InForce::Logged { level });
        assert_eq!(effective.chroot, ChrootDirectory::None);
        assert!(effective.subsystem);
    }

    #[test]
    fn a_chroot_with_blanks_in_its_path_is_taken_whole() {
        let printed = "chrootdirectory /srv/our \"best\" partners/%u\n";
        let expected = "/srv/our \"best\" partners/%u".to_owned();
        assert_eq!(
            of_printed(printed, None).chroot,
            ChrootDirectory::Directory(expected)
        );
    }

    #[test]
    fn a_forced_command_of_none_is_no_program_of_the_shell() {
        let directives = parsed("Subsystem sftp internal-sftp -l INFO\nForceCommand none\n");
        let partner = MatchAccount {
            name: "alice",
            groups: Some(&[]),
        };
        assert_eq!(of_files(&directives, &partner).outside, None);
    }

    #[test]
    fn without_a_subsystem_nobody_can_transfer_a_file() {
        let forced = "forcecommand internal-sftp -l INFO\n";
        assert!(!of_printed(forced, None).subsystem);
        assert!(matches!(
            of_printed("", None).logging,
            InForce::Unknown { .. }
        ));
    }

    #[test]
    fn a_level_below_info_and_a_command_of_the_shell_are_seen_either_way() {
        let text = "LogLevel error\nSubsystem sftp /usr/lib/openssh/sftp-server -l INFO\n";
        let directives = parsed(text);
        let printed = "loglevel ERROR\nsubsystem sftp /usr/lib/openssh/sftp-server -l INFO\nforcecommand none\n";
        let of_files = of_files(
            &directives,
            &MatchAccount {
                name: "alice",
                groups: Some(&[]),
            },
        );
        let of_printed = of_printed(printed, Some(&directives));
        for effective in [of_files, of_printed] {
            let Some(quiet) = effective.quiet else {
                panic!("not quiet")
            };
            assert_eq!((quiet.number, quiet.line.as_str()), (1, "LogLevel INFO"));
            let Some(outside) = effective.outside else {
                panic!("not outside")
            };
            let line = "Subsystem sftp internal-sftp -l INFO";
            assert_eq!((outside.number, outside.line.as_str()), (2, line));
            assert!(matches!(effective.logging, InForce::Logged { .. }));
        }
    }

    #[test]
    fn the_files_say_the_same() {
        let directives = parsed(
            "Subsystem sftp internal-sftp\nMatch Group feeds\nForceCommand internal-sftp -l INFO\nChrootDirectory \"/srv/%h\"\n\
             Match Address 10.0.0.0/8\nChrootDirectory none\n",
        );
        let groups = ["feeds".to_owned()];
        let of = |groups| {
            of_files(
                &directives,
                &MatchAccount {
                    name: "alice",
                    groups,
                },
            )
        };
        let effective = of(Some(&groups));
        assert!(matches!(effective.logging, InForce::Logged { .. }));
        assert_eq!(
            effective.chroot,
            ChrootDirectory::Directory("/srv/%h".into())
        );
        // For an account in no group, only the client's address decides.
        assert_eq!(of(Some(&[])).chroot, ChrootDirectory::Unknown);
    }
}
