//! Writes a log: as an auth.log, as rsyslog does since Debian 12, or into the files of a journal.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::truth::Truth;
use super::{By, Line, Mix, SECOND, generate};

/// What writes journals.
pub(crate) const REMOTE: &str = "/usr/lib/systemd/systemd-journal-remote";

/// Writes an auth.log.
pub(crate) fn auth_log(mix: &Mix, path: &Path) -> Truth {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let truth = lines(mix, &mut file);
    file.flush().unwrap();
    truth
}

/// Writes the lines of an auth.log.
pub(crate) fn lines(mix: &Mix, to: &mut dyn Write) -> Truth {
    let (mut stamp, mut second) = (String::new(), 0);
    generate(mix, &mut |at, line| {
        if second != at / SECOND {
            second = at / SECOND;
            stamp = utc(second).format("%Y-%m-%dT%H:%M:%S").to_string();
        }
        let (name, micros) = (identifier(line), at % SECOND);
        let (pid, text) = (line.pid, &line.text);
        writeln!(to, "{stamp}.{micros:06}+00:00 sftp1 {name}[{pid}]: {text}").unwrap();
    })
}

fn utc(second: u64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(i64::try_from(second).unwrap(), 0).unwrap()
}

fn identifier(line: &Line) -> &'static str {
    match line.by {
        By::Sshd | By::Pam => "sshd",
        By::Sftp => "internal-sftp",
        By::Other(name) => name,
    }
}

/// Writes a journal of so many files into a directory.
pub(crate) fn journal(mix: &Mix, directory: &Path, files: u64) -> Truth {
    std::fs::create_dir_all(directory).unwrap();
    let each = mix.lines.div_ceil(files);
    let (mut n, mut text) = (0, Vec::new());
    let mut open: Option<Remote> = None;
    let truth = generate(mix, &mut |at, line| {
        if n % each == 0 {
            if let Some(earlier) = open.take() {
                earlier.close();
            }
            open = Some(Remote::start(directory, n / each + 1));
        }
        n += 1;
        text.clear();
        export(at, n, line, &mut text);
        open.as_mut().unwrap().input.write_all(&text).unwrap();
    });
    if let Some(last) = open {
        last.close();
    }
    truth
}

/// A running systemd-journal-remote.
struct Remote {
    child: std::process::Child,
    input: BufWriter<std::process::ChildStdin>,
}

impl Remote {
    fn start(directory: &Path, number: u64) -> Remote {
        let output = directory.join(format!("system-{number:04}.journal"));
        let mut child = Command::new(REMOTE)
            .arg(format!("--output={}", output.display()))
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("systemd-journal-remote starts: install the package of this name");
        let input = BufWriter::with_capacity(1 << 16, child.stdin.take().unwrap());
        Remote { child, input }
    }

    fn close(mut self) {
        self.input.flush().unwrap();
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
    }
}

/// An entry in the journal's export format, with the fields that journald gives it on Debian 12.
fn export(at: u64, n: u64, line: &Line, to: &mut Vec<u8>) {
    let mut text = String::with_capacity(1_200);
    let time = utc(at / SECOND);
    let (uid, pid, session) = (line.uid, line.pid, line.session);
    let (name, account) = (identifier(line), &line.account);
    let (facility, comm, exe) = match line.by {
        By::Sshd | By::Sftp => (4, "sshd", "/usr/sbin/sshd"),
        By::Pam => (10, "sshd", "/usr/sbin/sshd"),
        By::Other(other) => (10, other, "/usr/sbin/cron"),
    };
    write!(
        text,
        "__REALTIME_TIMESTAMP={at}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID=00000001b007b007b007b007b007b007\nPRIORITY=6\n_UID={uid}\n_GID={uid}\n\
         _MACHINE_ID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n_HOSTNAME=sftp1\n_RUNTIME_SCOPE=system\n_TRANSPORT=syslog\n\
         SYSLOG_FACILITY={facility}\nSYSLOG_IDENTIFIER={name}\n_COMM={comm}\n_EXE={exe}\nSYSLOG_PID={pid}\n_PID={pid}\n\
         SYSLOG_TIMESTAMP={} \n_SOURCE_REALTIME_TIMESTAMP={}\n",
        at - super::BEGINNING.min(at) + 10 * SECOND,
        time.format("%b %d %H:%M:%S"),
        at - 20 - n % 1_000,
    )
    .unwrap();
    let wrote = match (line.by, uid) {
        (By::Other(_), _) => writeln!(
            text,
            "_CMDLINE={exe} -f\n_CAP_EFFECTIVE=1ffffffffff\n_SYSTEMD_SLICE=system.slice\n\
             _SYSTEMD_CGROUP=/system.slice/cron.service\n_SYSTEMD_UNIT=cron.service\n\
             _SYSTEMD_INVOCATION_ID=8115e430d7f64c19bb8de33ce5c36034"
        ),
        (_, 0) => writeln!(
            text,
            "_CMDLINE=\"sshd: {account} [priv]\"\n_CAP_EFFECTIVE=1ffffffffff\n_SYSTEMD_SLICE=system.slice\n\
             _SYSTEMD_CGROUP=/system.slice/ssh.service\n_SYSTEMD_UNIT=ssh.service\n\
             _SYSTEMD_INVOCATION_ID=ff32346c69b14008ab0c82827b5f16f9"
        ),
        (by, uid) => writeln!(
            text,
            "_CMDLINE=\"sshd: {account}@{}\"\n_CAP_EFFECTIVE=0\n_AUDIT_LOGINUID={uid}\n_AUDIT_SESSION={session}\n\
             _SYSTEMD_OWNER_UID={uid}\n_SYSTEMD_SLICE=user-{uid}.slice\n_SYSTEMD_USER_SLICE=-.slice\n\
             _SYSTEMD_CGROUP=/user.slice/user-{uid}.slice/session-{session}.scope\n_SYSTEMD_SESSION={session}\n\
             _SYSTEMD_UNIT=session-{session}.scope\n_SYSTEMD_INVOCATION_ID={session:032x}",
            if by == By::Sftp {
                "internal-sftp"
            } else {
                "notty"
            },
        ),
    };
    wrote.unwrap();
    writeln!(text, "MESSAGE={}\n", line.text).unwrap();
    to.extend_from_slice(text.as_bytes());
}

/// Writes the truth, and a configuration that names the partners and the log, beside the log.
pub(crate) fn beside(log: &Path, truth: &Truth, journal: bool) {
    let with = |end: &str| {
        let mut path = log.as_os_str().to_owned();
        path.push(end);
        path
    };
    std::fs::write(
        with(".truth.json"),
        serde_json::to_vec_pretty(truth).unwrap(),
    )
    .unwrap();
    std::fs::write(with(".toml"), config(log, truth, journal)).unwrap();
}

/// A configuration that names the partners and the log.
pub(crate) fn config(log: &Path, truth: &Truth, journal: bool) -> String {
    let log = std::path::absolute(log).unwrap();
    let source = match journal {
        true => format!("kind = \"journal\"\njournal-directory = {log:?}"),
        false => format!("kind = \"auth-log\"\nauth-log = {log:?}"),
    };
    format!(
        "timezone = \"UTC\"\n[slack]\nchannel = \"C0APAF806F8\"\n[source]\n{source}\n[partners]\nusers = {:?}\n",
        truth.names()
    )
}
