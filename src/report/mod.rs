//! `report`: counters per day and partner from logs, by the monitor's own rules. Reads only.

mod count;
mod progress;
pub(crate) mod read;
mod span;
mod table;

use std::time::SystemTime;

use crate::cli::{self, Cli};
use crate::config::Config;
use crate::exit::Stop;
use crate::log::{Priority, line};
use crate::monitor::Rules;
use crate::output;
use crate::time::Time;

pub use count::{Counting, Sheet, Sheets};
pub use span::Span;

/// Runs the command.
pub fn command(cli: &Cli, arguments: &cli::Report) -> anyhow::Result<u8> {
    let config = Config::load(cli.config.as_deref())?;
    let span = Span::parse(
        arguments.since.as_deref(),
        arguments.until.as_deref(),
        config.zone,
    )
    .map_err(|error| Stop::Usage(error.to_string()))?;
    let rules = Rules {
        silent: true,
        expects: Vec::new(),
        foreign: arguments.partners.is_some() || config.source.journal_directory.is_some(),
        ..Rules::of(&config)
    };
    let mut directory = crate::directory::of(&config, arguments.partners.as_deref());
    let now = Time::from(SystemTime::now());
    let mut counting = Counting::new(&rules, directory.as_mut(), span, now);
    match arguments.auth_log.as_slice() {
        [] => {
            let directory = arguments.journal_directory.as_deref();
            read::journal(directory, span, &mut |entry| counting.take(entry))?;
        }
        files => read::files(files, &mut |entry| counting.take(entry))?,
    }
    let (sheets, undecided) = counting.finish();
    if undecided > 0 {
        let why = "the user database does not answer: this many events are not in the report";
        line(Priority::Warning, &format!("{why}: {undecided}"));
    }
    output::to_output(|out| {
        match arguments.format {
            cli::Format::Json => table::json(&sheets, out)?,
            cli::Format::Table => table::table(&sheets, output::is_terminal(), out)?,
        }
        Ok(u8::from(undecided > 0))
    })
}
