//! Connections, log-ins, sftp sessions and their handles: which account a process works for, and what was counted for a
//! connection. Uses `base` and `alerts`.

mod descriptors;
mod forget;
mod handle;
mod logins;
mod open;
mod pace;

pub use descriptors::Descriptors;
pub use handle::{Handle, OtherHalf};
pub(crate) use open::ENDING;
pub use open::{
    Connection, ConnectionMark, KEPT, Last, LoginWithoutTransfers, Membership, PAM_KEPT, Sessions,
    SftpMark, SftpSession, UnseenMark,
};
pub use pace::{Limit, Paces};
