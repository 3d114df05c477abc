//! Decides what an answer of Slack means, and when the next post may go out. Uses `base` and `alerts`.

pub mod answer;
mod body;
mod codes;
mod disposition;
mod fix;
pub mod rate_limiter;
mod refusal;
pub(crate) mod said;
mod trouble;

pub use answer::PostResult;
pub use body::Body;
pub use disposition::AfterPost;
pub use fix::Fix;
pub use rate_limiter::RateLimiter;
pub use refusal::Refusal;
pub use trouble::SlackTrouble;
