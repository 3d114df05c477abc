//! Decides what is logged of a partner's files: whether `-l INFO` is in force, and if not, why.

use super::command::{self, Logging};
use super::file::{Directive, MatchAccount};
use super::missing::Missing;
use super::words;

/// What is logged of a partner's files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InForce {
    /// Files are logged.
    Logged {
        /// The level: INFO or a more verbose one.
        level: String,
    },
    /// Files are not logged.
    Missing(Missing),
    /// Files are logged for some clients, but not for others, such as those at another address.
    Partly(Missing),
    /// It cannot be found out from here.
    Unknown {
        /// The reason.
        why: String,
    },
}

/// Decides what is logged of a partner's files.
pub fn in_force(directives: &[Directive], partner: &MatchAccount<'_>) -> InForce {
    let mut cases = Vec::new();
    for forced in possible(directives, "forcecommand", partner) {
        match forced {
            Some(directive) => {
                let logging = command::forced(&directive.value);
                cases.push(judge(directive, "ForceCommand", logging));
            }
            None => {
                let subsystems = possible(directives, "subsystem", partner);
                cases.extend(subsystems.into_iter().map(of_subsystem));
            }
        }
    }
    let logged = |case: &InForce| matches!(case, InForce::Logged { .. });
    let missing = |case: &InForce| matches!(case, InForce::Missing(_));
    // An undecided `Match` gives several cases; this does not matter if all cases have the same result.
    let alike = cases.len() == 1 || cases.iter().all(logged) || cases.iter().all(missing);
    let Some(directive) = undecided(directives, partner).filter(|_| !alike) else {
        return cases.pop().unwrap_or_else(|| of_subsystem(None));
    };
    let some_logged = cases.iter().any(logged) && partner.groups.is_some();
    match cases.into_iter().find(missing) {
        Some(InForce::Missing(missing)) if some_logged => InForce::Partly(missing),
        _ => InForce::Unknown {
            why: format!(
                "{} is inside a Match that cannot be decided here",
                directive.place()
            ),
        },
    }
}

/// Does sshd certainly force the partner to an sftp-server that logs files?
pub fn forces_logging(directives: &[Directive], partner: &MatchAccount<'_>) -> bool {
    let logs =
        |directive: &Directive| matches!(command::forced(&directive.value), Logging::Files(_));
    let forced = possible(directives, "forcecommand", partner);
    forced.iter().all(|forced| forced.is_some_and(logs))
}

/// The directives of this keyword that may be in force, the most certain one last: those in `Match` blocks that may match, up
/// to the first one that certainly does; or else the first one of the global section.
pub(super) fn possible<'a>(
    directives: &'a [Directive],
    keyword: &str,
    partner: &MatchAccount<'_>,
) -> Vec<Option<&'a Directive>> {
    let mut possible = Vec::new();
    let of_keyword = || directives.iter().filter(|directive| is(directive, keyword));
    let mut certain = false;
    for directive in of_keyword().filter(|directive| directive.is_conditional()) {
        let holds = directive.holds(partner);
        if holds != Some(false) {
            possible.push(Some(directive));
        }
        if holds == Some(true) {
            certain = true;
            break;
        }
    }
    if !certain {
        possible.push(of_keyword().find(|directive| !directive.is_conditional()));
    }
    // `ForceCommand none` cancels a command of the global section.
    let is_none = |one: &&Directive| one.value.eq_ignore_ascii_case("none");
    for one in possible.iter_mut().filter(|_| keyword == "forcecommand") {
        *one = one.filter(|one| !is_none(one));
    }
    possible
}

/// Has the directive this keyword? A `Subsystem` must also be named sftp, in lower case.
pub(super) fn is(directive: &Directive, keyword: &str) -> bool {
    directive.keyword == keyword
        && (keyword != "subsystem"
            || words::words(&directive.value)
                .first()
                .is_some_and(|name| name == "sftp"))
}

/// The first directive of which it is unknown whether it holds.
fn undecided<'a>(directives: &'a [Directive], partner: &MatchAccount<'_>) -> Option<&'a Directive> {
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

/// The command of a `Subsystem`: the text after its name. A quoted name would be possible, but is not used in practice.
pub(super) fn behind_name(value: &str) -> &str {
    value
        .split_once(words::BLANKS)
        .map_or("", |(_, command)| command)
}

fn judge(directive: &Directive, keyword: &str, logging: Logging) -> InForce {
    match logging {
        Logging::Files(level) => InForce::Logged { level },
        Logging::Nothing { why, better } => {
            InForce::Missing(directive.missing(why, format!("{keyword} {better}")))
        }
        Logging::Unknown => InForce::Unknown {
            why: format!(
                "{} runs a program that is not sftp-server",
                directive.place()
            ),
        },
    }
}
