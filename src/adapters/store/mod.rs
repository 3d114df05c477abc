//! The state on the disk: read, recovered, locked, and committed so that no crash loses it. Uses the domain, `log` and `userdb`.

mod base;
mod directory;
mod disk;
mod error;
mod files;
mod last;
mod lines;
mod locks;
mod owner;
pub(crate) mod recover;
mod recoveries;
mod room;
mod stock;
mod stop_told;

pub use directory::Store;
pub use disk::{Disk, FileVersion, LARGEST_FILE, RealDisk, StoredFile};
pub use error::{StateError, UnsafePath};
pub use locks::{InstanceLock, SendLock};
pub use owner::become_owner;
pub use recover::{Recovery, Snapshot};
pub use room::no_room;
pub use stop_told::StopTold;
