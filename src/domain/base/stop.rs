//! The reasons why the program stops, and the exit codes that units can act on.

/// A wrong command line.
pub const USAGE: u8 = 2;
/// Try again later (sysexits.h, EX_TEMPFAIL).
pub const LATER: u8 = 75;
/// The configuration or the machine's set-up needs a fix first (sysexits.h, EX_CONFIG): a restart does not help.
pub const SETUP: u8 = 78;

/// The reason why the program stops, if the exit code depends on it.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The command line asks for something impossible.
    #[error("{0}")]
    Usage(String),
    /// A later try may work.
    #[error("{0}")]
    Later(String),
    /// A person must fix something first.
    #[error("{0}")]
    Setup(String),
}

/// An error with its causes, each of them once: the text of some errors already contains their cause.
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

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::said;

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
