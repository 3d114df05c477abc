//! `daily.json`: the day's counters, in the format of the old scripts, and all that the program needs to go on after a restart.
//! Uses the parts of the domain whose facts it keeps.

mod daily;
mod day;
mod expiring;
mod familiar;
mod notice;
mod notices;
mod routed;
mod troubled;

pub use daily::{Daily, JOURNAL, KnownPartner, RESUME_VERSION, Resume, Unread, Used};
pub use day::{ClosedDay, Counters, Day, Idle, PostedDay};
pub use expiring::ReportedExpiry;
pub use familiar::Familiar;
pub use notice::{Notice, NoticeKind};
pub use routed::RoutedTable;
pub use troubled::Troubled;
