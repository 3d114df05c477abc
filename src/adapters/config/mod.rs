//! The configuration file, its defaults, the Slack token and the webhook's secret. Uses the domain.

mod ca_file;
mod check;
mod credential;
pub(crate) mod environment;
mod expect;
mod keys;
mod load;
mod model;
mod routes;
mod secret;
mod spelling;
mod token;
mod values;
mod whose;
mod wiring;

pub use ca_file::CaFile;
pub(crate) use credential::encrypted_credential;
pub use keys::ConfigError;
pub(crate) use keys::nearest;
pub use load::DEFAULT_PATH;
pub use model::{
    Config, DigestConfig, HeartbeatConfig, Partners, Slack, SourceConfig, SourceKind, WebhookConfig,
};
pub(crate) use secret::SECRET_CREDENTIAL;
pub use secret::Secret;
pub(crate) use token::CREDENTIAL;
pub use token::Token;
