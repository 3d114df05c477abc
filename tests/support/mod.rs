//! What several tests share: stand-ins for the world outside.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test takes its part of it, and a test may panic"
)]

pub mod hostile;
pub mod journal;
pub mod nss;
pub mod program;
pub mod service;
pub mod slack;
pub mod texts;
