//! Connections, log-ins, sftp sessions and their handles: which account a process works for, and what was counted for a
//! connection. Uses `base` and `alerts`.

mod descriptors;
mod forget;
mod handle;
mod logins;
mod marks;
mod open;
mod pace;

pub use descriptors::Descriptors;
pub use handle::{Handle, Name, OtherHalf};
pub use marks::{ConnectionMark, SftpMark, UnseenMark};
pub(crate) use open::{CONNECTIONS_KEPT, ENDING};
pub use open::{
    Connection, KEPT, Last, LoginWithoutTransfers, Membership, PAM_KEPT, Sessions, SftpSession,
};
pub use pace::{Limit, Paces};
