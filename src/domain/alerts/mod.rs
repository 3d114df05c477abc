//! Messages for Slack, and how alerts are gathered into them. Uses `base`, `expiry` and the names of
//! files in `openssh`.

mod again;
mod agenda;
mod backlog;
mod care;
mod event;
mod events;
mod expiring;
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
mod needs;
mod queue;
mod reminders;
mod reply;
mod slack_ref;
mod summary;
mod sweep;
mod waited;
mod wanted;

pub use event::{DayFigures, Dropped, Event, Figures, ROWS_KEPT, Told};
pub use events::{Events, ReceiverTrouble};
pub use expiring::Expiring;
pub use facts::{
    Blind, Cause, Failures, FailuresFrom, File, Files, Hindered, Logins, Obstacle, RefusedWrite,
    Summary, SummaryRow, Sweep, Transfer,
};
pub use feed::{
    Change, FeedArrived, FeedChanged, FeedMissing, FeedOdd, Lack, Loss, Odd, Quiet, Seen, SeenFile,
    Unfit, Works,
};
pub use gather::{Alerts, NEWS};
pub use kind::Kind;
pub use matter::Matter;
pub use matters::Matters;
pub use message::{Content, Form, Message, NAMES_KEPT, SETTLES};
pub use mute::{LONGEST_MUTE, Mute};
pub use mute_ended::{MuteEnded, MuteTerms};
pub(crate) use muted::report_ended;
pub use needs::Need;
pub use queue::Outbox;
pub use reply::Reply;
pub use slack_ref::SlackRef;
pub use sweep::Tried;
pub use waited::gather_waited;
pub(crate) use wanted::wanted;
