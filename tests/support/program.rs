//! The real program in a directory of its own, with a Slack of its own.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::slack::Slack;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Partners of the tests: they exist in no user database here.
const USERS: &str = "users = [\"alice\", \"bob\"]";

/// The program's surroundings.
pub struct World {
    pub slack: Slack,
    directory: tempfile::TempDir,
    /// What is written into the configuration besides Slack and partners.
    pub config: String,
    /// What is written into its `[slack]` besides.
    pub slack_config: String,
    /// The accounts that are partners, as `[partners]` names them.
    pub users: String,
}

impl World {
    /// Reads an auth.log.
    pub fn new() -> World {
        let directory = tempfile::tempdir().expect("a directory");
        let world = World {
            slack: Slack::start(),
            directory,
            config: String::new(),
            slack_config: String::new(),
            users: USERS.to_owned(),
        };
        File::create(world.log()).expect("a log");
        World {
            config: format!(
                "[source]\nkind = \"auth-log\"\nauth-log = \"{}\"\n",
                world.log().display()
            ),
            ..world
        }
    }

    /// Reads the journals in a directory.
    pub fn of_journal(journals: &Path) -> World {
        let world = World::new();
        let config = format!(
            "[source]\nkind = \"journal\"\njournal-directory = \"{}\"\n",
            journals.display()
        );
        World { config, ..world }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn log(&self) -> PathBuf {
        self.path("auth.log")
    }

    /// Writes a line into the log, stamped with the present.
    pub fn write(&self, line: &str) {
        let stamp = chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, false);
        self.write_raw(&format!("{stamp} sftp1 {line}\n"));
    }

    pub fn write_raw(&self, text: &str) {
        let mut log = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.log())
            .expect("the log");
        log.write_all(text.as_bytes()).expect("the log is written");
    }

    /// The program with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let config = self.path("config.toml");
        let text = format!(
            "{}[slack]\nlabel = \"sftp1\"\napi-url = \"{}\"\n{}[partners]\n{}\n",
            self.config, self.slack.url, self.slack_config, self.users
        );
        std::fs::write(&config, text).expect("the configuration is written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sftp-monitor"));
        command
            .arg("--config")
            .arg(config)
            .arg("--state-directory")
            .arg(self.path("state"))
            .args(arguments);
        command
            .env("SLACK_BOT_TOKEN", "xoxb-test")
            .env_remove("CREDENTIALS_DIRECTORY")
            .env_remove("NOTIFY_SOCKET");
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// Starts the daemon and waits until it says that it is ready.
    pub fn daemon(&self) -> Daemon {
        self.daemon_logging_to(self.log_file())
    }

    /// Where daemons write their log.
    pub fn log_file(&self) -> File {
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path("daemon.log"))
            .expect("a log")
    }

    /// The same, with this as its standard error.
    pub fn daemon_logging_to(&self, log: File) -> Daemon {
        let mut command = self.command(&["run"]);
        command.stderr(log);
        self.ready(command)
    }

    /// Starts the daemon by this command and waits until it says that it is ready.
    pub fn ready(&self, mut command: Command) -> Daemon {
        let socket = self.path(&format!("notify{}", Instant::now().elapsed().as_nanos()));
        let _ = std::fs::remove_file(&socket);
        let notify = std::os::unix::net::UnixDatagram::bind(&socket).expect("a socket");
        notify.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        command.env("NOTIFY_SOCKET", &socket);
        let daemon = Daemon {
            child: command.spawn().expect("the daemon starts"),
            notify,
        };
        let mut buffer = [0; 4096];
        loop {
            let length = daemon
                .notify
                .recv(&mut buffer)
                .expect("the daemon says that it is ready");
            if buffer[..length].windows(7).any(|part| part == b"READY=1") {
                return daemon;
            }
        }
    }

    /// The state, once it is as wanted.
    pub fn state(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = std::fs::read_to_string(self.path("state/daily.json")).unwrap_or_default();
            let state: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            if wanted(&state) {
                return state;
            }
            assert!(
                Instant::now() < until,
                "the state never came to what was wanted: {state:#}\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The texts that Slack got, once one of them contains this.
    pub fn told(&self, wanted: &str) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let texts = self.slack.texts();
            if texts.iter().any(|text| text.contains(wanted)) {
                return texts;
            }
            assert!(
                Instant::now() < until,
                "never told: {wanted}; told: {texts:#?}\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How many log-ins the tables tell that Slack got: each table's text has its sum.
    pub fn logins_in_tables(&self) -> u64 {
        let texts = self.slack.texts();
        let tables = texts.iter().filter(|text| text.contains("Activité SFTP"));
        tables.map(|text| logins_in(text)).sum()
    }

    /// What the daemons wrote to their log.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.path("daemon.log")).unwrap_or_default()
    }
}

/// The number before the word for log-ins, without the thin spaces in it.
fn logins_in(table: &str) -> u64 {
    let before = table.split(" connexion").next().unwrap_or_default();
    let number = before.chars().rev();
    let number = number.take_while(|c| c.is_ascii_digit() || *c == '\u{202f}');
    let digits: String = number.filter(char::is_ascii_digit).collect();
    let digits: String = digits.chars().rev().collect();
    digits.parse().unwrap_or(0)
}

/// A running daemon; it is killed where the test ends without stopping it.
pub struct Daemon {
    pub child: Child,
    pub notify: std::os::unix::net::UnixDatagram,
}

impl Daemon {
    /// Takes what it tells the service manager, as that would: one that nobody takes it from waits.
    pub fn listen(&self) {
        let notify = self.notify.try_clone().expect("a socket");
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while notify.recv(&mut buffer).is_ok_and(|length| length > 0) {}
        });
    }

    /// Ends it as systemd does; the time it took.
    pub fn stop(mut self) -> Duration {
        let begun = Instant::now();
        let pid = self.child.id().to_string();
        Command::new("kill").arg(&pid).status().expect("kill runs");
        let status = self.child.wait().expect("the daemon ends");
        assert!(status.success(), "the daemon ended with {status}");
        begun.elapsed()
    }

    /// Ends it as a crash does.
    pub fn kill(mut self) {
        self.child.kill().expect("the daemon is killed");
        self.child.wait().expect("the daemon ends");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
