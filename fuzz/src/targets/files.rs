//! Configurations, and the answers of Slack.

use std::cell::Cell;
use std::io::ErrorKind;
use std::path::Path;

use sftp_monitor::adapters::config::Config;
use sftp_monitor::adapters::sshd_config::{ConfigFiles, MatchAccount, forces_logging, in_force};
use sftp_monitor::domain::base::clean::is_hidden;
use sftp_monitor::domain::slack_reply::Body;
use sftp_monitor::domain::slack_reply::PostResult;
use sftp_monitor::domain::slack_reply::answer::{PAUSE_MOST, classify};

use super::NOW;

/// A configuration: it is read, or refused with words that can be seen.
pub(super) fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Config::parse(Path::new("config.toml"), text) {
        Ok(config) => drop((config.rules(), config.voice())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// sshd's configuration, whose `Include` may include the file itself.
pub(super) fn sshd_config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // Several at each of the levels that sshd allows would be read for hours.
    let reads = Cell::new(0);
    let files = ConfigFiles {
        read: &|path| {
            reads.set(reads.get() + 1);
            match path.ends_with("sshd_config") && reads.get() < 20 {
                true => Ok(text.clone().into_owned()),
                false => Err(ErrorKind::NotFound.into()),
            }
        },
        list: &|_| Ok(vec!["sshd_config".to_owned()]),
    };
    let path = Path::new("/etc/ssh/sshd_config");
    let Ok(directives) = sftp_monitor::adapters::sshd_config::parse(path, &files) else {
        return;
    };
    let groups = ["sftp-feeds".to_owned()];
    for groups in [None, Some(&groups[..])] {
        let partner = MatchAccount {
            name: "alice",
            groups,
        };
        let _ = in_force(&directives, &partner);
        let _ = forces_logging(&directives, &partner);
    }
}

/// An answer of Slack, or of what stands in its place: two bytes of status, a line as Retry-After, the body.
pub(super) fn slack_answer(data: &[u8]) {
    let [high, low, rest @ ..] = data else {
        return;
    };
    let status = u16::from_be_bytes([*high, *low]);
    let (retry, body) = match rest.iter().position(|&byte| byte == b'\n') {
        Some(end) => (std::str::from_utf8(&rest[..end]).ok(), &rest[end + 1..]),
        None => (None, rest),
    };
    let verdict = classify(
        status,
        retry,
        &Body::of(body, "xoxb-1234567890-secret"),
        NOW,
    );
    if let PostResult::Wait { pause, .. } = &verdict {
        assert!(*pause <= PAUSE_MOST, "{pause:?}");
    }
    let said = verdict.to_string();
    assert!(!said.chars().any(is_hidden), "{said:?}");
    assert!(
        !matches!(verdict, PostResult::Accepted { .. }) || (200..300).contains(&status),
        "{status} accepted a message"
    );
}
