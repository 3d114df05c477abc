//! The log that a command reads to its end: the one in its arguments, else the one that the daemon reads.

use std::path::{Path, PathBuf};

use super::journal;
use super::logs::Logs;
use crate::adapters::config::SourceConfig;
use crate::adapters::log::{Priority, line};
use crate::adapters::source::auth_log::with_rotated;
use crate::adapters::source::choice::{Chosen, Log, choose};
use crate::adapters::source::journal::reach;
use crate::domain::base::span::Span;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;

/// The logs in a command's arguments.
pub(crate) struct Named<'a> {
    /// `--auth-log`.
    pub(crate) files: &'a [PathBuf],
    /// `--journal`.
    pub(crate) journal: bool,
    /// `--journal-directory`.
    pub(crate) directory: Option<&'a Path>,
}

/// A log that is opened, or that is known to be readable.
pub(crate) enum PastLog {
    /// The machine's journal, or the journals of a directory.
    Journal(Option<PathBuf>),
    /// Log files.
    Files(Logs),
}

impl PastLog {
    /// Opens the log in the arguments of this command; else the daemon's log, and reports which log it reads.
    pub(crate) fn open(
        named: &Named<'_>,
        source: &SourceConfig,
        command: &'static str,
    ) -> anyhow::Result<PastLog> {
        let directory = match named {
            Named { files, .. } if !files.is_empty() => {
                return Ok(PastLog::Files(Logs::open(files, command)?));
            }
            Named { journal: true, .. } => None,
            Named {
                directory: Some(directory),
                ..
            } => Some(directory.to_path_buf()),
            _ => match choose(source)? {
                Chosen {
                    log: Log::AuthLog(path),
                    why,
                    ..
                } => {
                    let paths = with_rotated(&path);
                    let rotated = match paths.len() {
                        ..2 => String::new(),
                        2 => " and the log that it was rotated to".to_owned(),
                        more => format!(" and the {} logs that it was rotated to", more - 1),
                    };
                    say(&format!("{}{rotated}", path.display()), &why);
                    return Ok(PastLog::Files(Logs::open(&paths, command)?));
                }
                chosen => {
                    say(&chosen.log.to_string(), &chosen.why);
                    match chosen.log {
                        Log::Directory(directory) => Some(directory),
                        Log::Journal | Log::AuthLog(_) => None,
                    }
                }
            },
        };
        journal::can_be_read(directory.as_deref())?;
        Ok(PastLog::Journal(directory))
    }

    /// Whether the log may be another machine's.
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self, PastLog::Journal(Some(_)))
    }

    /// The times of the first and the last entry, as far as they are known before reading. Entries of other programs count
    /// too.
    pub(crate) fn reach(&self) -> anyhow::Result<(Option<Time>, Option<Time>)> {
        match self {
            PastLog::Journal(directory) => Ok(reach(directory.as_deref())?.unzip()),
            PastLog::Files(logs) => Ok((logs.begins(), None)),
        }
    }

    /// Hands out the entries. Returns the number of lines, if the log consists of lines.
    pub(crate) fn read(
        self,
        span: Span,
        take: &mut impl FnMut(Entry<'_>),
    ) -> anyhow::Result<Option<u64>> {
        match self {
            PastLog::Journal(directory) => {
                journal::journal(directory.as_deref(), span, take).map(|()| None)
            }
            PastLog::Files(logs) => logs.read(take).map(Some),
        }
    }
}

fn say(what: &str, why: &str) {
    line(Priority::Info, &format!("reading {what}: {why}"));
}
