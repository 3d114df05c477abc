//! Forged lines: lines under sshd's name that sshd did not write.

use crate::domain::openssh::{Hindrance, Kind};
use crate::domain::record::{NOBODY, Record};

/// The uid of a user who wrote a line that only root's processes write. Lines of a user's own processes are checked later,
/// when the right account is known.
pub(super) fn forged(record: &Record<'_>) -> Option<u32> {
    let uid = record.origin.uid.filter(|&uid| uid != 0)?;
    // For `Lost`, the source accepted only journald itself; for `SessionOver`, only logind. `Accompanying` lines count
    // nothing, so a forged one does no harm: sshd itself writes complaints about its configuration to its unit's stream,
    // where the sender is not verified.
    if matches!(
        record.event.kind,
        Kind::Lost | Kind::SessionOver | Kind::Accompanying
    ) {
        return None;
    }
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

/// The reason text for a forged line.
pub(super) fn forged_by(uid: u32) -> String {
    match uid {
        NOBODY => "forged: nobody vouches for its sender".to_owned(),
        uid => format!("forged: sent by uid {uid}"),
    }
}
