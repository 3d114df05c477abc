//! Stub.
use crate::alerts::Content;
use crate::config::Config;
use crate::directory::Accounts;
/// Stub.
pub fn warning(_config: &Config, _accounts: &mut Accounts) -> Option<Content> {
    None
}
