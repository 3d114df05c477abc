//! The configuration file, its defaults, and the Slack token. Uses the domain.

mod ca_file;
mod check;
pub(crate) mod environment;
mod expect;
mod keys;
mod load;
mod model;
mod routes;
mod spelling;
mod token;
mod values;
mod whose;
mod wiring;

pub use ca_file::CaFile;
pub use keys::ConfigError;
pub use load::DEFAULT_PATH;
pub use model::{Config, Digest, Heartbeat, Partners, Slack, SourceConfig, SourceKind};
pub(crate) use token::CREDENTIAL;
pub use token::Token;
