//! The daemon as the service manager sees it, and what stands in its way.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::program::{Daemon, World};

impl Daemon {
    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        Command::new("kill").args([signal, &pid]).status().unwrap();
    }

    /// What the service manager is told up to this.
    pub fn tells(&self, wanted: &str) -> Vec<String> {
        let mut told = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let length = self.notify.recv(&mut buffer).unwrap();
            told.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            if told.last().unwrap().contains(wanted) {
                return told;
            }
        }
    }

    /// What it was told and nobody has looked at.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        let mut buffer = [0; 4096];
        self.notify.set_nonblocking(true).unwrap();
        while let Ok(length) = self.notify.recv(&mut buffer) {
            told.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        self.notify.set_nonblocking(false).unwrap();
        told
    }

    /// Sends SIGHUP; what the service manager is told until the daemon is ready again.
    pub fn reload(&self) -> Vec<String> {
        self.signal("-HUP");
        self.tells("READY=1")
    }
}

/// Starts a daemon that is to feed a watchdog every second, with these variables.
pub fn watched(
    world: &World,
    arguments: &[&str],
    log: Stdio,
    variables: &[(&str, &Path)],
) -> Daemon {
    let socket = world.path("watched");
    let notify = UnixDatagram::bind(&socket).unwrap();
    let timeout = Some(Duration::from_secs(30));
    notify.set_read_timeout(timeout).unwrap();
    let mut command = world.command(arguments);
    command.env("NOTIFY_SOCKET", &socket);
    command.envs(variables.iter().copied());
    command.env("WATCHDOG_USEC", "3000000").stderr(log);
    Daemon {
        child: command.spawn().unwrap(),
        notify,
    }
}

/// Makes every commit fail in its last steps, until it is removed.
pub fn obstacle(world: &World) -> PathBuf {
    let backup = world.path("state/daily.json.bak");
    let _ = std::fs::remove_file(&backup);
    std::fs::create_dir(&backup).unwrap();
    backup
}

pub fn wait_for(world: &World, said: &str) {
    for _ in 0..1_000 {
        if world.said().contains(said) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never said: {said}: {}", world.said());
}
