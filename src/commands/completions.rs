//! `completions`: prints the shell script that completes commands and options.

use clap::CommandFactory;

use crate::commands::cli::{self, Cli};
use crate::commands::output;

/// Prints the script.
pub fn command(arguments: &cli::CompletionsArgs) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    let (mut described, name) = (Cli::command(), env!("CARGO_PKG_NAME"));
    clap_complete::generate(arguments.shell, &mut described, name, &mut script);
    // The script goes into memory first: the generator panics if it cannot write.
    output::to_output(|out| {
        out.write_all(&script)?;
        Ok(0)
    })
}
