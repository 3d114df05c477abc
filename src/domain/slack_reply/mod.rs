//! What an answer of Slack means, and when the next post may go out. Uses `base` and `alerts`.

pub mod answer;
mod body;
mod codes;
mod mend;
pub mod pace;
pub(crate) mod said;

pub use answer::{Refusal, Verdict};
pub use body::Body;
pub use mend::{Mend, Trouble};
pub use pace::{Next, Pace};
