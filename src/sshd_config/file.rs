//! sshd_config as a list of directives, each with the conditions under which it holds (misc.c, servconf.c).

use std::io;
use std::path::{Path, PathBuf};

use super::Who;

/// How deep files may include one another (servconf.c, SERVCONF_MAX_DEPTH).
const DEPTH: usize = 16;

/// A directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The keyword in lower case.
    pub keyword: String,
    /// The rest of the line, raw: of ForceCommand it is the command, quotes and all.
    pub value: String,
    /// The line without blanks around it.
    pub text: String,
    /// The file.
    pub file: PathBuf,
    /// The line's number.
    pub line: usize,
    /// The `Match` blocks that it stands in: all must hold.
    pub conditions: Vec<Condition>,
}

/// A criterion of `Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `User` and its patterns.
    User(String),
    /// `Group` and its patterns.
    Group(String),
    /// `all`.
    All,
    /// Holds for no account that exists: `invalid-user`.
    Never,
    /// Any other: it depends on more than the account.
    Other,
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct Unreadable {
    path: PathBuf,
    cause: io::Error,
}

impl Directive {
    /// Is it about sftp? Of `Subsystem` only the one of that name, which is case-sensitive.
    pub(super) fn is_of_sftp(&self) -> bool {
        self.keyword != "subsystem" || word(&self.value).0 == "sftp"
    }

    /// The command of a `Subsystem sftp`; its words may be quoted, and a comment may follow.
    pub(super) fn subsystem(&self) -> &str {
        let command = word(&self.value).1;
        command.split(" #").next().unwrap_or(command).trim()
    }

    /// Does it hold for this account?
    pub(super) fn holds(&self, who: &mut dyn Who) -> Option<bool> {
        let mut holds = Some(true);
        for condition in &self.conditions {
            let one = match condition {
                Condition::User(patterns) => who.user(patterns),
                Condition::Group(patterns) => who.group(patterns),
                Condition::All => Some(true),
                Condition::Never => Some(false),
                Condition::Other => None,
            };
            match one {
                Some(true) => {}
                Some(false) => return Some(false),
                None => holds = None,
            }
        }
        holds
    }
}

/// Reads the configuration and all that it includes.
pub fn parse(path: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<Vec<Directive>, Unreadable> {
    let mut directives = Vec::new();
    include(path, read, &[], 0, &mut directives)?;
    Ok(directives)
}

/// One file. A `Match` that begins in it ends with it.
fn include(
    path: &Path,
    read: &dyn Fn(&Path) -> io::Result<String>,
    outer: &[Condition],
    depth: usize,
    directives: &mut Vec<Directive>,
) -> Result<(), Unreadable> {
    let text = read(path).map_err(|cause| Unreadable { path: path.to_owned(), cause })?;
    let mut conditions = outer.to_vec();
    for (number, text) in text.lines().enumerate() {
        let text = text.trim();
        let (keyword, value) = directive(text);
        match keyword.as_str() {
            "" => {}
            "include" if depth < DEPTH => {
                for pattern in words(value) {
                    for file in files(&pattern, path) {
                        include(&file, read, &conditions, depth + 1, directives)?;
                    }
                }
            }
            "match" => {
                conditions = outer.to_vec();
                conditions.extend(criteria(value));
            }
            _ => directives.push(Directive {
                keyword,
                value: value.to_owned(),
                text: text.to_owned(),
                file: path.to_owned(),
                line: number + 1,
                conditions: conditions.clone(),
            }),
        }
    }
    Ok(())
}

/// The keyword, in lower case, and the rest: separated by blanks and at most one `=`; the keyword may be quoted.
fn directive(text: &str) -> (String, &str) {
    if text.starts_with('#') {
        return (String::new(), "");
    }
    let (keyword, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => {
            let end = text.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(text.len());
            text.split_at(end)
        }
    };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    (keyword.to_ascii_lowercase(), rest)
}

/// The first word, without its quotes, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    match text.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            (&text[..end], text[end..].trim_start())
        }
    }
}

/// All words, up to a comment.
fn words(mut text: &str) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let (one, rest) = word(text);
        if one.is_empty() || one.starts_with('#') {
            return found;
        }
        found.push(one.to_owned());
        text = rest;
    }
}

/// The criteria of a `Match` line; since 9.9 also written `criterion=value`.
fn criteria(value: &str) -> Vec<Condition> {
    let mut found = Vec::new();
    let mut words = words(value).into_iter();
    while let Some(one) = words.next() {
        let (name, value) = match one.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (one, None),
        };
        let mut value = || value.clone().or_else(|| words.next()).unwrap_or_default();
        found.push(match name.to_ascii_lowercase().as_str() {
            "all" => Condition::All,
            "invalid-user" => Condition::Never,
            "user" => Condition::User(value()),
            "group" => Condition::Group(value()),
            _ => {
                value();
                Condition::Other
            }
        });
    }
    found
}

/// Does a name match a list of patterns with `*`, `?` and `!` (match.c)? One that is negated and matches decides.
pub(super) fn matches(patterns: &str, name: &str) -> bool {
    let mut matched = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(negated) if glob(negated.as_bytes(), name.as_bytes()) => return false,
            Some(_) => {}
            None => matched |= glob(pattern.as_bytes(), name.as_bytes()),
        }
    }
    matched
}

fn glob(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => glob(rest, name) || (!name.is_empty() && glob(pattern, &name[1..])),
        ([b'?', rest @ ..], [_, name @ ..]) => glob(rest, name),
        ([one, rest @ ..], [other, name @ ..]) => one == other && glob(rest, name),
        _ => false,
    }
}

/// The files that an `Include` means, in lexical order; relative to sshd's directory. None is no error.
fn files(pattern: &str, from: &Path) -> Vec<PathBuf> {
    let pattern = match Path::new(pattern).is_absolute() {
        true => PathBuf::from(pattern),
        false => from.parent().unwrap_or(Path::new("/etc/ssh")).join(pattern),
    };
    let (Some(directory), Some(name)) = (pattern.parent(), pattern.file_name()) else { return Vec::new() };
    let name = name.to_string_lossy();
    if !name.contains(['*', '?', '[']) {
        return vec![pattern.clone()].into_iter().filter(|file| file.exists()).collect();
    }
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let hidden = |other: &str| other.starts_with('.') && !name.starts_with('.');
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| {
            let other = entry.file_name();
            let other = other.to_string_lossy();
            !hidden(&other) && glob(name.as_bytes(), other.as_bytes())
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
