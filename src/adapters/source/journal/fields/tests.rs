//! How an entry is judged by its fields.

use super::{DROPPED, Fields, NOBODY, may_hold_ssh, sender};

fn fields(given: &[(&[u8], &[u8])]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in given {
        fields.named(name).expect("a field").add(value);
    }
    fields
}

#[test]
fn an_entry_is_complete_when_it_has_what_its_kind_always_has() {
    let sshd: [(&[u8], &[u8]); 5] = [
        (b"MESSAGE", b"x"),
        (b"_PID", b"1"),
        (b"_UID", b"0"),
        (b"_TRANSPORT", b"syslog"),
        (b"SYSLOG_IDENTIFIER", b"sshd"),
    ];
    let dropped: [(&[u8], &[u8]); 8] = [
        (b"MESSAGE", b"Suppressed 5 messages from ssh.service"),
        (b"_PID", b"1"),
        (b"_UID", b"0"),
        (b"SYSLOG_IDENTIFIER", b"systemd-journald"),
        (b"_TRANSPORT", b"driver"),
        (b"MESSAGE_ID", DROPPED.as_bytes()),
        (b"N_DROPPED", b"5"),
        (b"OBJECT_SYSTEMD_UNIT", b"ssh.service"),
    ];
    assert!(fields(&sshd).complete());
    assert!(fields(&dropped).complete());
    for missing in 0..sshd.len() {
        let mut rest = sshd.to_vec();
        rest.remove(missing);
        assert!(!fields(&rest).complete(), "{missing}");
    }
    for missing in (0..dropped.len()).filter(|missing| *missing != 3) {
        let mut rest = dropped.to_vec();
        rest.remove(missing);
        assert!(!fields(&rest).complete(), "{missing}");
    }
}

#[test]
fn root_is_believed_where_it_speaks_as_sshd_does() {
    for (transport, believed) in [
        ("syslog", true),
        ("", true),
        // sshd -e, or systemd-cat -t sshd sudo …
        ("stdout", false),
        ("journal", false),
        ("kernel", false),
    ] {
        let expected = if believed { 0 } else { NOBODY };
        let said = sender(Some(0), transport.as_bytes());
        assert_eq!(said, expected, "{transport}");
    }
    assert_eq!(sender(Some(1002), b"stdout"), 1002);
    assert_eq!(sender(None, b"syslog"), NOBODY);
}

#[test]
fn losses_matter_where_sshd_or_a_session_may_run() {
    for unit in [
        "",
        "ssh.service",
        "sshd@12-192.0.2.7:22-198.51.100.9:5522.service",
        "session-c12.scope",
        "user-1000.slice",
    ] {
        assert!(may_hold_ssh(unit.as_bytes()), "{unit}");
    }
    for unit in [
        "nginx.service",
        "ssh.socket",
        "sshguard.service",
        "session-.slice",
    ] {
        assert!(!may_hold_ssh(unit.as_bytes()), "{unit}");
    }
}
