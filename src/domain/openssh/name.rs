//! The names of events in `explain` and in our own log entries.

use std::fmt;

use serde::Serialize;

use super::{Event, Kind};

/// The name of an event in `explain` and in the program's own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    /// A user logged in.
    Login,
    /// An attempt to log in was refused.
    LoginFailed,
    /// A connection ended before log-in.
    LoginRefused,
    /// sshd knows no such account, or refuses it.
    InvalidUser,
    /// An sftp session began.
    SessionOpened,
    /// An sftp session ended.
    SessionClosed,
    /// A file was opened.
    Open,
    /// A file arrived.
    Upload,
    /// A file arrived incomplete: a write failed.
    UploadFailed,
    /// A file arrived incomplete: it was not closed.
    UploadInterrupted,
    /// A file was downloaded.
    Download,
    /// A download was incomplete.
    DownloadInterrupted,
    /// A file was renamed.
    Rename,
    /// A file was removed.
    Remove,
    /// A directory was created.
    Mkdir,
    /// A directory was removed.
    Rmdir,
    /// Messages were lost before they reached the log.
    Lost,
    /// The event is not reported.
    Ignored,
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Event<'_> {
    /// The name of the event, from this line alone. The monitor decides what the line counts.
    pub fn name(&self) -> EventName {
        match self.kind {
            Kind::Accepted => EventName::Login,
            Kind::Failed { .. } | Kind::PamError { .. } => EventName::LoginFailed,
            Kind::MaxAttempts { .. }
            | Kind::AccessDenied
            | Kind::EndedBefore { .. }
            | Kind::GraceTimeout => EventName::LoginRefused,
            Kind::InvalidUser | Kind::NotAllowed => EventName::InvalidUser,
            Kind::SessionOpened => EventName::SessionOpened,
            Kind::SessionClosed => EventName::SessionClosed,
            Kind::Open(_) => EventName::Open,
            Kind::Close { forced } => self.transfer(forced),
            Kind::Rename { .. } => EventName::Rename,
            Kind::Remove => EventName::Remove,
            Kind::Mkdir => EventName::Mkdir,
            Kind::Rmdir => EventName::Rmdir,
            Kind::Lost => EventName::Lost,
            Kind::Connection
            | Kind::Underway
            | Kind::ChildPid
            | Kind::PamOpened
            | Kind::PamClosed
            | Kind::StartingSession
            | Kind::CloseSession
            | Kind::EndedAfter
            | Kind::Status
            | Kind::WriteError
            | Kind::OpenDirectory
            | Kind::CloseDirectory
            | Kind::Request
            | Kind::SessionOver
            | Kind::Hindered(_)
            | Kind::TurnedAway
            | Kind::Expired
            | Kind::AccountAsked
            | Kind::Locked
            | Kind::Unparsed
            | Kind::NoEnvelope
            | Kind::Accompanying => EventName::Ignored,
        }
    }

    /// The name of a close by its counters: an upload if bytes were written, a download if bytes were only read, else ignored.
    fn transfer(&self, forced: bool) -> EventName {
        match (
            self.bytes_written.unwrap_or(0) > 0,
            self.bytes_read.unwrap_or(0) > 0,
            forced,
        ) {
            (true, _, false) => EventName::Upload,
            (true, _, true) => EventName::UploadInterrupted,
            (false, true, false) => EventName::Download,
            (false, true, true) => EventName::DownloadInterrupted,
            (false, false, _) => EventName::Ignored,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_is_named_by_its_counters() {
        let close = |forced, read, written| {
            let counted = Event {
                bytes_read: Some(read),
                bytes_written: Some(written),
                ..Event::of(Kind::Close { forced })
            };
            counted.name()
        };
        assert_eq!(
            (close(false, 0, 1), close(false, 1, 1), close(true, 0, 1)),
            (
                EventName::Upload,
                EventName::Upload,
                EventName::UploadInterrupted
            )
        );
        assert_eq!(
            (close(false, 1, 0), close(true, 1, 0)),
            (EventName::Download, EventName::DownloadInterrupted)
        );
        assert_eq!(
            (
                close(false, 0, 0),
                Event::of(Kind::Close { forced: true }).name()
            ),
            (EventName::Ignored, EventName::Ignored)
        );
    }
}
