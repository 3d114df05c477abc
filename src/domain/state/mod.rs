//! `daily.json`: the day's counters, as the scripts wrote them, and everything that is needed to go on where we stood.
//! Uses the parts of the domain whose facts it keeps.

mod daily;
mod notice;
mod notices;
mod troubled;

pub use daily::{
    ClosedDay, Counters, Daily, Day, Idle, JOURNAL, Known, PostedDay, RESUME_VERSION, Resume,
    Unread, Used,
};
pub use notice::{Notice, NoticeKind};
pub use troubled::Troubled;
