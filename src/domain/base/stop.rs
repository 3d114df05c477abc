//! Why the program stops, and the exit codes that units can act on.

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
