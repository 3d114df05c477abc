//! Decides whether a closed file is an upload, a download, or neither.

use std::borrow::Cow;

use super::{Monitor, RuleOutcome};
use crate::domain::alerts::{File, Transfer};
use crate::domain::base::text::lossy;
use crate::domain::openssh::EventName;
use crate::domain::record::Record;
use crate::domain::sessions::{Handle, Membership, Name, OtherHalf, SftpSession};

/// The reason text for the reading half of a copy.
const COPIED: &str = "the reading half of a copy made on the server: counts nothing";

impl Monitor<'_> {
    /// A handle was closed: an upload, a download, or neither.
    pub(super) fn close(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        forced: bool,
    ) -> RuleOutcome {
        let event = &record.event;
        let bytes = event.path.as_deref().unwrap_or_default();
        let mut text = None;
        let mut handles = session.handles.iter().enumerate().rev();
        let open = handles.find_map(|(at, h)| {
            // Most names are those of the open line, to the byte.
            if !h.cut && h.path.as_bytes() == bytes {
                return Some((at, Name::Opened(bytes.len())));
            }
            let path = text.get_or_insert_with(|| lossy(bytes));
            Some((at, h.closed_by(path, event.cut)?))
        });
        let (mut handle, name, cut) = match open {
            Some((at, Name::Opened(length))) => (session.handles.remove(at), Some(length), false),
            Some((at, Name::Closed { cut })) => (session.handles.remove(at), None, cut),
            None => (Handle::default(), None, event.cut),
        };
        let (read, written) = (event.bytes_read, event.bytes_written);
        // An earlier open of this path was refused, but this one succeeded.
        for refused in &mut session.handles {
            refused
                .write_status
                .take_if(|_| refused.path == handle.path);
        }
        // The path follows below.
        let mut file = File {
            cut,
            resumed: handle.is_resumed(),
            may_be_new: handle.may_be_new(),
            ..File::default()
        };
        if let Some(length) = name {
            file.path = std::mem::take(&mut handle.path);
            file.path.truncate(length);
        }
        // The exact bytes, if the name is from this line.
        let odd = |text: Cow<'_, str>| matches!(text, Cow::Owned(_)) && text == file.path;
        if name.is_none() || text.is_some_and(odd) {
            file.rename(bytes);
        }
        let failed = handle.write_error && (handle.write || written.is_some_and(|w| w > 0));
        let whole = !forced && !failed && read.is_some() && written.is_some_and(|w| w > 0);
        if !whole {
            // This is no copy: the file that was read meanwhile is a download.
            self.other_half_was_read(session, &handle, record.origin.past);
        }
        if forced {
            return self.forced_close(session, record, &handle, file);
        }
        if failed {
            file.bytes = written;
            self.file(session, record, Transfer::UploadFailed, file);
            return session.outcome(
                EventName::UploadFailed,
                "a write failed since the file was opened",
            );
        }
        if read.is_none() || written.is_none() {
            return self.closed_cut(session, record, &handle, file);
        }
        self.closed_whole(session, record, &handle, file)
    }

    /// The close line has the numbers of bytes read and written.
    fn closed_whole(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        handle: &Handle,
        mut file: File,
    ) -> RuleOutcome {
        let read = record.event.bytes_read.unwrap_or(0);
        let written = record.event.bytes_written.unwrap_or(0);
        if written > 0 {
            file.bytes = Some(written);
            return self.uploaded(session, record, handle, file, written);
        }
        if read > 0 {
            file.bytes = Some(read);
            return self.downloaded(session, record, handle, file, read);
        }
        if handle.write && handle.write_refused {
            file.bytes = Some(0);
            self.file(session, record, Transfer::UploadFailed, file);
            return session.counted(
                EventName::UploadFailed,
                "a write was refused since the file was opened",
            );
        }
        if handle.write && handle.create {
            file.bytes = Some(0);
            self.file(session, record, Transfer::Upload, file);
            return session.counted(EventName::Upload, "an empty file was created or truncated");
        }
        let what = if handle.write {
            EventName::Upload
        } else {
            EventName::Download
        };
        session.outcome(what, "nothing was read or written: counts nothing")
    }

    /// The close line was truncated: the direction is known only from the open line.
    fn closed_cut(
        &mut self,
        session: &SftpSession,
        record: &Record<'_>,
        handle: &Handle,
        file: File,
    ) -> RuleOutcome {
        let (event, what) = match (handle.write, handle.read) {
            (true, false) => (EventName::Upload, Transfer::Upload),
            (false, true) => (EventName::Download, Transfer::Download),
            _ => return self.unknown_direction(session, record, file),
        };
        self.file(session, record, what, file);
        session.counted(event, "the message was cut: its open tells the direction")
    }

    /// The direction of the transfer is unknown.
    fn unknown_direction(
        &mut self,
        session: &SftpSession,
        record: &Record<'_>,
        file: File,
    ) -> RuleOutcome {
        self.file(session, record, Transfer::Unknown, file);
        session.outcome(
            EventName::Ignored,
            "the message was cut and no open tells the direction: counts nothing",
        )
    }

    fn uploaded(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        handle: &Handle,
        file: File,
        written: u64,
    ) -> RuleOutcome {
        let at = record.origin.time;
        let half = handle.other_half.as_ref();
        let copy = half.is_some_and(|half| !half.written && half.bytes == written);
        if !copy {
            // The file that was read while this file was open is not its source: it is a download.
            self.other_half_was_read(session, handle, record.origin.past);
        }
        for open in session
            .handles
            .iter_mut()
            .filter(|h| h.read && !h.write && !copy)
        {
            open.other_half = Some(OtherHalf {
                path: file.path.clone(),
                bytes: written,
                at,
                written: true,
            });
        }
        self.file(session, record, Transfer::Upload, file);
        let why = if copy {
            "a copy made on the server"
        } else {
            "bytes were written"
        };
        session.counted(EventName::Upload, why)
    }

    fn downloaded(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        handle: &Handle,
        file: File,
        read: u64,
    ) -> RuleOutcome {
        let at = record.origin.time;
        if handle.is_copied(read) {
            // The copy has only one source: the other files that were open meanwhile are downloads.
            for open in &mut session.handles {
                if open.other_half == handle.other_half {
                    open.other_half = None;
                }
            }
            return session.outcome(EventName::Download, COPIED);
        }
        let writing = session
            .handles
            .iter_mut()
            .rev()
            .find(|h| h.write && !h.refused && h.other_half.is_none());
        if let Some(writing) = writing {
            writing.other_half = Some(OtherHalf {
                path: file.path,
                bytes: read,
                at,
                written: false,
            });
            return session.outcome(
                EventName::Download,
                "counts unless the file that is being written turns out to be a copy",
            );
        }
        self.file(session, record, Transfer::Download, file);
        session.counted(EventName::Download, "bytes were read and none written")
    }

    fn forced_close(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        handle: &Handle,
        mut file: File,
    ) -> RuleOutcome {
        let (read, written) = (record.event.bytes_read, record.event.bytes_written);
        let sent = read.is_some_and(|r| r > 0) && written == Some(0);
        if !sent && handle.write || written.is_some_and(|w| w > 0) {
            file.bytes = written;
            self.file(session, record, Transfer::UploadInterrupted, file);
            session.counted(
                EventName::UploadInterrupted,
                "still open when the session ended",
            )
        } else if handle.is_unknown() && record.event.cut {
            self.unknown_direction(session, record, file)
        } else {
            file.bytes = read;
            let event = EventName::DownloadInterrupted;
            match read {
                Some(0) => session.outcome(event, "nothing was read or written: counts nothing"),
                Some(read) if handle.is_copied(read) => session.outcome(event, COPIED),
                _ => {
                    self.file(session, record, Transfer::DownloadInterrupted, file);
                    session.counted(event, "still open when the session ended")
                }
            }
        }
    }

    /// The file that was being written was no copy: the file that was read meanwhile is a download.
    pub(super) fn other_half_was_read(
        &mut self,
        session: &SftpSession,
        handle: &Handle,
        past: bool,
    ) {
        if let Some(half) = handle.other_half.as_ref().filter(|half| !half.written) {
            let file = File {
                path: half.path.clone(),
                bytes: Some(half.bytes),
                ..File::default()
            };
            self.file_at(session, half.at, past, Transfer::Download, file);
        }
    }
}

impl SftpSession {
    /// The outcome of a transfer. Only a partner's transfer counts.
    fn counted(&self, event: EventName, why: &'static str) -> RuleOutcome {
        let why = match self.standing {
            Membership::Partner => Cow::Borrowed(why),
            Membership::Undecided => {
                Cow::Owned(format!("{why}; the user database does not answer: waits"))
            }
            Membership::Stranger | Membership::Unasked => {
                Cow::Borrowed("no partner: counts nothing")
            }
        };
        self.outcome(event, why)
    }
}
