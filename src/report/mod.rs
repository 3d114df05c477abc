//! `report`: counters per day and partner from logs, by the monitor's own rules. Reads only.

mod count;
pub(crate) mod logs;
mod losses;
mod progress;
pub(crate) mod read;
mod span;
mod strangers;
mod table;
mod twice;

use std::time::SystemTime;

use crate::cli::{self, Cli};
use crate::config::Config;
use crate::exit::Stop;
use crate::monitor::Rules;
use crate::output;
use crate::source::journal::reach;
use crate::time::Time;

pub use count::{Counted, Counting, Sheet, Sheets};
use logs::Logs;
pub use span::Span;
pub use strangers::Strangers;

/// Runs the command.
pub fn command(cli: &Cli, arguments: &cli::Report) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
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
    let mut directory = crate::directory::of(&mut config, arguments.partners.as_deref());
    let now = Time::from(SystemTime::now());
    let mut counting = Counting::new(&rules, directory.as_mut(), span, now);
    let lines = match arguments.auth_log.as_slice() {
        [] => {
            let directory = arguments.journal_directory.as_deref();
            read::journal(directory, span, &mut |entry| counting.take(entry))?;
            None
        }
        files => {
            let logs = Logs::open(files, "report --auth-log -")?;
            Some(logs.read(&mut |entry| counting.take(entry))?)
        }
    };
    let counted = counting.finish();
    let begins = match lines {
        Some(_) => counted.first,
        // Of what is not sshd's, too: that sshd said nothing for long is no gap.
        None => reach(arguments.journal_directory.as_deref())?.map(|(first, _)| first),
    };
    losses::say(&counted, lines, (span, config.zone), begins);
    let sheets = &counted.sheets;
    output::to_output(|out| {
        match arguments.format {
            cli::Format::Json => table::json(sheets, out)?,
            cli::Format::Table => table::table(sheets, output::is_terminal(), out)?,
        }
        Ok(u8::from(counted.undecided > 0))
    })
}
