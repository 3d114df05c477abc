//! The demonstration: the real daemon follows a log that is written before your eyes, and posts to a Slack on loopback
//! that prints what it gets; then the real digest closes the day and posts its table.

mod slack;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{Local, SecondsFormat};
use serde_json::Value;
use sftp_monitor::domain::render::Rendered;
use slack::{Call, Kind, Messages};

/// The sample: what a real sshd wrote, each line with the seconds to wait before it.
const DAY: &str = include_str!("day.log");

/// How long the last alerts take: an upload's waits two seconds for a rename.
const LAST_ALERTS: Duration = Duration::from_secs(5);

/// One at a time writes to the terminal.
static TERMINAL: Mutex<()> = Mutex::new(());

fn main() -> Result<()> {
    let directory = tempfile::tempdir().context("making a directory for the demonstration")?;
    let log = directory.path().join("auth.log");
    File::create(&log)?;
    let listener = TcpListener::bind("127.0.0.1:0").context("listening as Slack")?;
    let url = format!("http://{}/api", listener.local_addr()?);
    std::thread::spawn(move || {
        let mut messages = Messages::default();
        slack::serve(&listener, |call| {
            show(call);
            Some(messages.answer(call))
        });
    });
    let config = configuration(directory.path(), &log, &url)?;
    say("# sftp-monitor run: it follows the log below; what Slack gets is framed");
    let mut daemon = program(directory.path(), &config, "run")
        .spawn()
        .context("starting the daemon")?;
    std::thread::sleep(Duration::from_secs(2));
    write_the_day(&log)?;
    std::thread::sleep(LAST_ALERTS);
    say("# sftp-monitor digest: the table of the day");
    let digest = program(directory.path(), &config, "digest")
        .status()
        .context("running the digest")?;
    std::thread::sleep(Duration::from_millis(500));
    say("# sftp-monitor status");
    program(directory.path(), &config, "status").status()?;
    stop(&mut daemon)?;
    anyhow::ensure!(digest.success(), "the digest failed: {digest}");
    Ok(())
}

/// The configuration of the demonstration: two partners who need not exist on this machine.
fn configuration(directory: &Path, log: &Path, url: &str) -> Result<PathBuf> {
    let path = directory.join("config.toml");
    let text = format!(
        r#"[slack]
label = "sftp1"
api-url = "{url}"
[partners]
users = ["alice", "bob"]
[partners.names]
alice = "Alice & Cie"
[source]
kind = "auth-log"
auth-log = "{}"
[alerts]
group-window = "6s"
"#,
        log.display()
    );
    std::fs::write(&path, text)?;
    Ok(path)
}

/// The program, beside this one.
fn program(directory: &Path, config: &Path, command: &str) -> Command {
    let own = std::env::current_exe().unwrap_or_default();
    let path = own
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
        .join("sftp-monitor");
    let mut program = Command::new(path);
    program
        .arg("--config")
        .arg(config)
        .arg("--state-directory")
        .arg(directory.join("state"));
    program
        .arg(command)
        .env("SLACK_BOT_TOKEN", "xoxb-demo")
        .env_remove("CREDENTIALS_DIRECTORY")
        .stdin(Stdio::null());
    if command == "digest" {
        program.arg("--yes");
    }
    program
}

/// Writes the sample's lines, each stamped with the present.
fn write_the_day(log: &Path) -> Result<()> {
    let mut log = OpenOptions::new().append(true).open(log)?;
    for line in DAY
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (wait, message) = line.split_once(' ').context("a line of the sample")?;
        std::thread::sleep(Duration::from_secs_f64(wait.parse()?));
        let stamp = Local::now().to_rfc3339_opts(SecondsFormat::Micros, false);
        say(&format!("{stamp} sftp1 {message}"));
        writeln!(log, "{stamp} sftp1 {message}")?;
    }
    Ok(())
}

/// Prints a message as Slack would show it: what stands in a thread is set in, and an edit shows the new text.
fn show(call: &Call) {
    let text = call.text().to_owned();
    let blocks = Some(call.arguments["blocks"].clone()).filter(Value::is_array);
    let shown = Rendered { text, blocks }.plain();
    let (head, edge) = match call.kind() {
        Kind::Message => (None, "    ┃"),
        Kind::Reply => (Some("    ┗━ in its thread"), "       ┃"),
        Kind::Broadcast => (Some("    ┗━ in its thread, and in the channel"), "       ┃"),
        Kind::Edit => (Some("    ✎ edited: the message now says"), "    ┃"),
        Kind::Question => return,
    };
    let lines = shown
        .trim_end()
        .lines()
        .map(|line| format!("{edge} {line}"));
    let framed: Vec<String> = head.map(str::to_owned).into_iter().chain(lines).collect();
    say(&framed.join("\n"));
}

fn say(text: &str) {
    let _one = TERMINAL.lock();
    println!("{text}");
}

/// Ends the daemon as systemd would.
fn stop(daemon: &mut Child) -> Result<()> {
    Command::new("kill").arg(daemon.id().to_string()).status()?;
    daemon.wait()?;
    Ok(())
}
