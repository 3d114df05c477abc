//! Waits, by inotify(7) and without polling, until a log grows, is replaced or appears.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use super::generations::directory;

/// The longest wait if the kernel cannot report changes: no watches are left, or the directory is gone.
const UNWATCHED: Duration = Duration::from_secs(1);

/// Buffer size for the events of one read, in bytes; an event with the longest name takes 272 bytes.
const EVENTS: usize = 4096;

/// Watches on a log: on its directory and on the files that are read.
#[derive(Debug)]
pub(super) struct Watch {
    directory: PathBuf,
    name: OsString,
    inotify: Option<OwnedFd>,
    in_directory: Option<i32>,
    files: Vec<i32>,
    /// All files that should be watched are watched.
    whole: bool,
}

impl Watch {
    /// Watches a log that may not exist yet; its directory must exist.
    pub(super) fn over(path: &Path) -> io::Result<Self> {
        let mut watch = Watch {
            directory: directory(path).to_owned(),
            name: path.file_name().unwrap_or_default().to_owned(),
            inotify: inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok(),
            in_directory: None,
            files: Vec::new(),
            whole: true,
        };
        std::fs::metadata(&watch.directory)?;
        watch.add_directory();
        Ok(watch)
    }

    /// Whether the kernel reports every change.
    pub(super) const fn sees(&self) -> bool {
        self.inotify.is_some() && self.in_directory.is_some() && self.whole
    }

    fn add_directory(&mut self) {
        // Writes in the directory are not watched: other logs grow there all the time.
        let flags = WatchFlags::CREATE
            | WatchFlags::MOVED_TO
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR;
        if let Some(inotify) = &self.inotify {
            self.in_directory = inotify::add_watch(inotify, &self.directory, flags).ok();
        }
    }

    /// Watches exactly these files from now on. It uses the open descriptors, so that exactly the files that are read are
    /// watched.
    pub(super) fn files<'f>(&mut self, files: impl Iterator<Item = &'f File>) {
        let Some(inotify) = &self.inotify else {
            return;
        };
        self.whole = true;
        let mut watched = Vec::new();
        for file in files {
            let path = format!("/proc/self/fd/{}", file.as_raw_fd());
            match inotify::add_watch(inotify, path, WatchFlags::MODIFY) {
                Ok(watch) => watched.push(watch),
                Err(_) => self.whole = false,
            }
        }
        for old in &self.files {
            if !watched.contains(old) {
                // An error means that the kernel removed the watch before: the file is gone.
                let _ = inotify::remove_watch(inotify, *old);
            }
        }
        self.files = watched;
    }

    /// Waits until something happens to the log, but at most this long.
    pub(super) fn wait(&mut self, at_most: Duration) -> io::Result<()> {
        if self.in_directory.is_none() {
            self.add_directory();
        }
        let at_most = if self.sees() {
            at_most
        } else {
            at_most.min(UNWATCHED)
        };
        let until = Instant::now() + at_most;
        loop {
            let Some(inotify) = &self.inotify else {
                std::thread::sleep(at_most);
                return Ok(());
            };
            let left = until.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).map_err(|_| Errno::INVAL)?;
            match poll(&mut [PollFd::new(inotify, PollFlags::IN)], Some(&timeout)) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            if self.any_news()? {
                return Ok(());
            }
        }
    }

    /// Takes all waiting events. Whether something happened to the log, or its directory is gone.
    fn any_news(&mut self) -> io::Result<bool> {
        let Some(inotify) = &self.inotify else {
            return Ok(false);
        };
        let mut room = [MaybeUninit::uninit(); EVENTS];
        let mut reader = Reader::new(inotify, &mut room);
        let gone =
            ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::IGNORED | ReadFlags::UNMOUNT;
        let mut any = false;
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) => return Ok(any),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            // Events of other watches belong to files that are no longer read.
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW)
                || self.files.contains(&event.wd())
            {
                any = true;
            } else if Some(event.wd()) == self.in_directory {
                if event.events().intersects(gone) {
                    // This watch reports nothing any more.
                    (self.in_directory, any) = (None, true);
                }
                any |= (event.file_name()).is_some_and(|n| n.to_bytes() == self.name.as_bytes());
            }
        }
    }
}
