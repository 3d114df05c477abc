//! Slack: its network calls. `domain::slack_reply` interprets the answers. Uses the domain and `config`.

mod channel;
mod client;
mod identity;
mod own;
mod proxy;

pub use channel::Channel;
pub use client::{POST, SlackClient};
pub(crate) use client::{chain, may_have_arrived, retry_after};
pub use identity::TokenIdentity;
pub use proxy::ProxySettings;
pub(crate) use proxy::{Proxy, assigned};
