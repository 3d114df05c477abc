//! A closed day in words: the table that the digest posts.
//! Uses `base`, `alerts`, `expect`, `state` and the rest of `render`.

mod feeds_text;
mod footer;
mod messages;
mod notice_text;
mod table;

pub use messages::day_messages;
pub use notice_text::notice_in_short;
