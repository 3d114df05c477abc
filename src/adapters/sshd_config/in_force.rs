//! What is in force for a partner: whether `-l INFO` is, and why not.

use std::path::PathBuf;

use super::command::{self, Logging};
use super::file::{Directive, Partner};
use super::words;

/// What is in force for a partner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InForce {
    /// Files are logged.
    Logged {
        /// At this level: INFO or a more verbose one.
        level: String,
    },
    /// They are not.
    Missing(Missing),
    /// They are for some clients; for others, such as those of another address, they are not.
    Partly(Missing),
    /// It cannot be known from here.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// What keeps files from being logged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The directive as it stands.
    pub found: String,
    /// What is wrong with it.
    pub why: &'static str,
    /// What is to be written in its place.
    pub line: String,
    /// The file that it stands in.
    pub file: PathBuf,
    /// The line's number there; 0 where it is unknown, or an option.
    pub number: usize,
}

/// What is in force for a partner.
pub fn in_force(directives: &[Directive], partner: &Partner<'_>) -> InForce {
    let mut cases = Vec::new();
    for forced in possible(directives, "forcecommand", partner) {
        // `none` takes back what the global section forces.
        match forced.filter(|directive| !directive.value.eq_ignore_ascii_case("none")) {
            Some(directive) => cases.push(judge(
                directive,
                "ForceCommand",
                command::forced(&directive.value),
            )),
            None => cases.extend(
                possible(directives, "subsystem", partner)
                    .into_iter()
                    .map(of_subsystem),
            ),
        }
    }
    // Where a Match cannot be decided there are several cases; if all are alike it does not matter.
    let decided = match cases.as_slice() {
        [] | [_] => true,
        cases
            if cases
                .iter()
                .all(|case| matches!(case, InForce::Logged { .. })) =>
        {
            true
        }
        cases => cases.iter().all(|case| matches!(case, InForce::Missing(_))),
    };
    let last = cases.pop().unwrap_or_else(|| of_subsystem(None));
    let Some(directive) = undecided(directives, partner).filter(|_| !decided) else {
        return last;
    };
    cases.push(last);
    let logged = cases
        .iter()
        .any(|case| matches!(case, InForce::Logged { .. }));
    let missing = cases.into_iter().find_map(|case| match case {
        InForce::Missing(missing) => Some(missing),
        _ => None,
    });
    match missing {
        Some(missing) if logged && partner.groups.is_some() => InForce::Partly(missing),
        _ => {
            let (file, line) = (directive.file.display(), directive.line);
            InForce::Unknown {
                why: format!("{file}:{line} stands under a Match that cannot be decided here"),
            }
        }
    }
}

/// Does it leave the partner nothing but an sftp-server that logs files? Only where that is certain.
pub fn forces_logging(directives: &[Directive], partner: &Partner<'_>) -> bool {
    let logs =
        |directive: &Directive| matches!(command::forced(&directive.value), Logging::Files(_));
    let forced = possible(directives, "forcecommand", partner);
    forced.iter().all(|forced| forced.is_some_and(logs))
}

/// The directives of this keyword that may be the one that holds, the surest last: of the blocks that match the first, and
/// before it each of which nobody knows whether it does; else the first of the global section.
pub(super) fn possible<'a>(
    directives: &'a [Directive],
    keyword: &str,
    partner: &Partner<'_>,
) -> Vec<Option<&'a Directive>> {
    let mut possible = Vec::new();
    let of_keyword = || directives.iter().filter(|directive| is(directive, keyword));
    for directive in of_keyword().filter(|directive| directive.is_conditional()) {
        match directive.holds(partner) {
            Some(false) => {}
            None => possible.push(Some(directive)),
            Some(true) => {
                possible.push(Some(directive));
                return possible;
            }
        }
    }
    possible.push(of_keyword().find(|directive| !directive.is_conditional()));
    possible
}

/// Is it of this keyword? Of `Subsystem` only the one named sftp, which is case-sensitive.
pub(super) fn is(directive: &Directive, keyword: &str) -> bool {
    directive.keyword == keyword
        && (keyword != "subsystem"
            || words::words(&directive.value)
                .first()
                .is_some_and(|name| name == "sftp"))
}

/// The first directive of which nobody knows whether it holds.
fn undecided<'a>(directives: &'a [Directive], partner: &Partner<'_>) -> Option<&'a Directive> {
    let matters =
        |directive: &&Directive| is(directive, "forcecommand") || is(directive, "subsystem");
    directives
        .iter()
        .filter(matters)
        .find(|directive| directive.holds(partner).is_none())
}

fn of_subsystem(directive: Option<&Directive>) -> InForce {
    let Some(directive) = directive else {
        return InForce::Unknown {
            why: "there is no Subsystem sftp: nobody can transfer a file".to_owned(),
        };
    };
    let command = behind_name(&directive.value);
    judge(directive, "Subsystem sftp", command::subsystem(command))
}

/// The command of a `Subsystem`: what follows its name, which may be quoted, but nobody does that.
pub(super) fn behind_name(value: &str) -> &str {
    value
        .split_once(words::BLANKS)
        .map_or("", |(_, command)| command)
}

fn judge(directive: &Directive, keyword: &str, logging: Logging) -> InForce {
    match logging {
        Logging::Files(level) => InForce::Logged { level },
        Logging::Nothing { why, better } => InForce::Missing(Missing {
            found: directive.text.clone(),
            why,
            line: format!("{keyword} {better}"),
            file: directive.file.clone(),
            number: directive.line,
        }),
        Logging::Unknown => {
            let (file, line) = (directive.file.display(), directive.line);
            InForce::Unknown {
                why: format!("{file}:{line} runs a program that is not sftp-server"),
            }
        }
    }
}
