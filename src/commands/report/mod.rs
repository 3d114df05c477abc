//! `report`: counters per day and partner from logs, by the monitor's own rules. Reads only.
//! Uses the domain, the adapters and the words of `status`.

mod count;
mod losses;
mod strangers;
mod table;

use std::time::SystemTime;

use crate::adapters::config::Config;
use crate::adapters::source::journal::reach;
use crate::commands::cli::{self, Cli};
use crate::commands::output;
use crate::domain::base::stop::Stop;
use crate::domain::base::time::Time;
use crate::domain::rules::Rules;

use crate::adapters::archive::logs::Logs;
use crate::adapters::machine;
use crate::domain::base::span::Span;
pub use count::{Counted, Counting, Sheet, Sheets};
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
        ..config.rules()
    };
    let mut directory = machine::of(&mut config, arguments.partners.as_deref());
    let now = Time::from(SystemTime::now());
    let mut counting = Counting::new(&rules, directory.as_mut(), span, now);
    let lines = match arguments.auth_log.as_slice() {
        [] => {
            let directory = arguments.journal_directory.as_deref();
            crate::adapters::archive::journal::journal(directory, span, &mut |entry| {
                counting.take(entry)
            })?;
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
