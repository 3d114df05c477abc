//! Asking another program of the machine: what it prints, within a deadline.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often it is looked whether the program has ended.
const LOOK: Duration = Duration::from_millis(2);

/// What a program prints to standard output. In vain: why, with the first line that it wrote to standard error.
pub fn output(command: &mut Command, at_most: Duration) -> Result<Vec<u8>, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |why: &dyn std::fmt::Display| format!("{name}: {why}");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // What is read here is read by us, not by a person of another language.
        .env("LC_ALL", "C.UTF-8");
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    // Both are read at once: one that is full would hold the program.
    let stdout = child.stdout.take().map(drain);
    let stderr = child.stderr.take().map(drain);
    let until = Instant::now() + at_most;
    let status = loop {
        match child.try_wait().map_err(|error| failed(&error))? {
            Some(status) => break status,
            None if Instant::now() >= until => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(&format!("no answer for {} s", at_most.as_secs())));
            }
            None => std::thread::sleep(LOOK),
        }
    };
    let read = |drained: Option<std::thread::JoinHandle<Vec<u8>>>| {
        drained
            .and_then(|drained| drained.join().ok())
            .unwrap_or_default()
    };
    let (stdout, stderr) = (read(stdout), read(stderr));
    if status.success() {
        return Ok(stdout);
    }
    let said = String::from_utf8_lossy(&stderr);
    match said.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => Err(failed(&line)),
        None => Err(failed(&status)),
    }
}

/// The same as text; bytes that are no UTF-8 become U+FFFD.
pub fn text(command: &mut Command, at_most: Duration) -> Result<String, String> {
    output(command, at_most).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn drain(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what there is.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, at_most: Duration) -> Result<String, String> {
        text(Command::new("sh").args(["-c", script]), at_most)
    }

    #[test]
    fn what_a_program_prints_or_why_it_failed() {
        let long = Duration::from_secs(30);
        assert_eq!(shell("echo yes; echo no >&2", long).as_deref(), Ok("yes\n"));
        assert_eq!(
            shell("echo; echo why >&2; echo more >&2; exit 3", long),
            Err("sh: why".to_owned())
        );
        assert_eq!(shell("exit 3", long), Err("sh: exit status: 3".to_owned()));
        assert!(text(&mut Command::new("/nowhere"), long).is_err());
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let said = shell("exec sleep 600", Duration::ZERO);
        assert_eq!(said, Err("sh: no answer for 0 s".to_owned()));
    }
}
