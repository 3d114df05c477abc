//! The progress of a long report, on a terminal.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that is shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// The unit of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes of files, with their total; 0 if unknown.
    Bytes(u64),
    /// Entries of a journal; their total is unknown.
    Entries,
}

/// A progress bar that appears when the work takes longer than a second; on a terminal only.
pub(crate) struct ProgressMeter {
    begun: Instant,
    unit: Unit,
    terminal: bool,
    bar: Option<ProgressBar>,
}

impl ProgressMeter {
    pub(crate) fn new(unit: Unit) -> Self {
        ProgressMeter {
            begun: Instant::now(),
            unit,
            terminal: stderr().is_terminal(),
            bar: None,
        }
    }

    /// Sets the progress. Do not call it for every line: it looks at the clock.
    pub(crate) fn at(&mut self, position: u64) {
        if !self.terminal {
            return;
        }
        if self.bar.is_none() && self.begun.elapsed() >= PATIENCE {
            self.bar = Some(bar(self.unit));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(position);
        }
    }
}

impl Drop for ProgressMeter {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(unit: Unit) -> ProgressBar {
    let (length, template) = match unit {
        Unit::Bytes(0) => (None, "{spinner} {bytes} read, {bytes_per_sec}"),
        Unit::Bytes(all) => (Some(all), "{bar:40} {bytes} of {total_bytes}, {eta} left"),
        Unit::Entries => (None, "{spinner} {human_pos} entries read, {per_sec}"),
    };
    let target = ProgressDrawTarget::stderr();
    let style = ProgressStyle::with_template(template);
    ProgressBar::with_draw_target(length, target)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
