//! The environment that systemd gives to the units, and the files where root's commands find the same values.

/// The variable with the directory of a unit's credentials (systemd.exec(5)).
pub(crate) const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The file of environment variables that the units read.
pub(crate) const FILE: &str = "/etc/default/sftp-monitor";

/// Does root run this command by hand? Then systemd has passed nothing, and root may read the units' files.
pub(crate) fn is_by_hand() -> bool {
    std::env::var_os(CREDENTIALS).is_none() && rustix::process::geteuid().is_root()
}

/// A variable's value in a file of environment variables: the last assignment counts, and quotes around the value are removed
/// (systemd.exec(5), EnvironmentFile=).
pub(crate) fn assigned(file: &[u8], variable: &str) -> Option<Vec<u8>> {
    let value = |line: &[u8]| {
        let rest = line.trim_ascii().strip_prefix(variable.as_bytes())?;
        let value = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii();
        let quoted = [b'"', b'\''].into_iter().find_map(|quote| {
            let inner = value.strip_prefix(&[quote])?;
            inner.strip_suffix(&[quote])
        });
        Some(quoted.unwrap_or(value).to_vec())
    };
    file.split(|&b| b == b'\n').filter_map(value).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_variable_counts_and_its_quotes_do_not() {
        for (text, value) in [
            ("SLACK_BOT_TOKEN=xoxb-1", Some("xoxb-1")),
            (
                "SLACK_BOT_TOKEN=xoxb-1\n SLACK_BOT_TOKEN = 'xoxb-2' \n",
                Some("xoxb-2"),
            ),
            ("SLACK_BOT_TOKEN=xoxb-1\r\n", Some("xoxb-1")),
            ("SLACK_BOT_TOKEN=\n", Some("")),
            ("SLACK_BOT_TOKEN=\"\"\n", Some("")),
            ("SLACK_BOT_TOKENS=xoxb-1\n#SLACK_BOT_TOKEN=xoxb-1\n", None),
        ] {
            assert_eq!(
                assigned(text.as_bytes(), "SLACK_BOT_TOKEN").as_deref(),
                value.map(str::as_bytes),
                "{text}"
            );
        }
    }
}
