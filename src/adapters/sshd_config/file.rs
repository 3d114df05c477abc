//! Reads sshd_config into a list of directives, each with the conditions under which it holds (servconf.c).

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::missing::Missing;
use super::words::{keyword, listed, trim, words};

/// The path of sshd on every distribution.
pub const PROGRAM: &str = "/usr/sbin/sshd";

/// The path of sshd's configuration.
pub const PATH: &str = "/etc/ssh/sshd_config";

/// The value of `file` for directives that `-o` sets.
pub const OPTIONS: &str = "sshd -o";

/// The deepest nesting of `Include` (servconf.c, SERVCONF_MAX_DEPTH).
const DEPTH: usize = 16;

/// A directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The keyword in lower case.
    pub(super) keyword: String,
    /// The raw rest of the line; for ForceCommand it is the command with its quotes.
    pub(super) value: String,
    /// The line without blanks at its ends.
    pub(super) text: String,
    /// The file.
    pub(super) file: PathBuf,
    /// The line number; 0 for an option.
    pub(super) line: usize,
    /// The conditions of the `Match` blocks around it: all must hold.
    conditions: Vec<Condition>,
}

/// A criterion of `Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    User(String),
    Group(String),
    All,
    /// Holds for no existing account: `invalid-user`.
    Never,
    /// `LocalPort`: sshd is asked about each port that it listens on.
    Port,
    /// Any other criterion: it depends on more than the account.
    Other,
}

/// A file that cannot be read, or a pattern of file names that is not supported.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct Unreadable {
    path: PathBuf,
    cause: io::Error,
}

/// The source of the files: the disk, or a test's text.
pub struct ConfigFiles<'a> {
    /// Reads the text of a file.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
    /// Lists the names in a directory.
    pub list: &'a dyn Fn(&Path) -> io::Result<Vec<String>>,
}

impl Directive {
    /// Reports this directive as a fault, with the reason and the line to write in its place.
    pub(super) fn missing(&self, why: &'static str, line: String) -> Missing {
        Missing {
            found: self.text.clone(),
            why,
            line,
            file: self.file.clone(),
            number: self.line,
        }
    }

    /// The place of the directive, for people; the directive itself if the place is unknown.
    pub(super) fn place(&self) -> String {
        match self.file.as_os_str().is_empty() {
            true => self.text.clone(),
            false => format!("{}:{}", self.file.display(), self.line),
        }
    }

    /// A directive that holds for every account, with an unknown place.
    pub(super) fn anywhere(keyword: String, value: String, text: String) -> Directive {
        Directive {
            keyword,
            value,
            text,
            file: PathBuf::new(),
            line: 0,
            conditions: Vec::new(),
        }
    }

    /// Is it in a `Match` block? Then it overrides those of the global section.
    pub(super) fn is_conditional(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Does it depend on a criterion that is not checked here, such as the client's address?
    pub(super) fn depends_on_client(&self, partner: &MatchAccount<'_>) -> bool {
        self.holds(partner).is_none() && self.conditions.contains(&Condition::Other)
    }

    /// Does it hold for this partner? `None` if that depends on facts that are unknown here.
    pub(super) fn holds(&self, partner: &MatchAccount<'_>) -> Option<bool> {
        let mut holds = Some(true);
        for condition in &self.conditions {
            match condition.holds(partner) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => holds = None,
            }
        }
        holds
    }
}

impl Condition {
    fn holds(&self, partner: &MatchAccount<'_>) -> Option<bool> {
        match self {
            Condition::User(patterns) => Some(listed(patterns, partner.name) == Some(true)),
            Condition::Group(patterns) => {
                let said: Vec<_> = partner
                    .groups?
                    .iter()
                    .map(|group| listed(patterns, group))
                    .collect();
                // One excluded group overrides all matching ones (groupaccess.c).
                Some(said.contains(&Some(true)) && !said.contains(&Some(false)))
            }
            Condition::All => Some(true),
            Condition::Never => Some(false),
            Condition::Port | Condition::Other => None,
        }
    }
}

/// Reads a configuration from the disk. The options (`sshd -o`) come before the directives of the file.
pub(super) fn on_disk(path: &Path, options: &[String]) -> Result<Vec<Directive>, Unreadable> {
    let lossy = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let files = ConfigFiles {
        read: &|path| std::fs::read(path).map(lossy),
        list: &|directory| {
            std::fs::read_dir(directory)?
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect()
        },
    };
    let of_options = options.iter().filter_map(|option| {
        let (keyword, value) = keyword(option)?;
        let directive = Directive::anywhere(keyword, value.to_owned(), option.clone());
        Some(Directive {
            file: OPTIONS.into(),
            ..directive
        })
    });
    let of_files = parse(path, &files)?;
    Ok(of_options.chain(of_files).collect())
}

/// Reads the configuration and all included files.
pub fn parse(path: &Path, files: &ConfigFiles<'_>) -> Result<Vec<Directive>, Unreadable> {
    let unreadable = |cause| Unreadable {
        path: path.to_owned(),
        cause,
    };
    let text = (files.read)(path).map_err(unreadable)?;
    let home = path.parent().unwrap_or(Path::new("/"));
    let mut reading = ConfigReading {
        home,
        files,
        directives: Vec::new(),
    };
    reading.file(path, &text, &[], 0)?;
    Ok(reading.directives)
}

/// The state while a configuration is read.
struct ConfigReading<'a> {
    /// The base of relative `Include` paths: the directory of the first file, also for includes in other files.
    home: &'a Path,
    files: &'a ConfigFiles<'a>,
    directives: Vec<Directive>,
}

impl ConfigReading<'_> {
    /// Reads one file. A `Match` block in it ends with the file; a `Match` around an `Include` holds for the whole included file.
    fn file(
        &mut self,
        path: &Path,
        text: &str,
        outer: &[Condition],
        depth: usize,
    ) -> Result<(), Unreadable> {
        let mut conditions = outer.to_vec();
        for (number, line) in text.lines().enumerate() {
            let Some((keyword, value)) = keyword(line) else {
                continue;
            };
            match keyword.as_str() {
                "include" => {
                    self.include(value, &conditions, depth)?;
                    continue;
                }
                // `Match` is stored as a directive too, because its criteria decide what to tell sshd when asking it.
                "match" => conditions = [outer, &criteria(value)].concat(),
                _ => {}
            }
            self.directives.push(Directive {
                keyword,
                value: value.to_owned(),
                text: trim(line).to_owned(),
                file: path.to_owned(),
                line: number + 1,
                conditions: conditions.clone(),
            });
        }
        Ok(())
    }

    fn include(
        &mut self,
        value: &str,
        conditions: &[Condition],
        depth: usize,
    ) -> Result<(), Unreadable> {
        for pattern in words(value) {
            let pattern = self.home.join(pattern);
            let unreadable = |cause| Unreadable {
                path: pattern.clone(),
                cause,
            };
            if depth == DEPTH {
                return Err(unreadable(io::Error::other("included too deep")));
            }
            for path in self.expand(&pattern).map_err(unreadable)? {
                match (self.files.read)(&path) {
                    Ok(text) => self.file(&path, &text, conditions, depth + 1)?,
                    // sshd ignores a missing file and a directory, and reports no error.
                    Err(error)
                        if matches!(
                            error.kind(),
                            ErrorKind::NotFound | ErrorKind::IsADirectory
                        ) => {}
                    Err(cause) => return Err(Unreadable { path, cause }),
                }
            }
        }
        Ok(())
    }

    /// The files that match a pattern, in lexical order, as with glob(3).
    fn expand(&self, pattern: &Path) -> io::Result<Vec<PathBuf>> {
        let mut found = vec![PathBuf::new()];
        for part in pattern.components() {
            let part = part.as_os_str().to_string_lossy();
            if !part.contains(['*', '?', '[', '\\']) {
                found.iter_mut().for_each(|path| path.push(&*part));
                continue;
            }
            let meant = glob(&part)?;
            let mut deeper = Vec::new();
            for directory in found {
                let names = match (self.files.list)(&directory) {
                    Err(error)
                        if matches!(
                            error.kind(),
                            ErrorKind::NotFound | ErrorKind::NotADirectory
                        ) =>
                    {
                        Vec::new()
                    }
                    names => names?,
                };
                let hidden = |name: &str| name.starts_with('.') && !part.starts_with('.');
                let names = names
                    .iter()
                    .filter(|name| !hidden(name) && meant.is_match(name));
                deeper.extend(names.map(|name| directory.join(name)));
            }
            found = deeper;
        }
        found.sort();
        Ok(found)
    }
}

/// A pattern for one name with the rules of glob(3), which has no braces.
fn glob(pattern: &str) -> io::Result<GlobMatcher> {
    if pattern.contains("[:") {
        return Err(io::Error::other("a class like [:digit:] is not read here"));
    }
    let plain = pattern.replace('{', "[{]").replace('}', "[}]");
    let glob = GlobBuilder::new(&plain).backslash_escape(true).build();
    Ok(glob.map_err(io::Error::other)?.compile_matcher())
}

/// Reads the criteria of a `Match` line; since OpenSSH 9.9 `criterion=value` is also valid.
fn criteria(line: &str) -> Vec<Condition> {
    let words = words(line);
    let parts = words.iter().flat_map(|word| match word.split_once('=') {
        Some((criterion, value)) => [criterion, value],
        None => [word.as_str(), ""],
    });
    let mut parts = parts.filter(|part| !part.is_empty());
    let mut found = Vec::new();
    while let Some(criterion) = parts.next() {
        found.push(match criterion.to_ascii_lowercase().as_str() {
            "all" => Condition::All,
            "invalid-user" => Condition::Never,
            criterion => match (criterion, parts.next()) {
                ("localport", Some(_)) => Condition::Port,
                ("user", Some(patterns)) => Condition::User(patterns.to_owned()),
                ("group", Some(patterns)) => Condition::Group(patterns.to_owned()),
                _ => Condition::Other,
            },
        });
    }
    if found.is_empty() {
        found.push(Condition::Other);
    }
    found
}

/// The account that `Match` conditions are checked for.
#[derive(Clone, Copy, Debug)]
pub struct MatchAccount<'a> {
    /// The account's name.
    pub name: &'a str,
    /// The names of all its groups; `None` if the user database did not answer.
    pub groups: Option<&'a [String]>,
}
