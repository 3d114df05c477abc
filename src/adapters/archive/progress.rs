//! The progress of a long report, on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

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
    bar: Option<ProgressBar>,
}

impl ProgressMeter {
    pub(crate) fn new(unit: Unit) -> Self {
        ProgressMeter {
            begun: Instant::now(),
            unit,
            bar: None,
        }
    }

    /// Sets the progress. Do not call it for every line: it looks at the clock.
    pub(crate) fn at(&mut self, position: u64) {
        if self.begun.elapsed() >= PATIENCE {
            let bar = self.bar.get_or_insert_with(|| bar(self.unit));
            bar.set_position(position);
        }
    }
}

/// A bar that goes away at its end. It draws nothing where standard error is no terminal.
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
        .with_finish(ProgressFinish::AndClear)
}
