//! Turns facts into words: the texts and blocks of messages, and the day's tables. Uses `base`, `alerts`, `expect`,
//! `expiry` and `state`.

mod blocks;
mod catalog;
mod day;
mod expiry_text;
mod feed_text;
mod file_text;
mod odd_text;
mod own_text;
mod phrase;
mod reasons;
mod rendered;
mod reply_text;
mod say;
mod summary_text;
mod text;
mod unit_text;
mod voice;
mod warning_text;

pub use day::{day_messages, notice_in_short};
pub use own_text::{MonitorPart, OwnTrouble, own_trouble};
pub use rendered::Rendered;
pub(crate) use text::sentence;
pub use text::{render, render_content};
pub use unit_text::{FailedUnit, unit_failed};
pub use voice::Voice;
