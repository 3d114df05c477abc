//! Notices that another process has changed the state, such as a command: a quiet server has no log line that would show it.

use std::time::Duration;

use tokio::time::Instant;

use crate::adapters::store::{Disk, FileVersion, Store};

/// The pause between two looks at the file. The timer of each pause wakes tokio up to three times, and an idle daemon should wake
/// less than once a second.
const EVERY: Duration = Duration::from_secs(8);

/// The pause after a look that found another version, before it is believed.
const AGAIN: Duration = Duration::from_secs(1);

/// The looks at the file of the state.
pub(super) struct Noticing {
    next: Instant,
    /// The version that the last look found, if another process wrote it.
    found: Option<FileVersion>,
}

impl Noticing {
    pub(super) fn new() -> Self {
        Noticing {
            next: Instant::now(),
            found: None,
        }
    }

    /// When to look next.
    pub(super) fn due(&self) -> Instant {
        self.next
    }

    /// Whether another process has changed the state. Two looks must find the same: a person's editor may be writing the file.
    pub(super) fn look<D: Disk>(&mut self, store: &mut Store<D>) -> bool {
        let now = Instant::now();
        if now < self.next {
            return false;
        }
        let before = std::mem::replace(&mut self.found, store.changed());
        let pause = if self.found.is_some() { AGAIN } else { EVERY };
        self.next = now + pause;
        self.found.is_some() && self.found == before
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::domain::base::time::{Time, Zone};

    /// Looks again, as if the pause were over.
    fn look(noticing: &mut Noticing, store: &mut Store) -> bool {
        noticing.next = Instant::now();
        noticing.look(store)
    }

    #[test]
    fn a_commit_of_another_process_is_noticed_once_and_an_own_commit_never() {
        let directory = tempfile::tempdir().unwrap();
        let now = Zone::Machine.local(Time::from_seconds(1));
        let commit = |store: &mut Store, attempts: u64| {
            let changed = store.commit(now, |daily, _| daily.unknown_attempts = attempts);
            changed.unwrap();
        };
        let [mut own, mut other] = [0, 1].map(|_| Store::open(directory.path()).unwrap());
        let mut noticing = Noticing::new();
        assert!(!look(&mut noticing, &mut own), "there is no file");
        commit(&mut own, 1);
        assert_eq!([(); 3].map(|()| look(&mut noticing, &mut own)), [false; 3]);
        commit(&mut other, 2);
        assert!(!look(&mut noticing, &mut own), "it may be in progress");
        assert!(look(&mut noticing, &mut own));
        // A commit that changes nothing has read what the other process wrote.
        own.commit(now, |_, _| ()).unwrap();
        assert_eq!([(); 3].map(|()| look(&mut noticing, &mut own)), [false; 3]);
        let path = directory.path().join("daily.json");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..9]).unwrap();
        assert!(
            !look(&mut noticing, &mut own),
            "an editor has begun to write"
        );
        std::fs::write(
            &path,
            text.replace("\"unknown_attempts\": 2", "\"unknown_attempts\": 3"),
        )
        .unwrap();
        assert!(
            !look(&mut noticing, &mut own),
            "it has changed since the last look"
        );
        assert!(look(&mut noticing, &mut own));
    }
}
