//! Runs another program of the machine and returns its output, within a deadline.

use std::fmt;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The most bytes that are read of a program's output: a hundred times the longest answer that is asked for here.
const MOST: usize = 16 * 1024 * 1024;

/// Why there is no answer.
#[derive(Debug)]
pub struct Failed {
    /// The name of the program.
    pub name: String,
    /// The reason.
    pub how: How,
}

/// How a program failed.
#[derive(Debug)]
pub enum How {
    /// The program could not be started or observed.
    System(io::Error),
    /// The program did not end within this time.
    NoAnswer(Duration),
    /// The program ended with this status, and with this first line on standard error.
    Ended(ExitStatus, Option<String>),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.how {
            How::System(error) => error.fmt(f),
            How::NoAnswer(within) => write!(f, "no answer for {} s", within.as_secs()),
            How::Ended(_, Some(line)) => f.write_str(line),
            How::Ended(status, None) => status.fmt(f),
        }
    }
}

impl std::error::Error for Failed {}

/// The standard output of a program. Output of its children after its own end is not read: they may live for a long time.
pub fn output(command: &mut Command, at_most: Duration) -> Result<Vec<u8>, Failed> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |how| Failed {
        name: name.clone(),
        how,
    };
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // The program reads this output, so it must not be in the language of the user.
        .env("LC_ALL", "C.UTF-8");
    let mut child = command.spawn().map_err(How::System).map_err(failed)?;
    match follow(&mut child, at_most) {
        Ok(Some(output)) if output.status.success() => Ok(output.stdout),
        Ok(Some(output)) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let line = said.lines().map(str::trim).find(|line| !line.is_empty());
            Err(failed(How::Ended(output.status, line.map(str::to_owned))))
        }
        Ok(None) => {
            end(child);
            Err(failed(How::NoAnswer(at_most)))
        }
        Err(error) => {
            end(child);
            Err(failed(How::System(error)))
        }
    }
}

/// The same as text; bytes that are not UTF-8 become U+FFFD.
pub fn text(command: &mut Command, at_most: Duration) -> Result<String, Failed> {
    output(command, at_most).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The exit status and both outputs of the program. `None` if it did not end in time.
fn follow(child: &mut Child, at_most: Duration) -> io::Result<Option<Output>> {
    let until = Instant::now() + at_most;
    let process = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    let mut stdout = Pipe::of(child.stdout.take())?;
    let mut stderr = Pipe::of(child.stderr.take())?;
    loop {
        // Checked before the pipes are read: if the program has ended, the pipes hold all of its output.
        let left = until.saturating_duration_since(Instant::now());
        let ended = wait(process.as_fd(), [stdout.fd(), stderr.fd()], left)?;
        // Both pipes are read in turn: a full pipe would block the program.
        let more = stdout.read()? | stderr.read()?;
        if ended && !more {
            return Ok(Some(Output {
                status: child.wait()?,
                stdout: stdout.read,
                stderr: stderr.read,
            }));
        }
        if left.is_zero() {
            return Ok(None);
        }
    }
}

/// Waits until the process has ended or has written something. Whether it has ended.
fn wait(
    process: BorrowedFd<'_>,
    pipes: [Option<BorrowedFd<'_>>; 2],
    at_most: Duration,
) -> io::Result<bool> {
    let all = std::iter::once(process).chain(pipes.into_iter().flatten());
    let awaited = all.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
    let mut awaited: Vec<PollFd<'_>> = awaited.collect();
    let at_most = Timespec::try_from(at_most).unwrap_or_default();
    match poll(&mut awaited, Some(&at_most)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(!awaited[0].revents().is_empty()),
        Err(error) => Err(error.into()),
    }
}

/// Kills the process without waiting: a process that hangs in the kernel does not end.
fn end(mut child: Child) {
    let _ = child.kill();
    // Without this thread, the process stays a zombie as long as this process lives.
    let _ = std::thread::Builder::new().spawn(move || child.wait());
}

/// The output of a program on one pipe.
struct Pipe<R> {
    /// `None` after the end of the output.
    from: Option<R>,
    read: Vec<u8>,
}

impl<R: Read + AsFd> Pipe<R> {
    fn of(from: Option<R>) -> io::Result<Self> {
        if let Some(from) = &from {
            rustix::io::ioctl_fionbio(from, true)?;
        }
        let read = Vec::new();
        Ok(Pipe { from, read })
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.from.as_ref().map(AsFd::as_fd)
    }

    /// Reads a part of the waiting output. Whether there may be more.
    fn read(&mut self) -> io::Result<bool> {
        let Some(from) = &mut self.from else {
            return Ok(false);
        };
        let mut part = [0; 16 * 1024];
        match from.read(&mut part) {
            Ok(0) => self.from = None,
            Ok(_) if self.read.len() > MOST => {
                return Err(io::Error::other("its output does not end"));
            }
            Ok(length) => self.read.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(self.from.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, at_most: Duration) -> Result<String, String> {
        text(Command::new("sh").args(["-c", script]), at_most).map_err(|why| why.to_string())
    }

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn what_a_program_prints_or_why_it_failed() {
        assert_eq!(shell("echo yes; echo no >&2", LONG).as_deref(), Ok("yes\n"));
        assert_eq!(
            shell("echo; echo why >&2; echo more >&2; exit 3", LONG),
            Err("sh: why".to_owned())
        );
        assert_eq!(shell("exit 3", LONG), Err("sh: exit status: 3".to_owned()));
        assert!(text(&mut Command::new("/nowhere"), LONG).is_err());
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let said = shell("exec sleep 600", Duration::ZERO);
        assert_eq!(said, Err("sh: no answer for 0 s".to_owned()));
    }

    #[test]
    fn one_that_closes_its_outputs_and_lives_is_waited_for() {
        assert_eq!(shell("exec >&- 2>&-; sleep 0.1", LONG).as_deref(), Ok(""));
    }

    #[test]
    fn much_on_both_outputs_is_read() {
        let script = "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero";
        assert_eq!(shell(script, LONG).map(|text| text.len()), Ok(300_000));
    }

    #[test]
    fn one_that_prints_without_an_end_is_ended() {
        let said = shell("exec yes", LONG);
        assert_eq!(said, Err("sh: its output does not end".to_owned()));
    }

    #[test]
    fn a_child_of_it_that_lives_on_with_its_outputs_holds_nobody() {
        // Longer than any test may take.
        let script = "sleep 7200 & echo $!";
        let said = shell(script, Duration::from_secs(3_600)).unwrap_or_default();
        let pid: i32 = said.trim().parse().unwrap_or_default();
        let pid = Pid::from_raw(pid).filter(|_| pid > 0);
        assert!(pid.is_some(), "{said}");
        let killed =
            pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::KILL));
        assert!(killed.is_some_and(|killed| killed.is_ok()), "{said}");
    }
}
