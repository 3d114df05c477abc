//! Slack: its network calls. `domain::slack_reply` interprets the answers. Uses the domain and `config`.

mod channel;
mod client;
mod identity;
mod own;
mod proxy;

pub use channel::Channel;
pub(crate) use client::chain;
pub use client::{Client, POST};
pub use identity::Identity;
pub use proxy::ProxySettings;
pub(crate) use proxy::{Proxy, assigned};
