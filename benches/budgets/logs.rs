//! Logs as a server on the internet has them.

use std::fmt::Write as _;

/// When they begin: 2026-03-30 04:00:00 UTC.
const BEGINNING: i64 = 1_774_843_200;

/// What others write between two lines of sshd.
const OTHERS: [&str; 4] = [
    "CRON[1042]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    "systemd-logind[612]: New session 4711 of user deploy.",
    "sudo[2031]: deploy : TTY=pts/0 ; PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl reload nginx",
    "CRON[1042]: pam_unix(cron:session): session closed for user root",
];

/// A line that syslog wrote at this second of the log.
pub(crate) fn line(second: usize, text: &str) -> String {
    let at =
        chrono::DateTime::from_timestamp(BEGINNING + i64::try_from(second).unwrap(), 0).unwrap();
    let stamp = at.to_rfc3339_opts(chrono::SecondsFormat::Micros, false);
    format!("{stamp} sftp1 {text}\n")
}

/// Password guessers: what sshd says of names that somebody made up.
pub(crate) fn guesses(lines: usize) -> String {
    let mut text = String::new();
    for n in 0..lines / 3 {
        let (pid, port) = (1_000 + n % 30_000, n % 60_000 + 1);
        let from = format!("from 203.0.113.{} port {port}", n % 250);
        let invalid = format!("sshd[{pid}]: Invalid user admin{n} {from}");
        let failed = format!("sshd[{pid}]: Failed password for invalid user admin{n} {from} ssh2");
        let closed =
            format!("sshd[{pid}]: Connection closed by invalid user admin{n} {from} [preauth]");
        for what in [invalid, failed, closed] {
            text += &line(n / 10, &what);
        }
    }
    text
}

/// Partners at work: a log-in, a session, two files, and their end.
pub(crate) fn sessions(lines: usize) -> String {
    let mut text = String::new();
    for n in 0..lines / 8 {
        let (login, sftp, user) = (
            2 * n % 60_000 + 10,
            2 * n % 60_000 + 11,
            ["alice", "bob"][n % 2],
        );
        let mut say = |what: String| text += &line(n, &what);
        say(format!(
            "sshd[{login}]: Accepted publickey for {user} from 192.0.2.7 port 5 ssh2: ED25519 SHA256:x"
        ));
        say(format!(
            "internal-sftp[{sftp}]: session opened for local user {user} from [192.0.2.7]"
        ));
        for file in ["feed", "stock"] {
            say(format!(
                "internal-sftp[{sftp}]: open \"/upload/{file}-{n}.xml\" flags WRITE,CREATE,TRUNCATE mode 0644"
            ));
            say(format!(
                "internal-sftp[{sftp}]: close \"/upload/{file}-{n}.xml\" bytes read 0 written 48312"
            ));
        }
        say(format!(
            "internal-sftp[{sftp}]: session closed for local user {user} from [192.0.2.7]"
        ));
        say(format!(
            "sshd[{login}]: pam_unix(sshd:session): session closed for user {user}"
        ));
    }
    text
}

/// A log of which a third is sshd's and sftp-server's: of that half guesses, half sessions.
pub(crate) fn mixed(lines: usize) -> String {
    let (guesses, sessions) = (guesses(lines / 6), sessions(lines / 6));
    let mut text = String::with_capacity(lines * 110);
    let ours = guesses.lines().zip(sessions.lines());
    for (n, (guess, session)) in ours.enumerate() {
        for other in OTHERS {
            text += &line(n, other);
        }
        // Both kinds at one time, so that the log's stamps go on.
        let behind = |line: &str| line[line.find(" sftp1 ").unwrap() + 7..].to_owned();
        write!(
            text,
            "{}{}",
            line(n, &behind(guess)),
            line(n, &behind(session))
        )
        .unwrap();
    }
    text
}
