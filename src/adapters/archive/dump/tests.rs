//! Whole files: output of journalctl, forged files, and pasted lines.

use super::*;
use crate::adapters::archive::lines::Lines;
use crate::adapters::source::envelope::tests::{envelope, told};
use crate::domain::base::time::{Time, Zone};

/// The result of reading a whole file, one entry per line.
fn told_of_file(text: &[u8], dump: &mut Dump) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log");
    std::fs::write(&path, text).expect("the file");
    let mut lines = Lines::open(&path, "report").expect("the file");
    let mut all = Vec::new();
    while let Some(line) = lines.next_whole().expect("a line") {
        all.extend(dump.read(&line).map(|read| told(&read)));
    }
    all.extend(dump.end().map(|read| told(&read)));
    all.retain(|told| told != "nothing");
    all
}

/// An envelope with a present in December of the entries' year.
fn december() -> Envelope {
    let now = Time::from_seconds(1_796_000_000);
    Envelope::at(Zone::Named(chrono_tz::Europe::Paris), now)
}

/// The same two entries, as journalctl of systemd 252 writes them with TZ=Europe/Paris; each file has the name of the output.
const OUTPUTS: &str = "tests/texts/journalctl";

#[test]
fn every_output_of_journalctl_tells_the_same_entries_or_which_one_does() {
    let fields = " uid 1001 boot 6d39fb6c8d3a4a0a";
    let mut seen = 0;
    for output in std::fs::read_dir(OUTPUTS).expect("the directory") {
        let path = output.expect("a file").path();
        let text = std::fs::read(&path).expect("the file");
        let mut dump = Dump::file(december());
        let all = told_of_file(&text, &mut dump).join("\n");
        let output = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let trusted = matches!(
            &*output,
            "export" | "json" | "json-pretty" | "json-seq" | "json-sse"
        );
        let (sshd, sftp) = match &*output {
            "with-unit" => ("-", "-"),
            _ => ("sshd-session", "internal-sftp"),
        };
        let login = "Accepted password for alice from 192.0.2.7 port 55119 ssh2";
        let session = "session opened for local user alice from [192.0.2.7]";
        let whole = match trusted {
            true => format!(
                "2026-11-23T09:04:24Z sftp1 {sshd} 458 |{login}|{}\n2026-11-23T09:04:25Z sftp1 {sftp} 460 |{session}|{fields}",
                fields.replace("1001", "0")
            ),
            false => format!(
                "2026-11-23T09:04:24Z sftp1 {sshd} 458 |{login}|\n2026-11-23T09:04:25Z sftp1 {sftp} 460 |{session}|"
            ),
        };
        match &*output {
            "short-monotonic" | "short-delta" => {
                assert!(
                    dump.remedy().is_some_and(|said| said.contains("short-iso")),
                    "{output}"
                );
            }
            "verbose" => assert!(dump.remedy().is_some_and(|said| said.contains("export"))),
            "cat" => assert_eq!(all, format!("- - - 0 |{login}|\n- - - 0 |{session}|")),
            _ => {
                assert_eq!(all, whole, "{output}");
                assert_eq!(dump.remedy(), None, "{output}");
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 16);
}

#[test]
fn stamps_for_peoples_eyes_are_read_in_any_language_and_zone() {
    let text = "\
nov. 23 10:04:24 sftp1 sshd[934]: x
Mon 2026-11-23 09:04:24 UTC sftp1 sshd[934]: x
lun. 2026-11-23 10:04:24 CET sftp1 sshd[934]: x
mån 2026-11-23 11:04:24 EET sftp1 sshd[934]: x
Mo 2026-11-23 14:34:24 +0530 sftp1 sshd[934]: x
seg 2026-11-23 06:04:24 -03 sftp1 sshd[934]: x
Mon 2026-11-23 10:04:24 XYZT sftp1 sshd[934]: x
1795424664.000000 sftp1 sshd[934]: x
";
    for entry in told_of_file(text.as_bytes(), &mut Dump::file(december())) {
        assert_eq!(entry, "2026-11-23T09:04:24Z sftp1 sshd 934 |x|");
    }
    let units = "\
Mon 2026-11-23 09:04:24 UTC sftp1 ssh@1-192.0.2.1:22.service[934]: x
Mon 2026-11-23 09:04:24 UTC sftp1 nginx.service[934]: x
";
    let entries = told_of_file(units.as_bytes(), &mut Dump::file(december()));
    assert_eq!(entries[0], "2026-11-23T09:04:24Z sftp1 - 934 |x|");
    assert_eq!(
        entries[1],
        "2026-11-23T09:04:24Z sftp1 nginx.service 934 |x|"
    );
    // A syslog daemon writes no such line, so its log holds none of these entries.
    for line in text.lines().chain(units.lines()) {
        let read = told(&december().read_syslog(line.as_bytes()));
        assert!(read.starts_with("- - - 0 |"), "{read}");
    }
}

#[test]
fn a_file_that_begins_as_a_syslog_daemons_holds_no_entry_of_the_journal() {
    let syslog = "Mar 30 06:07:55 sftp1 cron[1]: x\n";
    for output in ["json", "json-seq", "json-sse", "json-pretty", "export"] {
        let dumped = std::fs::read_to_string(format!("{OUTPUTS}/{output}")).expect("the file");
        for (text, forged) in [
            (format!("{syslog}{dumped}"), true),
            (format!("\n{dumped}{syslog}"), false),
        ] {
            let all = told_of_file(text.as_bytes(), &mut Dump::file(envelope()));
            let trusted = all.iter().any(|told| told.contains(" uid "));
            assert_eq!(trusted, !forged, "{output}: {all:?}");
            // The message of such a line is not trusted either, because the fields are missing.
            let counted = all.iter().any(|told| told.starts_with("- - - 0 |Accepted"));
            assert!(!counted, "{output}: {all:?}");
            let mixed = told_of_file(text.as_bytes(), &mut Dump::pasted(envelope()));
            assert!(
                mixed.iter().any(|told| told.contains(" uid 1001")),
                "{output}: {mixed:?}"
            );
        }
    }
    // JSON of a log shipper, not of journalctl.
    let shipped = br#"{"MESSAGE":"x","SYSLOG_IDENTIFIER":"sshd","__REALTIME_TIMESTAMP":"1774843675033479","_UID":"0"}"#;
    let all = told_of_file(shipped, &mut Dump::file(envelope())).join("\n");
    assert!(all.starts_with("- - - 0 |{"), "{all}");
}

/// An entry of `journalctl -o export` with a value in the binary form of journald.
fn exported(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut entry = b"__CURSOR=c\n__REALTIME_TIMESTAMP=1774843675033479\n".to_vec();
    for (name, value) in fields {
        entry.extend_from_slice(name.as_bytes());
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
        entry.extend_from_slice(value);
        entry.push(b'\n');
    }
    entry.extend_from_slice(b"SYSLOG_IDENTIFIER=sshd\n_UID=1002\n\n");
    entry
}

#[test]
fn whatever_a_sender_puts_into_a_field_it_ends_no_entry_of_an_export() {
    let forged = "\n\n__CURSOR=d\n__REALTIME_TIMESTAMP=1\nSYSLOG_IDENTIFIER=sshd\n_UID=0\nMESSAGE=Accepted\n\n";
    let long = "x".repeat(LONGEST_LINE + 10);
    for (value, read) in [
        (forged.to_owned(), Some(forged)),
        // A length whose bytes hold a line feed, and a length with NULs.
        ("0123456789".to_owned(), Some("0123456789")),
        ("\n".repeat(10), None),
        ("y".repeat(10 + 256), None),
        (format!("{forged}{long}"), Some("")),
        (format!("{long}{forged}"), Some("")),
        (format!("{long}{forged}{long}"), Some("")),
        (long.repeat(9), Some("")),
        ("\0".repeat(700) + forged, None),
        (String::new(), Some("")),
    ] {
        let text = [
            exported(&[("MESSAGE", value.as_bytes())]),
            exported(&[("MESSAGE", b"next")]),
        ]
        .concat();
        let all = told_of_file(&text, &mut Dump::file(envelope()));
        let message = read.unwrap_or(&value).as_bytes().escape_ascii().to_string();
        let begins = "2026-03-30T04:07:55.033479Z - sshd 0 |";
        assert_eq!(
            all,
            [
                format!("{begins}{message}| uid 1002"),
                format!("{begins}next| uid 1002")
            ],
            "{:.40}",
            value.escape_debug()
        );
    }
}

#[test]
fn a_dump_that_was_cut_tells_no_entry_whose_sender_may_be_missing() {
    let whole = exported(&[("MESSAGE", b"x")]);
    let cut = |end| told_of_file(&whole[..end], &mut Dump::file(envelope()));
    for end in 12..whole.len() - 2 {
        assert_eq!(cut(end).len(), 1, "{end}");
        let sender = cut(end).iter().any(|told| told.contains("uid"));
        assert!(sender || cut(end) == ["no text"], "{end}");
    }
    assert_eq!(
        told_of_file(b"{\n\"a\" : 1,\n", &mut Dump::file(envelope())),
        ["no text"]
    );
}

/// Pasted lines, each with its expected result directly above it: after `~` if a person pastes the line alone, after `=` if
/// it stands in a file that is counted too. `\e` is an escape, `\u` a no-break space.
/// `UPDATE_PASTED=1 cargo test --lib envelope::dump` writes the file again; then read the changes.
const PASTED: &str = "tests/texts/pasted.txt";

#[test]
fn a_pasted_line_is_what_it_is_without_what_stands_around_it() {
    let text = std::fs::read_to_string(PASTED).expect("the file");
    let mut anew = String::new();
    for line in text.lines().filter(|line| !line.starts_with(['=', '~'])) {
        if !line.is_empty() && !line.starts_with("# ") {
            let bytes = line.replace("\\e", "\x1b").replace("\\u", "\u{a0}");
            let pasted = told_of_file(bytes.as_bytes(), &mut Dump::pasted(december())).join(" / ");
            let counted = told_of_file(bytes.as_bytes(), &mut Dump::file(december())).join(" / ");
            let mark = if pasted == counted { '=' } else { '~' };
            anew += &format!("{mark} {pasted}\n");
        }
        anew += &format!("{line}\n");
    }
    if std::env::var_os("UPDATE_PASTED").is_some() {
        std::fs::write(PASTED, &anew).expect("the file");
        return;
    }
    assert_eq!(text, anew);
}
