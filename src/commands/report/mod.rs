//! `report`: counters per day and partner from logs, by the monitor's own rules. Reads only.
//! Uses the domain, the adapters and the words of `status`.

mod count;
mod losses;
mod strangers;
mod table;

use crate::adapters::archive::past::{Named, PastLog};
use crate::adapters::config::Config;
use crate::adapters::log::{Priority, line};
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::output;
use crate::domain::base::span::Span;
use crate::domain::base::stop::Stop;
use crate::domain::expect::Expects;
use crate::domain::rules::Rules;

use crate::adapters::machine;
pub use count::{Counting, ReportCounts, Sheet, Sheets};
pub use strangers::Strangers;

/// Runs the command.
pub fn command(cli: &Cli, arguments: &cli::ReportArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let now = now();
    let (since, until) = (arguments.since.as_ref(), arguments.until.as_ref());
    let span =
        Span::of(since, until, config.zone, now).map_err(|error| Stop::Usage(error.to_string()))?;
    let named = Named {
        files: &arguments.auth_log,
        journal: arguments.journal,
        directory: arguments.journal_directory.as_deref(),
    };
    let past = PastLog::open(&named, &config.source, "report --auth-log -")?;
    let rules = Rules {
        silent: true,
        expects: Expects::default(),
        foreign: arguments.partners.is_some() || past.is_foreign(),
        ..config.rules()
    };
    let mut directory = machine::of(&mut config, arguments.partners.as_deref());
    let mut counting = Counting::new(&rules, directory.as_mut(), span, now);
    let (begins, _) = past.reach()?;
    let lines = past.read(span, &mut |entry| counting.take(entry))?;
    let counted = counting.finish();
    let begins = match lines {
        Some(_) => counted.first,
        // The first entry of any program: a long silence of sshd is no gap.
        None => begins,
    };
    if span.since.is_some_and(|since| since > now) {
        line(Priority::Warning, "--since is in the future");
    }
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
