//! The webhook: events as JSON, and what an answer of the receiver means. Uses `base`, `alerts`, `render` and the pauses of
//! `slack_reply`.

mod answer;
mod envelope;
mod facts;
mod refusals;

pub use answer::{Backoff, Delivery, classify};
pub use envelope::{CONTENT_TYPE, body, test};
pub use refusals::Refusals;
