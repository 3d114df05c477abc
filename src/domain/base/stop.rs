//! Exit codes that units can act on.

use crate::adapters::source::journal::SeveralMachines;
use crate::adapters::store::StateError;

/// A wrong command line.
pub const USAGE: u8 = 2;
/// Try again later (sysexits.h, EX_TEMPFAIL).
pub const LATER: u8 = 75;
/// The configuration or the machine's set-up must be mended first (sysexits.h, EX_CONFIG): no use in starting again.
pub const SETUP: u8 = 78;

/// Why the program stops, where the exit code is to say so.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// It may work later.
    #[error("{0}")]
    Later(String),
    /// Somebody must mend something first.
    #[error("{0}")]
    Setup(String),
}

/// An error with its causes, each said once: some errors' words hold their cause already.
pub fn said(error: &anyhow::Error) -> String {
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}

/// The exit code of an error.
pub fn code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if let Some(stop) = cause.downcast_ref() {
            return match stop {
                Stop::Usage(_) => USAGE,
                Stop::Later(_) => LATER,
                Stop::Setup(_) => SETUP,
            };
        }
        match cause.downcast_ref() {
            // No time mends that.
            Some(StateError::Disk { cause, .. })
                if cause.kind() == std::io::ErrorKind::PermissionDenied =>
            {
                return SETUP;
            }
            Some(StateError::Busy { .. } | StateError::Disk { .. }) => return LATER,
            Some(StateError::Refused(_)) => return SETUP,
            Some(StateError::Damaged { .. }) | None => {}
        }
        if cause.is::<SeveralMachines>() || cause.is::<crate::adapters::config::ConfigError>() {
            return SETUP;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn what_time_mends_is_tried_again_and_a_permission_is_not() {
        let failed = |errno: i32| {
            let cause = std::io::Error::from_raw_os_error(errno);
            let (action, path) = ("writing", "daily.json".into());
            code(&anyhow::Error::from(StateError::Disk {
                action,
                path,
                cause,
            }))
        };
        assert_eq!(failed(libc::ENOSPC), LATER);
        assert_eq!(failed(libc::EROFS), LATER);
        assert_eq!(failed(libc::EACCES), SETUP);
    }

    #[test]
    fn an_error_says_each_of_its_causes_once() {
        let error = std::io::Error::other("no space").into();
        let error: anyhow::Error = Result::<(), anyhow::Error>::Err(error)
            .context("writing x: no space; free some")
            .context("the state")
            .expect_err("an error");
        assert_eq!(said(&error), "the state: writing x: no space; free some");
    }
}
