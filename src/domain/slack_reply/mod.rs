//! Decides what an answer of Slack means, and when the next post may go out. Uses `base` and `alerts`.

pub mod answer;
mod body;
mod channel;
mod codes;
mod fix;
pub mod rate_limiter;
pub(crate) mod said;
mod trouble;

pub use answer::{PostResult, Refusal};
pub use body::Body;
pub use fix::Fix;
pub use rate_limiter::{Disposition, RateLimiter};
pub use trouble::Trouble;
