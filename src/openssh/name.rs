//! The name of an event, as far as its line alone tells.

use super::{Event, Kind};

impl Event<'_> {
    /// What the event is called where nothing but its line is known.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Accepted => "login",
            Kind::Failed { .. } | Kind::PamError { .. } => "login_failed",
            Kind::InvalidUser | Kind::NotAllowed => "invalid_user",
            Kind::MaxAttempts { .. } | Kind::AccessDenied | Kind::EndedBefore { .. } | Kind::GraceTimeout => "login_refused",
            Kind::SessionOpened => "session_opened",
            Kind::SessionClosed => "session_closed",
            Kind::Open(_) => "open",
            Kind::Close { forced } => self.close_name(forced),
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
            | Kind::Request
            | Kind::Accompanying => "ignored",
        }
    }

    fn close_name(&self, forced: bool) -> &'static str {
        match (self.bytes_read, self.bytes_written, forced) {
            (_, Some(written), false) if written > 0 => "upload",
            (_, Some(written), true) if written > 0 => "upload_interrupted",
            (Some(read), _, false) if read > 0 => "download",
            (Some(read), _, true) if read > 0 => "download_interrupted",
            _ => "ignored",
        }
    }
}
