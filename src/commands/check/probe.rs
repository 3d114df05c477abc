//! Tests whether a `/dev/log` leads into the log: sends a line through it, as the partner's sftp-server would, and looks for it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, statat};
use rustix::io::Errno;
use systemd::journal::OpenOptions;

use super::arrived::{ASKED, IDENTIFIER, Reached, as_the_service, mark};
use crate::adapters::source::choice::Log;
use crate::domain::base::time::Time;

/// How long to wait for the lines: journald writes them at once, rsyslog a little later.
const PATIENCE: Duration = Duration::from_secs(2);

/// The time limit for sending a line: a socket whose reader hangs would block for ever.
const SENDING: Duration = Duration::from_millis(300);

/// The pause between two reads of a log file.
const AGAIN: Duration = Duration::from_millis(50);

/// auth.info, so that the line goes to the same place as sshd's (syslog.h).
const PRIORITY: u8 = 4 << 3 | 6;

/// The root directory of processes without a chroot.
pub(super) const OWN: &str = "/";

/// Sends a line through the `/dev/log` below each directory, and looks for the lines; `None` if the log is another machine's.
pub(super) fn try_all(roots: &[&Path], log: &Log) -> Option<Vec<Reached>> {
    let mut end = match log {
        Log::Journal => None,
        Log::Directory(_) => return None,
        Log::AuthLog(path) => File::open(path)
            .and_then(|mut file| file.seek(SeekFrom::End(0)).map(|_| file))
            .ok(),
    };
    let (nonce, begun) = (nonce(), SystemTime::now());
    let sent = roots.iter().enumerate().map(|(at, root)| {
        let asked = root.join("dev/log");
        let asked = asked.display();
        let line = format!("{ASKED}{asked} lead here? (sftp-monitor check) {nonce}.{at}.");
        send(root, &line).err().unwrap_or(Reached::Elsewhere)
    });
    let mut reached: Vec<Reached> = sent.collect();
    let until = Instant::now() + PATIENCE;
    let mut text = Vec::new();
    while reached.contains(&Reached::Elsewhere) {
        let seen = match &mut end {
            Some(file) => file.read_to_end(&mut text).is_ok(),
            None => in_journal(begun, &mut text).is_ok(),
        };
        // The journal keeps a message unchanged.
        let in_file = end.is_some();
        mark(&text, &nonce, &mut reached, |line, sign| {
            !in_file || as_the_service(line, sign)
        });
        if !seen || Instant::now() >= until {
            break;
        }
        std::thread::sleep(AGAIN);
    }
    Some(reached)
}

/// A text that no other program's line contains.
fn nonce() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = now.map_or(0, |now| now.as_nanos());
    format!("{:x}.{nanos:x}", std::process::id())
}

/// Sends a line through the socket that a process with `root` as chroot would find.
fn send(root: &Path, line: &str) -> Result<(), Reached> {
    let socket = open(root)?;
    let stat = rustix::fs::fstat(&socket).map_err(|_| Reached::NotSeen)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Socket {
        return Err(Reached::NoSocket);
    }
    // Root may write even if a partner may not.
    if stat.st_mode & 0o002 == 0 {
        return Err(Reached::Closed);
    }
    let sending = || {
        let datagram = UnixDatagram::unbound()?;
        datagram.set_write_timeout(Some(SENDING))?;
        // The socket's path may be too long for a socket address.
        datagram.connect(format!("/proc/self/fd/{}", socket.as_raw_fd()))?;
        let pid = std::process::id();
        datagram.send(format!("<{PRIORITY}>{IDENTIFIER}[{pid}]: {line}").as_bytes())
    };
    match sending() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(Reached::NotSeen),
        Err(_) => Err(Reached::Dead),
    }
}

/// Opens `/dev/log` with `root` as the root directory: links are followed as inside the chroot.
fn open(root: &Path) -> Result<OwnedFd, Reached> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let fault = |errno| match errno {
        Errno::NOENT | Errno::NOTDIR => Reached::Missing,
        _ => Reached::NotSeen,
    };
    let root = rustix::fs::open(root, flags | OFlags::DIRECTORY, Mode::empty()).map_err(fault)?;
    // A partner needs the right to pass through the directory.
    if let Ok(stat) = statat(root.as_fd(), "dev", AtFlags::empty()) {
        if stat.st_mode & 0o001 == 0 {
            return Err(Reached::ClosedDirectory);
        }
    }
    let within = ResolveFlags::IN_ROOT;
    let opened = rustix::fs::openat2(root.as_fd(), "dev/log", flags, Mode::empty(), within);
    opened.map_err(|errno| {
        let no_follow = AtFlags::SYMLINK_NOFOLLOW;
        let link = statat(root.as_fd(), "dev/log", no_follow)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink);
        match link {
            true => Reached::Link,
            false => fault(errno),
        }
    })
}

/// Reads our lines in the journal since this time.
fn in_journal(since: SystemTime, text: &mut Vec<u8>) -> systemd::Result<()> {
    let since = u64::try_from(Time::from(since).0).unwrap_or(0);
    let mut journal = OpenOptions::default().local_only(true).open()?;
    journal.match_add("SYSLOG_IDENTIFIER", IDENTIFIER)?;
    // A little earlier, since the line's time may be from the sender's clock or from journald's.
    journal.seek_realtime_usec(since.saturating_sub(1_000_000))?;
    text.clear();
    while let Some(entry) = journal.next_entry()? {
        text.extend(
            entry
                .get("MESSAGE")
                .into_iter()
                .flat_map(|message| message.bytes()),
        );
        text.push(b'\n');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A chroot with a socket; it writes the first received line to a file, after the text `writes`.
    fn chroot_with_socket(
        log: &Path,
        writes: Option<&'static str>,
    ) -> (tempfile::TempDir, Option<std::thread::JoinHandle<()>>) {
        let chroot = tempfile::tempdir().unwrap();
        std::fs::create_dir(chroot.path().join("dev")).unwrap();
        std::fs::set_permissions(chroot.path().join("dev"), PermissionsExt::from_mode(0o755))
            .unwrap();
        let path = chroot.path().join("dev/log");
        let socket = UnixDatagram::bind(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
        let log = log.to_owned();
        let writer = writes.map(|written| {
            std::thread::spawn(move || {
                let mut line = [0; 1024];
                let count = socket.recv(&mut line).unwrap();
                let mut file = File::options().append(true).open(log).unwrap();
                let line = String::from_utf8_lossy(&line[..count]).into_owned();
                let (_, line) = line.split_once('>').unwrap();
                file.write_all(format!("{written}{line}\n").as_bytes())
                    .unwrap();
            })
        });
        (chroot, writer)
    }

    #[test]
    fn each_way_in_which_a_line_is_lost_is_told_apart() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let (good, writer) = chroot_with_socket(log.path(), Some("Mar 30 06:07:55 sftp1 "));
        // The socket was closed at once.
        let (dead, _) = chroot_with_socket(log.path(), None);
        let (bare, link, file) = (
            tempfile::tempdir().unwrap(),
            tempfile::tempdir().unwrap(),
            tempfile::tempdir().unwrap(),
        );
        for chroot in [&link, &file] {
            std::fs::create_dir(chroot.path().join("dev")).unwrap();
            std::fs::set_permissions(chroot.path().join("dev"), PermissionsExt::from_mode(0o755))
                .unwrap();
        }
        // The target is an existing socket, but not inside the chroot.
        symlink(good.path().join("dev/log"), link.path().join("dev/log")).unwrap();
        std::fs::write(file.path().join("dev/log"), "").unwrap();
        let (elsewhere, _keeps) = {
            let (chroot, _) = chroot_with_socket(log.path(), None);
            let path = chroot.path().join("dev/log");
            std::fs::remove_file(&path).unwrap();
            let socket = UnixDatagram::bind(&path).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
            (chroot, socket)
        };
        let (closed, _) = chroot_with_socket(log.path(), None);
        let only_owner = PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(closed.path().join("dev/log"), only_owner).unwrap();
        let chroots = [&good, &dead, &bare, &link, &file, &elsewhere, &closed];
        let roots: Vec<&Path> = chroots.iter().map(|chroot| chroot.path()).collect();
        let reached = try_all(&roots, &Log::AuthLog(log.path().to_owned())).unwrap();
        assert_eq!(
            reached,
            [
                Reached::Log,
                Reached::Dead,
                Reached::Missing,
                Reached::Link,
                Reached::NoSocket,
                Reached::Elsewhere,
                Reached::Closed,
            ]
        );
        writer.unwrap().join().unwrap();
    }

    #[test]
    fn a_line_in_a_form_that_the_service_does_not_read_has_not_arrived() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let (chroot, writer) = chroot_with_socket(log.path(), Some("30/03 06:07 sftp1 "));
        let reached = try_all(&[chroot.path()], &Log::AuthLog(log.path().to_owned())).unwrap();
        writer.unwrap().join().unwrap();
        let [Reached::Unreadable(line)] = &reached[..] else {
            panic!("{reached:?}")
        };
        assert!(
            line.starts_with("30/03 06:07 sftp1 sftp-monitor-check["),
            "{line}"
        );
    }
}
