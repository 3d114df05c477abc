//! Finds out whether the log shows the files of partners: by sshd's configuration, and by `/dev/log` in their chroots; and when
//! their accounts expire.
//! Uses the domain, `config`, `log`, `sshd_config` and `userdb`.
//!
//! Root can find this out for all partners: `devlog` asks sshd itself, binds /dev/log, and leaves its findings for the
//! service ([`left`]). Without them the service looks as far as its user may. [`lookout`] watches both for the daemon.

mod certificates;
mod expiries;
mod groups;
pub mod left;
pub mod lookout;
mod missed;
pub(crate) mod seen;
mod still;
pub(crate) mod watched;

pub(crate) use certificates::Certificates;
pub(crate) use seen::ENABLE;
pub use seen::{BlockingLine, DevLog, PartnerSight, SOCKET, Sight, look_at};
pub(crate) use still::{may_be_fixed, still};
