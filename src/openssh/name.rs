//! The names of events, as `explain` and our own log entries tell them.

use super::{Event, Kind};

impl Event<'_> {
    /// What the line is, as far as it alone tells: what it counts is for the monitor to say.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Accepted => "login",
            Kind::Failed { .. } | Kind::PamError { .. } => "login_failed",
            Kind::MaxAttempts { .. }
            | Kind::AccessDenied
            | Kind::EndedBefore { .. }
            | Kind::GraceTimeout => "login_refused",
            Kind::InvalidUser | Kind::NotAllowed => "invalid_user",
            Kind::SessionOpened => "session_opened",
            Kind::SessionClosed => "session_closed",
            Kind::Open(_) => "open",
            Kind::Close { forced } => self.transfer(forced),
            Kind::Rename { .. } => "rename",
            Kind::Remove => "remove",
            Kind::Mkdir => "mkdir",
            Kind::Rmdir => "rmdir",
            Kind::Lost => "lost",
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
            | Kind::Accompanying => "ignored",
        }
    }

    /// The name of a close by its counters: written bytes make an upload, read ones alone a download, none say nothing.
    fn transfer(&self, forced: bool) -> &'static str {
        match (
            self.bytes_written.unwrap_or(0) > 0,
            self.bytes_read.unwrap_or(0) > 0,
            forced,
        ) {
            (true, _, false) => "upload",
            (true, _, true) => "upload_interrupted",
            (false, true, false) => "download",
            (false, true, true) => "download_interrupted",
            (false, false, _) => "ignored",
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
            ("upload", "upload", "upload_interrupted")
        );
        assert_eq!(
            (close(false, 1, 0), close(true, 1, 0)),
            ("download", "download_interrupted")
        );
        assert_eq!(
            (
                close(false, 0, 0),
                Event::of(Kind::Close { forced: true }).name()
            ),
            ("ignored", "ignored")
        );
    }
}
