//! A mount namespace of its own for a test that mounts: the machine's own mounts stay as they are.

use std::env;
use std::process::Command;

/// Tells the test that it runs in its namespace.
const INSIDE: &str = "SFTP_MONITOR_TEST_APART";

/// Whether the test runs in its namespace; if not, runs it there, where this user may.
pub(crate) fn apart(test: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    if !is_root(test) {
        return false;
    }
    let status = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "--"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .unwrap();
    assert!(status.success(), "{test}, run apart: {status}");
    false
}

/// Whether this is root; if not, says that the test is left out.
pub(crate) fn is_root(test: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("SKIPPED: {test} needs root");
    }
    root
}

/// Runs a command that must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    let status = status.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(status.success(), "{program} {arguments:?}: {status}");
}
