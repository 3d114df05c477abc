//! Messages for Slack, and how alerts are gathered into them. Uses `base`, `expiry` and the names of
//! files in `openssh`.

mod again;
mod agenda;
mod backlog;
mod care;
mod contents;
mod event;
mod events;
mod facts;
mod feed;
mod file_name;
mod gather;
mod group;
mod kind;
mod matter;
mod matters;
mod merge;
mod message;
mod mute;
mod mute_ended;
mod muted;
mod nature;
mod needs;
mod queue;
mod reminders;
mod reply;
mod slack_ref;
mod summary;
mod sweep;
mod waited;

pub use event::{DayFigures, Dropped, Event, Figures, ROWS_KEPT, Told};
pub use events::{Events, ReceiverTrouble};
pub use facts::{
    Blind, Cause, Expiring, Failures, FailuresFrom, File, Files, Hindered, Logins, NAMES_KEPT,
    Obstacle, RefusedWrite, Transfer,
};
pub use feed::{
    Change, FeedArrived, FeedChanged, FeedMissing, FeedOdd, Lack, Loss, Odd, Quiet, Seen, SeenFile,
    Works,
};
pub use gather::{Alerts, NEWS};
pub use kind::Kind;
pub use matter::Matter;
pub use matters::Matters;
pub use message::{Content, Form, Message, SETTLES};
pub use mute::{LONGEST_MUTE, Mute};
pub use mute_ended::{MuteEnded, MuteTerms};
pub(crate) use muted::report_ended;
pub use needs::Need;
pub use queue::Outbox;
pub use reply::Reply;
pub use slack_ref::SlackRef;
pub use summary::{Summary, SummaryRow, Sweep};
pub use sweep::Tried;
pub use waited::gather_waited;
