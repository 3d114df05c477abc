//! A watcher that reads the state again and again: it is whole at every instant.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::de::IgnoredAny;

pub(crate) struct Watcher {
    over: Arc<AtomicBool>,
    watching: JoinHandle<u64>,
}

impl Watcher {
    /// Watches the state from here on.
    pub(crate) fn of(state: &Path) -> Self {
        let file = state.join("daily.json");
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        let watching = thread::spawn(move || {
            let mut looks = 0;
            while !ended.load(Ordering::Relaxed) {
                let bytes = std::fs::read(&file).expect("the state is there");
                serde_json::from_slice::<IgnoredAny>(&bytes).expect("the state is whole");
                looks += 1;
                thread::sleep(Duration::from_millis(2));
            }
            looks
        });
        Watcher { over, watching }
    }

    /// Ends watching; panics if the state was not whole at some time.
    pub(crate) fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        let looks = self
            .watching
            .join()
            .expect("the state was whole all the time");
        assert!(looks > 0);
    }
}
