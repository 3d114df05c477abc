//! Checks the configuration: whether the file can be read and is right.

use std::path::Path;

use super::access::{Access, look_as};
use super::finding::Finding;
use super::units::{SERVICE, Units};
use super::words::{edit, path};
use crate::adapters::config::{Config, ConfigError, DEFAULT_PATH};
use crate::adapters::log::{Priority, line};

/// The name of the matter.
const NAME: &str = "configuration";

/// Loads the configuration; returns it if it is right, and the finding.
pub(super) fn load(named: Option<&Path>, units: &Units, root: bool) -> (Option<Config>, Finding) {
    let file = named.unwrap_or(Path::new(DEFAULT_PATH));
    let loaded = Config::load(named);
    // Only root may look as another user, and a file named on the command line is not the service's.
    let closed = root && named.is_none() && look_as(file, units) == Access::Denied;
    let finding = judge(file, file.exists(), closed, loaded.as_ref().err());
    (loaded.ok(), finding)
}

/// Reports that the configuration is right, after the log's warnings about it, or fails like a reload.
pub(super) fn syntax(named: Option<&Path>) -> Result<String, ConfigError> {
    let config = Config::load(named)?;
    for warning in &config.warnings {
        line(Priority::Warning, warning);
    }
    let file = config.path.display();
    Ok(match config.path.exists() {
        true => format!("{file} is valid"),
        false => format!("there is no {file}: the defaults apply"),
    })
}

fn judge(file: &Path, exists: bool, closed: bool, error: Option<&ConfigError>) -> Finding {
    let shown = file.display();
    match error {
        Some(error) => {
            let said = format!("{error}; the checks that need the configuration were skipped");
            Finding::problem(NAME, said).fixed_by(edit(file))
        }
        None if closed => {
            let said = format!("{shown} cannot be read by the service's user");
            // The directory is included, since it may be the closed one.
            let paths = [file.parent().unwrap_or(file), file].map(path).join(" ");
            let reload = format!("sudo systemctl try-reload-or-restart {SERVICE}");
            Finding::problem(NAME, said).fixed_by(format!("sudo chmod a+rX {paths} && {reload}"))
        }
        None if exists => Finding::ok(NAME, shown.to_string()),
        None => Finding::ok(NAME, format!("the defaults: there is no {shown}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_is_a_problem_and_a_missing_file_is_none() {
        let file = Path::new(DEFAULT_PATH);
        let error = Config::parse(file, "[slack]\nchanel = \"C1\"\n").err();
        let said = judge(file, true, false, error.as_ref()).told();
        assert!(said.starts_with("problem configuration: /etc/sftp-monitor/config.toml:2: unknown key \"chanel\"; did you mean \"channel\"?"), "{said}");
        assert!(
            said.ends_with("> sudoedit /etc/sftp-monitor/config.toml\n"),
            "{said}"
        );
        assert_eq!(
            judge(file, false, false, None).told(),
            "ok configuration: the defaults: there is no /etc/sftp-monitor/config.toml\n"
        );
    }

    #[test]
    fn what_root_can_read_and_the_service_cannot_is_a_problem() {
        let said = judge(Path::new(DEFAULT_PATH), true, true, None).told();
        assert_eq!(
            said,
            "problem configuration: /etc/sftp-monitor/config.toml cannot be read by the service's user\n  \
             > sudo chmod a+rX /etc/sftp-monitor /etc/sftp-monitor/config.toml && sudo systemctl try-reload-or-restart \
             sftp-monitor.service\n"
        );
    }
}
