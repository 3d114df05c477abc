//! The wording of sshd and sftp-server: sample lines in `tests/wording/*.txt`, each with the event that it is right above it.
//!
//! `# ` begins what is expected, `# -` is no event at all; the line below is `identifier: message`, as it is logged, save
//! that `{400*x}` stands for 400 times `x`. Lines that begin with `== ` are for the reader.
//! `UPDATE_WORDING=1 cargo test --test wording` writes the expectations anew; read what changed.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use sftp_monitor::adapters::source::envelope::{Envelope, Read};
use sftp_monitor::domain::openssh::{Event, Flags, Kind, Program, Who, parse};

/// Values longer than this are shown by their ends and their length.
const SHOWN: usize = 90;

#[test]
fn every_sample_is_the_event_above_it() {
    let mut wrong = String::new();
    for path in samples() {
        let text = fs::read_to_string(&path).unwrap();
        let mut anew = String::new();
        let mut expected = None;
        let mut seen = 0;
        for line in text.lines() {
            if line.is_empty() || line.starts_with("== ") {
                anew += &format!("{line}\n");
            } else if let Some(event) = line.strip_prefix("# ") {
                expected = Some(event);
            } else {
                let is = understand(&expand(line));
                if expected.take() != Some(&*is) {
                    wrong += &format!("{}:\n{line}\nis {is}\n", path.display());
                }
                anew += &format!("# {is}\n{line}\n");
                seen += 1;
            }
        }
        assert!(seen > 0 && expected.is_none(), "{}", path.display());
        if std::env::var_os("UPDATE_WORDING").is_some() {
            fs::write(&path, anew).unwrap();
            wrong.clear();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The line under sshd's name in `tests/samples` that is no event: `logger` forged it.
const FORGED: &[u8] = b"first line#012Accepted password";

#[test]
fn every_line_of_a_real_sshd_is_known() {
    let versions = fs::read_dir("tests/samples")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let logs = versions
        .filter(|path| path.is_dir())
        .flat_map(|path| fs::read_dir(path).unwrap());
    let logs = logs.map(|entry| entry.unwrap().path());
    let mut seen = 0;
    for path in logs.filter(|path| path.to_str().unwrap().ends_with(".auth.log")) {
        let mut envelope = Envelope::new();
        for line in fs::read(&path).unwrap().split(|byte| *byte == b'\n') {
            let Read::Entry(entry) = envelope.read(line) else {
                continue;
            };
            let program = Program::of(&entry.origin.identifier);
            let Some(program) = program.filter(|program| *program != Program::Unknown) else {
                continue;
            };
            let unknown = entry.message.starts_with(FORGED);
            let known = parse(program, entry.message).is_some();
            assert_eq!(
                known,
                !unknown,
                "{}: {}",
                path.display(),
                entry.message.escape_ascii()
            );
            seen += 1;
        }
    }
    assert!(seen > 1000, "{seen} lines");
}

fn samples() -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir("tests/wording")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// The line with its `{N*TEXT}` written out.
fn expand(line: &str) -> String {
    let mut whole = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let repeat = after.split_once('}').and_then(|(inside, behind)| {
            let (times, text) = inside.split_once('*')?;
            Some((text.repeat(times.parse().ok()?), behind))
        });
        let (text, behind) = repeat.unwrap_or_else(|| ("{".to_owned(), after));
        whole += before;
        whole += &text;
        rest = behind;
    }
    whole + rest
}

/// The event of a line, as text.
fn understand(line: &str) -> String {
    let (identifier, message) = line.split_once(": ").unwrap();
    let Some(program) = Program::of(identifier.as_bytes()) else {
        return "-".to_owned();
    };
    let Some(event) = parse(program, message.as_bytes()) else {
        return "-".to_owned();
    };
    if !event.postauth {
        let bare = parse(Program::Unknown, message.as_bytes());
        assert_eq!(
            bare.as_ref(),
            Some(&event),
            "a line without envelope is understood alike: {line}"
        );
    }
    describe(&event)
}

fn describe(event: &Event<'_>) -> String {
    let mut text = event.name().to_string();
    let what = what(event.kind);
    if what != text {
        text += &format!(" {what}");
    }
    let mut put = |name: &str, value: Option<&[u8]>| {
        if let Some(value) = value {
            write!(text, " {name}={}", shown(value)).unwrap();
        }
    };
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    put("user", event.user.as_deref());
    put("address", event.address.as_deref().map(str::as_bytes));
    put(
        "port",
        number(event.port.map(u64::from))
            .as_deref()
            .map(str::as_bytes),
    );
    put("method", event.method.as_deref().map(str::as_bytes));
    put(
        "fingerprint",
        event.fingerprint.as_deref().map(str::as_bytes),
    );
    put("path", event.path.as_deref());
    put("target", event.target.as_deref());
    put(
        "read",
        number(event.bytes_read).as_deref().map(str::as_bytes),
    );
    put(
        "written",
        number(event.bytes_written).as_deref().map(str::as_bytes),
    );
    put(
        "about",
        number(event.about.map(u64::from))
            .as_deref()
            .map(str::as_bytes),
    );
    put("detail", event.detail.as_deref().map(str::as_bytes));
    put(
        "count",
        number((event.repeated != 1).then_some(event.repeated.into()))
            .as_deref()
            .map(str::as_bytes),
    );
    for (said, word) in [(event.cut, " cut"), (event.postauth, " postauth")] {
        text += if said { word } else { "" };
    }
    text
}

fn shown(value: &[u8]) -> String {
    let escaped = |text: &[u8]| text.escape_ascii().to_string().replace("\\'", "'");
    let plain = !value.is_empty()
        && value
            .iter()
            .all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(byte));
    match (value.len() > SHOWN, plain) {
        (true, _) => {
            let (start, end) = (escaped(&value[..40]), escaped(&value[value.len() - 30..]));
            format!("\"{start}\"…\"{end}\"({})", value.len())
        }
        (false, true) => String::from_utf8_lossy(value).into_owned(),
        (false, false) => format!("\"{}\"", escaped(value)),
    }
}

/// The kind in a word, or two where its name alone does not tell it.
fn what(kind: Kind) -> String {
    let valid = |valid| if valid { "valid" } else { "invalid" };
    match kind {
        Kind::Accepted => "login".into(),
        Kind::Failed { valid: is } => valid(is).into(),
        Kind::PamError { valid: is } => format!("by-pam {}", valid(is)),
        Kind::InvalidUser => "invalid_user".into(),
        Kind::NotAllowed => "not-allowed".into(),
        Kind::MaxAttempts { valid: is } => format!("max-attempts {}", valid(is)),
        Kind::AccessDenied => "access-denied".into(),
        Kind::EndedBefore { who: Who::Nobody } => "ended nobody".into(),
        Kind::EndedBefore { who } => format!("ended {}", valid(who == Who::Valid)),
        Kind::GraceTimeout => "grace-timeout".into(),
        Kind::SessionOpened => "session_opened".into(),
        Kind::SessionClosed => "session_closed".into(),
        Kind::Open(flags) => opened(flags),
        Kind::Close { forced: true } => "forced-close".into(),
        Kind::Close { forced: false } => "close".into(),
        Kind::Rename { link: false } => "rename".into(),
        Kind::Rename { link: true } => "hardlink".into(),
        Kind::Remove => "remove".into(),
        Kind::Mkdir => "mkdir".into(),
        Kind::Rmdir => "rmdir".into(),
        other => format!("{other:?}"),
    }
}

fn opened(flags: Flags) -> String {
    let words = [
        (flags.read, "read"),
        (flags.write, "write"),
        (flags.create, "create"),
        (flags.unknown, "unknown"),
    ];
    let words: Vec<_> = words
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, word)| word)
        .collect();
    words.join("+")
}
