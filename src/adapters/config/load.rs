//! Reads the configuration file.

use std::path::Path;

use crate::adapters::config::check;
use crate::adapters::config::keys::{ConfigError, Text};
use crate::adapters::config::model::Config;

/// The default path of the configuration.
pub const DEFAULT_PATH: &str = "/etc/sftp-monitor/config.toml";

impl Config {
    /// Reads the configuration. Without a path it reads the default file, which may be missing; a named file may not.
    pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
        let (path, named) = (path.unwrap_or(Path::new(DEFAULT_PATH)), path.is_some());
        match std::fs::read_to_string(path) {
            Ok(text) => Config::parse(path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => {
                Config::parse(path, "")
            }
            Err(error) => {
                let hint = match error.kind() {
                    std::io::ErrorKind::PermissionDenied => {
                        "; the user that this runs as must be able to read it (`ls -ld` shows who may)"
                    }
                    _ => "",
                };
                Err(Text { path, text: "" }.wrong(None, format!("{error}{hint}")))
            }
        }
    }

    /// The Slack settings of a file with errors elsewhere, or else the defaults: enough to report the error in Slack.
    pub fn of_slack_alone(path: Option<&Path>) -> Result<Config, ConfigError> {
        let path = path.unwrap_or(Path::new(DEFAULT_PATH));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut table: toml::Table = text.parse().unwrap_or_default();
        table.retain(|key, _| key == "slack");
        let whole = table.to_string();
        // Slack may be reachable without the certificates, but no message arrives without the channel.
        if let Some(slack) = table.get_mut("slack").and_then(toml::Value::as_table_mut) {
            slack.remove("ca-file");
        }
        Config::parse(path, &whole)
            .or_else(|_| Config::parse(path, &table.to_string()))
            .or_else(|_| Config::parse(path, ""))
    }

    /// The partners of a file with errors elsewhere; `None` if that table is wrong too, or if the file is no valid TOML.
    pub fn of_partners_alone(path: Option<&Path>) -> Option<Config> {
        let path = path.unwrap_or(Path::new(DEFAULT_PATH));
        let mut table: toml::Table = std::fs::read_to_string(path).ok()?.parse().ok()?;
        table.retain(|key, _| key == "partners");
        Config::parse(path, &table.to_string()).ok()
    }

    /// Reads the configuration from this text; `path` is for error messages.
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        check::config(&Text { path, text })
    }
}
