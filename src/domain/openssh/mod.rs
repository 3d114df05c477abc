//! Parses the messages of sshd and sftp-server: a message becomes an [`Event`], or `None`. No state, no I/O.
//! Uses `base::scan`, and nothing else of the program.

mod auth;
mod ended;
mod escape;
mod event;
mod fields;
mod known;
mod likeness;
mod line;
mod message;
mod name;
mod pam;
mod rename;
mod sftp;
pub(crate) mod unknown;

pub(crate) use ended::UNPERMITTED;
pub use escape::{decode, encode};
pub use event::{Event, Flags, Hindrance, Kind, Method, Program, Who};
pub(crate) use likeness::reads_like_ours;
pub use line::strip;
pub use message::parse;
pub(crate) use message::{is_ours_by_wording, read};
pub use name::EventName;
pub(crate) use pam::{PamVerdict, account_in};
pub use rename::rename_splits;
