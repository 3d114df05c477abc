//! Forged lines: lines in sshd's name that sshd did not write.

use crate::domain::openssh::{Hindrance, Kind};
use crate::domain::record::{NOBODY, Record};

/// The uid of a user who wrote a line that only root's processes write. Lines of a user's own processes are judged where
/// it is known whose they should be.
pub(super) fn forged(record: &Record<'_>) -> Option<u32> {
    // That journald dropped messages, the source has believed journald alone, and logind that a session is over. And what
    // counts nothing takes nobody in: sshd itself complains of its configuration into its unit's stream, where it is not
    // believed.
    if matches!(
        record.event.kind,
        Kind::Lost | Kind::SessionOver | Kind::Accompanying
    ) {
        return None;
    }
    let uid = record.origin.uid.filter(|&uid| uid != 0)?;
    let own = uid != NOBODY
        && matches!(
            record.event.kind,
            Kind::SessionOpened
                | Kind::SessionClosed
                | Kind::Open(_)
                | Kind::Close { .. }
                | Kind::Rename { .. }
                | Kind::Remove
                | Kind::Mkdir
                | Kind::Rmdir
                | Kind::Status
                | Kind::WriteError
                | Kind::OpenDirectory
                | Kind::CloseDirectory
                | Kind::Request
                | Kind::StartingSession
                | Kind::CloseSession
                | Kind::EndedAfter
                | Kind::Hindered(Hindrance::NotSftp | Hindrance::Subsystem)
                | Kind::Unparsed
        );
    (!own || record.event.postauth).then_some(uid)
}

/// What is said of a forged line.
pub(super) fn forged_by(uid: u32) -> String {
    match uid {
        NOBODY => "forged: nobody vouches for its sender".to_owned(),
        uid => format!("forged: sent by uid {uid}"),
    }
}
