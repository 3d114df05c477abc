//! The configuration: whether the file can be read and is right.

use std::path::Path;

use super::finding::Finding;
use super::words::path;
use crate::config::{Config, ConfigError, DEFAULT_PATH};

/// The name of the matter.
const NAME: &str = "configuration";

/// The configuration, or, where it is wrong, the defaults; and what is said of it.
pub(super) fn load(named: Option<&Path>) -> (Option<Config>, Finding) {
    let file = named.unwrap_or(Path::new(DEFAULT_PATH));
    let loaded = Config::load(named);
    let finding = judge(file, file.exists(), loaded.as_ref().err());
    (loaded.ok(), finding)
}

fn judge(file: &Path, exists: bool, error: Option<&ConfigError>) -> Finding {
    match error {
        Some(error) => {
            let said = format!("{error}; what depends on it was not looked at");
            Finding::problem(NAME, said).mended_by(format!("sudoedit {}", path(file)))
        }
        None if exists => Finding::ok(NAME, file.display().to_string()),
        None => Finding::ok(
            NAME,
            format!("the defaults: there is no {}", file.display()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_is_a_problem_and_a_missing_file_is_none() {
        let file = Path::new(DEFAULT_PATH);
        let error = Config::parse(file, "[slack]\nchanel = \"C1\"\n").err();
        let said = judge(file, true, error.as_ref()).told();
        assert!(said.starts_with("problem configuration: /etc/sftp-monitor/config.toml:2: unknown key \"chanel\"; did you mean \"channel\"?"), "{said}");
        assert!(
            said.ends_with("> sudoedit /etc/sftp-monitor/config.toml\n"),
            "{said}"
        );
        assert_eq!(
            judge(file, false, None).told(),
            "ok configuration: the defaults: there is no /etc/sftp-monitor/config.toml\n"
        );
    }
}
