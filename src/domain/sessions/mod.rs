//! Who a process works for, and what a connection has already counted: connections, log-ins, sftp sessions and their handles.
//! Uses `base` and `alerts`.

mod descriptors;
mod forget;
mod handle;
mod logins;
mod open;
mod pace;

pub use descriptors::Descriptors;
pub use handle::{Handle, OtherHalf};
pub use open::{Connection, KEPT, Last, PAM_KEPT, Sessions, SftpSession, Standing, Unseen};
pub use pace::{Limit, Paces};
