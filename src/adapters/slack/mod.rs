//! Slack: the network calls there are. What an answer means is in `domain::slack_reply`. Uses the domain and `config`.

mod channel;
mod client;
mod identity;
mod proxy;

pub use channel::Channel;
pub(crate) use client::chain;
pub use client::{Client, POST};
pub use identity::Identity;
pub use proxy::ProxySettings;
pub(crate) use proxy::{Proxy, assigned};
