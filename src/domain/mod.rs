//! The rules: what log lines mean, what is counted and what is reported. Uses nothing of `adapters` and `commands`, no file,
//! socket, process, thread or clock, and no crate that reaches one (tokio, reqwest, systemd, rustix, libc).

pub mod alerts;
pub mod base;
pub mod days;
pub mod delivery;
pub mod directory;
pub mod expect;
pub mod expiry;
pub mod openssh;
pub mod pending;
pub mod record;
pub mod render;
pub mod routes;
pub mod rules;
pub mod sessions;
pub mod slack_reply;
pub mod state;
pub mod tables;
pub mod webhook;
