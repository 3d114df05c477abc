//! What an entry carries.

use super::*;

#[test]
fn an_entry_carries_who_said_it_when_and_where() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write(
        "system.journal",
        &[boot.sftp(1001, 4712, "close").with("_AUDIT_SESSION", "7")],
    );
    let mut seen = 0;
    open(journals.path(), Start::Beginning)
        .read(ALL, &mut |entry| {
            seen += 1;
            let origin = &entry.origin;
            assert_eq!(origin.time, Time::from_micros(BEGINNING));
            assert_eq!(origin.boot.0, 0x0000_0001_b007_b007);
            assert_eq!(
                (&*origin.host, &*origin.identifier),
                (&b"sftp1"[..], &b"internal-sftp"[..])
            );
            assert_eq!((origin.pid, origin.uid), (4712, Some(1001)));
            assert_eq!(origin.session.as_deref(), Some("7"));
            assert!(!origin.past);
            assert_eq!((entry.message, entry.dropped), (&b"close"[..], None));
        })
        .expect("the journal is read");
    assert_eq!(seen, 1);
}

#[test]
fn blanks_that_journald_took_off_a_message_s_end_are_put_back() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let cut = "Connection closed by invalid user x 9.9.9.9 port 22 [preauth]";
    let raw = format!("<38>Nov 23 09:04:24 sshd[1]: {cut:<500}");
    journals.write(
        "system.journal",
        &[
            boot.sshd(1, cut).with("SYSLOG_RAW", &raw),
            boot.sshd(2, "another").with("SYSLOG_RAW", &raw),
        ],
    );
    let mut seen = Vec::new();
    open(journals.path(), Start::Beginning)
        .read(ALL, &mut |entry| seen.push(entry.message.len()))
        .expect("the journal is read");
    assert_eq!(seen, [500, "another".len()]);
}

#[test]
fn root_is_nobody_where_it_did_not_speak_as_sshd_does() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut said = |transport: &str, unit: &str| {
        boot.sshd(1, "Accepted password for alice from 192.0.2.66 port 1 ssh2")
            .with("_TRANSPORT", transport)
            .with("_SYSTEMD_UNIT", unit)
    };
    let items = [
        said("syslog", "session-1.scope"),
        // systemd-cat -t sshd sudo …
        said("stdout", "session-1.scope"),
        // sshd -e.
        said("stdout", "ssh.service"),
        said("journal", "ssh.service"),
        // Without a message by any other way: nothing is lost of what sshd said.
        said("journal", "session-1.scope").without("MESSAGE"),
        said("stdout", "session-1.scope").without("MESSAGE"),
    ];
    journals.write("system.journal", &items);
    let mut reader = open(journals.path(), Start::Beginning);
    let mut senders = Vec::new();
    reader
        .read(ALL, &mut |entry| senders.push(entry.origin.uid))
        .expect("the journal is read");
    let nobody = Some(sftp_monitor::domain::record::NOBODY);
    assert_eq!(senders, [Some(0), nobody, nobody, nobody]);
    assert_eq!(reader.remarks(), []);
}

#[test]
fn messages_of_any_shape_pass_or_are_counted_as_unreadable() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let accepted = "Accepted password for alice from 192.0.2.7 port 1 ssh2";
    journals.write(
        "system.journal",
        &[
            boot.sshd(1, "").without("MESSAGE"),
            boot.sshd(1, ""),
            boot.sshd(1, "")
                .without("MESSAGE")
                .and("MESSAGE", b"high \xff\x00 byte"),
            boot.sshd(1, "").with("MESSAGE", &format!("x\n{accepted}")),
            boot.sshd(1, accepted).and("MESSAGE", b"something else"),
            boot.sshd(1, "two names")
                .and("SYSLOG_IDENTIFIER", b"internal-sftp"),
            boot.sshd(1, "no uid").without("_UID"),
            boot.sshd(1, &"x".repeat(100_000)),
        ],
    );
    let mut seen = Vec::new();
    let mut reader = open(journals.path(), Start::Beginning);
    reader
        .read(ALL, &mut |entry| {
            seen.push((
                entry.origin.identifier.to_vec(),
                entry.message.to_vec(),
                entry.origin.uid,
            ));
        })
        .expect("reads");
    assert_eq!(reader.remarks(), [Remark::Unreadable { count: 1 }]);
    let messages: Vec<&[u8]> = seen
        .iter()
        .map(|(_, message, _)| message.as_slice())
        .collect();
    assert_eq!(messages[0], b"");
    assert_eq!(messages[1], b"high \xff\x00 byte");
    assert_eq!(messages[2], format!("x\n{accepted}").as_bytes());
    assert!(
        messages[3].contains(&b'\n'),
        "two messages are one that nobody takes for sshd's"
    );
    assert!(seen[4].0.contains(&b'\n'), "two identifiers are no program");
    assert_eq!(
        seen[5].2,
        Some(u32::MAX),
        "nobody vouches for it, so it is not root's"
    );
    assert!(messages[6].len() < 100_000);
    assert_eq!(messages.len(), 7);
}

#[test]
fn only_journald_says_that_journald_dropped_messages() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write(
        "system.journal",
        &[
            boot.dropped(1, "ssh.service"),
            boot.dropped(2, "ssh@3-192.0.2.7:22.service"),
            boot.dropped(3, "session-12.scope"),
            boot.dropped(4, "").without("OBJECT_SYSTEMD_UNIT"),
            boot.dropped(90, "nginx.service"),
            boot.dropped(91, "ssh.service")
                .with("_TRANSPORT", "journal"),
            boot.dropped(92, "ssh.service").with("_UID", "1001"),
            boot.dropped(93, "ssh.service").with("N_DROPPED", "many"),
            boot.sshd(1, "a1")
                .with("MESSAGE_ID", "a596d6fe7bfa4994828e72309e95d61e")
                .with("N_DROPPED", "94"),
        ],
    );
    let mut seen = Vec::new();
    open(journals.path(), Start::Beginning)
        .read(ALL, &mut |entry| seen.push(entry.dropped))
        .expect("reads");
    assert_eq!(seen, [Some(1), Some(2), Some(3), Some(4), None]);
}

#[test]
fn only_root_says_that_a_session_is_over() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut over = |session: &str, leader: &str| {
        boot.entry(
            "systemd-logind",
            0,
            93,
            &format!("Removed session {session}."),
        )
        .with("_TRANSPORT", "journal")
        .with("MESSAGE_ID", "3354939424b4456d9802ca8333ed424a")
        .with("SESSION_ID", session)
        .with("LEADER", leader)
    };
    journals.write(
        "system.journal",
        &[
            over("5", "4711"),
            over("c7", "4712"),
            over("8", "4713").with("_UID", "1001"),
            over("9", "4714").without("_UID"),
            over("10", "many"),
            over("11", "4715").without("SESSION_ID"),
        ],
    );
    let mut seen = Vec::new();
    open(journals.path(), Start::Beginning)
        .read(ALL, &mut |entry| {
            let session = entry.origin.session.as_deref().map(str::to_owned);
            seen.push((entry.over, session));
        })
        .expect("reads");
    let told = |leader, session: &str| (Some(leader), Some(session.to_owned()));
    assert_eq!(seen, [told(4711, "5"), told(4712, "c7")]);
}
