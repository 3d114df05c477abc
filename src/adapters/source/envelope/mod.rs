//! The envelope of a log line, as syslog daemons and `journalctl` write it: its time, its host and its program.
//! Uses the domain and the rest of `source`.

pub(crate) mod journalctl;
mod line;
mod locale;
pub(crate) mod parts;
mod pasted;
mod pieces;
mod read;
mod rfc5424;
pub(crate) mod short;
mod stamp;
mod years;

#[cfg(test)]
pub(crate) mod tests;

pub use line::Envelope;
pub(crate) use line::without_return;
pub use read::Read;
pub use years::Years;
