//! `daily.json`: the day's counters, in the format of the old scripts, and all that the program needs to go on after a restart.
//! Uses the parts of the domain whose facts it keeps.

mod daily;
mod expiring;
mod familiar;
mod notice;
mod notices;
mod routed;
mod troubled;

pub use daily::{
    ClosedDay, Counters, Daily, Day, Idle, JOURNAL, Known, PostedDay, RESUME_VERSION, Resume,
    Unread, Used,
};
pub use expiring::ReportedExpiry;
pub use familiar::Familiar;
pub use notice::{Notice, NoticeKind};
pub use routed::RoutedTable;
pub use troubled::Troubled;
