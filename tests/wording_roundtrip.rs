//! Lines written as sshd and sftp-server write them, from any bytes, are read back as exactly those bytes, or say that
//! they were cut, or are refused: never as another user, address, file or count.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

#[path = "support/sshd.rs"]
mod sshd;

use proptest::prelude::*;
use sftp_monitor::domain::openssh::{Event, Kind, Program, Who, parse, rename_splits};
use sshd::{Child, log, log_through_monitor, printf, vis};

/// What attackers put into names: the words that stand around names in sshd's lines, and what its escapes are made of.
const PIECES: &[&[u8]] = &[
    b" from 1.2.3.4 port 22 ssh2",
    b" 1.2.3.4 port 22",
    b" port 22",
    b" from ",
    b" for ",
    b" by ",
    b": ",
    b" [preauth]",
    b" [postauth]",
    b"]",
    b"invalid user ",
    b"authenticating user alice",
    b"user ",
    b"\" bytes read 0 written 999",
    b"\" flags READ mode 0666",
    b"\" mode 0777",
    b"\" new \"",
    b"\"",
    b" ",
    b"\\",
    b"\\303\\251",
    b"\\n",
    b"\n",
    b"\t",
    b"\x07",
    b"\x7f",
    "\u{e9}".as_bytes(),
    "\u{65e5}".as_bytes(),
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"alice",
    b"feed.xml",
    b"/",
];

/// Bytes as a client may send them: all but NUL.
fn sent(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(1..=255_u8, 0..6),
        1 => (1..=255_u8, 0..200_usize).prop_map(|(byte, times)| vec![byte; times]),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(move |pieces| {
        let mut bytes = pieces.concat();
        bytes.truncate(most);
        bytes
    })
}

/// A user's name as auth2.c takes it from the client: up to the first colon.
fn name() -> impl Strategy<Value = Vec<u8>> {
    sent(400).prop_map(|name| name.split(|byte| *byte == b':').next().unwrap().to_vec())
}

/// The name of an account that exists.
fn account() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-z_][a-z0-9_.-]{0,31}",
        "[A-Z]{2,8}\\\\[a-z]{1,12}",
        "[a-zé日]{1,20}",
        "[a-z]{1,8} [a-z]{1,8}"
    ]
    .prop_map(String::into_bytes)
    .prop_filter("the words around a name", |name| {
        !name.ends_with(b" from") && !name.starts_with(b"from ")
    })
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| address.to_string()),
        any::<u16>().prop_map(|last| format!("fe80::{last:x}%eth0")),
    ]
}

fn child() -> impl Strategy<Value = Child> {
    proptest::sample::select(&[Child::Twice, Child::Terminal, Child::Once][..])
}

/// Either the message was cut and the event says nothing of these, or it says exactly them.
fn peer_is(event: &Event<'_>, address: &str, port: u16) -> Result<(), TestCaseError> {
    let expected = if event.cut {
        (None, None)
    } else {
        (Some(address), Some(port))
    };
    prop_assert_eq!((event.address.as_deref(), event.port), expected);
    Ok(())
}

fn user_is(event: &Event<'_>, name: &[u8]) -> Result<(), TestCaseError> {
    let expected = (!event.cut).then_some(name);
    prop_assert_eq!(event.user.as_deref(), expected);
    Ok(())
}

/// The name of a line through the monitor: itself, save where nothing in the line tells how often it was escaped. Then it
/// is a name with backslashes or control characters, and comes out as one: no plain name, no name of an account.
fn user_through_monitor_is(
    event: &Event<'_>,
    child: Child,
    name: &[u8],
) -> Result<(), TestCaseError> {
    let is = event.user.as_deref();
    if event.cut || is == Some(name) {
        return user_is(event, name);
    }
    let is = is.unwrap();
    match child {
        Child::Once => prop_assert_eq!(vis(is), name, "once, and looks as if twice"),
        _ => {
            prop_assert!(name.iter().any(u8::is_ascii_control));
            prop_assert_eq!(
                is,
                child.escape(name),
                "twice, and a control character in it"
            );
        }
    }
    prop_assert!(
        is.contains(&b'\\')
            || is
                .iter()
                .any(|byte| !byte.is_ascii_graphic() && *byte != b' ')
    );
    Ok(())
}

proptest! {
    #[test]
    fn a_failed_attempt_of_an_invalid_user(
        method in proptest::sample::select(&["password", "none", "keyboard-interactive/pam"][..]),
        name in name(), address in address(), port: u16,
    ) {
        let message = log(&printf!("Failed ", method, " for invalid user ", name[..100], " from ", address, " port ", port, " ssh2"));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::Failed { valid: false });
        prop_assert_eq!(event.method.as_deref(), Some(method));
        user_is(&event, &name[..name.len().min(100)])?;
        peer_is(&event, &address, port)?;
    }

    #[test]
    fn an_attempt_of_an_account(
        status in proptest::sample::select(&["Accepted", "Failed"][..]),
        user in account(), address in address(), port: u16, extra in sent(900),
    ) {
        let message = log(&printf!(status, " publickey for ", user, " from ", address, " port ", port, " ssh2: ED25519-CERT ID ", extra, " (serial 1)"));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind == Kind::Accepted, status == "Accepted");
        prop_assert_eq!(event.user.as_deref(), Some(&user[..]));
        prop_assert_eq!((event.address.as_deref(), event.port), (Some(&*address), Some(port)));
    }

    #[test]
    fn an_invalid_user(name in name(), address in address(), port: u16) {
        let message = log(&printf!("Invalid user ", name[..100], " from ", address, " port ", port));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::InvalidUser);
        user_is(&event, &name[..name.len().min(100)])?;
        peer_is(&event, &address, port)?;
        let message = log(&printf!("administratively prohibited connection for invalid user ", name, " from ", address, " port ", port));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::InvalidUser);
        user_is(&event, &name)?;
        peer_is(&event, &address, port)?;
    }

    #[test]
    fn a_refused_keyboard_interactive_attempt(name in name(), user in account(), address in address()) {
        let text = "User not known to the underlying authentication module";
        let message = log(&printf!("error: PAM: ", text, " for illegal user ", name[..100], " from ", address));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::PamError { valid: false });
        user_is(&event, &name[..name.len().min(100)])?;
        prop_assert_eq!(event.address.as_deref(), (!event.cut).then_some(&*address));
        let text = "Have exhausted maximum number of retries for service";
        let message = log(&printf!("error: PAM: ", text, " for ", user, " from ", address));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::PamError { valid: true });
        prop_assert_eq!(event.user.as_deref(), Some(&user[..]));
    }

    #[test]
    fn an_end_before_log_in(
        (before, after) in proptest::sample::select(&[
            ("Connection closed by ", ""),
            ("Connection reset by ", ""),
            ("Disconnected from ", ""),
            ("Connection from ", " timed out"),
            ("Connection from ", ": Connection corrupted"),
            ("ssh_dispatch_run_fatal: Connection from ", ": Broken pipe"),
        ][..]),
        child in child(), name in name(), address in address(), port: u16,
    ) {
        let who = printf!("invalid user ", name);
        let who = &who[..who.len().min(200)];
        let text = printf!(before, who.to_vec(), " ", address, " port ", port, after);
        let message = log_through_monitor(child, &text, " [preauth]");
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::EndedBefore { who: Who::Invalid });
        user_through_monitor_is(&event, child, &who["invalid user ".len()..])?;
        peer_is(&event, &address, port)?;
    }

    #[test]
    fn an_account_before_log_in(child in child(), user in account(), address in address(), port: u16) {
        let text = printf!("Connection closed by authenticating user ", user, " ", address, " port ", port);
        let message = log_through_monitor(child, &text, " [preauth]");
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::EndedBefore { who: Who::Valid });
        prop_assert_eq!(event.user.as_deref(), Some(&user[..]), "an account's name, whatever the version");
        peer_is(&event, &address, port)?;
    }

    #[test]
    fn the_limit_of_attempts(child in child(), name in name(), address in address(), port: u16) {
        let text = printf!("maximum authentication attempts exceeded for invalid user ", name[..100], " from ", address, " port ", port, " ssh2");
        let message = [b"error: ", &log_through_monitor(child, &text, " [preauth]")[..]].concat();
        let message = &message[..message.len().min(500)];
        let event = parse(Program::Sshd, message).unwrap();
        prop_assert_eq!(event.kind, Kind::MaxAttempts { valid: false });
        user_through_monitor_is(&event, child, &name[..name.len().min(100)])?;
        peer_is(&event, &address, port)?;
    }

    #[test]
    fn a_client_that_disconnects_says_nothing_of_others(child in child(), words in sent(400), address in address(), port: u16) {
        let text = printf!("Received disconnect from ", address, " port ", port, ":11: ", words);
        for message in [log(&text), log_through_monitor(child, &text, " [preauth]")] {
            let event = parse(Program::Sshd, &message).unwrap();
            let nobody = Kind::EndedBefore { who: Who::Nobody };
            prop_assert!([Kind::EndedAfter, nobody, Kind::Accompanying].contains(&event.kind));
            prop_assert_eq!(event.user, None);
            prop_assert_eq!((event.address.as_deref(), event.port), (Some(&*address), Some(port)));
        }
    }

    #[test]
    fn a_change_of_user_names_nobody(child in child(), name in name(), other in name(), address in address(), port: u16) {
        let who = printf!("invalid user ", name);
        let reason = printf!("Change of username or service not allowed: (", name, ",ssh-connection) -> (", other, ",ssh-connection)");
        let who = who[..who.len().min(200)].to_vec();
        let text = printf!("Disconnecting ", who, " ", address, " port ", port, ": ", reason[..100]);
        let event = log_through_monitor(child, &text, " [preauth]");
        let event = parse(Program::Sshd, &event).unwrap();
        prop_assert_eq!(event.kind, Kind::EndedBefore { who: Who::Nobody });
        prop_assert_eq!((event.user, event.address, event.port), (None, None, None));
    }

    #[test]
    fn a_subsystem_of_any_name(subsystem in sent(900), user in account(), address in address(), port: u16) {
        let message = log(&printf!("Starting session: subsystem '", subsystem, "' for ", user, " from ", address, " port ", port, " id 0"));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::StartingSession);
        user_is(&event, &user)?;
        peer_is(&event, &address, port)?;
        let message = log(&printf!("subsystem request for ", subsystem[..100], " by user ", user, " failed, subsystem not found"));
        let event = parse(Program::Sshd, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::Accompanying);
        user_is(&event, &user)?;
    }

    #[test]
    fn a_transfer(
        path in sent(600), forced: bool, red_hat: bool, read: u64, written: u64,
        flags in proptest::sample::select(&["READ", "WRITE,CREATE,TRUNCATE", "READ,WRITE,CREATE,EXCL", "WRITE,APPEND", ""][..]),
        mode in 0..0o200_000_u32,
    ) {
        let (program, log) = sftp(red_hat);
        let message = log(&printf!("open \"", path, "\" flags ", flags, " mode 0", format!("{mode:o}")));
        let event = parse(program, &message).unwrap();
        let Kind::Open(is) = event.kind else { return Err(TestCaseError::fail("no open")) };
        path_is(&event, &path, &printf!("\" flags ", flags, " mode 0", format!("{mode:o}")))?;
        prop_assert_eq!(is.unknown, event.cut);
        prop_assert_eq!(is.write, !event.cut && flags.contains("WRITE"));
        prop_assert_eq!(is.create, !event.cut && flags.contains("CREATE"));
        prop_assert_eq!(is.read, !event.cut && (flags.contains("READ") || flags.is_empty()));

        let close = if forced { "forced close \"" } else { "close \"" };
        let message = log(&printf!(close, path, "\" bytes read ", read, " written ", written));
        let event = parse(program, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::Close { forced });
        path_is(&event, &path, &printf!("\" bytes read ", read, " written ", written))?;
        let counters = if event.cut { (None, None) } else { (Some(read), Some(written)) };
        prop_assert_eq!((event.bytes_read, event.bytes_written), counters);
        prop_assert_eq!(event.postauth, red_hat);
    }

    #[test]
    fn a_file_that_goes_or_a_directory(path in sent(600), red_hat: bool) {
        let (program, log) = sftp(red_hat);
        for (before, after, kind) in [
            ("remove name \"", "\"", Kind::Remove),
            ("rmdir name \"", "\"", Kind::Rmdir),
            ("mkdir name \"", "\" mode 0777", Kind::Mkdir),
        ] {
            let message = log(&printf!(before, path, after));
            let event = parse(program, &message).unwrap();
            prop_assert_eq!(event.kind, kind);
            path_is(&event, &path, after.as_bytes())?;
        }
    }

    #[test]
    fn a_rename(path in sent(300), target in sent(300), link: bool, red_hat: bool) {
        let (program, log) = sftp(red_hat);
        let verb = if link { "hardlink old \"" } else { "posix-rename old \"" };
        let message = log(&printf!(verb, path, "\" new \"", target, "\""));
        let event = parse(program, &message).unwrap();
        prop_assert_eq!(event.kind, Kind::Rename { link });
        if event.cut {
            // What is left of it is a beginning of the whole, split somewhere.
            let whole = printf!(path, "\" new \"", target, "\" [postauth]");
            let new = event.target.iter().flat_map(|target| [&b"\" new \""[..], target].concat());
            let told: Vec<u8> = event.path.iter().flat_map(|path| path.to_vec()).chain(new).collect();
            prop_assert!(whole.starts_with(&told), "{}", told.escape_ascii());
        } else if let Some(detail) = &event.detail {
            prop_assert_eq!((&event.path, &event.target), (&None, &None));
            let mut splits = rename_splits(detail, event.postauth);
            prop_assert!(splits.any(|(from, to)| *from == *path && *to == *target));
        } else {
            prop_assert_eq!((event.path.as_deref(), event.target.as_deref()), (Some(&path[..]), Some(&target[..])));
        }
    }

    #[test]
    fn an_sftp_session(user in account(), address in address(), red_hat: bool) {
        let (program, log) = sftp(red_hat);
        for (verb, kind) in [("opened", Kind::SessionOpened), ("closed", Kind::SessionClosed)] {
            let message = log(&printf!("session ", verb, " for local user ", user, " from [", address, "]"));
            let event = parse(program, &message).unwrap();
            prop_assert_eq!(event.kind, kind);
            prop_assert_eq!(event.user.as_deref(), Some(&user[..]));
            prop_assert_eq!(event.address.as_deref(), Some(&*address));
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(start in proptest::sample::select(STARTS), bytes in sent(700)) {
        for program in [Program::Sshd, Program::Sftp, Program::Unknown] {
            let message = [start.as_bytes(), &bytes].concat();
            if let Some(event) = parse(program, &message) {
                prop_assert_eq!(event.cut, message.len() >= 500);
                prop_assert!(!event.cut || event.bytes_read.is_none() && event.bytes_written.is_none());
            }
        }
    }
}

/// How lines begin, for what follows to be anything.
const STARTS: &[&str] = &[
    "",
    "Accepted password for ",
    "Failed password for ",
    "Failed password for invalid user ",
    "Invalid user ",
    "User ",
    "PAM: ",
    "pam_unix(sshd:session): session opened for user ",
    "Connection from ",
    "Connection closed by ",
    "Disconnecting ",
    "Received disconnect from ",
    "Timeout before authentication for connection from ",
    "Starting session: ",
    "session opened for local user ",
    "open \"",
    "close \"",
    "rename old \"",
    "process_write: write \"",
    "message repeated 2 times: [ ",
    "auth.c:auth_log():1",
];

/// How a message gets into the log.
type Log = fn(&[u8]) -> Vec<u8>;

/// An sftp process, or Red Hat's sshd in its place.
fn sftp(red_hat: bool) -> (Program, Log) {
    match red_hat {
        true => (Program::Sshd, |text| {
            log_through_monitor(Child::Twice, text, " [postauth]")
        }),
        false => (Program::Sftp, log),
    }
}

/// The path, or of a cut line a beginning of it and of all that follows it.
fn path_is(event: &Event<'_>, path: &[u8], after: &[u8]) -> Result<(), TestCaseError> {
    let is = event.path.as_deref().unwrap();
    if event.cut {
        let whole = [path, after, b" [postauth]"].concat();
        prop_assert!(whole.starts_with(is));
        // The longest escapes, of bytes that are escaped twice, are of five bytes.
        prop_assert!(
            is.len() >= path.len().min(90),
            "{} of {}",
            is.len(),
            path.len()
        );
    } else {
        prop_assert_eq!(is, path);
    }
    Ok(())
}
