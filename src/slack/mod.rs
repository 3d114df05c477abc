//! Slack: posting a message, what its answer means, and when the next may go out.
//!
//! [`Client`] does the network calls there are. [`answer`] says what a reply means and [`pace`] what follows from it; both
//! are pure, and both the daemon and the digest use them.

pub mod answer;
mod body;
mod channel;
mod client;
mod codes;
mod identity;
mod mend;
pub mod pace;
mod proxy;
mod said;

pub use answer::{Refusal, Verdict};
pub use body::Body;
pub use channel::Channel;
pub(crate) use client::chain;
pub use client::{Client, POST, Way};
pub use identity::Identity;
pub use mend::{Mend, Trouble};
pub use pace::{Next, Pace};
pub(crate) use proxy::{Proxy, assigned};
